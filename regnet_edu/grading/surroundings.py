"""What a submission's process finds around it: which folders are hidden, and which environment it has."""

from __future__ import annotations

import os
import re
import secrets
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

MAX_COPIED = 2**20
MOST_FILES, DEEPEST, MOST_WRITTEN = 2_000, 100, 64 * 2**20
HEAVY = ("torch", "torchvision", "pandas", "scipy", "matplotlib", "sklearn")
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
    prefixes = [sys.prefix, sys.exec_prefix, sys.base_prefix, *(p for p in sys.path if os.path.isdir(f"{p}/numpy"))]
    return any(Path(prefix).resolve().is_relative_to(folder.resolve()) for prefix in prefixes)


def is_home(path: str) -> bool:
    """Whether the package lies in this folder."""
    return os.path.realpath(path) == str(PACKAGE.parent)


def environment(folder: str) -> dict[str, str]:
    """Only what a Python process needs: no tokens, no settings, no home of the one who grades."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
    same = {"PYTHONHASHSEED": "0"}  # sets of words have one order: graded twice, an answer is the same
    return {"PATH": "/usr/bin:/bin", "HOME": folder, "TMPDIR": folder, "LANG": "C.UTF-8", **threads, **same, **kept}


def neighbours(folder: Path | None, name: str) -> dict[str, str]:
    """Small Python files beside the learner's, which it may import; byte by byte, in whatever encoding they are."""
    if folder is None:
        return {}
    found = sorted(p for p in folder.glob("*.py") if p.is_file() and not p.is_symlink())
    small = [p for p in found if p.stat().st_size < MAX_COPIED and p.name not in ("conftest.py", name)]
    return {p.name: p.read_bytes().decode("latin-1") for p in small[:50]}


def libraries() -> set[str]:
    """The folders of the shared libraries that this Python has loaded: they lie anywhere on a cluster, or with Nix."""
    try:
        lines = Path("/proc/self/maps").read_text().splitlines()
    except OSError:
        return set()
    paths = {line.split(maxsplit=5)[5] for line in lines if line.count(" ") >= 5 and "/" in line and ".so" in line}
    return {os.path.dirname(path) for path in paths if path.startswith("/") and os.path.exists(path)}


def heavy(texts: Iterable[str]) -> list[str]:
    """Large packages that a submission seems to import: they are loaded before its clock runs."""
    found = {name for text in texts for name in re.findall(r"^[ \t]*(?:import|from)[ \t]+(\w+)", text, re.MULTILINE)}
    return [name for name in HEAVY if name in found]


def waited(pid: int | str) -> float:
    """Seconds in which a process could have run but had to wait for a processor; 0 where nobody counts them."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


def threads_of(pid: int) -> int:
    """How many threads a process has; 0 where nobody counts them."""
    try:
        return int(re.findall(r"^Threads:\s*(\d+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)[0])
    except (OSError, IndexError):
        return 0


def too_much_in(folder: str) -> str | None:
    """What is wrong with what a process wrote: too many files, too many bytes, or folders in folders without end."""
    files = size = 0
    waiting = [(folder, 0)]
    while waiting:
        place, depth = waiting.pop()
        try:
            entries = list(islice(os.scandir(place), MOST_FILES + 1))
        except OSError:
            continue
        for entry in entries:
            with suppress(OSError):
                size += entry.stat(follow_symlinks=False).st_size
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, depth + 1))
        files += len(entries)
        if files > MOST_FILES or depth > DEEPEST:
            return f"it made more than {MOST_FILES:,} files, or folders in folders more than {DEEPEST} deep"
        if size > MOST_WRITTEN:
            return f"it wrote more than {MOST_WRITTEN >> 20} MiB"
    return None


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
