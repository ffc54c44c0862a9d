"""A chapter of the book, cut into header, prose, cells, sections and questions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import yaml

CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(.*?)^```[ \t]*$", re.M | re.S)
FENCE = re.compile(r"^(```+)(?!\{)[a-z0-9]*\n.*?^\1[ \t]*$", re.M | re.S)


@dataclass(frozen=True)
class Cell:
    """One code cell: where it stands, its metadata, and its code."""

    start: int
    metadata: dict
    code: str


@dataclass(frozen=True)
class Chapter:
    """A chapter's text, cut into header, prose and cells."""

    name: str
    text: str

    @classmethod
    def read(cls, path: Path) -> Chapter:
        return cls(path.name, path.read_text(encoding="utf-8"))

    @cached_property
    def header(self) -> dict:
        match = re.match(r"---\n(.*?)\n---\n", self.text, re.S)
        return yaml.safe_load(match[1]) if match else {}

    @cached_property
    def cells(self) -> list[Cell]:
        return [Cell(m.start(), *_metadata(m[1])) for m in CELL.finditer(self.text)]

    @cached_property
    def prose(self) -> str:
        """The text with header and code blanked out, so that places stay the same."""
        blank = lambda m: re.sub(r"[^\n]", " ", m[0])  # noqa: E731
        text = re.sub(r"\A---\n.*?\n---\n", blank, self.text, count=1, flags=re.S)
        return FENCE.sub(blank, CELL.sub(blank, text))

    @cached_property
    def headings(self) -> list[tuple[int, str]]:
        return [(m.start(), m[1].strip()) for m in re.finditer(r"^## (.+)$", self.prose, re.M)]

    def section(self, title: str) -> str:
        """The prose under one heading, or nothing."""
        starts = [*self.headings, (len(self.prose), "")]
        for (start, name), (end, _) in pairwise(starts):
            if name == title:
                return self.prose[start:end].split("\n", 1)[1]
        return ""


def _metadata(body: str) -> tuple[dict, str]:
    block = re.match(r"---\n(.*?)\n---\n(.*)", body, re.S)
    if block:
        return yaml.safe_load(block[1]) or {}, block[2]
    options: dict = {}
    while match := re.match(r":([\w-]+):[ \t]*(.*)\n", body):
        options[match[1]] = yaml.safe_load(match[2])
        body = body[match.end() :]
    return options, body
