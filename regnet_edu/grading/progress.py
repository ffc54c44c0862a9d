"""How far a learner is: every exercise as done, begun, open or missing; drawn for a terminal and as a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from pathlib import Path

from ..common.errors import InputError
from .exercise import Exercise, exercises
from .submission import find
from .verdict import Verdict

CHAPTERS = {
    1: "Designing spaces",
    2: "AnyNet in code",
    3: "Populations and the EDF",
    4: "Share the bottleneck",
    5: "Share the group width",
    6: "Widths that grow",
    7: "Depths that grow",
    8: "The quantised line",
    9: "The RegNetX space",
    10: "Does it generalise?",
    11: "What RegNets look like",
    12: "RegNetY",
    13: "Against the field",
    14: "To ImageNet",
    15: "Your own space",
}
MARKS = {"done": "●", "begun": "◐", "open": "○", "missing": "·"}
PLAIN = {"done": "#", "begun": "+", "open": "o", "missing": "."}
FIRST, APART = 310, 175  # where the first stop of a chapter is on the page, and how far the next
Saved = tuple[Path, int, int]  # a file, when it was saved, its size


@dataclass(frozen=True)
class Standing:
    """One exercise of one learner; `saved` says which file was looked at, and `verdict` is None if it is the stub."""

    exercise: Exercise
    saved: Saved | None
    verdict: Verdict | None

    @property
    def points(self) -> int:
        return self.verdict.points if self.verdict else 0

    @property
    def state(self) -> str:
        if self.saved is None:
            return "missing"
        if self.verdict is None or self.verdict.untouched:
            return "open"
        return "done" if self.verdict.passed else "begun"


def saved_file(exercise: Exercise, folder: Path) -> Saved | None:
    """The learner's file of an exercise and when it was saved; None if there is none."""
    try:
        path = find(exercise, folder)
        facts = path.stat()
    except (InputError, OSError):
        return None
    return path, facts.st_mtime_ns, facts.st_size


def look(folder: Path, before: Sequence[Standing] = ()) -> list[Standing]:
    """Check what was saved since `before`, and return where every exercise stands."""
    from .batch import check

    known = {s.exercise.number: s for s in before}
    found = []
    for exercise in exercises().values():
        saved, old = saved_file(exercise, folder), known.get(exercise.number)
        if old is not None and old.saved == saved:
            found.append(old)
        elif saved is None or (saved[0].suffix == ".py" and saved[0].read_text(errors="replace") == exercise.stub()):
            found.append(Standing(exercise, saved, None))
        else:
            found.append(Standing(exercise, saved, check(exercise, saved[0])))
    return found


def changed(folder: Path, before: Sequence[Standing]) -> bool:
    """Whether a file was saved, appeared or vanished since."""
    return any(saved_file(s.exercise, folder) != s.saved for s in before)


def totals(standings: Sequence[Standing]) -> tuple[int, int]:
    return sum(s.points for s in standings), sum(s.exercise.points for s in standings)


def by_chapter(standings: Sequence[Standing]) -> dict[int, list[Standing]]:
    groups = groupby(standings, lambda s: int(s.exercise.number.split(".")[0]))
    return {chapter: list(group) for chapter, group in groups}


def picture(standings: Sequence[Standing], plain: bool = False) -> str:
    """The course for a terminal: a line a chapter, a mark an exercise.

    Args:
        standings: what `look` returned.
        plain: use ASCII only.
    """
    marks, full, empty = (PLAIN, "#", ".") if plain else (MARKS, "█", "░")
    width = max(len(title) for title in CHAPTERS.values())
    lines = []
    for chapter, group in by_chapter(standings).items():
        cells = [
            f"{marks[s.state]} {s.exercise.number} {s.exercise.name} {s.points}/{s.exercise.points}" for s in group
        ]
        for k in range(0, len(cells), 3):  # three fit on a line
            head = f"{chapter:2} {CHAPTERS[chapter]:<{width}}" if k == 0 else " " * (width + 3)
            lines.append(f"{head}  {'  '.join(f'{cell:<26}' for cell in cells[k : k + 3])}".rstrip())
    points, of = totals(standings)
    bar = round(40 * points / of)
    legend = "  ".join(f"{mark} {state}" for state, mark in marks.items())
    return "\n".join([*lines, f"{full * bar}{empty * (40 - bar)} {points} of {of} points   {legend}"])


STYLE = """
:root { color-scheme: light dark; --ink: #1d2733; --paper: #fff; --line: #b8c2cc; --done: #1f7a4d; --begun: #b36b00; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8edf2; --paper: #12181f; --line: #526070; --done: #5fcf95; --begun: #f0b45a; }
}
body { margin: 2rem auto; max-width: 62rem; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink);
  background: var(--paper); }
svg { width: 100%; height: auto; } text { fill: var(--ink); font: 13px system-ui, sans-serif; }
circle { fill: var(--paper); stroke: var(--line); stroke-width: 2.5; }
.done circle { fill: var(--done); stroke: var(--done); }
.begun circle { stroke: var(--begun); } .begun .part { fill: none; stroke: var(--begun); stroke-width: 8; }
.missing circle { stroke-dasharray: 3 4; } .road { stroke: var(--line); stroke-width: 3; fill: none; }
td, th { text-align: left; padding: 0.1rem 1rem 0.1rem 0; }
"""


def page(standings: Sequence[Standing], refresh: int | None = None) -> str:
    """The course as one page: a road with a row a chapter and a stop an exercise, and the same as a table.

    Args:
        standings: what `look` returned.
        refresh: seconds after which a browser reads the page again.
    """
    points, of = totals(standings)
    stops, rows = [], []
    chapters = by_chapter(standings)
    for row, (chapter, group) in enumerate(chapters.items()):
        y = 40 + 62 * row
        stops.append(f'<text x="20" y="{y + 5}">{chapter} {escape(CHAPTERS[chapter])}</text>')
        stops += [_stop(s, FIRST + APART * k, y) for k, s in enumerate(group)]
        rows += [
            f"<tr><td>{s.exercise.number}</td><td>{escape(s.exercise.title)}</td><td>{s.state}</td>"
            f"<td>{s.points} of {s.exercise.points}</td></tr>"
            for s in group
        ]
    height = 40 + 62 * len(chapters)
    again = f'<meta http-equiv="refresh" content="{refresh}">' if refresh else ""
    head = f"{points} of {of} points"
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">{again}<meta name="viewport" content="width=device-width">
<title>The course: {head}</title><style>{STYLE}</style></head><body>
<h1>The course: {head}</h1>
<svg viewBox="0 0 960 {height}" role="img" aria-label="{head}; the table below says the same">
<path class="road" d="M 228 20 V {height - 40}"/>
{chr(10).join(stops)}
</svg>
<table><tr><th>exercise</th><th>title</th><th>state</th><th>points</th></tr>
{chr(10).join(rows)}
</table></body></html>
"""


def _stop(standing: Standing, x: int, y: int) -> str:
    """One exercise: a ring, filled in part by the points that are there."""
    share = standing.points / standing.exercise.points
    arc = ""
    if standing.state == "begun":
        arc = (
            f'<circle class="part" cx="{x}" cy="{y}" r="8" pathLength="100" stroke-dasharray="{100 * share:.0f} 100"/>'
        )
    name = escape(standing.exercise.name.replace("_", " "))
    start = 228 if x == FIRST else x - APART + 13
    return (
        f'<g class="{standing.state}"><path class="road" d="M {start} {y} H {x - 13}"/>'
        f'<circle cx="{x}" cy="{y}" r="13"/>{arc}'
        f'<text x="{x}" y="{y + 29}" text-anchor="middle">{standing.exercise.number} {name}</text></g>'
    )
