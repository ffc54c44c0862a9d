"""Landlock (Linux 5.13 or later): only what a submission needs is readable, only its own folder is writable."""

from __future__ import annotations

import ctypes
import os
import struct

from . import places

READ = 1 << 0 | 1 << 2 | 1 << 3  # execute, read a file, list a folder
LIST = 1 << 3
OF_FOLDERS = 1 << 3 | 0x1FF0 | 1 << 13  # what only folders have
RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}  # how many rights a version knows; later ones 16
CREATE, ADD, RESTRICT = 444, 445, 446


def restrict(folder: str, readable: list[str], hidden: list[str], newest: int) -> bool:
    """Restrict this process, with at most the version `newest` of Landlock; return whether it holds."""
    libc = ctypes.CDLL(None, use_errno=True)
    version = min(newest, libc.syscall(CREATE, None, 0, 1))
    if version < 1:
        return False
    every = (1 << RIGHTS.get(version, 16)) - 1
    tcp = 3 if version >= 4 else 0
    scope = 3 if version >= 6 else 0  # no signals to, and no abstract sockets of, processes outside
    attributes = struct.pack("QQQ", every, tcp, scope)[: 8 if version < 4 else 16 if version < 6 else 24]
    ruleset = libc.syscall(CREATE, attributes, len(attributes), 0)
    if ruleset < 0:
        return False

    def allow(path: str, access: int) -> None:
        try:
            fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            return
        if not os.path.isdir(path):
            access &= ~OF_FOLDERS
        libc.syscall(ADD, ruleset, 1, struct.pack("=Qi", access & every, fd), 0)
        os.close(fd)

    def allow_around(path: str) -> None:
        """Everything under `path` may be read, but what is hidden."""
        if path in hidden:
            return
        if any(h.startswith(path.rstrip("/") + "/") for h in hidden) and os.path.isdir(path):
            allow(path, LIST)
            for child in os.listdir(path):
                allow_around(os.path.join(path, child))
        else:
            allow(path, READ)

    wanted = [*places.FOLDERS, *places.FILES, *places.DEVICES, *places.FACTS, "/proc/self", *readable]
    for path in sorted({os.path.realpath(p) for p in wanted}):
        allow_around(path)
    for path in ("/dev/null", folder):  # not /dev/shm: what lies there stays when the process is gone
        allow(path, every & ~1)
    done = bool(libc.syscall(RESTRICT, ruleset, 0) == 0)
    os.close(ruleset)
    return done
