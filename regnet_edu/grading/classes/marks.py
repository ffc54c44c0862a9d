"""From points to marks: due dates, late days, penalties, what is dropped, and the weighted total."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..record import Key
from ..result import Result
from .roster import Person
from .settings import Adjustment, Assignment, ClassSettings

DAY = 24 * 3600


@dataclass(frozen=True)
class Mark:
    """What one assignment of one learner counts.

    Args:
        points: as they were graded.
        of: the most that there are.
        results: of each exercise; None where nothing was handed in.
        submitted: the instant of the last file that counts; None if there is none.
        due: for this learner.
        days_late: that have begun after the due date.
        free_days: of them that cost nothing.
        counted: the points after the penalty.
        dropped: whether it counts neither for nor against.
    """

    points: int
    of: int
    results: tuple[Result | None, ...]
    submitted: datetime | None
    due: datetime | None
    days_late: int
    free_days: int
    counted: float
    dropped: bool

    @property
    def missing(self) -> bool:
        """Whether nothing at all was handed in."""
        return self.submitted is None


def marks(
    settings: ClassSettings, results: Mapping[str, Mapping[Key, Result]], learners: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, Mark]]:
    """Return the mark of every person in every assignment.

    Args:
        settings: of the class.
        results: of each assignment, by the name under which a learner handed in and the number of an exercise.
        learners: the names under which each person handed in, by the person's id.
    """
    return {who: _of_one(settings, results, who, names) for who, names in learners.items()}


def _of_one(
    settings: ClassSettings, results: Mapping[str, Mapping[Key, Result]], who: str, names: Sequence[str]
) -> dict[str, Mark]:
    left = settings.late.free_days
    found: dict[str, Mark] = {}
    for assignment in sorted(settings.assignments.values(), key=_when_due):  # free days go in the order of the term
        mine = [e for e in settings.exceptions if e.learner == who and e.assignment in ("", assignment.slug)]
        there = results.get(assignment.slug, {})
        handed_in = tuple(_best(there, names, exercise.number) for exercise in assignment.exercises)
        found[assignment.slug] = mark = _mark(settings, assignment, mine, handed_in, left)
        left -= mark.free_days
    return {slug: found[slug] for slug in settings.assignments}


def _when_due(assignment: Assignment) -> float:
    return assignment.due.timestamp() if assignment.due else math.inf


def _best(results: Mapping[Key, Result], names: Sequence[str], number: str) -> Result | None:
    """What was handed in last for an exercise, if a person handed in under two names."""
    there = [results[name, number] for name in names if (name, number) in results]
    return max(there, key=lambda r: r.evidence.submitted if r.evidence else "", default=None)


def _mark(
    settings: ClassSettings,
    assignment: Assignment,
    exceptions: Sequence[Adjustment],
    results: tuple[Result | None, ...],
    left: int,
) -> Mark:
    points = sum(r.verdict.points for r in results if r)
    instants = [datetime.fromisoformat(r.evidence.submitted) for r in results if r and r.evidence]
    said = [e.submitted for e in exceptions if e.submitted]
    submitted = (said or [max(instants)])[-1] if instants else None
    due = next((e.due for e in reversed(exceptions) if e.due), assignment.due)
    if due:
        due += timedelta(days=sum(e.extra_days for e in exceptions))
    days = days_late(submitted, due, settings.late.grace)
    dropped = any(e.drop for e in exceptions)
    last = settings.late.last_day
    too_late = last is not None and days > last
    free = 0 if dropped or too_late or not points else min(days, max(left, 0))
    kept = 0.0 if too_late else max(0.0, 1 - settings.late.penalty / 100 * (days - free))
    return Mark(points, assignment.of, results, submitted, due, days, free, round(points * kept, 2), dropped)


def days_late(submitted: datetime | None, due: datetime | None, grace: float = 0) -> int:
    """Return how many days have begun since the due date and the minutes of grace; 0 if it is in time."""
    if submitted is None or due is None:
        return 0
    late = (submitted - due).total_seconds()
    return math.ceil(late / DAY) if late > 60 * grace else 0


def total(settings: ClassSettings, mine: Mapping[str, Mark]) -> float | None:
    """Return the weighted share of all points, in percent; None if nothing counts."""
    counts = [(settings.assignments[slug].weight, m) for slug, m in mine.items() if not m.dropped]
    weights = sum(weight for weight, _ in counts)
    if not weights:
        return None
    return round(100 * sum(weight * m.counted / m.of for weight, m in counts) / weights, 2)


def people_of(people: Sequence[Person], matched: Mapping[str, Person]) -> dict[str, list[str]]:
    """The names under which each person handed in, by the person's id."""
    return {p.id: [name for name, who in matched.items() if who.id == p.id] for p in people}
