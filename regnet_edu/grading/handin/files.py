"""Lists what a learner handed in: every file that may hold an answer, in folders and in archives too.

What is handed in may be hostile: no link is followed, no folder is walked deeper and no archive unpacked larger than
an honest submission needs.
"""

from __future__ import annotations

import os
import stat
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..exercise import exercises
from ..wire import printable
from .names import ending

DEEPEST = 6  # folders in folders
MOST_ENTRIES = 5_000
MOST_UNPACKED = 64 * 2**20  # bytes of all files of an archive
MOST_IN_ARCHIVE = 500
ARCHIVES_IN_ARCHIVES = 2
NO_ANSWERS = {"__pycache__", "__MACOSX", "node_modules", "site-packages", "classroom"}
STRUCTURE = {"exercises", "notebooks"}  # folders that the course makes, beside those of the exercises


@dataclass(frozen=True)
class File:
    """A file that was handed in.

    Args:
        path: where it can be read.
        inside: its path in the submission, as the learner sees it.
        leads_out: whether it is a link to something else, which is not read.
    """

    path: Path
    inside: str
    leads_out: bool = False

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def shown(self) -> str:
        """Its path as a terminal can print it, whatever a learner put into a name."""
        return printable(self.inside)

    @property
    def depth(self) -> int:
        """How many folders it lies in, beside those that the course itself makes."""
        slugs = {exercise.slug for exercise in exercises().values()}
        return sum(folder not in STRUCTURE and folder not in slugs for folder in self.inside.split("/")[:-1])


def handed_in(root: Path, unpacked: Path | None = None) -> list[File]:
    """Return the files in a folder or archive, or the file itself, in the order of their paths.

    Args:
        root: of one learner.
        unpacked: an empty folder of ours, where archives are unpacked; without it they are left alone.
    """
    if root.is_symlink():
        return [File(root, root.name, leads_out=True)]
    if not root.is_dir():
        return _one(root, root.name, unpacked, 0)
    found: list[File] = []
    for path, inside in _walk(root):
        if path.is_symlink():
            real = path.resolve()
            if not real.is_relative_to(root.resolve()):
                found.append(File(path, inside, leads_out=True))
            elif real.is_file():
                found.append(File(path, inside))
            continue
        found += _one(path, inside, unpacked, 0)
    return found


def is_archive(path: Path) -> bool:
    return path.suffix.lower() == ".zip"


def _walk(root: Path) -> Iterator[tuple[Path, str]]:
    """Every file and link under a folder, with its path in it; folders that hold no answers are left out."""
    waiting = [(root, "", 0)]
    left = MOST_ENTRIES
    while waiting:
        folder, before, depth = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                listed = [entry for entry, _ in zip(entries, range(left), strict=False)]
        except OSError:
            continue
        left -= len(listed)
        for entry in sorted(listed, key=lambda e: e.name):
            if entry.name.startswith(".") or entry.name in NO_ANSWERS:
                continue
            inside = f"{before}{entry.name}"
            if not entry.is_dir(follow_symlinks=False):
                yield Path(entry.path), inside
            elif depth < DEEPEST and not os.path.exists(os.path.join(entry.path, "pyvenv.cfg")):
                waiting.append((Path(entry.path), f"{inside}/", depth + 1))


def _one(path: Path, inside: str, unpacked: Path | None, depth: int) -> list[File]:
    """A file as what it is: itself, what an archive holds, or nothing that could be an answer."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return []
    except OSError:
        return []
    if is_archive(path):
        return _unpack(path, inside, unpacked, depth) if unpacked and depth < ARCHIVES_IN_ARCHIVES else []
    return [File(path, inside)] if ending(path.name) else []


def _unpack(archive: Path, inside: str, unpacked: Path, depth: int) -> list[File]:
    """Unpack what may be an answer, and return it; an archive that is none, or is too large, holds no more."""
    found: list[File] = []
    folders: dict[tuple[str, ...], Path] = {}
    left = MOST_UNPACKED
    try:
        with zipfile.ZipFile(archive) as content:
            for info in content.infolist()[:MOST_IN_ARCHIVE]:
                *above, name = PurePosixPath(info.filename.replace("\\", "/")).parts or ("",)
                hidden = any(part.startswith(".") or part in NO_ANSWERS for part in (*above, name))
                wanted = ending(name) or name.lower().endswith(".zip")
                if info.is_dir() or hidden or not wanted or len(above) > DEEPEST:
                    continue
                left -= info.file_size
                if left < 0:
                    break
                # files that lie together stay together, under a name of ours: theirs may lead anywhere
                folder = folders.setdefault(tuple(above), unpacked / str(len(os.listdir(unpacked))))
                folder.mkdir(exist_ok=True)
                with content.open(info) as source, (folder / name).open("xb") as copy:
                    copy.write(source.read(info.file_size))
                _set_time(folder / name, info.date_time)
                found += _one(folder / name, "/".join((inside, *above, name)), unpacked, depth + 1)
    except (OSError, ValueError, RuntimeError, NotImplementedError, zipfile.BadZipFile, EOFError):
        return found
    return found


def _set_time(path: Path, date_time: tuple[int, int, int, int, int, int]) -> None:
    """Give a file the time of saving that its archive states."""
    try:
        saved = time.mktime((*date_time, 0, 0, -1))
        os.utime(path, (saved, saved))
    except (ValueError, OverflowError, OSError):
        return
