"""Sweeps: the same n records whatever happens on the way, and refusal of everything that would mix two sweeps."""

import importlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

import regnet_edu as rn
from regnet_edu.common.errors import InputError
from regnet_edu.data.synthetic import CLASSES, pictures
from regnet_edu.sweeps import records
from regnet_edu.sweeps.engines import local, process, worker
from regnet_edu.sweeps.sweep import network_seed, sweep
from regnet_edu.training.regime import Regime

REGIME = Regime("test", "synthetic", 16, (1e5, 2e6), {"AnyNet": {"max_depth": 3, "max_width": 64}}, 160, 100, 32)
SAME = ["index", "seed", "error", "errors", "loss", "depths", "widths", "bottleneck_ratios", "group_widths"]


@pytest.fixture(scope="module")
def images():
    return rn.ImageData("shapes", *pictures(200, 16, 1), *pictures(100, 16, 2), CLASSES, "0123456789abcdef")


def run(images, out=None, n=4, **options):
    usual = {"space": "AnyNetXA", "n": n, "regime": REGIME, "out": out, "data": images, "progress": False, "workers": 2}
    return sweep(**{**usual, **options})


@pytest.fixture(scope="module")
def undisturbed(images):
    return run(images)[SAME]


def test_one_worker_or_three_and_an_extended_sweep_give_the_same_records(images, undisturbed, tmp_path):
    assert run(images, workers=1)[SAME].equals(undisturbed)
    out = tmp_path / "a.jsonl"
    first = run(images, out, n=2, workers=3)
    assert first[SAME].equals(undisturbed[:2])
    before = out.read_bytes()
    assert run(images, out)[SAME].equals(undisturbed) and out.read_bytes().startswith(before)
    finished = out.read_bytes()
    assert run(images, out)[SAME].equals(undisturbed) and out.read_bytes() == finished  # nothing left to do


def test_train_repeats_the_record_of_a_sweep(images, undisturbed):
    row = undisturbed.iloc[1]
    config = rn.AnyNetConfig(row.depths, row.widths, row.bottleneck_ratios, row.group_widths)
    assert row.seed == network_seed(0, 1)
    assert rn.train(config, REGIME, row.seed, data=images).loss == row.loss


def test_a_space_gives_the_same_networks_by_its_name_and_as_an_object(images, undisturbed):
    assert run(images, space=rn.AnyNetXA())[SAME].equals(undisturbed)


def test_networks_can_be_given(images):
    configs = [rn.AnyNetConfig((1,), (8,), 1, 8), rn.AnyNetConfig((2, 1), (8, 16), 1, 8, block="R")]
    table = run(images, space=configs, n=None)
    assert table.depths.tolist() == [(1,), (2, 1)] and table.block.tolist() == ["X", "R"]
    assert table.flops.tolist() == [rn.complexity(c, 16, 3, 10).flops for c in configs]


def test_repeats_train_each_network_from_several_seeds_and_resume(images, undisturbed, tmp_path):
    out = tmp_path / "a.jsonl"
    run(images, out, n=1, repeats=2)
    table = run(images, out, n=2, repeats=2)
    assert table.widths.tolist() == [w for w in undisturbed.widths[:2] for _ in range(2)]
    assert table.seed.tolist() == [network_seed(0, k) for k in range(4)] and table.attrs["header"]["n"] == 4
    assert rn.seed_noise(table, repeats=10).networks == 2
    with pytest.raises(InputError, match="begun with repeats 2, not 1"):
        run(images, out, n=4)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_a_job_that_the_workers_refuse_is_said_once_and_records_no_network(images, tmp_path):
    with pytest.raises(InputError, match="no GPU that torch can use; use cpu"):
        run(images, tmp_path / "a.jsonl", device="cuda")
    assert recorded(tmp_path / "a.jsonl") == 0


def test_workers_that_cannot_start_are_said_and_no_network_is_recorded(images, tmp_path, monkeypatch):
    monkeypatch.setattr(process.sys, "executable", "/bin/false")
    with pytest.raises(InputError, match=r"no worker could be started: its worker died \(exit status 1"):
        run(images, tmp_path / "a.jsonl")
    assert recorded(tmp_path / "a.jsonl") == 0


def test_a_network_that_cannot_be_trained_is_a_record_and_stops_nothing(images):
    huge = rn.AnyNetConfig((1,), (2**31,), 1, 2**31)  # no machine has the memory
    table = run(images, space=[huge, huge, rn.AnyNetConfig((1,), (8,), 1, 8)], n=3, workers=2)
    assert table.status.tolist() == ["failed", "failed", "ok"] and table.reason[0].startswith("out of memory: ")
    assert table.error.isna().tolist() == [True, True, False]


def test_what_runs_out_of_memory_is_tried_again_when_all_others_are_done_and_nobody_else_is_there():
    log = []

    class Pretended:  # a worker that answers at once; network 0 finds too little memory beside others
        def __init__(self, pool):
            self.pool, self.task, self.ready = pool, None, True
            self.process = type("Process", (), {"stdout": None})

        def give(self, task):
            self.task = task
            log.append((task["index"], len(self.pool.alive)))

        def stop(self):
            pass

    pool = local._Pool([{"index": k} for k in range(3)], {})
    pool.selector = type("Selector", (), {"unregister": lambda self, what: None})()
    first, second = Pretended(pool), Pretended(pool)
    pool.alive = {first, second}
    short, fine = {"status": "failed", "reason": "out of memory: 2 GB"}, {"status": "ok"}

    def answer(worker, outcome):
        return [o["index"] for o in pool.heard(worker, {"index": worker.task["index"], **outcome})]

    assert list(pool.heard(first, {"ready": True})) == list(pool.heard(second, {"ready": True})) == []
    assert answer(first, short) == []  # goes on with network 2 instead
    assert answer(second, fine) == [1] and second.task is None and len(pool.alive) == 2
    assert answer(first, fine) == [2]
    assert log == [(0, 2), (1, 2), (2, 2), (0, 1)]  # alone, and the other worker is gone
    assert answer(first, short) == [0]  # twice is enough: it is a record with its reason


def test_what_went_otherwise_than_planned_is_told_once_and_recorded(images, tmp_path, monkeypatch, capsys):
    def pretended(tasks, *_, **__):
        result = {"status": "ok", "error": 0.5, "errors": [0.5], "epochs": 1, "loss": 1.0, "seconds": 1.0}
        yield from ({"index": task["index"], **result, "note": "the step could not be recorded"} for task in tasks)

    monkeypatch.setattr(local, "run", pretended)
    run(images, tmp_path / "a.jsonl")
    assert capsys.readouterr().err.count("note: network 0: the step could not be recorded") == 1
    assert (tmp_path / "a.jsonl").read_text().count('"note": "the step') == 4


def test_a_worker_whose_gpu_is_broken_ends_and_says_what_broke_it(monkeypatch):
    def illegal(*_):
        raise RuntimeError("CUDA error: an illegal memory access was encountered\nand more")

    trainer = object.__new__(worker.Trainer)
    trainer.device, trainer.regime, trainer.data, trainer.threads = "cuda", REGIME, None, 1
    task = {"index": 0, "seed": 0, "config": rn.AnyNetConfig((1,), (8,), 1, 8).to_dict()}
    reason = "RuntimeError: CUDA error: an illegal memory access was encountered"
    monkeypatch.setattr(importlib.import_module("regnet_edu.training.loop"), "train", illegal)
    monkeypatch.setattr(torch.cuda, "empty_cache", illegal)
    monkeypatch.setattr(torch.cuda, "synchronize", illegal)
    with pytest.raises(worker.BrokenGPUError, match=f"^{reason}$"):
        trainer(task)
    monkeypatch.setattr(torch.cuda, "synchronize", lambda *_: None)  # that network alone is bad
    assert trainer(task) == {"status": "failed", "reason": reason}


@pytest.mark.parametrize(
    "words",
    [
        "CUDA out of memory. Tried to allocate 2 GiB",
        "CUBLAS_STATUS_ALLOC_FAILED when calling",
        "too little memory for 8",
    ],
)
def test_memory_that_ran_out_is_known_by_many_words(words):
    assert worker.reason_of(RuntimeError(words)).startswith("out of memory: RuntimeError: ")
    assert not worker.reason_of(RuntimeError("CUDNN_STATUS_BAD_PARAM")).startswith("out of memory")


def test_a_diverged_network_is_a_record_at_the_error_of_guessing(images):
    table = run(images, n=1, regime=REGIME.replace(lr=1e30, warmup=0.0))
    assert table.status[0] == "diverged" and table.error[0] == pytest.approx(0.9) and "loss" in table.reason[0]


def test_another_sweep_on_the_same_file_is_refused_and_says_what_differs(images, undisturbed, tmp_path):
    out = tmp_path / "a.jsonl"
    run(images, out, n=2)
    held = out.read_bytes()
    other = rn.ImageData("others", *pictures(200, 16, 3), *pictures(100, 16, 2), CLASSES, "fedcba9876543210")
    for change, sentence in (
        ({"space": "AnyNetXB"}, "begun with space AnyNetXA.* not AnyNetXB"),
        ({"space": rn.AnyNetXA(max_depth=4)}, r"begun with space AnyNetXA, not AnyNetXA \(max_depth 4\)"),
        ({"seed": 1}, "begun with seed 0, not 1"),
        ({"regime": REGIME.replace(lr=0.1)}, "begun with regime lr 0.15, not lr 0.1"),
        ({"data": other}, "begun with data shapes .*fingerprint 0123456789abcdef.*, not others"),
        ({"n": 1}, "holds network 1 already; n must be at least 2"),
    ):
        with pytest.raises(InputError, match=sentence):
            run(images, out, **change)
    assert out.read_bytes() == held


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"n": 0}, "n 0 must be a whole number of at least 1"),
        ({"workers": 0}, "workers 0 must be"),
        ({"space": "AnyNetZA"}, "did you mean AnyNetXA"),
        ({"regime": "tinny"}, "did you mean tiny"),
        ({"engine": "rey"}, "engine 'rey' is unknown"),
        ({"seed": -1}, "seed -1"),
        ({"regime": REGIME.replace(batch_size=500)}, "batch_size 500 is more than the 160 training images"),
        ({"space": ["AnyNetXA"], "n": 1}, "network 0 is 'AnyNetXA', not an AnyNetConfig"),
        ({"space": [rn.AnyNetConfig((1,), (8,), 1, 8)], "n": 2}, "n 2 is more than the 1 networks given"),
    ],
)
def test_bad_arguments_get_one_sentence_and_leave_no_file(images, tmp_path, options, sentence):
    out = tmp_path / "a.jsonl"
    with pytest.raises(InputError, match=sentence):
        run(images, out, **options)
    assert not out.exists()


COMMAND = f"""
import regnet_edu as rn
from regnet_edu.data.synthetic import CLASSES, pictures
images = rn.ImageData("shapes", *pictures(200, 16, 1), *pictures(100, 16, 2), CLASSES, "0123456789abcdef")
regime = rn.Regime(**{REGIME.to_dict()!r})
rn.sweep("AnyNetXA", 4, regime, "OUT", workers=2, data=images, progress=False)
"""


def start(out):
    command = [sys.executable, "-c", COMMAND.replace("OUT", str(out))]
    return subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)


def workers_of(pid):
    """Process ids of the workers that a driver started, by looking at every process's parent."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if int((place / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(place.name))
        except (OSError, ValueError):
            pass  # it ended while we looked
    return found


def wait_for(condition, seconds=300):
    end = time.time() + seconds
    while not condition():
        assert time.time() < end, "waited in vain"
        time.sleep(0.01)


def recorded(out):
    return len(records.read(out).networks) if out.exists() else 0


linux = pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="looks at processes through /proc")


@linux
def test_a_driver_killed_twice_loses_nothing_and_leaves_no_worker(undisturbed, images, tmp_path):
    out = tmp_path / "a.jsonl"
    for done in (1, 2):
        driver = start(out)
        wait_for(lambda done=done: recorded(out) >= done)
        workers = workers_of(driver.pid)
        driver.kill()
        driver.wait()
        assert workers
        wait_for(lambda workers=workers: not any(os.path.exists(f"/proc/{pid}") for pid in workers), 10)
    assert run(images, out)[SAME].equals(undisturbed)


@linux
def test_a_killed_worker_is_replaced_and_its_network_tried_again(undisturbed, images, tmp_path):
    out = tmp_path / "a.jsonl"
    driver = start(out)
    wait_for(lambda: len(workers_of(driver.pid)) == 2)
    os.kill(workers_of(driver.pid)[0], signal.SIGKILL)
    assert driver.wait(600) == 0
    assert run(images, out)[SAME].equals(undisturbed)


@linux
def test_ctrl_c_stops_within_seconds_and_the_command_says_how_to_go_on(tmp_path):
    out = tmp_path / "a.jsonl"
    command = [sys.executable, "-m", "regnet_edu", "sweep", "AnyNetXA", "--n", "500", "--out", str(out)]
    driver = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A shell that runs the tests in the background has told them to ignore Ctrl-C, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    wait_for(lambda: len(workers_of(driver.pid)) >= 1)
    workers = workers_of(driver.pid)
    time.sleep(0.5)
    os.killpg(driver.pid, signal.SIGINT)
    _, said = driver.communicate(timeout=60)
    assert driver.returncode == 130 and "the same command goes on from there" in said and "Traceback" not in said
    wait_for(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in workers), 5)


@linux
@pytest.mark.heavy
def test_fifty_kills_at_random_moments_of_driver_and_workers_change_nothing(undisturbed, images, tmp_path):
    rng = random.Random(0)
    out = tmp_path / "a.jsonl"
    kills = 0
    while kills < 50:
        driver = start(out)
        time.sleep(rng.uniform(0, 12))
        victims = workers_of(driver.pid)
        if victims and rng.random() < 0.3:
            os.kill(rng.choice(victims), signal.SIGKILL)
            kills += 1
            time.sleep(rng.uniform(0, 3))
        driver.kill()
        driver.wait()
        kills += 1
        if recorded(out) == 4:  # complete: begin anew, so that every kill has something to lose
            assert run(images, out)[SAME].equals(undisturbed)
            out.unlink()
    assert run(images, out)[SAME].equals(undisturbed)
