"""Finds the file of an exercise among those that a learner handed in: the one that can be meant, with a note why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ...common.errors import InputError
from ..exercise import Exercise, exercises
from . import names
from .files import File

LISTED = 4  # names in a sentence
MOST_SEARCHED = 50  # files of a learner whose names say nothing


class NoFileError(InputError):
    """Nobody can grade what was not handed in; this is no score of 0."""


@dataclass(frozen=True)
class Choice:
    """The file of an exercise, and a note if its name or another file leaves a doubt."""

    file: File
    note: str = ""


@dataclass(frozen=True)
class _Candidate:
    """A file that can be meant, and how near it is: by name, or else by what it defines."""

    file: File
    nearness: int

    @property
    def order(self) -> tuple[int, int, bool, str]:
        """The nearest name first, then what lies higher, then Python before notebooks."""
        return self.nearness, self.file.depth, names.kind(self.file.name) != "python", self.file.inside


def choose(exercise: Exercise, files: Sequence[File], whose: str = "this submission") -> Choice:
    """Return the file of an exercise among those of one learner.

    The name counts first, from that of the course to one with other words in it; then what a file defines. A stub that
    nobody touched comes after all others.

    Raises:
        NoFileError: there is none.
        InputError: there is only a link that leads out of the submission.
    """
    from ..submission import is_stub

    found = [c for f in files if not f.leads_out and (c := _by_name(exercise, f))] or _by_content(exercise, files)
    if not found:
        links = [f for f in files if f.leads_out and _by_name(exercise, f)]
        if links:
            raise InputError(f"{links[0].shown} is a link that leads out of {whose}; a solution is a file in it")
        raise NoFileError(_missing(exercise, files, whose))
    found.sort(key=lambda c: c.order)
    written = [c for c in found if not is_stub(c.file.path, exercise)]
    best = (written or found)[0]
    return Choice(best.file, _note(best, found, written))


def _by_name(exercise: Exercise, file: File) -> _Candidate | None:
    """The file as one of this exercise, by its name."""
    meant = _meaning(file)
    if meant is None or meant.number != exercise.number:
        return None
    return _Candidate(file, meant.nearness)


def _meaning(file: File) -> names.Meaning | None:
    return names.meaning(names.owner(file.name).rest)


def _by_content(exercise: Exercise, files: Sequence[File]) -> list[_Candidate]:
    """Files whose names mean no exercise and that define its functions, such as Untitled0.ipynb."""
    found = []
    unnamed = sorted((f for f in files if not f.leads_out and not _meaning(f)), key=lambda f: (f.depth, f.inside))
    for file in unnamed[:MOST_SEARCHED]:
        text = _text(file.path, _saved(file.path))
        mine = _defined(exercise, text)
        if len(mine) * 2 < len(exercise.functions) or not mine:
            continue
        others = (_defined(e, text) for e in exercises().values() if e.number != exercise.number)
        if not any(mine < other for other in others):  # the same name may belong to a larger exercise
            found.append(_Candidate(file, names.WORDS + 1))
    return found


def _saved(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=2 * MOST_SEARCHED)
def _text(path: Path, saved: int) -> str:
    """The code in a file that was saved then; every exercise of a learner asks for it."""
    from ..submission import text_of

    return text_of(path)


def _defined(exercise: Exercise, text: str) -> set[str]:
    """The functions of an exercise that a text seems to define. It is searched, never parsed: it may be hostile."""
    return {f for f in exercise.functions if re.search(rf"(?m)^(?:def|class)\s+{f}\b|^{f}\s*=[^=]", text)}


def _note(best: _Candidate, found: Sequence[_Candidate], written: Sequence[_Candidate]) -> str:
    notes = []
    if best.nearness > names.WORDS:
        notes.append(f"taken from {best.file.shown} by what it defines")
    elif best.nearness > names.SPELT:
        notes.append(f"taken from {best.file.shown}")
    content = _bytes(best.file.path)
    others = [c.file for c in written if c is not best and _bytes(c.file.path) != content]
    if others:
        listed = ", ".join(f.shown for f in others[:LISTED])
        notes = [f"taken from {best.file.shown}; there is {listed}{' and more' if len(others) > LISTED else ''} too"]
    return "; ".join(notes)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _missing(exercise: Exercise, files: Sequence[File], whose: str) -> str:
    listed = sorted(f.shown for f in files)
    if not listed:
        return f"{whose} has no {exercise.filename} (nor {exercise.slug}/{exercise.filename}): it is empty"
    shown = ", ".join(listed[:LISTED]) + (" ..." if len(listed) > LISTED else "")
    return f"{whose} has no {exercise.filename} (nor {exercise.slug}/{exercise.filename}): it holds {shown}"
