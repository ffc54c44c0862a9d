"""Sweeps: the same n records whatever happens on the way, and refusal of everything that would mix two sweeps."""

import contextlib
import dataclasses
import importlib
import os
import random
import signal
import subprocess
import sys
import time

import psutil
import pytest
import torch

import regnet_edu as rn
from regnet_edu.common.errors import InputError
from regnet_edu.data.synthetic import CLASSES, pictures
from regnet_edu.sweeps import records
from regnet_edu.sweeps.engines import Crew, pool, worker
from regnet_edu.sweeps.engines.engine import attempts
from regnet_edu.sweeps.population import config_of
from regnet_edu.sweeps.sampling import network_seed
from regnet_edu.sweeps.sweep import sweep
from regnet_edu.training.regime import Regime

REGIME = Regime("test", "synthetic", 16, (1e5, 2e6), {"AnyNet": {"max_depth": 3, "max_width": 64}}, 160, 100, 32)
SAME = ["index", "seed", "error", "errors", "loss", "depths", "widths", "bottleneck_ratios", "group_widths"]


@pytest.fixture(scope="module")
def images():
    return rn.ImageData("shapes", *pictures(200, 16, 1), *pictures(100, 16, 2), CLASSES, "0123456789abcdef")


def run(images, out=None, n=4, **options):
    usual = {"space": "AnyNetXA", "n": n, "regime": REGIME, "out": out, "data": images, "progress": False}
    return sweep(**{**usual, **({} if "engine" in options else {"workers": 2}), **options})


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


def test_a_sweep_begins_no_more_once_it_is_to_stop_and_is_gone_on_with(images, undisturbed, tmp_path):
    out, asked, seen = tmp_path / "a.jsonl", [], []
    options = {"workers": 1, "on_record": lambda records: seen.append([r["index"] for r in records])}
    first = run(images, out, stop=lambda seconds: asked.append(seconds) or len(asked) > 2, **options)
    assert first[SAME].equals(undisturbed[:2]) and first.attrs["header"]["n"] == 4
    assert asked[0] == 0 < asked[-1] and {*asked} <= {0, *first["seconds"].cummax()}  # the longest so far
    assert run(images, out, **options)[SAME].equals(undisturbed)
    assert seen == [[0], [0, 1], [0, 1, 2], [0, 1, 2, 3]]


def test_data_that_changed_are_refused_or_on_request_recorded(images, tmp_path):
    out, others = tmp_path / "a.jsonl", dataclasses.replace(images, fingerprint="other", name="others")
    run(images, out, n=1)
    with pytest.raises(InputError, match="accept the change with --accept-changed-data"):
        run(others, out, n=2)
    run(others, out, n=2, accept_changed_data=True)
    header = run(others, out, n=3).attrs["header"]  # accepted once is accepted
    assert [s.get("data", {}).get("name") for s in header["sessions"]] == [None, "others", None]
    assert "changed 1 time since" in rn.provenance(rn.load_population(out))
    more = dataclasses.replace(others, classes=(*CLASSES, "one more"), fingerprint="more")
    with pytest.raises(InputError, match=r"was begun with data others .* not others .*give the same again or"):
        run(more, out, n=4, accept_changed_data=True)


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
def test_networks_with_settings_of_their_own_say_which_and_train_repeats_them(images, tmp_path):
    wide = REGIME.replace(vary={"lr": (0.01, 1.0)})
    population = run(images, tmp_path / "a.jsonl", 2, regime=wide)
    for row in population.to_dict("records"):
        assert row["lr"] == wide.drawn(row["seed"])["lr"]
        assert rn.train(config_of(row), wide, row["seed"], data=images).error == row["error"]
        assert rn.train(config_of(row), REGIME.replace(lr=row["lr"]), row["seed"], data=images).error == row["error"]
    assert rn.property_values(population, "lr").values.tolist() == population["lr"].tolist()


def test_a_job_that_the_workers_refuse_is_said_once_and_records_no_network(images, tmp_path):
    with pytest.raises(InputError, match="no GPU that torch can use; use cpu"):
        run(images, tmp_path / "a.jsonl", device="cuda")
    assert recorded(tmp_path / "a.jsonl") == 0


def test_workers_that_cannot_start_are_said_and_no_network_is_recorded(images, tmp_path, monkeypatch):
    monkeypatch.setattr(pool.sys, "executable", "/bin/false")
    with pytest.raises(InputError, match=r"no worker could be started: its worker died \(exit status 1"):
        run(images, tmp_path / "a.jsonl")
    assert recorded(tmp_path / "a.jsonl") == 0


def test_a_network_that_cannot_be_trained_is_a_record_and_the_screen_says_why(images, capsys):
    huge = rn.AnyNetConfig((1,), (2**31,), 1, 2**31)  # no machine has the memory
    table = run(images, space=[huge, huge, rn.AnyNetConfig((1,), (8,), 1, 8)], n=3, workers=2)
    assert table.status.tolist() == ["failed", "failed", "ok"] and table.reason[0].startswith("out of memory: ")
    assert table.error.isna().tolist() == [True, True, False]
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "2 of 3 networks failed:" and said[1].startswith("  2 x out of memory: ") and len(said) == 2


def test_what_failed_is_tried_once_more_and_what_ran_out_of_memory_last_and_alone():
    fail = {0: ["out of memory: 2 GB"], 1: ["its worker died"] * 2, 2: ["its worker died"], 3: ["out of memory: 1"] * 2}
    asked = []

    def train(tasks):
        asked.append([task["index"] for task in tasks])
        for k in asked[-1]:
            yield {"index": k, **({"status": "failed", "reason": fail[k].pop()} if fail.get(k) else {"status": "ok"})}

    outcomes = [(o["index"], o["status"]) for o in attempts(train, [{"index": k} for k in range(5)])]
    assert outcomes == [(4, "ok"), (1, "failed"), (2, "ok"), (0, "ok"), (3, "failed")]
    assert asked == [[0, 1, 2, 3, 4], [1, 2], [0], [3]]


def test_a_network_that_is_trained_alone_has_the_memory_of_all_workers(images, monkeypatch):
    alive = []
    ask = pool.Worker.ask

    def counted(self, message):
        if "config" in message:
            alive.append(sum(child.status() != "zombie" for child in psutil.Process().children()))
        return ask(self, message)

    pool.dismiss_all()
    before = len(psutil.Process().children())
    monkeypatch.setattr(pool.Worker, "ask", counted)
    huge, small = rn.AnyNetConfig((1,), (2**31,), 1, 2**31), rn.AnyNetConfig((1,), (8,), 1, 8)
    run(images, space=[small, small, small, huge], n=4, workers=2)
    assert len(alive) == 5 and alive[-1] == before + 1


def test_an_engine_of_ones_own_gives_the_same_records(images, undisturbed, tmp_path):
    class Here:
        name, workers, threads, device = "here", 1, 1, "cpu"

        def check(self, regime):
            assert regime == REGIME

        @contextlib.contextmanager
        def start(self, job):
            trainer = job.trainer(self.device, self.threads)
            yield Crew(1, {"processor": "mine"}, lambda tasks: map(trainer, tasks), {"room": 7})

    table = run(images, tmp_path / "a.jsonl", engine=Here())
    assert table[SAME].equals(undisturbed)
    session = table.attrs["header"]["sessions"][0]
    assert (session["engine"], session["workers"], session["room"]) == ("here", 1, 7)


def killed(times):
    """Kill a worker as soon as it has a network, so many times."""
    tell = pool.Worker.tell

    def told(self, message):
        tell(self, message)
        if "config" in message and times:
            times.pop()
            self.process.kill()

    return told


def test_a_killed_worker_is_replaced_and_its_network_tried_again(images, undisturbed, monkeypatch):
    monkeypatch.setattr(pool.Worker, "tell", killed([1]))
    assert run(images)[SAME].equals(undisturbed)


def test_failed_networks_are_trained_again_when_that_is_asked_for(images, undisturbed, tmp_path, monkeypatch):
    out = tmp_path / "a.jsonl"
    with monkeypatch.context() as patch:
        patch.setattr(pool.Worker, "tell", killed([1, 2]))
        table = run(images, out, n=1)
    assert table.status[0] == "failed" and "its worker died (killed by SIGKILL" in table.reason[0]
    assert run(images, out, n=1).status[0] == "failed"  # not by itself
    assert rn.forget_failed(out) == 1 and rn.forget_failed(out) == 0 == rn.forget_failed(tmp_path / "none")
    assert run(images, out)[SAME].equals(undisturbed)
    assert "its worker died" in (tmp_path / "a.jsonl.failed").read_text()


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="nothing can be stopped here")
def test_a_worker_that_says_nothing_is_named_then_ended_and_its_network_tried_again(
    images, undisturbed, monkeypatch, capsys
):
    tell, clock, stopped, jump = pool.Worker.tell, time.monotonic, [], [0.0]

    def told(self, message):
        tell(self, message)
        if "config" in message and not stopped:
            os.kill(self.process.pid, signal.SIGSTOP)
            stopped.append(self)

    def now():  # time flies while one is stopped
        jump[0] += 70 * any(one.process.poll() is None for one in stopped)
        return clock() + jump[0]

    monkeypatch.setattr(pool.Worker, "tell", told)
    monkeypatch.setattr(pool, "clock", now)
    table = run(images, engine=rn.LocalEngine(workers=1, network_timeout=400))
    said = capsys.readouterr().err
    assert f"network 0: its worker, process {stopped[0].process.pid}, has given no sign of life for 60 s" in said
    assert table[SAME].equals(undisturbed)


def test_a_network_that_takes_too_long_twice_is_recorded_as_failed(images, monkeypatch):
    monkeypatch.setattr(worker, "BEAT", 0.1)
    endless = rn.AnyNetConfig((10_000,), (8,), 1, 8)
    table = run(images, space=[endless], n=1, engine=rn.LocalEngine(workers=1, network_timeout=2))
    assert table.reason[0] == "it was ended after 2 s without a result"


def test_what_went_otherwise_than_planned_is_told_once_and_recorded(images, tmp_path, monkeypatch, capsys):
    def pretended(self, tasks):
        result = {"status": "ok", "error": 0.5, "errors": [0.5], "epochs": 1, "loss": 1.0, "seconds": 1.0}
        yield from ({"index": task["index"], **result, "note": "the step could not be recorded"} for task in tasks)

    monkeypatch.setattr(pool.Pool, "train", pretended)
    run(images, tmp_path / "a.jsonl", progress=True)
    said = capsys.readouterr().err
    assert said.count("note: network 0: the step could not be recorded") == 1
    assert (tmp_path / "a.jsonl").read_text().count('"note": "the step') == 4
    assert "4 of 4 [" in said and "left, best error 50.0%, median 50.0%]" in said


def test_a_worker_whose_gpu_is_broken_ends_and_says_what_broke_it(monkeypatch):
    def illegal(*_, **__):
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
    assert trainer(task) == {"index": 0, "status": "failed", "reason": reason}


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
        ({"engine": 3}, "engine 3 has no name; give a name, or an engine such as LocalEngine"),
        ({"engine": rn.LocalEngine(), "workers": 2}, "workers 2 is given beside an engine that has its own"),
        ({"device": "cpu:0"}, "device 'cpu:0' is unknown; use cpu, cuda, cuda:1"),
        ({"seed": -1}, "seed -1"),
        ({"regime": REGIME.replace(batch_size=500)}, "batch_size 500 is more than the 160 training images"),
        ({"space": ["AnyNetXA"], "n": 1}, "published network 'AnyNetXA' is unknown"),
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


def start(out, stop_after=0):
    """Start a driver; it says "stopped" and waits when so many networks are on the disk."""
    hold = f"""
import sys
from regnet_edu.sweeps.records import RecordWriter
append, left = RecordWriter.append, [{stop_after}]
def held(self, record):
    append(self, record)
    left[0] -= record["kind"] == "network"
    if left[0] == 0 and record["kind"] == "network":
        print("stopped", flush=True)
        sys.stdin.read()
RecordWriter.append = held
"""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    command = [sys.executable, "-c", hold + COMMAND.replace("OUT", str(out))]
    return subprocess.Popen(command, start_new_session=True, **pipes)


def workers_of(pid):
    with contextlib.suppress(psutil.NoSuchProcess):
        return [p for p in psutil.Process(pid).children() if p.status() != "zombie"]
    return []


def wait_for(condition, seconds=300):
    end = time.time() + seconds
    while not condition():
        assert time.time() < end, "waited in vain"
        time.sleep(0.01)


def recorded(out):
    return len(records.read(out).networks) if out.exists() else 0


@pytest.mark.skipif(os.name != "posix", reason="nothing can be killed at once here")
def test_a_driver_killed_twice_loses_nothing_and_leaves_no_worker(undisturbed, images, tmp_path):
    out = tmp_path / "a.jsonl"
    for done in (1, 2):
        driver = start(out, stop_after=1)
        assert driver.stdout.readline() == b"stopped\n"
        workers = workers_of(driver.pid)
        driver.kill()
        driver.communicate()
        assert workers and recorded(out) == done
        assert not psutil.wait_procs(workers, timeout=60)[1]
    assert run(images, out)[SAME].equals(undisturbed)


@pytest.mark.skipif(os.name != "posix", reason="sends Ctrl-C as a signal")
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
    os.killpg(driver.pid, signal.SIGINT)
    _, said = driver.communicate(timeout=60)
    assert driver.returncode == 130 and "the same command goes on from there" in said and "Traceback" not in said
    assert not psutil.wait_procs(workers, timeout=30)[1]


@pytest.mark.skipif(os.name != "posix", reason="nothing can be killed at once here")
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
            rng.choice(victims).kill()
            kills += 1
            time.sleep(rng.uniform(0, 3))
        driver.kill()
        driver.communicate()
        kills += 1
        if recorded(out) == 4:  # complete: begin anew, so that every kill has something to lose
            assert run(images, out)[SAME].equals(undisturbed)
            out.unlink()
    assert run(images, out)[SAME].equals(undisturbed)
