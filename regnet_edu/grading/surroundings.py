"""What a submission's process finds around it: which folders are hidden, and which environment it has."""

from __future__ import annotations

import os
import secrets
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def hidden_folders(uses_package: bool) -> list[str]:
    """What no submission may read: the whole package, or its checks and solutions; in every copy that Python can find.

    Where the package lies in a checkout of its own, what lies beside it is hidden too: its tests and its history tell.
    A virtual environment there stays readable, since the submission runs in it.
    """
    copies = {PACKAGE, *(Path(p).resolve() / PACKAGE.name for p in sys.path if p)}
    inside = {copy / "grading" if uses_package else copy for copy in copies}
    homes = [copy.parent for copy in copies if copy.is_dir() and not (copy.parent / "numpy").is_dir()]
    others = (child for home in homes for child in home.iterdir() if child.name != PACKAGE.name)
    beside = {child for child in others if not _is_python(child)}
    return sorted(str(path) for path in inside | beside if path.exists())


def _is_python(folder: Path) -> bool:
    """Whether the Python that runs, or its libraries, lie in this folder."""
    prefixes = (sys.prefix, sys.exec_prefix, sys.base_prefix)
    return any(Path(prefix).resolve().is_relative_to(folder.resolve()) for prefix in prefixes)


def is_home(path: str) -> bool:
    """Whether the package lies in this folder."""
    return os.path.realpath(path) == str(PACKAGE.parent)


def environment(folder: str) -> dict[str, str]:
    """Only what a Python process needs: no tokens, no settings, no home of the one who grades."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
    return {"PATH": "/usr/bin:/bin", "HOME": folder, "TMPDIR": folder, "LANG": "C.UTF-8", **threads, **kept}


@contextmanager
def temporary_folder() -> Iterator[str]:
    """A folder that is gone afterwards, whatever was made in it."""
    folder = os.path.realpath(tempfile.mkdtemp(prefix="regnet-edu-"))
    try:
        yield folder
    finally:
        remove(folder)


def remove(folder: str) -> None:
    """Remove a folder, however deep it is: what its folders hold is lifted up, so that no path is ever long.

    Links are removed and never followed. What the system does not let us remove stays.
    """
    with suppress(OSError):
        while True:
            os.chmod(folder, stat.S_IRWXU)
            entries = list(os.scandir(folder))
            if not entries:
                break
            for entry in entries:
                if not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.path)
                    continue
                os.chmod(entry.path, stat.S_IRWXU)
                for child in os.scandir(entry.path):
                    if child.is_dir(follow_symlinks=False):
                        os.chmod(child.path, stat.S_IRWXU)
                    os.rename(child.path, os.path.join(folder, secrets.token_hex(12)))
                os.rmdir(entry.path)
        os.rmdir(folder)
