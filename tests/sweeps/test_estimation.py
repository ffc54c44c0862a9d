"""What a sweep will take is said by a function of its own, which records nothing."""

import json
import math
import os

import numpy as np
import pytest

import regnet_edu as rn
from regnet_edu.cli.parser import main
from regnet_edu.common.environment import hardware
from regnet_edu.common.errors import InputError
from regnet_edu.data.image_data import load
from regnet_edu.data.synthetic import CLASSES, pictures
from regnet_edu.sweeps import cost, estimation, trial
from regnet_edu.sweeps.cost import Images
from regnet_edu.sweeps.engines import local
from regnet_edu.sweeps.engines.pool import Pool
from regnet_edu.sweeps.estimation import size_of
from regnet_edu.sweeps.progress import duration
from regnet_edu.sweeps.records import RecordWriter
from regnet_edu.sweeps.trial import Timing
from regnet_edu.training.regime import REGIMES, Regime

REGIME = Regime("test", "synthetic", 16, (1e5, 2e6), {"AnyNet": {"max_depth": 3, "max_width": 64}}, 160, 100, 32)
SMALL = Images(160, 100, 10)
NETS = [rn.AnyNetConfig((1,), (8,), 1, 8), rn.AnyNetConfig((2,), (16,), 1, 8)]


def work_of(config):
    return rn.complexity(config, 16, 3, 10).flops * (3 * 160 + 100)


@pytest.fixture
def data():
    return rn.ImageData("shapes", *pictures(200, 16, 1), *pictures(100, 16, 2), CLASSES, "0123456789abcdef")


def test_an_estimate_counts_the_work_and_times_the_start_and_some_steps(data, monkeypatch):
    monkeypatch.setattr(estimation, "timing", lambda *_: Timing(5.0, 2.0, 1e-9))
    found = rn.estimate(NETS * 2, regime=REGIME, data=data, workers=2)
    assert (found.networks, found.recorded, found.multiply_adds) == (4, 0, 2 * sum(map(work_of, NETS)))
    assert found.seconds == pytest.approx(5 + (4 * 2 + found.multiply_adds * 1e-9) / 2)
    said = "4 networks to train", "with 2 workers", "the start of a worker and the first steps of 3 of them"
    assert all(words in str(found) for words in said) and not found.gpu_hours


def test_a_trial_measures_what_training_takes(data):
    # On a crowded machine no more can be asked: a factor of ten.
    found = trial.timing(NETS, REGIME, SMALL, rn.LocalEngine(1))
    trained = rn.train(NETS[1], REGIME, data=data).seconds
    assert 0.1 < trained / (found.per_network + work_of(NETS[1]) * found.per_multiply_add) < 10
    assert found.start_up >= 0


def test_recorded_networks_say_how_long_the_others_take(data, tmp_path, monkeypatch):
    monkeypatch.setattr(estimation, "timing", lambda *_: pytest.fail("nothing is to be timed"))
    out = tmp_path / "a.jsonl"
    crew = {"workers": 1, "threads": 1, "device": "cpu", "engine": "local", "hardware": hardware()}
    flops = rn.complexity(NETS[0], 16, 3, 10).flops
    rn.sweep(NETS[:1] * 2, regime=REGIME, out=out, data=data, progress=False, workers=1)
    text = out.read_text()
    with RecordWriter(tmp_path / "b.jsonl") as writer:
        for record in map(json.loads, text.splitlines()):
            record.pop("crc")
            more = {"seconds": 12.0, "flops": flops} if record["kind"] == "network" else {}
            writer.append({**record, **more, **(crew if record["kind"] == "session" else {})})
    found = rn.estimate(NETS[:1] * 8, regime=REGIME, out=tmp_path / "b.jsonl", data=data, workers=3)
    assert found.seconds == pytest.approx(6 * 12 / 3) and found.basis == "the 2 recorded" and found.recorded == 2
    assert "(2 more recorded already)" in str(found) and "about 24 seconds with 3 workers" in str(found)


def test_large_networks_get_gpu_hours_and_their_sources_instead(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(Pool, "train", lambda *_: pytest.fail("no network is to be trained"))
    monkeypatch.setenv("REGNET_EDU_CACHE", str(tmp_path / "cache"))
    out = tmp_path / "runs" / "a.jsonl"
    found = rn.estimate("AnyNetXA", 5, "imagenet", out)
    assert found.seconds is None and list(tmp_path.iterdir()) == []
    configs = rn.AnyNetXA().sample(5, flops=(360e6, 400e6))
    assert found.gpu_hours == cost.gpu_hours(configs, REGIMES["imagenet"])
    assert main(["sweep", "AnyNetXA", "--n", "5", "--regime", "imagenet", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "5 networks to train" in said and all(g.name in said and g.board in said for g in cost.GPUS)
    assert main(["sweep", "AnyNetXA", "--n", "5", "--regime", "imagenet", "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["gpu_hours"]["A100"] == found.gpu_hours["A100"]


def test_the_sizes_of_data_sets_are_known_without_reading_them(tmp_path):
    synthetic = load("synthetic")
    assert size_of("synthetic") == size_of(synthetic)
    assert size_of("imagenet") == (1_281_167, 50_000, 1000, 3)
    for part, count in (("train", 3), ("test", 2)):
        for name in ("ant", "bee"):
            (tmp_path / part / name).mkdir(parents=True)
            for k in range(count):
                (tmp_path / part / name / f"{k}.jpg").write_bytes(b"never opened")
    assert size_of(f"imagenet:{tmp_path}") == size_of(str(tmp_path)) == (6, 4, 2, 3)
    with pytest.raises(InputError, match=r"'CIFAR10' is neither an image folder nor built in; did you mean cifar10"):
        size_of("CIFAR10")
    with pytest.raises(InputError, match="nowhere"):
        size_of("/nowhere")


@pytest.fixture
def pretended(monkeypatch):
    """A GPU on which a network takes so many seconds, by how many there are at once; returns what was asked."""

    def pretend(seconds_of, fail_at=math.inf, refuse_at=math.inf):
        asked = []

        def train(self, tasks):
            asked.append(self.workers)
            if self.workers >= refuse_at:
                raise InputError("no worker could be started")
            assert self.job["regime"]["lr"] == 0  # labels are by chance: at a high rate the loss might end
            status = "failed" if self.workers >= fail_at else "ok"
            facts = {"status": status, "reason": "out of memory", "seconds": seconds_of(self.workers)}
            return [{"index": task["index"], **facts} for task in tasks]

        monkeypatch.setattr(Pool, "train", train)
        monkeypatch.setattr(local, "hardware", lambda device: {"gpu": "pretended"})
        return asked

    return pretend


def at_once(config=NETS[0], regime=REGIME, images=SMALL):
    return local.networks_at_once(rn.LocalEngine(device="cuda"), config, regime, images)


def test_the_number_at_once_is_doubled_as_long_as_that_gains(pretended):
    asked = pretended(lambda k: max(1.0, k / 4))  # room for four, then they share
    assert at_once() == 4 and asked == [1, 2, 4, 8]
    pretended(lambda k: 1.0, fail_at=8)  # the memory ends
    assert at_once() == 4
    pretended(lambda k: 1.0, refuse_at=8)  # so many do not start
    assert at_once() == 4
    pretended(float)
    assert at_once() == 1
    pretended(float, refuse_at=1)
    with pytest.raises(InputError, match="no worker could be started"):
        at_once()


def test_a_network_that_fills_a_gpu_is_trained_alone_and_nothing_is_tried(pretended):
    asked = pretended(lambda k: 1.0)
    large = rn.AnyNetXA().sample(1, flops=(360e6, 400e6))[0]
    assert at_once(large, REGIMES["imagenet"], cost.IMAGENET) == 1 and asked == []


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system has no affinity")
def test_processors_are_those_that_this_process_may_use(monkeypatch):
    allowed = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(allowed)})
        assert local.processors() == 1
    finally:
        os.sched_setaffinity(0, allowed)
    assert 1 <= local.processors() <= len(allowed)
    monkeypatch.setattr(local, "container_quota", lambda: 0.5)
    assert local.processors() == 1


def test_the_quota_of_a_container_is_read_in_both_versions(tmp_path):
    assert local.container_quota(tmp_path) == math.inf
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text("150000\n")
    (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000\n")
    assert local.container_quota(tmp_path) == 1.5
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert local.container_quota(tmp_path) == 1.5
    (tmp_path / "cpu.max").write_text("400000 100000\n")
    assert local.container_quota(tmp_path) == 4


def test_times_are_said_as_a_person_would():
    said = [duration(s) for s in (0.2, 40, 600, 3 * 3600, 9 * 86400)]
    assert said == ["1 second", "40 seconds", "10 minutes", "3 hours", "9 days"]


def test_random_pixels_have_the_asked_shape():
    data = trial.random_images(REGIME.replace(train_images=8, test_images=4), SMALL._replace(channels=1))
    assert data.train_images.shape == (8, 16, 16, 1) and data.test_images.dtype == np.uint8 and data.num_classes == 10
