"""The record of a grading: one JSON line a result, on the disk before the next is asked for.

Lines are only ever appended, so that an earlier verdict can still be read after a regrade; of several lines on the same
exercise of a learner the last counts. A torn last line, from a process that was killed, is skipped.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from ..common.errors import InputError
from ..common.files import locked
from .evidence import Evidence
from .exercise import Exercise, exercises
from .result import Result
from .verdict import PartVerdict, Verdict

START = '{"learner": '  # of every line
Key = tuple[str, str]  # a learner and the number of an exercise


def to_line(learner: str, result: Result) -> str:
    """Return a result as the line of a record."""
    verdict = result.verdict
    data = {
        "learner": learner,
        "exercise": verdict.exercise.number,
        "points": verdict.points,
        "of": verdict.of,
        "name": verdict.name,
        "problem": verdict.problem,
        "parts": [asdict(part) for part in verdict.parts],
        "evidence": result.evidence.to_dict() if result.evidence else None,
    }
    return json.dumps(data, ensure_ascii=True) + "\n"


def from_line(line: str) -> tuple[Key, Result] | None:
    """Return what a line says; None if it is no line of a record, or of an exercise that is no longer there."""
    try:
        data = json.loads(line)
        exercise = exercises()[data["exercise"]]
        evidence = Evidence.from_dict(data["evidence"])
        return (data["learner"], exercise.number), Result(_verdict(exercise, data, evidence), evidence=evidence)
    except (ValueError, KeyError, TypeError):
        return None


def _verdict(exercise: Exercise, data: dict[str, Any], evidence: Evidence) -> Verdict:
    parts = tuple(PartVerdict(**part) for part in data["parts"])
    return Verdict(exercise, data["name"], parts, data["problem"], tuple(evidence.layers))


def load(path: Path) -> dict[Key, Result]:
    """Return the last result on every exercise of every learner.

    Raises:
        InputError: the file cannot be read, or is something else.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    read = [from_line(line) for line in lines]
    if lines and not (lines[0].startswith(START) or START.startswith(lines[0])):
        raise InputError(f"{path} is no record of a grading; choose another --record")
    return dict(r for r in read if r is not None)


def _opened(path: Path) -> BinaryIO:
    """The file to append to; the line that a kill has torn stays by itself."""
    torn = path.exists() and path.stat().st_size and not path.read_bytes().endswith(b"\n")
    file = path.open("ab")
    if torn:
        file.write(b"\n")
    return file


class Record:
    """A record that is being written, by one process at a time.

    Raises:
        InputError: it cannot be written, another process writes it, or it is something else.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = locked(path.with_name(f".{path.name}.lock"), path, "grading")
        self._file: BinaryIO | None = None  # opened with the first result: where there is nothing to grade, no file
        try:
            self.results = load(path) if path.exists() else {}
        except InputError:
            self.close()
            raise

    def add(self, learner: str, result: Result) -> None:
        """Write one result to the disk.

        Raises:
            InputError: it cannot be written.
        """
        try:
            self._file = self._file or _opened(self.path)
            self._file.write(to_line(learner, result).encode())
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise InputError(f"{self.path} cannot be written: {error.strerror or error}") from None
        self.results[learner, result.verdict.exercise.number] = result

    def __enter__(self) -> Record:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._file:
            self._file.close()
        self._lock.release()
        if os.name == "posix":
            self.path.with_name(f".{self.path.name}.lock").unlink(missing_ok=True)
