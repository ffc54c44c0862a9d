"""Workers rest between two sweeps of one program: whose they are, what they cost, and when they end."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import regnet_edu as rn
from regnet_edu.common import import_path
from regnet_edu.common.errors import InputError
from regnet_edu.data.synthetic import CLASSES, pictures
from regnet_edu.sweeps.engines import pool, worker
from regnet_edu.sweeps.records import RecordWriter

REGIME = rn.regime.get("tiny").replace(
    name="test", resolution=16, flops=(2e5, 3e5), ranges={}, train_images=160, test_images=100
)


def sweep(seed: int = 0, **options: object):
    images = rn.ImageData("shapes", *pictures(200, 16, 1), *pictures(100, 16, 2), CLASSES, "0123456789abcdef")
    engine = rn.LocalEngine(**{"workers": 1, **options})
    return rn.sweep("AnyNetXA", 2, REGIME, seed=seed, data=images, progress=False, engine=engine)


def resting() -> list[int]:
    return [one.process.pid for one in pool._resting]


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
def at_most_one_rests(monkeypatch):
    monkeypatch.setattr(import_path, "_asked", {})  # other tests have code of their own, with which no worker rests
    while len(pool._resting) > 1:
        pool._resting.pop().stop()


@pytest.fixture(scope="module")
def whole():
    pool.dismiss_all()
    return sweep()


def test_the_next_sweep_is_trained_by_the_same_process_and_gives_what_a_new_one_gives(whole):
    sweep(1)
    first = resting()
    again = sweep(0)
    assert resting() == first != []
    for column in ("error", "errors", "loss", "widths"):
        assert again[column].tolist() == whole[column].tolist()


def test_a_worker_started_in_other_surroundings_is_not_used(monkeypatch):
    sweep()
    (first,) = resting()
    monkeypatch.setenv("ANY_VARIABLE", "1")
    sweep()
    assert len(resting()) == 1 and resting() != [first] and gone(first)


def test_a_worker_keeps_the_memory_that_it_had_unless_the_user_has_said_otherwise(monkeypatch):
    monkeypatch.delenv("GLIBC_TUNABLES", raising=False)
    environment = pool.surroundings_of(3)["environment"]
    assert environment["GLIBC_TUNABLES"] == pool.KEEP_MEMORY and environment["OMP_NUM_THREADS"] == "3"
    monkeypatch.setenv("GLIBC_TUNABLES", "mine")
    assert pool.surroundings_of(1)["environment"]["GLIBC_TUNABLES"] == "mine"


def test_a_worker_that_was_killed_while_it_rested_is_replaced(whole, monkeypatch):
    sweep()
    (first,) = pool._resting
    monkeypatch.setattr(first.process, "poll", lambda: None)  # it dies between the look at it and the job
    first.process.kill()
    assert sweep().error.tolist() == whole.error.tolist()
    assert len(resting()) == 1 and resting() != [first.process.pid]


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
    monkeypatch.setattr(pool, "MOST_AT_REST", 0)
    sweep()
    assert resting() == []


def test_a_forked_process_has_none_of_its_parents_workers():
    sweep()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, str(len(pool._resting)).encode())
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
from test_pool import resting, sweep
sweep()  # no guard of "__main__", as learners write it
print(*resting(), flush=True)
sys.stdin.readline()
os.kill(os.getpid(), 9)
"""


def test_no_worker_outlives_its_program_when_that_is_killed():
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-W", "error", "-c", PROGRAM], text=True, **pipes) as running:
        pid = int(running.stdout.readline())
        assert not gone(pid, 0)
        _, errors = running.communicate("\n", timeout=60)
    assert gone(pid)
    assert errors == ""


HIDE = """
import builtins, os, signal, sys, types
GONE = {"fcntl", "resource", "select", "selectors", "pwd", "grp", "termios"}
LACKING = {
    "os": {"killpg", "fork", "sched_getaffinity", "setsid", "getpgid", "register_at_fork", "getuid"},
    "signal": {"SIGKILL", "SIGSTOP", "SIGUSR1"},
}
imported, opened = builtins.__import__, builtins.open

class Without(types.ModuleType):
    def __getattr__(self, name):
        if name in LACKING[self.__name__]:
            raise AttributeError(name)
        return getattr(sys.modules[self.__name__], name)

def ours():
    caller = sys._getframe(1).f_back
    return caller is not None and str(caller.f_globals.get("__name__")).startswith("regnet_edu")

def hooked(name, globals=None, locals=None, fromlist=(), level=0):
    if level == 0 and ours():
        if name.partition(".")[0] in GONE:
            raise ImportError(name)
        if name in LACKING:
            return Without(name)
    return imported(name, globals, locals, fromlist, level)

def other_open(file, *args, **options):
    if ours() and str(file).startswith(("/proc", "/sys")):
        raise FileNotFoundError(2, "No such file or directory", str(file))
    return opened(file, *args, **options)

builtins.__import__, builtins.open = hooked, other_open
"""


def test_a_sweep_needs_nothing_that_only_unix_has_and_no_worker_outlives_its_program(whole, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(HIDE)  # the workers' too
    program = f"""
import os, sys
sys.path[:0] = {[str(Path(__file__).parent)]!r}
import regnet_edu.sweeps.engines.local as room
assert not hasattr(room.os, "killpg") and hasattr(os, "killpg")
from test_pool import resting, sweep
print(*sweep().loss, *resting())
"""
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], env=environment, capture_output=True, text=True, timeout=300
    )
    *losses, worker = done.stdout.split()
    assert losses == [str(loss) for loss in whole.loss], done.stderr
    assert gone(int(worker)) and done.stderr == ""
