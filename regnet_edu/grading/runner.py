"""Runs a submission: the calls of every part, in as few processes as it leaves alive."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .exercise import Exercise
from .process import START_LIMIT, Limits, Outcome, Process, Submission
from .surroundings import temporary_folder

MAX_COPIED = 2**20
FATAL = ("ended", "timeout", "forged")
BROKEN = (*FATAL, "raised", "syntax")
FORGED = Outcome("forged", facts={"words": "something other than an answer came back"})


@dataclass
class Run:
    """What came of a submission: for each part the outcomes up to the first that ended the process."""

    parts: list[list[Outcome]]
    layers: list[str]


def run(exercise: Exercise, submission: Submission, calls: list[list[tuple]], limits: Limits | None = None) -> Run:
    """Make the calls of every part. The learner's file is loaded afresh for each, so that no part sees another's.

    A part that ends the process costs that part, and the next starts in a new one. A file that does not load in a new
    process costs all parts that wait.
    """
    limits = limits or Limits()
    result: list[list[Outcome]] = [[] for _ in exercise.parts]
    layers: list[str] = []
    waiting = list(range(len(exercise.parts)))
    while waiting:
        asked = [(exercise.parts[k], calls[k]) for k in waiting]
        with temporary_folder() as folder:
            for path in neighbours(submission):
                (Path(folder) / path.name).write_bytes(path.read_bytes())
            with Process(exercise, submission, asked, folder, limits) as process:
                first = process.next(START_LIMIT)
                layers = layers or list(first.facts.get("layers", []))
                done = 0
                for k in waiting if first.kind == "ready" else []:
                    process.begin()
                    first = process.next(limits.seconds)
                    if first.kind != "loaded":
                        break
                    done += 1
                    if not _ask_all(process, calls[k], limits, result[k]):
                        break
        if not done:
            for k in waiting:
                result[k] = [first if first.kind in BROKEN else FORGED]
            break
        waiting = waiting[done:]
    return Run(result, layers)


def _ask_all(process: Process, calls: list[tuple], limits: Limits, outcomes: list[Outcome]) -> bool:
    """Make the calls of one part; return whether the process can go on."""
    process.begin()
    for call in calls:
        outcomes.append(process.answer(call, limits.seconds))
        if outcomes[-1].kind in FATAL:
            return False
    return True


def neighbours(submission: Submission) -> list[Path]:
    """Small Python files beside the learner's, which it may import."""
    if submission.folder is None:
        return []
    found = sorted(p for p in submission.folder.glob("*.py") if p.is_file() and not p.is_symlink())
    small = [p for p in found if p.stat().st_size < MAX_COPIED and p.name not in ("conftest.py", submission.name)]
    return small[:50]
