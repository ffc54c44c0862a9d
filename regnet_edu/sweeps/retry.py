"""Networks that failed are trained once more when that is asked for."""

from __future__ import annotations

import os
from pathlib import Path

from ..common.errors import InputError
from ..common.files import locked
from .records import encode, read


def forget_failed(out: str | os.PathLike[str]) -> int:
    """Set the failed networks of a record file aside, so that the next `sweep` on it trains them again.

    Their records go to PATH.failed; every other line stays as it is.

    Args:
        out: a record file; one that is not there has no failed networks.

    Returns:
        How many there were.

    Raises:
        InputError: a sweep is writing the file, or it cannot be read or written.
    """
    path = Path(out)
    if not path.exists():
        return 0
    with locked(Path(f"{path}.lock"), path, "sweep"):
        failed = {encode(r) for r in read(path).networks.values() if r["status"] == "failed"}
        if not failed:
            return 0
        new = Path(f"{path}.new")
        try:
            with open(path, "rb") as source, open(new, "wb") as kept, open(f"{path}.failed", "ab") as aside:
                for line in source:
                    (aside if line in failed else kept).write(line)
                for file in (aside, kept):
                    file.flush()
                    os.fsync(file.fileno())
            os.replace(new, path.resolve())
        except OSError as error:
            raise InputError(f"{path} cannot be written: {error.strerror or error}") from error
    return len(failed)
