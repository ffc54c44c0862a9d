"""Networks that failed are trained once more when that is asked for."""

from __future__ import annotations

import os
from pathlib import Path

from ..common.files import locked, write_atomically
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
        with open(path, "rb") as file:
            lines = file.readlines()
        aside = Path(f"{path}.failed")
        before = aside.read_bytes() if aside.exists() else b""
        write_atomically(aside, before + b"".join(line for line in lines if line in failed))
        write_atomically(path, b"".join(line for line in lines if line not in failed))
    return len(failed)
