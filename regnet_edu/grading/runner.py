"""Runs a submission: the calls of every part, in as few processes as it leaves alive."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from . import sandbox
from .exercise import Exercise, Part
from .process import START_LIMIT, Limits, Outcome, Process, Submission
from .surroundings import temporary_folder

FATAL = ("ended", "timeout", "forged")
BROKEN = (*FATAL, "raised", "syntax")
FORGED = Outcome("forged", facts={"words": "something other than an answer came back"})


@dataclass
class Run:
    """What came of a submission: for each part the outcomes up to the first that ended the process.

    Args:
        parts: their outcomes.
        layers: of the sandbox that held.
        rebound: names that a later cell of a notebook gives another value.
    """

    parts: list[list[Outcome]]
    layers: list[str]
    rebound: list[str] = field(default_factory=list)


def run(
    exercise: Exercise,
    submission: Submission,
    calls: list[list[tuple]],
    limits: Limits | None = None,
    before: list[list[Outcome]] | None = None,
) -> Run:
    """Make the calls of every part. The learner's file is loaded afresh for each, so that no part sees another's.

    A part that ends the process costs that part, and the next starts in a new one. A file that does not load in a new
    process costs all parts that wait. What was asked `before` is part of what the grader then knows.
    """
    limits = limits or Limits()
    result: list[list[Outcome]] = [[] for _ in exercise.parts]
    layers: list[str] = []
    rebound: list[str] = []
    waiting = list(range(len(exercise.parts)))
    while waiting:
        asked = [(exercise.parts[k], calls[k]) for k in waiting]
        with temporary_folder() as folder, Process(exercise, submission, asked, folder, limits) as process:
            first = process.next(START_LIMIT)
            layers = layers or list(first.facts.get("layers", []))
            done = 0
            for k in waiting if first.kind == "ready" else []:
                process.begin()
                first = process.next(limits.seconds)
                if first.kind != "loaded":
                    break
                done += 1
                rebound = list(first.facts.get("rebound", []))
                if not _ask_all(process, calls[k], limits, result[k], before[k] if before else []):
                    break
        if not done:
            for k in waiting:
                result[k] = [first if first.kind in BROKEN else FORGED]
            break
        waiting = waiting[done:]
    return Run(result, layers, rebound)


def run_again(
    exercise: Exercise,
    submission: Submission,
    calls: list[list[tuple]],
    limits: Limits | None,
    parts: dict[int, Part],
    before: list[list[Outcome]] | None = None,
) -> dict[int, list[Outcome]]:
    """Make the calls of some parts in a new process, where nothing is left of what the first one remembered."""
    if not parts:
        return {}
    limits = limits or Limits()
    limits = replace(limits, seconds=2 * limits.seconds)  # what took nearly all of it once may take a little more now
    some = replace(exercise, parts=tuple(parts.values()))
    known = [before[k] for k in parts] if before else None
    return dict(zip(parts, run(some, submission, [calls[k] for k in parts], limits, known).parts, strict=True))


def _ask_all(
    process: Process, calls: list[tuple], limits: Limits, outcomes: list[Outcome], before: list[Outcome]
) -> bool:
    """Make the calls of one part; return whether the process can go on."""
    process.begin()
    for k, call in enumerate(calls):
        outcomes.append(process.answer(call, limits.seconds, before[k].asked if before else ()))
        if outcomes[-1].kind in FATAL:
            return False
    return True


def words_of_missing(layers: Sequence[str]) -> str:
    """What to tell whoever grades others' code, where some layers of the sandbox do not hold; "" if all do."""
    is_root = hasattr(os, "getuid") and os.getuid() == 0
    missing = sandbox.missing(list(layers), is_root)
    if not missing:
        return ""
    return (
        f"This system does not give a submission {', '.join(missing)}: what runs here is kept from doing harm by the "
        f"other {len(sandbox.LAYERS) - len(missing)} of {len(sandbox.LAYERS)} layers only."
    )
