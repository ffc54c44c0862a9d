"""Marks as gradebooks read them: a table of one's own, every part, Canvas's import and Moodle's."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from ..formats import to_csv
from .marks import Mark, total
from .roster import Person, read_csv
from .settings import Assignment, ClassSettings

Marks = Mapping[str, Mapping[str, Mark]]
CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOODLE = ("ID number", "Full name", "Email address")


def gradebook(settings: ClassSettings, people: Sequence[Person], marks: Marks) -> str:
    """One row a person: what each assignment counts, the total in percent, and what a reader must know."""
    rows: list[list[object]] = [["id", "name", *settings.assignments, "percent", "missing", "notes"]]
    for person in people:
        mine = marks[person.id]
        counted = ["" if m.dropped or m.missing else m.counted for m in mine.values()]
        missing = [slug for slug, m in mine.items() if m.missing and not m.dropped]
        notes = [f"{slug}: {words}" for slug, m in mine.items() if (words := about(settings, m))]
        share = total(settings, mine)
        rows.append(
            [person.id, person.name, *counted, "" if share is None else share, " ".join(missing), "; ".join(notes)]
        )
    return to_csv(rows)


def about(settings: ClassSettings, mark: Mark) -> str:
    """Why a mark is not just its points; "" if it is."""
    if mark.dropped:
        return "dropped"
    if not mark.days_late:
        return ""
    days = f"{mark.days_late} day{'s' if mark.days_late > 1 else ''} late"
    if settings.late.last_day is not None and mark.days_late > settings.late.last_day:
        return f"{days}, after the last day"
    free = f", {mark.free_days} of them free" if mark.free_days else ""
    lost = round(mark.points - mark.counted, 2)
    return f"{days}{free}" + (f", {lost:g} of {mark.points} points lost" if lost else "")


def parts(settings: ClassSettings, people: Sequence[Person], marks: Marks) -> str:
    """One row a part of an exercise of a person."""
    rows: list[list[object]] = [
        ["id", "assignment", "exercise", "part", "points", "of", "first line", "submitted", "graded", "sha256"]
    ]
    for person in people:
        for slug, mark in marks[person.id].items():
            for result in filter(None, mark.results):
                e = result.evidence
                facts = [e.submitted, e.graded, e.sha256] if e else ["", "", ""]
                for p in result.verdict.parts:
                    first = p.words.partition("\n")[0]
                    number = result.verdict.exercise.number
                    rows.append([person.id, slug, number, p.name, p.points, p.of, first, *facts])
    return to_csv(rows)


def canvas(settings: ClassSettings, people: Sequence[Person], marks: Marks) -> str:
    """What Canvas's gradebook imports: its five columns, then one an assignment, empty where nothing was handed in.

    A column whose name is that of an export, with its number in brackets, fills that assignment; another makes a new
    one. What is dropped is excused, "EX".
    """
    columns = [a.canvas or a.title for a in settings.assignments.values()]
    possible = ["    Points Possible", "", "", "", "", *(str(a.of) for a in settings.assignments.values())]
    rows = [[*CANVAS, *columns], possible]
    for person in people:
        own = dict(zip(CANVAS, (person.name, "", "", person.id, ""), strict=True))
        known = [person.row.get(c) or "" if CANVAS[0] in person.row else own[c] for c in CANVAS]
        rows.append([*known, *(_canvas_cell(m) for m in marks[person.id].values())])
    return _verbatim(rows)


def _canvas_cell(mark: Mark) -> str:
    if mark.dropped:
        return "EX"
    return "" if mark.missing else f"{mark.counted:g}"


def moodle(settings: ClassSettings, people: Sequence[Person], marks: Marks) -> str:
    """What Moodle's gradebook imports from CSV: people by id number and email, and one column an assignment."""
    rows = [[*MOODLE, *(a.title for a in settings.assignments.values())]]
    for person in people:
        cells = ["" if m.missing or m.dropped else f"{m.counted:g}" for m in marks[person.id].values()]
        rows.append([person.row.get("ID number") or person.id, person.name, person.email, *cells])
    return _verbatim(rows)


def moodle_worksheet(settings: ClassSettings, assignment: Assignment, people: Sequence[Person], marks: Marks) -> str:
    """The grading worksheet that Moodle gave for an assignment, with the grade and feedback of everybody filled in.

    All else stays as Moodle wrote it, the last change of a grade too: Moodle refuses a row that is older than its own.

    Raises:
        InputError: the worksheet cannot be read.
    """
    assert assignment.moodle is not None
    rows = read_csv(assignment.moodle)
    head = list(rows[0]) if rows else ["Identifier", "Grade", "Feedback comments"]
    feedback = next((c for c in head if c.lower() == "feedback comments"), "")
    for row in rows:
        person = next((p for p in people if _is_row(p, row)), None)
        mark = marks[person.id][assignment.slug] if person else None
        if mark is None or mark.missing or mark.dropped:
            continue
        row["Grade"] = f"{mark.counted:g}"
        if feedback:
            row[feedback] = summary(settings, mark)
    return _verbatim([head, *([row[c] or "" for c in head] for row in rows)])


def _is_row(person: Person, row: Mapping[str, str]) -> bool:
    own = {person.id.lower(), person.email.lower()} - {""}
    theirs = {(row.get(c) or "").lower() for c in ("Email address", "ID number", "Username")}
    return bool(own & theirs)


def summary(settings: ClassSettings, mark: Mark) -> str:
    """A mark in a line: the points of each exercise, and what is late."""
    each = [f"{r.verdict.exercise.number}: {r.verdict.points} of {r.verdict.of}" for r in mark.results if r]
    return "; ".join([*each, *filter(None, [about(settings, mark)])])


def _verbatim(rows: Sequence[Sequence[str]]) -> str:
    """Rows as CSV with nothing changed in them: another program must find its own words again."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()
