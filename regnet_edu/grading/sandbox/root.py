"""A file tree of its own: what a submission needs, read-only, and one small folder in memory to write in (Linux).

What it writes is gone with its process. Needs a mount namespace of its own, in which it may mount.
"""

from __future__ import annotations

import ctypes
import os
import platform
from typing import Any

from . import places

READ_ONLY, NO_SUID, NO_DEVICES, NO_PROGRAMS, REMOUNT, BIND, ALL, PRIVATE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 18
DETACH = 2
SIZE, FILES = 64 * 2**20, 2_000  # of the folder that it may write in
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
MOUNT_SETATTR = 442
KEPT = {2: 2, 4: 4, 8: 8, 1024: 1024, 2048: 2048, 4096: 1 << 21}  # flags of statvfs, and the same for mount


def move(folder: str, readable: list[str], hidden: list[str], owner: int | None) -> bool:
    """Make such a tree at `folder`, and move into it; return whether it could be made."""
    number = PIVOT_ROOT.get(platform.machine())
    if number is None:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        _mount(libc, None, "/", None, ALL | PRIVATE)
        _mount(libc, "tmpfs", folder, "tmpfs", NO_SUID | NO_DEVICES, "size=1m,mode=755")
    except OSError:
        return False
    try:
        _fill(libc, folder, readable, hidden)
        inner = folder + folder
        os.makedirs(inner, exist_ok=True)
        uid, gid = (os.getuid(), os.getgid()) if owner is None else (owner, owner)
        options = f"size={SIZE},nr_inodes={FILES},mode=700,uid={uid},gid={gid}"
        _mount(libc, "tmpfs", inner, "tmpfs", NO_SUID | NO_DEVICES, options)
        _mount(libc, None, folder, None, REMOUNT | BIND | READ_ONLY | NO_SUID | NO_DEVICES)
        os.chdir(folder)
        _check(libc.syscall(number, b".", b"."), "pivot_root")
        _check(libc.umount2(b".", DETACH), "umount2")
        os.chdir(folder)
    except OSError:
        os.chdir("/")
        libc.umount2(os.fsencode(folder), DETACH)
        os.chdir(folder)
        return False
    return True


def _fill(libc: Any, root: str, readable: list[str], hidden: list[str]) -> None:
    wanted = {*places.FOLDERS, *places.FILES, *places.FACTS, *readable}
    done: list[str] = []
    for path in sorted(wanted | {os.path.realpath(p) for p in wanted}):
        inside = any(path == p or path.startswith(p.rstrip("/") + "/") for p in done)
        if inside or path.startswith("/proc") or not os.path.exists(path) or root in (path, os.path.realpath(path)):
            continue
        if os.path.islink(path):
            os.makedirs(os.path.dirname(root + path), exist_ok=True)
            os.symlink(os.readlink(path), root + path)
            continue
        _bind(libc, path, root + path)
        done.append(path)
    for path in places.DEVICES:
        _bind(libc, path, root + path, writable=True)
    with open(root + "/.nothing", "w"):
        os.chmod(root + "/.nothing", 0)
    for path in hidden:
        if not os.path.exists(root + path):
            continue
        if os.path.isdir(root + path):
            _mount(libc, "tmpfs", root + path, "tmpfs", READ_ONLY | NO_SUID | NO_DEVICES, "size=4k,mode=0")
        else:
            _mount(libc, root + "/.nothing", root + path, None, BIND)
    os.mkdir(root + "/proc")
    try:
        _mount(libc, "proc", root + "/proc", "proc", NO_SUID | NO_DEVICES | NO_PROGRAMS)
    except OSError:  # a container may forbid it: then only the two facts that libraries ask for
        for path in ("/proc/cpuinfo", "/proc/meminfo"):
            _bind(libc, path, root + path)


def _bind(libc: Any, path: str, place: str, writable: bool = False) -> None:
    """Show a file or folder of the system at another place, read-only with all that is mounted in it."""
    os.makedirs(os.path.dirname(place) if not os.path.isdir(path) else place, exist_ok=True)
    if not os.path.isdir(path):
        with open(place, "w"):
            pass
    _mount(libc, path, place, None, BIND | ALL)
    if writable:
        return
    attributes = (ctypes.c_uint64 * 4)(READ_ONLY, 0, 0, 0)
    if libc.syscall(MOUNT_SETATTR, -100, os.fsencode(place), 0x8000, attributes, 32) != 0:  # before Linux 5.12
        held = os.statvfs(place).f_flag
        flags = sum(new for old, new in KEPT.items() if held & old)
        _mount(libc, None, place, None, REMOUNT | BIND | READ_ONLY | flags)


def _mount(libc: Any, source: str | None, place: str, kind: str | None, flags: int, options: str | None = None) -> None:
    text = [None if t is None else os.fsencode(t) for t in (source, place, kind, options)]
    _check(libc.mount(text[0], text[1], text[2], ctypes.c_ulong(flags), text[3]), place)


def _check(result: int, what: str) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), what)
