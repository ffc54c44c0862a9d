"""A verdict: points for each part, and what to read; as text, and as plain data."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Any

from .exercise import Exercise

IN_A_NOTEBOOK = "your notebook"  # what the file of functions that live in a notebook is called


@dataclass(frozen=True)
class PartVerdict:
    """The points of one part; `words` is empty if it is right."""

    name: str
    points: int
    of: int
    words: str
    idea: str
    call: int | None = None
    untouched: bool = False

    @property
    def passed(self) -> bool:
        return not self.words


@dataclass(frozen=True, repr=False)
class Verdict:
    """What a submission of one exercise is worth, and why."""

    exercise: Exercise
    name: str
    parts: tuple[PartVerdict, ...]
    problem: str = ""
    layers: tuple[str, ...] = ()

    @property
    def points(self) -> int:
        return sum(part.points for part in self.parts)

    @property
    def of(self) -> int:
        return sum(part.of for part in self.parts)

    @property
    def passed(self) -> bool:
        return all(part.passed for part in self.parts)

    @property
    def untouched(self) -> bool:
        return all(part.untouched for part in self.parts)

    def __str__(self) -> str:
        head = f"{self.exercise.number} {self.exercise.title}: {self.points} of {self.of} points"
        if self.problem:
            return f"{head}\n{textwrap.indent(self.problem, '  ')}"
        lines = [head]
        for part in self.parts:
            lines.append(f"  [{'x' if part.passed else ' '}] {part.name} ({part.points} of {part.of})")
            if not part.passed:
                lines.append(textwrap.indent(part.words, "      "))
                lines.append(f"      Read again: {part.idea}.")
        if self.passed:
            lines.append("  All of it is right.")
        elif not self.untouched:
            number = self.exercise.number
            hint = f'rn.hint("{number}")' if self.name == IN_A_NOTEBOOK else f"regnet-edu hint {number}"
            lines.append(f"  Stuck? {hint}")
        return "\n".join(lines)

    __repr__ = __str__  # in a notebook and at a prompt: a verdict, and not the hints that its exercise holds

    def _repr_markdown_(self) -> str:
        return f"```text\n{self}\n```"

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, ready for JSON."""
        parts = [
            {"name": p.name, "points": p.points, "of": p.of, "passed": p.passed, "words": p.words, "idea": p.idea}
            for p in self.parts
        ]
        return {
            "exercise": self.exercise.number,
            "title": self.exercise.title,
            "file": self.name,
            "points": self.points,
            "of": self.of,
            "passed": self.passed,
            "problem": self.problem,
            "parts": parts,
        }
