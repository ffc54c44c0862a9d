"""Workers rest between two sweeps of one program: whose they are, what they cost, and when they end."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import regnet_edu as rn
from regnet_edu.common.errors import InputError
from regnet_edu.data.synthetic import CLASSES, pictures
from regnet_edu.sweeps.engines import process, worker
from regnet_edu.sweeps.records import RecordWriter

REGIME = rn.regime.get("tiny").replace(
    name="test", resolution=16, flops=(2e5, 3e5), ranges={}, train_images=160, test_images=100
)


def sweep(seed: int = 0, **options: object):
    images = rn.ImageData("shapes", *pictures(200, 16, 1), *pictures(100, 16, 2), CLASSES, "0123456789abcdef")
    return rn.sweep("AnyNetXA", 2, REGIME, seed=seed, data=images, progress=False, **{"workers": 1, **options})


def resting() -> list[int]:
    return [one.process.pid for one in process._resting]


def gone(pid: int, seconds: float = 10.0) -> bool:
    """Whether a process has ended, or does so in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


@pytest.fixture(autouse=True)
def at_most_one_rests():
    while len(process._resting) > 1:
        process._resting.pop().stop()


@pytest.fixture(scope="module")
def whole():
    process.dismiss_all()
    return sweep()


def test_the_next_sweep_is_trained_by_the_same_process_and_gives_what_a_new_one_gives(whole):
    sweep(1)
    first = resting()
    again = sweep(0)
    assert resting() == first != []
    for column in ("error", "errors", "loss", "widths"):
        assert again[column].tolist() == whole[column].tolist()


@pytest.mark.parametrize("change", ["environment", "folder", "threads"])
def test_a_worker_started_in_other_surroundings_is_not_used(change, monkeypatch, tmp_path):
    sweep()
    (first,) = resting()
    if change == "environment":
        monkeypatch.setenv("ANY_VARIABLE", "1")
    if change == "folder":
        monkeypatch.chdir(tmp_path)
    sweep(threads=2 if change == "threads" else 1)
    assert len(resting()) == 1 and resting() != [first] and gone(first)


def test_a_worker_that_was_killed_while_it_rested_is_replaced(whole):
    sweep()
    (first,) = resting()
    os.kill(first, signal.SIGKILL)
    assert sweep().error.tolist() == whole.error.tolist()
    assert len(resting()) == 1 and resting() != [first]


def test_who_dies_as_soon_as_it_gets_its_next_job_is_replaced_too(whole, monkeypatch):
    sweep()
    (first,) = process._resting
    monkeypatch.setattr(first.process, "poll", lambda: None)  # it dies between the look at it and the job
    os.kill(first.process.pid, signal.SIGKILL)
    assert sweep().error.tolist() == whole.error.tolist()


def test_a_sweep_that_does_not_end_by_itself_leaves_nobody(monkeypatch):
    append = RecordWriter.append

    def stop(self: RecordWriter, record: dict) -> None:
        if record["kind"] == "network":
            raise KeyboardInterrupt
        append(self, record)

    monkeypatch.setattr(RecordWriter, "append", stop)
    with pytest.raises(KeyboardInterrupt):
        sweep()
    assert resting() == []


def test_a_job_that_is_refused_is_said_by_a_worker_that_rested_as_by_a_new_one(monkeypatch):
    sweep()
    monkeypatch.setattr(
        "regnet_edu.sweeps.engines.local.save_data", lambda data, folder: {"name": "none", "classes": [], "paths": {}}
    )
    with pytest.raises(InputError, match="no worker could be started"):
        sweep()
    assert resting() == []


def test_no_more_rest_than_their_memory_is_worth(monkeypatch):
    monkeypatch.setattr(process, "MOST_AT_REST", 1)
    sweep(workers=2)
    assert len(resting()) <= 1


def test_a_forked_process_has_none_of_its_parents_workers():
    sweep()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, str(len(process._resting)).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(read, 9) == b"0" and len(resting()) == 1
    os.close(read), os.close(write)
    assert not gone(resting()[0], 0.5)


def test_who_waits_for_too_long_ends():
    code = "from regnet_edu.sweeps.engines import worker; worker.PATIENCE = 0.1; worker.main()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as waiting:
        assert waiting.wait(60) == 0
    assert worker.PATIENCE >= 60


PROGRAM = f"""
import os, sys
sys.path[:0] = {[str(Path(__file__).parent)]!r}
from test_process import resting, sweep
if __name__ == "__main__":
    sweep()
    print(*resting(), flush=True)
    sys.stdin.readline()
    END
"""


@pytest.mark.parametrize("end", ["pass", "os._exit(3)", "os.kill(os.getpid(), 9)"])
def test_no_worker_outlives_its_program_however_that_ends(end):
    program = PROGRAM.replace("END", end)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-W", "error", "-c", program], text=True, **pipes) as running:
        pid = int(running.stdout.readline())
        assert not gone(pid, 0)
        _, errors = running.communicate("\n", timeout=60)
    assert gone(pid)
    assert errors == ""
