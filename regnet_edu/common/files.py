"""Files that are written: regular ones only, in one step or not at all, and by one writer at a time."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING

from .errors import InputError

if TYPE_CHECKING:
    from filelock import BaseFileLock

# Seconds that a lock is waited for: a process that was killed while it started another leaves its locks to that one for
# a moment, between the fork and the program that closes them.
LETTING_GO = 2.0
RECORDS = b'{"kind": "header"'  # the first bytes of a record file
KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
}


def regular(path: str | os.PathLike[str]) -> Path:
    """Return the regular file that `path` leads to, through links; it need not be there yet.

    Reading a device such as /dev/full may never end, and replacing it would break the system.

    Raises:
        InputError: something else is there: a folder, a device, a pipe; or links go in a circle.
    """
    try:
        real = Path(path).resolve()
        mode = real.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return real
    except (OSError, RuntimeError, ValueError) as error:  # Python 3.11 and 3.12 have a RuntimeError for circles
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{os.fspath(path)!r:.200} cannot be used as a file: {reason}") from error
    if not stat.S_ISREG(mode):
        shown = os.fspath(path) or "''"
        raise InputError(f"{shown} is {KINDS.get(stat.S_IFMT(mode), 'something else')}, not a regular file")
    return real


def output(path: str | os.PathLike[str]) -> Path:
    """Return the regular file that `path` leads to, for a page, a table or weights to be written there.

    Raises:
        InputError: something else is there, or a record file, which nothing but its sweep could bring back.
    """
    real = regular(path)
    with contextlib.suppress(OSError), open(real, "rb") as file:
        if file.read(len(RECORDS)) == RECORDS:
            raise InputError(f"{path} is a record file, which would be lost; choose another name for what is written")
    return real


def write_atomically(path: str | os.PathLike[str], content: bytes | Callable[[IO[bytes]], object]) -> None:
    """Replace a file in one step: at any instant, even without power, the old or the new one is there, whole.

    Args:
        path: of the file; a link stays, and the file that it leads to is replaced.
        content: all of it, or a function that writes it into the open file that it is given.

    Raises:
        InputError: it is no regular file or cannot be written; what was there before still is. What `content` itself
            raises, other than an `OSError`, comes through.
    """
    target = regular(path)
    part = target.with_name(f".{target.name[:50]}.{os.getpid()}.part")
    try:
        try:
            with open(part, "wb") as file:
                if callable(content):
                    content(file)
                else:
                    file.write(content)
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileNotFoundError):
                shutil.copymode(target, part)
            os.replace(part, target)
        finally:
            part.unlink(missing_ok=True)
        sync_folder(target.parent)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}") from error


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on the disk, else a new one may be lost with the power; Windows cannot, nor need it."""
    with contextlib.suppress(PermissionError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def locked(file: Path, target: Path, writer: str) -> BaseFileLock:
    """Take the lock `file`, whose folder is made if it is not there, and return it, to be released.

    Args:
        file: of the lock.
        target: what is to be written; only named in the sentence.
        writer: what else may be writing it, such as "sweep".

    Raises:
        InputError: another process has it, or the folder cannot be written.
    """
    from filelock import FileLock, Timeout

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        held = FileLock(file, timeout=LETTING_GO)
        held.acquire()
    except Timeout:
        if not file.exists():  # filelock takes a place where no file can be made, such as /proc, for a lock
            raise InputError(f"{target} cannot be written: no file can be made in {file.parent}") from None
        raise InputError(
            f"{target} is being written by another {writer}; wait for it or choose another --out"
        ) from None
    except OSError as error:
        raise InputError(f"{target} cannot be written: {error.strerror or error}") from error
    return held
