"""One writer at a time: a lock that dies with its process."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .errors import InputError

if TYPE_CHECKING:
    from filelock import BaseFileLock


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
        held = FileLock(file, timeout=0)
        held.acquire()
    except Timeout:
        raise InputError(
            f"{target} is being written by another {writer}; wait for it or choose another --out"
        ) from None
    except OSError as error:
        raise InputError(f"{target} cannot be written: {error.strerror or error}") from error
    return held
