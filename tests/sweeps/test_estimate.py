"""Before a sweep starts it says what it will take; a dry run says only that."""

import math
import os

import numpy as np
import pytest

import regnet_edu as rn
from regnet_edu.cli.parser import main
from regnet_edu.common.errors import InputError
from regnet_edu.data.image_data import load
from regnet_edu.data.synthetic import CLASSES, pictures
from regnet_edu.sweeps import cost
from regnet_edu.sweeps import estimate as calibration
from regnet_edu.sweeps.cost import Images
from regnet_edu.sweeps.engines import local
from regnet_edu.sweeps.estimate import (
    Plan,
    duration,
    networks_at_once,
    plan,
    processors,
    seconds_a_multiply_add,
    size_of,
)
from regnet_edu.training.regime import REGIMES, Regime

REGIME = Regime("test", "synthetic", 16, (1e5, 2e6), {"AnyNet": {"max_depth": 3, "max_width": 64}}, 160, 100, 32)
SMALL = Images(160, 100, 10)
NETS = [rn.AnyNetConfig((1,), (8,), 1, 8), rn.AnyNetConfig((2,), (16,), 1, 8)]


def work_of(config):
    return rn.complexity(config, 16, 3, 10).flops * (3 * 160 + 100)


def test_a_plan_counts_the_work_and_times_some_steps():
    found = plan("mine", NETS, REGIME, SMALL, workers=2)
    assert (found.networks, found.recorded, found.multiply_adds) == (2, 0, sum(map(work_of, NETS)))
    assert 0 < found.seconds < 600 and found.basis == "the first steps of 2 of them" and not found.gpu_hours
    assert "2 networks to train" in str(found) and "with 2 workers" in str(found)


def test_a_plan_says_that_its_steps_were_timed_with_more_than_the_workers_are_held_to():
    found = plan("mine", NETS, REGIME, SMALL, held_to="AVX2")
    assert found.basis.endswith("of 2 of them with wider vector instructions; AVX2 takes longer")


def test_recorded_networks_say_how_long_the_others_take(monkeypatch):
    monkeypatch.setattr(calibration, "seconds_a_multiply_add", lambda *_: pytest.fail("nothing is to be timed"))
    flops = rn.complexity(NETS[0], 16, 3, 10).flops
    records = [{"flops": flops, "seconds": 10.0}, {"flops": flops, "seconds": 14.0}, {"flops": flops, "seconds": None}]
    found = plan("mine", [NETS[0]] * 6, REGIME, SMALL, recorded=records, workers=3)
    assert found.seconds == pytest.approx(6 * 12 / 3) and found.basis == "the 2 recorded" and found.recorded == 2
    assert "(2 more recorded already)" in str(found) and "about 24 seconds with 3 workers" in str(found)


def test_a_second_of_timing_agrees_with_a_training_in_its_order():
    # On a crowded machine no more can be asked: a factor of ten.
    each = seconds_a_multiply_add(NETS, REGIME, SMALL)
    data = rn.ImageData("shapes", *pictures(160, 16, 1), *pictures(100, 16, 2), CLASSES)
    assert 0.1 < rn.train(NETS[1], REGIME, data=data).seconds / (each * work_of(NETS[1])) < 10


def test_large_networks_get_gpu_hours_and_their_sources_instead():
    configs = rn.AnyNetXA().sample(2, flops=(360e6, 400e6))
    found = plan("AnyNetXA", configs, REGIMES["imagenet"], cost.IMAGENET)
    assert found.seconds is None and found.gpu_hours == cost.gpu_hours(configs, REGIMES["imagenet"])
    for gpu in cost.GPUS:
        assert gpu.name in str(found) and gpu.source in str(found)


def test_the_sizes_of_data_sets_are_known_without_reading_them(tmp_path):
    synthetic = load("synthetic")
    assert size_of("synthetic", 32) == size_of(synthetic, 32)
    assert size_of("imagenet", 224) == (1_281_167, 50_000, 1000, 3)
    for part, count in (("train", 3), ("test", 2)):
        for name in ("ant", "bee"):
            (tmp_path / part / name).mkdir(parents=True)
            for k in range(count):
                (tmp_path / part / name / f"{k}.jpg").write_bytes(b"never opened")
    assert size_of(f"imagenet:{tmp_path}", 224) == size_of(str(tmp_path), 32) == (6, 4, 2, 3)
    with pytest.raises(InputError, match="nowhere"):
        size_of("/nowhere", 32)


def test_a_dry_run_trains_writes_and_downloads_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(local, "run", lambda *_: pytest.fail("no network is to be trained"))
    monkeypatch.setenv("REGNET_EDU_CACHE", str(tmp_path / "cache"))
    found = rn.sweep("AnyNetXA", 3, REGIMES["quick"], tmp_path / "runs" / "a.jsonl", dry_run=True)
    assert isinstance(found, Plan) and found.networks == 3 and found.seconds > 0
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_leaves_out_what_is_recorded(tmp_path):
    out = tmp_path / "a.jsonl"
    data = rn.ImageData("shapes", *pictures(200, 16, 1), *pictures(100, 16, 2), CLASSES, "0123456789abcdef")
    rn.sweep("AnyNetXA", 2, REGIME, out, data=data, progress=False, workers=1)
    before = out.read_bytes()
    found = rn.sweep("AnyNetXA", 5, REGIME, out, data=data, dry_run=True)
    assert (found.networks, found.recorded) == (3, 2) and out.read_bytes() == before


def test_the_paper_s_section_3_is_costed_with_no_data_at_hand(capsys):
    assert main(["sweep", "AnyNetXA", "--n", "5", "--regime", "imagenet", "--dry-run"]) in (0, None)
    said = capsys.readouterr().out
    assert "5 networks to train" in said and all(gpu.name in said for gpu in cost.GPUS) and "MLPerf" in said


def test_a_sweep_says_first_what_it_will_take(capsys):
    data = rn.ImageData("shapes", *pictures(200, 16, 1), *pictures(100, 16, 2), CLASSES, "0123456789abcdef")
    rn.sweep(NETS[:1], regime=REGIME, data=data, workers=1)
    said = capsys.readouterr().err
    assert said.index("1 network to train") < said.index("100%") and "with 1 worker, by" in said


@pytest.fixture
def pretended(monkeypatch):
    """A GPU on which a network takes so many seconds, by how many there are at once; returns what was asked."""

    def pretend(seconds_of, fail_at=math.inf, refuse_at=math.inf):
        asked = []

        def run(tasks, regime, data, device, workers, threads):
            asked.append(workers)
            if workers >= refuse_at:
                raise InputError("no worker could be started")
            assert regime["lr"] == 0  # labels are by chance: at a high rate the loss might end
            status = "failed" if workers >= fail_at else "ok"
            return [{"index": task["index"], "status": status, "seconds": seconds_of(workers)} for task in tasks]

        monkeypatch.setattr(local, "run", run)
        return asked

    return pretend


def test_the_number_at_once_is_doubled_as_long_as_that_gains(pretended):
    asked = pretended(lambda k: max(1.0, k / 4))  # room for four, then they share
    count, pace = networks_at_once(NETS[0], REGIME, SMALL, "cuda")
    assert count == 4 and asked == [1, 2, 4, 8]
    trial = rn.complexity(NETS[0], 16, 3, 10).flops * (3 * 160 + 32) * 2  # all images that there are
    assert pace == pytest.approx(1.0 / trial / 4)
    pretended(lambda k: 1.0, fail_at=8)  # the memory ends
    assert networks_at_once(NETS[0], REGIME, SMALL, "cuda")[0] == 4
    pretended(lambda k: 1.0, refuse_at=8)  # so many do not start
    assert networks_at_once(NETS[0], REGIME, SMALL, "cuda")[0] == 4
    pretended(float)
    assert networks_at_once(NETS[0], REGIME, SMALL, "cuda")[0] == 1
    pretended(float, refuse_at=1)
    with pytest.raises(InputError, match="no worker could be started"):
        networks_at_once(NETS[0], REGIME, SMALL, "cuda")


def test_a_network_that_fills_a_gpu_is_trained_alone_and_nothing_is_tried(pretended):
    asked = pretended(lambda k: 1.0)
    large = rn.AnyNetXA().sample(1, flops=(360e6, 400e6))[0]
    assert networks_at_once(large, REGIMES["imagenet"], cost.IMAGENET, "cuda") == (1, None) and asked == []


def test_networks_that_share_a_gpu_are_timed_as_they_will_be_trained(pretended):
    asked = pretended(float)  # nothing is gained by several at once
    one, four = (plan("mine", NETS[:1], REGIME, SMALL, workers=k, device="cuda") for k in (1, 4))
    assert asked == [1, 4] and four.seconds == pytest.approx(one.seconds)
    known = plan("mine", NETS[:1], REGIME, SMALL, workers=4, device="cuda", pace=1e-9)
    assert asked == [1, 4] and known.seconds == pytest.approx(1e-9 * known.multiply_adds)
    assert known.basis == "a trial of so many networks at once"


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system has no affinity")
def test_processors_are_those_that_this_process_may_use(tmp_path, monkeypatch):
    allowed = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(allowed)})
        assert processors() == 1
    finally:
        os.sched_setaffinity(0, allowed)
    assert 1 <= processors() <= len(allowed)
    monkeypatch.setattr(calibration, "_quota", lambda: 0.5)
    assert processors() == 1


def test_the_quota_of_a_container_is_read_in_both_versions(tmp_path):
    assert calibration._quota(tmp_path) == math.inf
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text("150000\n")
    (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000\n")
    assert calibration._quota(tmp_path) == 1.5
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert calibration._quota(tmp_path) == 1.5
    (tmp_path / "cpu.max").write_text("400000 100000\n")
    assert calibration._quota(tmp_path) == 4


def test_times_are_said_as_a_person_would():
    said = [duration(s) for s in (0.2, 40, 600, 3 * 3600, 9 * 86400)]
    assert said == ["1 second", "40 seconds", "10 minutes", "3 hours", "9 days"]


def test_random_pixels_have_the_asked_shape():
    data = calibration.random_images(REGIME.replace(train_images=8, test_images=4), SMALL._replace(channels=1))
    assert data.train_images.shape == (8, 16, 16, 1) and data.test_images.dtype == np.uint8 and data.num_classes == 10
