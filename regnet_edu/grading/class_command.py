"""The command `regnet-edu class`: start a class, grade an assignment, hand back, and see what is alike."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..common.errors import InputError
from . import grade_command

if TYPE_CHECKING:
    from .classes.gradebook import Marks
    from .classes.roster import Person
    from .classes.settings import Assignment, ClassSettings
    from .record import Key
    from .result import Result

EXAMPLE = """init
  regnet-edu class grade chapter-03 ~/Downloads/submissions.zip
  regnet-edu class report --anonymous
  regnet-edu class similar chapter-03 ~/Downloads/submissions.zip"""


def add(command: Callable[[str, str, str], argparse.ArgumentParser]) -> None:
    """Add the command and its four actions."""
    parser = command("class", "grade a class from week to week: a roster, due dates, gradebooks, feedback", EXAMPLE)
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=type(parser))
    init = actions.add_parser("init", help="write class.toml and an empty roster")

    grade = actions.add_parser("grade", help="grade an assignment; the same command grades what is new")
    grade.add_argument("assignment", metavar="ASSIGNMENT", help="its name in class.toml")
    grade.add_argument("folder", type=Path, metavar="DOWNLOADS", help="as the submissions were downloaded, or a .zip")
    grade.add_argument("--again", action="store_true", help="grade everything again")
    grade.add_argument("--workers", type=int, help="submissions at once (one a processor)")
    grade.add_argument("--quiet", action="store_true", help="show no progress bar")

    report = actions.add_parser("report", help="write gradebooks and a page of feedback for each learner")
    report.add_argument("--out", type=Path, metavar="DIR", help="where (report/ beside class.toml)")
    report.add_argument("--anonymous", action="store_true", help="pages with codes in place of names")

    similar = actions.add_parser("similar", help="show which submissions of an assignment are alike")
    similar.add_argument("assignment", metavar="ASSIGNMENT", help="its name in class.toml")
    similar.add_argument("folder", type=Path, metavar="DOWNLOADS", help="as the submissions were downloaded")
    similar.add_argument("--out", type=Path, metavar="DIR", help="where (report/ beside class.toml)")
    for action in (init, grade, report, similar):
        action.add_argument(
            "--class", dest="home", default=Path(), type=Path, metavar="DIR", help="the folder of class.toml (this one)"
        )


def run(options: argparse.Namespace) -> None:
    {"init": _init, "grade": _grade, "report": _report, "similar": _similar}[options.action](options)


def _init(options: argparse.Namespace) -> None:
    from .classes.settings import NAME, template

    path, roster = options.home / NAME, options.home / "roster.csv"
    if path.exists():
        raise InputError(f"{path} is there already; change it, or move it away")
    grade_command.must_be_writable(path)
    grade_command.write(path, template())
    print(f"{path}: an assignment for each chapter; change it to what your class does")
    if not roster.exists():
        grade_command.write(roster, "id,name,email\n")
        print(f"{roster}: a line for each learner, or put an export of Canvas or Moodle in its place")


def _grade(options: argparse.Namespace) -> None:
    from .classes.settings import load
    from .formats import table

    if options.workers is not None and options.workers < 1:
        raise InputError(f"--workers {options.workers} is too small; the smallest is 1")
    settings = load(options.home)
    assignment = settings.assignment(options.assignment)
    kept = settings.record(assignment)
    grade_command.must_be_writable(kept)
    options.out, options.since, options.single, options.submitted, options.classroom50 = [], None, False, None, False
    grading = grade_command.graded(options.folder, assignment.exercises, settings.seeds, kept, options)
    print(table(grading.learners))
    for note in grading.notes:
        print(note)
    _say_who(settings, [g.learner for g in grading.learners])
    grade_command.end_if_faults(grading)


def _say_who(settings: ClassSettings, names: list[str]) -> None:
    """Say who of the roster handed in nothing, and who handed in and is on no roster."""
    from .classes.roster import match

    people = _people(settings)
    if not people:
        return
    matched = match(names, people)
    strangers = [n for n in names if n not in matched]
    missing = [p.id for p in people if p.id not in {m.id for m in matched.values()}]
    if strangers:
        print(f"On no roster: {', '.join(strangers)}; give the roster a column folder that says whose it is")
    if missing:
        print(f"Nothing from {len(missing)} of {len(people)}: {', '.join(missing)}")


def _people(settings: ClassSettings) -> list[Person]:
    from .classes.roster import load

    return load(settings.roster) if settings.roster else []


def _report(options: argparse.Namespace) -> None:
    from .classes import gradebook
    from .classes.feedback import code, file_name, page
    from .classes.settings import load
    from .formats import to_csv

    settings = load(options.home)
    out = options.out or settings.folder / "report"
    settings, people, marks = _marks(settings)
    books = {
        "gradebook.csv": gradebook.gradebook(settings, people, marks),
        "parts.csv": gradebook.parts(settings, people, marks),
        "canvas.csv": gradebook.canvas(settings, people, marks),
        "moodle.csv": gradebook.moodle(settings, people, marks),
    }
    for slug, assignment in settings.assignments.items():
        if assignment.moodle:
            books[f"moodle-{slug}.csv"] = gradebook.moodle_worksheet(settings, assignment, people, marks)
    pages = {
        f"feedback/{file_name(settings, p, options.anonymous)}": page(settings, p, marks[p.id], options.anonymous)
        for p in people
    }
    if options.anonymous:
        if not settings.secret:
            raise InputError(
                "class.toml has no secret, from which the codes are made; regnet-edu class init writes one"
            )
        books["codes.csv"] = to_csv([["id", "code"], *([p.id, code(settings, p)] for p in people)])
    for name, text in {**books, **pages}.items():
        grade_command.must_be_writable(out / name)
        grade_command.write(out / name, text)
    print(f"{out}: {', '.join(books)}, and {len(pages)} pages in feedback/")


def _marks(settings: ClassSettings) -> tuple[ClassSettings, list[Person], Marks]:
    """The assignments that are graded so far; everybody, by the roster or else by what was handed in; their marks."""
    from .classes.marks import marks, people_of
    from .classes.roster import Person, match
    from .record import load

    records = {a.slug: settings.record(a) for a in settings.assignments.values()}
    results: Mapping[str, Mapping[Key, Result]] = {s: load(r) for s, r in records.items() if r.exists()}
    if not results:
        raise InputError("nothing is graded yet; regnet-edu class grade ASSIGNMENT DOWNLOADS comes first")
    settings = replace(settings, assignments={s: a for s, a in settings.assignments.items() if s in results})
    names = sorted({who for there in results.values() for who, _ in there})
    people = _people(settings) or [Person(n) for n in names]
    _known_to(settings, people)
    return settings, people, marks(settings, results, people_of(people, match(names, people)))


def _known_to(settings: ClassSettings, people: list[Person]) -> None:
    """See that every exception is somebody's.

    Raises:
        InputError: one is nobody's.
    """
    known = {p.id for p in people}
    strange = [e.learner for e in settings.exceptions if e.learner not in known]
    if strange:
        raise InputError(f"class.toml has exceptions for {', '.join(strange)}, and nobody in the class has that id")


def _similar(options: argparse.Namespace) -> None:
    from .classes.settings import load
    from .classes.similar import page, pairs, rows
    from .formats import to_csv

    settings = load(options.home)
    assignment = settings.assignment(options.assignment)
    out = options.out or settings.folder / "report"
    sections = [
        (f"{number} {title}", pairs(sources, given), sources)
        for number, title, given, sources in _sources(assignment, options.folder)
    ]
    for name, text in (
        (f"similar-{assignment.slug}.html", page(assignment.title, sections)),
        (f"similar-{assignment.slug}.csv", to_csv(list(rows(sections)))),
    ):
        grade_command.must_be_writable(out / name)
        grade_command.write(out / name, text)
    count = sum(len(found) for _, found, _ in sections)
    print(f"{out}/similar-{assignment.slug}.html: {count} pairs to look at; a hint, never a verdict")


def _sources(assignment: Assignment, folder: Path) -> list[tuple[str, str, str, dict[str, str]]]:
    """The programs of everybody for each exercise, with what everybody was given."""
    from .handin.choose import choose
    from .handin.people import collected
    from .submission import text_of

    found = []
    with collected(folder) as whole:
        for exercise in assignment.exercises:
            sources = {}
            for learner in whole.learners:
                try:
                    sources[learner.name] = text_of(choose(exercise, learner.files).file.path)
                except InputError:
                    continue
            found.append((exercise.number, exercise.title, exercise.stub(), sources))
    return found
