"""Who belongs to a class, and which of them a folder or a prefix stands for."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ...common.errors import InputError

# What a column holds, by the names that a roster of one's own, Canvas and Moodle give it.
COLUMNS = {
    "id": ("id", "sis login id", "username", "id number", "email address", "email"),
    "name": ("name", "student", "full name"),
    "first": ("first name",),
    "last": ("last name", "surname"),
    "email": ("email", "email address", "sis login id"),
    "number": ("id", "identifier", "id number"),
    "folder": ("folder",),
}


@dataclass(frozen=True)
class Person:
    """Somebody in the class.

    Args:
        id: that nobody else has; the instructor's files name people by it.
        name: as the roster writes it.
        email: if it is known.
        number: by which Canvas or Moodle know this person, if they do.
        folder: the name under which submissions arrive, where no rule finds it.
        row: of the roster, as it is, for what goes back to where it came from.
    """

    id: str
    name: str = ""
    email: str = ""
    number: str = ""
    folder: str = ""
    row: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)


def load(path: Path) -> list[Person]:
    """Read a roster: id, name, email; or an export of Canvas's gradebook, or of Moodle's participants or worksheet.

    Raises:
        InputError: it cannot be read, has no column for an id, or one id twice.
    """
    rows = read_csv(path)
    columns = {name.strip().lower(): name for name in (rows[0] if rows else {})}
    if rows and not any(c in columns for c in COLUMNS["id"]):
        raise InputError(f"{path} has the columns {', '.join(columns)}; one of them should be id")
    canvas = "student" in columns
    people = []
    for row in rows:
        person = _person({c: (row[name] or "").strip() for c, name in columns.items()}, row, canvas)
        if person and person.id:
            people.append(person)
    twice = {p.id for p in people if sum(q.id == p.id for q in people) > 1}
    if twice:
        raise InputError(f"{path} has {', '.join(sorted(twice))} more than once")
    return people


def read_csv(path: Path) -> list[dict[str, str]]:
    """Read the rows of a CSV file, with commas or semicolons.

    Raises:
        InputError: it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    first = text.partition("\n")[0]
    return list(csv.DictReader(text.splitlines(), delimiter=";" if first.count(";") > first.count(",") else ","))


def _person(cells: Mapping[str, str], row: Mapping[str, str], canvas: bool) -> Person | None:
    if canvas and ("points possible" in cells["student"].lower() or cells["student"] in ("", "Student, Test")):
        return None
    own = COLUMNS["id"][1:] if canvas else COLUMNS["id"]  # in Canvas "ID" is a number that nobody knows by heart
    name = _first(cells, COLUMNS["name"]) or " ".join(
        filter(None, (cells.get("first name"), _first(cells, COLUMNS["last"])))
    )
    number = re.sub(r"^\D+", "", _first(cells, COLUMNS["number"])) if canvas or "identifier" in cells else ""
    identity = _first(cells, own) or number
    return Person(identity, name, _first(cells, COLUMNS["email"]), number, cells.get("folder", ""), dict(row))


def _first(cells: Mapping[str, str], names: Iterable[str]) -> str:
    return next((cells[n] for n in names if cells.get(n)), "")


def match(learners: Sequence[str], people: Sequence[Person]) -> dict[str, Person]:
    """Return whom each learner's folder or prefix stands for; who can be nobody, or two, is left out.

    What Canvas and Moodle write decides by its number, then an id, an email, a folder that the roster names, and last
    the name itself, in any order of its words.
    """
    found: dict[str, Person] = {}
    for learner in learners:
        for rule in (_by_number, _by_id, _by_name):
            fits = [p for p in people if rule(learner, p)]
            if len(fits) == 1:
                found[learner] = fits[0]
            if fits:
                break
    return found


def _by_number(learner: str, person: Person) -> bool:
    end = re.search(r"_(\d+)$", learner)
    return bool(person.number and end and end[1] == person.number)


def _by_id(learner: str, person: Person) -> bool:
    names = (person.id, person.folder, person.email, person.email.partition("@")[0])
    return learner.lower() in {n.lower() for n in names if n}


def _by_name(learner: str, person: Person) -> bool:
    """The same letters: Canvas writes "Lovelace, Ada King" as lovelaceadaking, and Moodle the other way round."""
    theirs = _letters(person.name)
    return bool(theirs) and _letters(re.sub(r"_\d+$", "", learner)) == theirs


def _letters(name: str) -> list[str]:
    """The letters of a name in the order of the alphabet, without accents and capitals."""
    plain = unicodedata.normalize("NFKD", name.lower())
    return sorted(c for c in plain if c.isalpha())
