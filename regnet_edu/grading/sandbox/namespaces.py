"""A process that sees no other: namespaces of its own for processes, network and shared memory (Linux)."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import struct
import sys

NEW_MOUNTS, NEW_IPC, NEW_USER, NEW_PIDS, NEW_NET = 0x20000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
OWN = NEW_MOUNTS | NEW_IPC | NEW_PIDS | NEW_NET
PARENT_DEATH_SIGNAL = 1


def enter() -> bool | None:
    """Go on in a new process in namespaces of its own; None if this system does not allow it.

    Returns:
        Whether its user is in a namespace of its own too, as it is unless the grader is root.
    """
    for flags in (OWN, OWN | NEW_USER) if os.getuid() == 0 else (OWN | NEW_USER,):
        if _works(flags):
            _unshare(flags)
            _go_on_as_a_new_process()
            return bool(flags & NEW_USER)
    return None


def pid_outside() -> int:
    """The number by which the grader knows this process: /proc is still the grader's."""
    try:
        return int(os.readlink("/proc/self"))
    except (OSError, ValueError):
        return os.getpid()


def _works(flags: int) -> bool:
    """Try it in a process that ends: half of it cannot be taken back."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            _unshare(flags)
            inner = os.fork()
            if inner == 0:
                os._exit(0)
            os._exit(os.waitpid(inner, 0)[1])
        os._exit(1)
    return os.waitpid(pid, 0)[1] == 0


def _unshare(flags: int) -> None:
    uid, gid = os.getuid(), os.getgid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    if flags & NEW_USER:
        for name, line in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(line)


def _go_on_as_a_new_process() -> None:
    """Return in a grandchild. Its parent is the first process of the namespace: when that ends, all in it end.

    The process that called waits, and then ends as the grandchild did.
    """
    read_end, write_end = os.pipe()
    if os.fork():
        os.close(write_end)
        _close_all_but(read_end)
        answer = os.read(read_end, 4)
        _end_like(struct.unpack("i", answer)[0] if len(answer) == 4 else signal.SIGKILL)
    _die_with_parent()
    pid = os.fork()
    if pid:
        _close_all_but(write_end)
        os.write(write_end, struct.pack("i", os.waitpid(pid, 0)[1]))
        os._exit(0)
    _die_with_parent()
    os.close(read_end)
    os.close(write_end)


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, 9, 0, 0, 0)


def _close_all_but(kept: int) -> None:
    os.closerange(0, kept)
    os.closerange(kept + 1, 256)


def _end_like(status: int) -> None:
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 1)
