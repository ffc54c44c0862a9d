"""Results as other programs read them: Gradescope's JSON, CSV, JUnit, and a table for a terminal."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from typing import Any
from xml.etree import ElementTree

from .result import Graded, Result

VISIBILITY = ("visible", "hidden", "after_due_date", "after_published")  # Gradescope's words
Format = Callable[[Sequence[Graded], str], str]


def gradescope(graded: Graded, visibility: str = "visible") -> dict[str, Any]:
    """One learner's results as Gradescope reads them from results.json.

    Args:
        graded: what came of it.
        visibility: who sees the single tests, and when: one of `VISIBILITY`.
    """
    tests = []
    for result in graded.results:
        verdict = result.verdict
        for k, part in enumerate(verdict.parts, 1):
            tests.append(
                {
                    "name": f"{verdict.exercise.number} {verdict.exercise.title}: {part.name}",
                    "number": f"{verdict.exercise.number}.{k}",
                    "score": part.points,
                    "max_score": part.of,
                    "status": "passed" if part.passed else "failed",
                    "output": part.words and f"{part.words}\nRead again: {part.idea}.",
                    "visibility": visibility,
                }
            )
    words = f"{graded.points} of {graded.of} points" if visibility == "visible" else "Your submission was graded."
    evidence = {r.verdict.exercise.number: r.evidence.to_dict() for r in graded.results if r.evidence}
    whole = {"score": graded.points, "output": "\n".join([words, *graded.notes]), "tests": tests}
    return {**whole, "extra_data": {"evidence": evidence}}


def as_json(results: Sequence[Graded], visibility: str = "visible") -> str:
    """For one learner Gradescope's format; for many, the same under each name."""
    if len(results) == 1:
        return json.dumps(gradescope(results[0], visibility), indent=1)
    return json.dumps({"submissions": {g.learner: gradescope(g, visibility) for g in results}}, indent=1)


def as_csv(results: Sequence[Graded], visibility: str = "visible") -> str:
    """One row a learner, one column an exercise, empty where there is no file."""
    numbers = [v.exercise.number for v in results[0].verdicts] if results else []
    rows = [
        [g.learner, *map(_cell, g.results), g.points, g.of, "; ".join([*g.notes, *(["late"] if g.late else [])])]
        for g in results
    ]
    return to_csv([["learner", *numbers, "points", "of", "notes"], *rows])


def _cell(result: Result) -> int | str:
    return "" if result.missing or result.fault else result.verdict.points


def to_csv(rows: Sequence[Sequence[Any]]) -> str:
    """Rows as CSV, in which no text is a formula."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        [[safe(c) if isinstance(c, str) else c for c in row] for row in rows]
    )
    return text.getvalue()


def safe(text: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text


def as_junit(results: Sequence[Graded], visibility: str = "visible") -> str:
    """JUnit XML: one suite a learner and exercise, one case a part."""
    root = ElementTree.Element("testsuites")
    for g in results:
        for verdict in g.verdicts:
            failed = sum(not p.passed for p in verdict.parts)
            name = f"{g.learner}: {verdict.exercise.number} {verdict.exercise.title}"
            suite = ElementTree.SubElement(
                root, "testsuite", name=xml_text(name), tests=str(len(verdict.parts)), failures=str(failed), errors="0"
            )
            for part in verdict.parts:
                case = ElementTree.SubElement(suite, "testcase", classname=xml_text(name), name=part.name)
                if not part.passed:
                    first = xml_text(part.words.splitlines()[0])
                    ElementTree.SubElement(case, "failure", message=first).text = xml_text(part.words)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def xml_text(text: str) -> str:
    """Text without the characters that XML forbids; a learner may return any."""
    return "".join(c if c in "\n\t" or " " <= c < "\ud800" or "\ue000" <= c < "\ufffe" else "?" for c in text)


FORMATS: dict[str, Format] = {".json": as_json, ".csv": as_csv, ".xml": as_junit}


def table(results: Sequence[Graded]) -> str:
    """The points of everyone, for a terminal, and below them every note."""
    if not results:
        return ""
    width = max(7, *(len(g.learner) for g in results))
    heads = [v.exercise.number for v in results[0].verdicts]
    wide = [max(len(n), *(len(g.results[k].shown) for g in results)) for k, n in enumerate(heads)]
    lines = [f"{'learner':<{width}}  {'  '.join(n.rjust(w) for n, w in zip(heads, wide, strict=True))}  points"]
    for g in results:
        cells = "  ".join(r.shown.rjust(w) for r, w in zip(g.results, wide, strict=True))
        lines.append(f"{g.learner:<{width}}  {cells}  {g.points} of {g.of}{'  late' if g.late else ''}")
    notes = [f"{g.learner}: {note}" for g in results for note in g.notes]
    return "\n".join([*lines, *notes])
