"""The file that describes a class, class.toml: assignments, due dates, what is late, and who has an exception."""

from __future__ import annotations

import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from ...common.errors import InputError, nearest_name
from ..exercise import SEEDS, Exercise, exercises, get
from ..formats import VISIBILITY

NAME = "class.toml"


@dataclass(frozen=True)
class Late:
    """What happens after the due date.

    Args:
        grace: minutes that nobody counts.
        free_days: days late that a learner can spend in the whole class without a penalty.
        penalty: percent of an assignment's points that are lost for each further day that has begun.
        last_day: after so many days late nothing counts.
    """

    grace: float = 0
    free_days: int = 0
    penalty: float = 0
    last_day: int | None = None


@dataclass(frozen=True)
class Assignment:
    """Exercises that are handed in together.

    Args:
        slug: its name in commands and files; Classroom 50's name of the assignment.
        exercises: of it.
        title: for people.
        due: an instant with its zone; None if there is none.
        weight: of its share of points in the total.
        visibility: of its tests in Gradescope.
        canvas: its column in Canvas, as an export of the gradebook names it.
        moodle: the grading worksheet that Moodle gave for it, to be filled in.
    """

    slug: str
    exercises: tuple[Exercise, ...]
    title: str = ""
    due: datetime | None = None
    weight: float = 1
    visibility: str = "visible"
    canvas: str = ""
    moodle: Path | None = None

    @property
    def of(self) -> int:
        return sum(e.points for e in self.exercises)


@dataclass(frozen=True)
class Adjustment:
    """What is different for a learner, in one assignment or in all.

    Args:
        learner: an id of the roster.
        assignment: a slug, or "" for all.
        due: another due date.
        extra_days: days after the due date of everybody.
        drop: whether it counts neither for nor against the learner.
        submitted: the instant of submission, where the files do not tell.
    """

    learner: str
    assignment: str = ""
    due: datetime | None = None
    extra_days: float = 0
    drop: bool = False
    submitted: datetime | None = None


@dataclass(frozen=True)
class ClassSettings:
    """A class, as its file describes it.

    Args:
        folder: of the file; paths in it start there.
        name: for people.
        roster: a CSV file; None if there is none.
        seed: of the second set of questions.
        secret: what the codes on anonymous pages are made from.
        late: what happens after a due date.
        assignments: by slug, in the order of the file.
        exceptions: of single learners.
    """

    folder: Path
    name: str = "Design spaces"
    roster: Path | None = None
    seed: int = SEEDS[1]
    secret: str = ""
    late: Late = field(default_factory=Late)
    assignments: Mapping[str, Assignment] = field(default_factory=dict)
    exceptions: tuple[Adjustment, ...] = ()

    @property
    def seeds(self) -> tuple[int, int]:
        return (SEEDS[0], self.seed)

    def assignment(self, slug: str) -> Assignment:
        """Return an assignment.

        Raises:
            InputError: there is none of that name.
        """
        if slug not in self.assignments:
            raise InputError(f"there is no assignment {slug!r:.60}; {nearest_name(slug, self.assignments)}")
        return self.assignments[slug]

    def record(self, assignment: Assignment) -> Path:
        return self.folder / "records" / f"{assignment.slug}.graded.jsonl"


def load(path: Path) -> ClassSettings:
    """Read the file of a class, or that in a folder.

    Raises:
        InputError: it is not there, or a line in it makes no sense; the sentence says which.
    """
    path = path / NAME if path.is_dir() else path
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path} is not there; regnet-edu class init writes it") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}") from None
    try:
        return _settings(path.resolve().parent, data)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _settings(folder: Path, data: dict[str, Any]) -> ClassSettings:
    given = _known("the class", data, ClassSettings, {"folder"})
    late = Late(**_known("[late]", _table(given.pop("late", {}), "[late]"), Late))
    for name in ("grace", "free_days", "penalty", "last_day"):
        value = getattr(late, name)
        if value is not None and not value >= 0:
            raise InputError(f"{name} = {value} in [late] is too small; the smallest is 0")
    found = {}
    for slug, table in _table(given.pop("assignments", {}), "[assignments]").items():
        found[slug] = _assignment(folder, slug, _table(table, f"[assignments.{slug}]"))
    unusual = given.pop("exceptions", [])
    if not isinstance(unusual, list):
        raise InputError("[exceptions] is a list; write [[exceptions]]")
    exceptions = tuple(_exception(_table(e, "[[exceptions]]"), found) for e in unusual)
    if given.get("roster"):
        given["roster"] = folder / given["roster"]
    if given.get("seed", 0) < 0:
        raise InputError(f"seed = {given['seed']} must be at least 0")
    return ClassSettings(folder, **given, late=late, assignments=found, exceptions=exceptions)


def _assignment(folder: Path, slug: str, table: dict[str, Any]) -> Assignment:
    where = f"[assignments.{slug}]"
    given = _known(where, table, Assignment, {"slug"})
    numbers = given.pop("exercises", None)
    if not numbers:
        raise InputError(f'{where} has no exercises; write, for example, exercises = ["03.1", "03.2"]')
    if given.get("visibility", "visible") not in VISIBILITY:
        raise InputError(f"visibility in {where} is one of {', '.join(VISIBILITY)}")
    if not given.get("weight", 1) >= 0:
        raise InputError(f"weight = {given['weight']} in {where} is too small; the smallest is 0")
    if "moodle" in given:
        given["moodle"] = folder / given["moodle"]
    given.setdefault("title", slug)
    _with_zone(given, "due", where)
    return Assignment(slug, tuple(get(n) for n in numbers), **given)


def _exception(table: dict[str, Any], assignments: Mapping[str, Assignment]) -> Adjustment:
    given = _known("[[exceptions]]", table, Adjustment)
    if not given.get("learner"):
        raise InputError("an exception has no learner; write learner = and an id of the roster")
    slug = given.get("assignment", "")
    if slug and slug not in assignments:
        raise InputError(
            f"the exception of {given['learner']} is for no assignment {slug!r}; {nearest_name(slug, assignments)}"
        )
    for name in ("due", "submitted"):
        _with_zone(given, name, f"the exception of {given['learner']}")
    return Adjustment(**given)


KINDS: dict[str, tuple[type, ...]] = {
    "int": (int,), "int | None": (int,), "float": (int, float), "str": (str,), "bool": (bool,),
    "datetime | None": (datetime,), "Path | None": (str,), "tuple[Exercise, ...]": (list,),
}  # fmt: skip


def _known(where: str, table: dict[str, Any], kind: type, not_given: set[str] = frozenset()) -> dict[str, Any]:  # type: ignore[assignment]
    """The settings of a table, each of a kind that it can have; a name that means nothing is refused."""
    kinds = {f.name: KINDS.get(str(f.type)) for f in fields(kind) if f.name not in not_given}
    for name, value in table.items():
        if name not in kinds:
            raise InputError(f"{name} in {where} means nothing; {nearest_name(name, kinds)}")
        allowed = kinds[name]
        if allowed and (not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed)):
            raise InputError(
                f"{name} = {value!r:.60} in {where} is {type(value).__name__}; it should be {allowed[-1].__name__}"
            )
    return dict(table)


def _table(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"{where} is a table; write its name in brackets, and a line for each setting")
    return value


def _with_zone(given: dict[str, Any], name: str, where: str) -> None:
    """An instant without a zone is another instant on the machine of a colleague."""
    if given.get(name) is not None and given[name].tzinfo is None:
        raise InputError(
            f"{name} = {given[name].isoformat()} in {where} has no zone; write {given[name].isoformat()}+02:00 or Z"
        )


def template() -> str:
    """Return a class.toml to start from: an assignment for each chapter, a seed and a secret of its own."""
    chapters: dict[str, list[str]] = {}
    for number in exercises():
        chapters.setdefault(number.split(".")[0], []).append(number)
    parts = [
        f"""# A class: see "A class from week to week" in the instructor's guide. A line that starts with # is a choice.
name = "Design spaces"
roster = "roster.csv"  # id,name,email; or an export of Canvas's gradebook, or of Moodle's participants
seed = {secrets.randbelow(10**9)}  # the second set of questions is yours: keep it to yourself
secret = "{secrets.token_hex(16)}"  # the codes on anonymous pages are made from it

[late]
grace = 10       # minutes
free_days = 0    # days late that everybody can spend in the whole class without a penalty
penalty = 10     # percent of an assignment's points for each further day that has begun
last_day = 7     # after so many days nothing counts
"""
    ]
    for chapter, numbers in chapters.items():
        listed = ", ".join(f'"{n}"' for n in numbers)
        parts.append(
            f"""
[assignments.chapter-{chapter}]
exercises = [{listed}]
# due = 2026-10-12T23:59:00+02:00
weight = 1
"""
        )
    parts.append(
        """
# [[exceptions]]
# learner = "ada"            # an id of the roster
# assignment = "chapter-03"  # without this line: every assignment
# extra_days = 3             # or due = ..., or submitted = ..., or drop = true
"""
    )
    return "".join(parts)
