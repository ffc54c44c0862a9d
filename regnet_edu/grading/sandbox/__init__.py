"""What a submission's process may do: walls set by the kernel where it has them, and by Python everywhere.

Runs inside the submission's process before any of its code, and imports nothing of the package: that process loads
this folder by its path. Seven layers, each independent of the others, so that where one is missing the rest hold:

    processes  a pid, network and IPC namespace of its own (Linux): no other process is even visible
    root       a file tree of its own: what it needs, read-only, and one small folder in memory to write in
    user       where the grader is root: a user that owns nothing; everywhere: no capabilities
    limits     memory, file size, processor time, open files and, where nobody shares its user, threads (setrlimit)
    files      Landlock (Linux 5.13 or later): only what it needs is readable, only its own folder is writable
    calls      seccomp (Linux on x86-64 and 64-bit ARM): a list of the system calls that are allowed
    hook       Python's audit hook: the same in words, for systems without the above (it can be got round from C)
"""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any

from . import hook, landlock, limits, namespaces, root, seccomp, user

LAYERS = {
    "processes": "processes of its own",
    "root": "a file tree of its own",
    "user": "a user of its own",
    "limits": "limits on memory and time",
    "files": "Landlock",
    "calls": "a list of allowed system calls",
    "hook": "Python's audit hook",
}
NO_NEW_PRIVS, PARENT_DEATH_SIGNAL = 38, 1


def missing(layers: list[str] | tuple[str, ...], is_root: bool) -> list[str]:
    """The layers that do not hold, in words; an ordinary user is as good as another one."""
    return [words for name, words in LAYERS.items() if name not in layers and (name != "user" or is_root)]


def enter(order: dict[str, Any]) -> dict[str, Any]:
    """Before anything large is loaded: go on where nothing of the system is seen. Return what holds now.

    The process that returns from here may be another one than the one that called.
    """
    without = order["without"]
    held: dict[str, Any] = {"layers": [], "pid": os.getpid(), "alone": False}
    if not sys.platform.startswith("linux"):
        return held
    owner = user.spare() if os.getuid() == 0 and "user" not in without else None
    if "processes" not in without:
        own_user = namespaces.enter()
        if own_user is not None:
            held["layers"].append("processes")
            held["alone"] = own_user
            held["pid"] = namespaces.pid_outside()
            if "root" not in without and root.move(order["folder"], order["readable"], order["hidden"], owner):
                held["layers"].append("root")
    if owner is not None:
        if "root" not in held["layers"]:
            os.chown(order["folder"], owner, owner)
        if user.become(owner, order["path"], order["preload"]):
            held["layers"].append("user")
            held["alone"] = True
        elif "root" not in held["layers"]:
            os.chown(order["folder"], 0, 0)
        else:
            os.chmod(order["folder"], 0o777)  # in a tree that nobody else sees
    if "user" not in without:
        user.drop_capabilities()
    return held


def lock(order: dict[str, Any], held: dict[str, Any]) -> list[str]:
    """Close every other door that this system lets us close; return the names of the layers that hold."""
    without, layers = order["without"], list(held["layers"])
    if "limits" not in without and limits.set_all(order["memory"], order["file_size"], held["alone"]):
        layers.append("limits")
    if sys.platform.startswith("linux"):
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(PARENT_DEATH_SIGNAL, 9, 0, 0, 0)  # again: another user means that it is forgotten
        if libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
            folder, readable, hidden = order["folder"], order["readable"], order["hidden"]
            if "files" not in without and landlock.restrict(folder, readable, hidden, order["landlock"]):
                layers.append("files")
            if "calls" not in without and seccomp.restrict():
                layers.append("calls")
    if "hook" not in without:
        hook.watch(order["folder"], order["hidden"])
        layers.append("hook")
    return layers
