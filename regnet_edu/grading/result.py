"""What came of grading: the result of one exercise of one learner, and all results of a learner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .verdict import PartVerdict, Verdict

if TYPE_CHECKING:
    from .evidence import Evidence
    from .exercise import Exercise


@dataclass(frozen=True)
class Result:
    """One exercise of one learner.

    Args:
        verdict: on what was handed in; without points if nothing was.
        missing: whether no file was handed in.
        fault: whether it could not be graded, which is nobody's mistake but ours.
        note: which file was taken, where there is a doubt.
        evidence: what an appeal needs; None if there was no file.
    """

    verdict: Verdict
    missing: bool = False
    fault: bool = False
    note: str = ""
    evidence: Evidence | None = None

    @property
    def shown(self) -> str:
        """The points for a table."""
        if self.fault:
            return "fault"
        return "no file" if self.missing else f"{self.verdict.points}/{self.verdict.of}"


@dataclass(frozen=True)
class Graded:
    """Everything that one learner handed in."""

    learner: str
    results: tuple[Result, ...]
    late: bool = False

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        return tuple(r.verdict for r in self.results)

    @property
    def points(self) -> int:
        return sum(v.points for v in self.verdicts)

    @property
    def of(self) -> int:
        return sum(v.of for v in self.verdicts)

    @property
    def notes(self) -> list[str]:
        return [f"{r.verdict.exercise.number} {r.note}" for r in self.results if r.note]


def without_points(exercise: Exercise, problem: str, name: str = "") -> Verdict:
    """The verdict on what cannot be read."""
    parts = tuple(PartVerdict(p.name, 0, p.points, problem, p.idea) for p in exercise.parts)
    return Verdict(exercise, name or exercise.filename, parts, problem=problem)
