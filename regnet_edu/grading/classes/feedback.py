"""A page for each learner: what it counts, what is wrong, what to read again, and how it was graded."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .gradebook import about
from .marks import Mark, total
from .roster import Person
from .settings import Assignment, ClassSettings

if TYPE_CHECKING:
    from jinja2 import Template

    from ..exercise import Exercise
    from ..result import Result


def code(settings: ClassSettings, person: Person) -> str:
    """The name of a person on an anonymous page; only who has the class's secret can tell whose it is."""
    return hmac.new(settings.secret.encode(), person.id.encode(), hashlib.sha256).hexdigest()[:10]


def file_name(settings: ClassSettings, person: Person, anonymous: bool = False) -> str:
    """The name of a person's page, which nobody else's has."""
    if anonymous:
        return f"{code(settings, person)}.html"
    plain = re.sub(r"[^\w.@-]+", "_", person.id).lstrip(".")
    unique = plain == person.id
    return f"{plain}.html" if unique else f"{plain}-{hashlib.sha256(person.id.encode()).hexdigest()[:6]}.html"


def page(settings: ClassSettings, person: Person, marks: Mapping[str, Mark], anonymous: bool = False) -> str:
    """Return a person's page as one HTML file that loads nothing.

    Args:
        settings: of the class.
        person: whose page it is.
        marks: of that person.
        anonymous: show a code in place of the name, and no name of a file.
    """
    assignments = [_assignment(settings, settings.assignments[slug], m, anonymous) for slug, m in marks.items()]
    who = code(settings, person) if anonymous else person.name or person.id
    return _template().render(
        title=settings.name, who=who, percent=total(settings, marks), assignments=assignments
    )  # fmt: skip


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    text = Path(__file__).with_name("feedback.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, trim_blocks=True, undefined=StrictUndefined).from_string(text)


def _assignment(settings: ClassSettings, assignment: Assignment, mark: Mark, anonymous: bool) -> dict[str, Any]:
    pairs = zip(assignment.exercises, mark.results, strict=True)
    return {
        "slug": assignment.slug,
        "title": assignment.title,
        "mark": mark,
        "about": about(settings, mark),
        "exercises": [] if mark.missing else [_exercise(e, r, anonymous) for e, r in pairs],
    }


def _exercise(exercise: Exercise, result: Result | None, anonymous: bool) -> dict[str, Any]:
    if result is None:
        return {"exercise": exercise, "points": "no file", "note": "", "problem": "", "parts": (), "evidence": {}}
    evidence = result.evidence.for_learners() if result.evidence else {}
    if anonymous:
        evidence.pop("file", None)
    return {
        "exercise": exercise,
        "points": f"{result.verdict.points} of {result.verdict.of} points",
        "note": "" if anonymous else result.note,
        "problem": result.verdict.problem,
        "parts": result.verdict.parts,
        "evidence": evidence,
    }
