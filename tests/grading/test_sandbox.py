"""Each layer of the sandbox holds alone: with any one of them off, nothing outside is reached, read or changed."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from regnet_edu.grading import sandbox
from regnet_edu.grading.exercise import get
from regnet_edu.grading.judge import check_source
from regnet_edu.grading.process import Limits, Submission
from regnet_edu.grading.runner import words_of_missing
from regnet_edu.grading.sandbox import calls, seccomp
from regnet_edu.grading.verdict import Verdict

EXERCISE = get("03.1")
SOLUTION = inspect.getsource(EXERCISE.solution)
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="layers of Linux")
CONTAINER = ("processes", "root", "user")  # what an ordinary user in a container, or on Ubuntu 24.04, lacks
WITHOUT = [(), *((name,) for name in sandbox.LAYERS), CONTAINER]


def attack(body: str, limits: Limits) -> Verdict:
    """Grade a solution that does something else at its first import, and returns what it did."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return check_source(EXERCISE, Submission(f"def edf(errors, e):\n{lines}\n", "edf.py"), limits=limits)


# From C, so that Python's hook sees nothing. Each of them would be harmless if it worked: it sends no signal, and sets
# what is set already.
REACH = """
import ctypes, os
libc = ctypes.CDLL(None)
grader = {pid}
found = []
def attempt(name, number, *arguments):
    if libc.syscall(number, *arguments) >= 0:
        found.append(name)
info = ctypes.create_string_buffer(128)
mask = ctypes.create_string_buffer(b"\\xff" * 128)
limits = ctypes.create_string_buffer(64)
attempt("kill", 62, grader, 0)
attempt("tkill", 200, grader, 0)
attempt("tgkill", 234, grader, grader, 0)
attempt("rt_sigqueueinfo", 129, grader, 0, info)
attempt("rt_tgsigqueueinfo", 297, grader, grader, 0, info)
attempt("pidfd_open", 434, grader, 0)
attempt("setpriority", 141, 0, grader, 0)
attempt("sched_setaffinity", 203, grader, 128, mask)
attempt("sched_setscheduler", 144, grader, 0, info)
attempt("sched_setparam", 142, grader, info)
attempt("ioprio_set", 251, 1, grader, 0)
attempt("prlimit64", 302, grader, 7, None, limits)
attempt("ptrace", 101, 0x4206, grader, 0, 0)
attempt("migrate_pages", 256, grader, 64, mask, mask)
attempt("kcmp", 312, grader, grader, 0, 0, 0)
attempt("setpgid", 109, 0, grader)
try:
    os.listdir(f"/proc/{{grader}}/fd")
    found.append("/proc")
except OSError:
    pass
return found
"""


@linux
@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers of system calls are those of x86-64")
@pytest.mark.parametrize("without", WITHOUT, ids=lambda w: "+".join(w) or "none")
def test_no_submission_reaches_the_grader(without: tuple[str, ...]) -> None:
    result = attack(REACH.format(pid=os.getpid()), Limits(without=without))
    assert not set(without) & set(result.layers)
    assert "came back []" in result.parts[0].words, str(result)


@linux
@pytest.mark.parametrize("version", range(8))
def test_no_version_of_landlock_is_needed_to_be_safe_from_signals(version: int) -> None:
    result = attack(REACH.format(pid=os.getpid()), Limits(without=CONTAINER, landlock=version))
    assert ("files" in result.layers) == (version > 0)
    seen = "came back []" if version else "came back ['/proc']"  # without it root may look, and do nothing
    assert seen in result.parts[0].words, str(result)


# What lies outside, and everybody may write, is read, emptied, changed, moved and removed, all from C.
TOUCH = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
place, folder = {place!r}.encode(), {folder!r}.encode()
found = []
def attempt(name, result):
    if result >= 0:
        found.append(name)
attempt("open to read", libc.open(place, os.O_RDONLY))
attempt("open to write", libc.open(place, os.O_RDWR))
attempt("open to empty", libc.open(place, os.O_RDONLY | os.O_TRUNC))
attempt("truncate", libc.truncate(place, ctypes.c_long(0)))
attempt("unlink", libc.unlink(place))
attempt("rename", libc.rename(place, place + b"2"))
attempt("rename to here", libc.rename(place, b"here"))
attempt("link", libc.link(place, b"linked"))
attempt("mkdir", libc.mkdir(folder + b"/new", 0o777))
attempt("symlink", libc.symlink(b"x", folder + b"/link"))
attempt("mknod", libc.mknod(folder + b"/fifo", 0o10666, 0))
attempt("fifo", libc.mknod(b"fifo", 0o10666, 0))
attempt("shadow", libc.open(b"/etc/shadow", os.O_RDONLY))
attempt("home", libc.open({home!r}.encode(), os.O_RDONLY))
attempt("shared memory", libc.open(b"/dev/shm/stays", os.O_RDWR | os.O_CREAT, 0o666))
for change in (libc.chmod, libc.chown, libc.utimes, libc.setxattr, libc.removexattr):
    change(place, 0, 0, 0, 0)
return found
"""


@linux
@pytest.mark.parametrize("without", [w for w in WITHOUT if "files" not in w or w == ("files",)], ids="+".join)
def test_nothing_outside_is_read_or_changed(without: tuple[str, ...], tmp_path: Path) -> None:
    for folder in [tmp_path, *tmp_path.parents[:2]]:
        folder.chmod(0o777)
    place = tmp_path / "grades.csv"
    place.write_text("ann,5\n")
    place.chmod(0o666)
    before = place.stat()
    home = tmp_path / "id_rsa"
    home.write_text("secret")
    result = attack(TOUCH.format(place=str(place), folder=str(tmp_path), home=str(home)), Limits(without=without))
    allowed = {"['fifo']", "[]"} if "calls" in without else {"[]"}
    assert result.parts[0].words.split("came back ")[1].split("\n")[0] in allowed, str(result)
    assert place.read_text() == "ann,5\n"
    after = place.stat()
    assert (after.st_mode, after.st_mtime_ns, after.st_uid) == (before.st_mode, before.st_mtime_ns, before.st_uid)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["grades.csv", "id_rsa"]


START = """
import ctypes, socket
found = []
libc = ctypes.CDLL(None)
if libc.fork() > 0:
    found.append("fork")
fd = libc.socket(2, 1, 0)
address = (b"\\x02\\x00" + ({port}).to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8))
if fd >= 0 and libc.connect(fd, address, 16) == 0:
    found.append("network")
pair = (ctypes.c_int * 2)()
if libc.socketpair(1, 2, 0, pair) == 0:
    found.append("datagrams")
if libc.socketpair(2, 1, 0, pair) == 0:
    found.append("another family")
if libc.shmget(0, 4096, 0o1600) >= 0:
    found.append("shared memory")
return found
"""


@linux
@pytest.mark.parametrize("without", WITHOUT, ids=lambda w: "+".join(w) or "none")
def test_no_network_and_nothing_that_outlives_the_process(without: tuple[str, ...]) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        result = attack(START.format(port=server.getsockname()[1]), Limits(without=without))
    said = result.parts[0].words.split("came back ")[1].split("\n")[0]
    # In namespaces of its own, a process or a piece of memory more ends with them.
    assert said == "[]" if "calls" not in without else "network" not in said, str(result)


THREADS = """
import threading, time
threading.stack_size(32768)
for k in range(2500):
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    if k % 50 == 0:
        time.sleep(0.01)
return "all of them"
"""


@linux
@pytest.mark.parametrize("without", [(), ("user",), ("limits",), CONTAINER], ids=lambda w: "+".join(w) or "none")
def test_threads_are_few(without: tuple[str, ...]) -> None:
    words = attack(THREADS, Limits(without=without)).parts[0].words
    assert "start new thread" in words or "threads, and 96 are the most" in words, words


DEEP = (
    "import os\nfor _ in range(3000):\n    os.mkdir('d')\n    os.chdir('d')\n    open('f', 'wb').write(bytes(200_000))"
)


@linux
@pytest.mark.parametrize("without", [(), CONTAINER], ids=lambda w: "+".join(w) or "none")
def test_what_is_written_is_little(without: tuple[str, ...]) -> None:
    words = attack(f"{DEEP}\nimport time\ntime.sleep(5)", Limits(without=without)).parts[0].words
    assert "No space left" in words or "it made more than 2,000 files" in words or "more than 64 MiB" in words, words


def test_memory_that_no_limit_counts_is_refused() -> None:
    words = attack("import mmap\nmmap.mmap(-1, 2**20)\nreturn 1", Limits()).parts[0].words
    assert "PermissionError" in words


@pytest.mark.parametrize("machine", seccomp.ARCHITECTURE)
def test_every_jump_of_the_filter_stays_in_it_and_every_name_has_its_look(machine: str) -> None:
    code = seccomp.filter_for(machine, 7)
    assert len(code) < 4096
    for k, (kind, if_true, if_false, _) in enumerate(code):
        if kind in (seccomp.EQUAL, seccomp.ANY_BIT):
            assert max(if_true, if_false) < 256 and k + 1 + max(if_true, if_false) < len(code)
    assert code[-1] == (seccomp.RETURN, 0, 0, seccomp.DENY)
    names = [*calls.ALLOWED, *calls.PRETENDED, *calls.LIMITED]
    assert len(names) == len(set(names))


def test_what_is_missing_is_said_in_words_and_an_ordinary_user_needs_no_other() -> None:
    assert sandbox.missing(list(sandbox.LAYERS), is_root=True) == []
    assert sandbox.missing([name for name in sandbox.LAYERS if name != "user"], is_root=False) == []
    assert words_of_missing(("hook",)) and "Landlock" in words_of_missing(("hook",))
    assert words_of_missing(tuple(sandbox.LAYERS)) == ""


# An ordinary user, with any Python: the sandbox imports nothing of the package.
ORDINARY = """
import importlib.util, os, sys, threading, time
spec = importlib.util.spec_from_file_location("walls", {folder!r} + "/__init__.py", submodule_search_locations=[{folder!r}])
walls = importlib.util.module_from_spec(spec)
sys.modules["walls"] = walls
spec.loader.exec_module(walls)
paths = [p for p in sys.path if os.path.isdir(p)]
order = dict(without=[], folder={place!r}, readable=[*paths, sys.prefix], hidden=[], path=paths, preload=[],
             memory=2**31, file_size=2**24, landlock=99)
layers = walls.lock(order, walls.enter(order))
open("mine", "w").write("x")
for k in range(500):
    try:
        threading.Thread(target=time.sleep, args=(9,), daemon=True).start()
    except RuntimeError:
        break
os.write(1, (" ".join(layers) + f" {{k}} threads").encode())
os._exit(0)
"""


@linux
@pytest.mark.skipif(
    os.name != "posix" or os.getuid() != 0 or not Path("/usr/bin/python3").exists(), reason="needs root"
)
def test_an_ordinary_user_has_walls_too(tmp_path: Path) -> None:
    for folder in [tmp_path, *tmp_path.parents[:2]]:
        folder.chmod(0o777)
    program = ORDINARY.format(folder=str(Path(sandbox.__file__).parent), place=str(tmp_path))
    who: dict[str, Any] = {"user": 12345, "group": 12345, "extra_groups": []}
    command = ["/usr/bin/python3", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60, **who)
    layers = done.stdout.split()
    if "processes" not in layers:
        pytest.skip("this system allows no namespaces to ordinary users")
    assert layers[:-2] == ["processes", "root", "limits", "files", "calls", "hook"], done.stderr
    assert int(layers[-2]) <= 64
    assert not (tmp_path / "mine").exists()  # it lay in a tree of its own


# Runs a check where a system like Windows has neither these modules nor these functions, in grader and submission.
ELSEWHERE = """
import os, sys
for name in ("fcntl", "resource", "select", "pwd", "grp", "termios", "_posixsubprocess" if {student} else "termios"):
    sys.modules[name] = None
for name in ("killpg", "getuid", "geteuid", "fork", "setsid", "set_blocking", "sched_getaffinity", "chown", "getpgid"):
    if hasattr(os, name):
        delattr(os, name)
"""
STUDENT = (
    ELSEWHERE.format(student=True)
    + "sys.platform = 'elsewhere'\nimport runpy\nrunpy.run_path({program!r}, run_name='__main__')\n"
)
GRADER = (
    ELSEWHERE.format(student=False)
    + """
import inspect
sys.modules.pop("select")
sys.executable = {wrapper!r}
from regnet_edu.grading.exercise import get
from regnet_edu.grading.judge import check_source
from regnet_edu.grading.process import Limits, Submission
exercise = get("03.1")
text = inspect.getsource(exercise.solution)
right = check_source(exercise, Submission(text, "edf.py"))
endless = text + "\\n\\ndef mean_from_curve(errors):\\n    while True: pass\\n"
stopped = check_source(exercise, Submission(endless, "edf.py"), limits=Limits(seconds=1))
print(right.points, stopped.points, right.layers)
"""
)


def test_grading_runs_where_there_is_neither_fcntl_nor_resource_nor_killpg(tmp_path: Path) -> None:
    program = str(Path(sandbox.__file__).parent.parent / "student.py")
    student, grader, wrapper = (tmp_path / name for name in ("student.py", "grader.py", "python"))
    student.write_text(STUDENT.format(program=program))
    grader.write_text(GRADER.format(wrapper=str(wrapper)))
    wrapper.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -B "{student}"\n')
    wrapper.chmod(0o755)
    done = subprocess.run([sys.executable, str(grader)], capture_output=True, text=True, timeout=120)
    assert done.stdout == "5 3 ('hook',)\n", done.stderr
