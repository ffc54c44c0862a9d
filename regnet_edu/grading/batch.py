"""Grades one or many submissions: who handed in what, every exercise of each, several at once."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from ..common.errors import InputError
from .exercise import SEEDS, Exercise, exercises
from .judge import check_source
from .submission import find, read
from .verdict import PartVerdict, Verdict


@dataclass(frozen=True)
class Graded:
    """Everything that one learner handed in."""

    learner: str
    verdicts: tuple[Verdict, ...]

    @property
    def points(self) -> int:
        return sum(v.points for v in self.verdicts)

    @property
    def of(self) -> int:
        return sum(v.of for v in self.verdicts)


def learners(folder: Path, single: bool = False) -> dict[str, Path]:
    """Return who handed in: every folder in `folder`; or `folder` itself, if it holds exercises or is `single`.

    Raises:
        InputError: there is no such folder, or nothing in it.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder of submissions")
    if single or any(_handed_in(e, folder) for e in exercises().values()):
        return {folder.resolve().name: folder}
    found = {p.name: p for p in sorted(folder.iterdir()) if p.is_dir() and not p.name.startswith((".", "__"))}
    if not found:
        raise InputError(f"{folder} holds no submissions: it has neither files of exercises nor folders of learners")
    return found


def _handed_in(exercise: Exercise, folder: Path) -> bool:
    try:
        find(exercise, folder)
    except InputError:
        return False
    return True


def check(exercise: Exercise, place: Path | None, seeds: Sequence[int] = SEEDS) -> Verdict:
    """Judge one exercise of one learner; what cannot be read is a verdict of 0 points."""
    try:
        submission = read(exercise, place)
    except InputError as error:
        parts = tuple(PartVerdict(p.name, 0, p.points, str(error), p.idea) for p in exercise.parts)
        return Verdict(exercise, exercise.filename, parts, problem=str(error))
    return check_source(exercise, submission, seeds)


def grade(
    folder: Path,
    wanted: Sequence[Exercise],
    workers: int | None = None,
    seeds: Sequence[int] = SEEDS,
    on_done: Callable[[], None] = lambda: None,
    single: bool = False,
) -> list[Graded]:
    """Grade the wanted exercises of every learner; each in its own process, `workers` at once."""
    people = learners(folder, single)
    jobs = [(person, exercise) for person in people for exercise in wanted]

    def work(job: tuple[str, Exercise]) -> Verdict:
        try:
            return check(job[1], people[job[0]], seeds)
        except Exception as error:  # a fault of ours in one exercise: no points, said by name, and the rest goes on
            words = f"this exercise could not be graded: {type(error).__name__}: {error}"
            parts = tuple(PartVerdict(p.name, 0, p.points, words, p.idea) for p in job[1].parts)
            return Verdict(job[1], job[1].filename, parts, problem=words)
        finally:
            on_done()

    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        verdicts = list(pool.map(work, jobs))
    size = len(wanted)
    return [Graded(p, tuple(verdicts[k * size : (k + 1) * size])) for k, p in enumerate(people)]


def gradescope(graded: Graded) -> dict[str, Any]:
    """One learner's results as Gradescope reads them from results.json."""
    tests = []
    for verdict in graded.verdicts:
        for k, part in enumerate(verdict.parts, 1):
            tests.append(
                {
                    "name": f"{verdict.exercise.number} {verdict.exercise.title}: {part.name}",
                    "number": f"{verdict.exercise.number}.{k}",
                    "score": part.points,
                    "max_score": part.of,
                    "status": "passed" if part.passed else "failed",
                    "output": part.words and f"{part.words}\nRead again: {part.idea}.",
                    "visibility": "visible",
                }
            )
    return {"score": graded.points, "output": f"{graded.points} of {graded.of} points", "tests": tests}


def as_json(results: Sequence[Graded]) -> str:
    """For one learner Gradescope's format; for many, the same under each name."""
    if len(results) == 1:
        return json.dumps(gradescope(results[0]), indent=1)
    return json.dumps({"submissions": {g.learner: gradescope(g) for g in results}}, indent=1)


def as_csv(results: Sequence[Graded]) -> str:
    """One row a learner, one column an exercise."""
    import csv
    import io

    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    first = results[0].verdicts if results else ()
    table.writerow(["learner", *(v.exercise.number for v in first), "points", "of"])
    for g in results:
        table.writerow([_safe(g.learner), *(v.points for v in g.verdicts), g.points, g.of])
    return text.getvalue()


def _safe(name: str) -> str:
    """A folder's name that a spreadsheet does not take for a formula."""
    return f"'{name}" if name[:1] in "=+-@\t" else name


def as_junit(results: Sequence[Graded]) -> str:
    """JUnit XML: one suite a learner and exercise, one case a part."""
    root = ElementTree.Element("testsuites")
    for g in results:
        for verdict in g.verdicts:
            failed = sum(not p.passed for p in verdict.parts)
            name = f"{g.learner}: {verdict.exercise.number} {verdict.exercise.title}"
            suite = ElementTree.SubElement(
                root, "testsuite", name=_xml(name), tests=str(len(verdict.parts)), failures=str(failed), errors="0"
            )
            for part in verdict.parts:
                case = ElementTree.SubElement(suite, "testcase", classname=_xml(name), name=part.name)
                if not part.passed:
                    first = _xml(part.words.splitlines()[0])
                    ElementTree.SubElement(case, "failure", message=first).text = _xml(part.words)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def _xml(text: str) -> str:
    """Text without the characters that XML forbids; a learner may return any."""
    return "".join(c if c in "\n\t" or " " <= c < "\ud800" or "\ue000" <= c < "\ufffe" else "?" for c in text)


FORMATS: dict[str, Callable[[Sequence[Graded]], str]] = {".json": as_json, ".csv": as_csv, ".xml": as_junit}


def table(results: Sequence[Graded]) -> str:
    """The points of everyone, for a terminal."""
    if not results:
        return ""
    width = max(7, *(len(g.learner) for g in results))
    numbers = [v.exercise.number for v in results[0].verdicts]
    lines = [f"{'learner':<{width}}  {'  '.join(numbers)}  points"]
    for g in results:
        cells = "  ".join(f"{v.points}/{v.of}".rjust(len(n)) for n, v in zip(numbers, g.verdicts, strict=True))
        lines.append(f"{g.learner:<{width}}  {cells}  {g.points} of {g.of}")
    return "\n".join(lines)
