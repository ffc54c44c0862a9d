"""Another user, where the grader is root, and no capabilities."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import struct

FIRST, MANY = 61184, 4000  # users that systemd keeps free for processes that come and go
SET_DUMPABLE = 4


def spare() -> int:
    """A user that no other process has, as long as fewer than `MANY` run at once."""
    return FIRST + os.getpid() % MANY


def become(owner: int, paths: list[str], modules: list[str]) -> bool:
    """Become this user for good, if it can read Python and the libraries; return whether it could."""
    try:
        os.setgroups([])
        os.setegid(owner)
        os.seteuid(owner)
    except OSError:
        return False
    if not _can_read(paths, modules):
        os.seteuid(0)
        os.setegid(0)
        return False
    os.seteuid(0)  # only root may change all three
    os.setresgid(owner, owner, owner)
    os.setresuid(owner, owner, owner)
    ctypes.CDLL(None).prctl(SET_DUMPABLE, 1, 0, 0, 0)  # so that it may still look at itself
    return True


def _can_read(paths: list[str], modules: list[str]) -> bool:
    try:
        for path in paths:
            os.listdir(path)
        for name in ("os", *modules):
            spec = importlib.util.find_spec(name)
            if spec is not None and spec.origin is not None and os.path.isabs(spec.origin):
                os.close(os.open(spec.origin, os.O_RDONLY))
    except OSError:
        return False
    return True


def drop_capabilities() -> None:
    """Give up every power of root; that its files belong to root stays."""
    head = struct.pack("Ii", 0x20080522, 0)
    ctypes.CDLL(None, use_errno=True).capset(head, bytes(24))
