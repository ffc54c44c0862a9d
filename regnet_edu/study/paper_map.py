"""The paper map: what the paper says, where the course does it again, what came out, and the verdict.

The rows are data, `paper_map.toml`; a row names a rule, and the rule computes our figure and the verdict from whatever
populations are recorded, so that nothing here is typed in and a new population changes the page by itself.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from ..plots.paper import FIGURES
from . import agreement, growth, measured, searches
from . import (
    bands as paper_bands,
)
from . import (
    best as paper_best,
)
from . import (
    published as paper_published,
)
from . import (
    rules as paper_rules,
)
from .rules import (
    CONTRADICTED,
    IN_PART,
    NOT_ATTEMPTED,
    NOT_VISIBLE,
    REPRODUCED,
    Judgement,
    NotRecordedError,
)

_ROOMS = (paper_rules, paper_best, searches, agreement, paper_bands, growth, paper_published, measured)
RULES = {rule.__name__: rule for room in _ROOMS for rule in room.RULES}


# True of any design spaces, whatever is trained: such rows are proved by tests and prove nothing about networks.
DEFINITIONS = ("proved", "size", "size_ratio")


@dataclass(frozen=True)
class Row:
    """One equation, figure, table or statement of the paper.

    Args:
        id: a name that other rows and pages can point to.
        section: of the paper, such as "3.2" or "A".
        item: what it is, such as "Equation 1", "Figure 5" or "Claim".
        says: what the paper says, in our words.
        rule: the name of a rule, `is`, and its arguments.
        paper: the paper's own figure, if it has one.
        chapters: "FILE#HEADING" of the book, for where the course does it.
        functions: of regnet_edu, for what does it.
        tests: names of tests that prove it, each with its file.
        mind: what else differs between the populations than what the statement is about, or between them and the
            paper's: whoever reads the verdict must know it.
    """

    id: str
    section: str
    item: str
    says: str
    rule: Mapping[str, Any] = field(hash=False)
    paper: str = ""
    chapters: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    mind: str = ""

    @property
    def figure(self) -> int | None:
        """The number of the figure that the row is about as a whole."""
        return int(self.rule["number"]) if self.rule["is"] == "figure" else None

    @property
    def populations(self) -> tuple[str, ...]:
        """The populations that the rule looks at."""
        if self.figure is not None:
            return tuple(dict.fromkeys(name for panel in FIGURES[self.figure] for name in panel.populations))
        names = [self.rule.get(key) for key in ("population", "populations", "than", "to", "of", "pairs")]
        return tuple(dict.fromkeys(name for name in _words(names) if name.count("-") and name == name.lower()))

    @property
    def outcome(self) -> Judgement:
        """Our figure and the verdict, from what is recorded."""
        return judged(self)


def _words(values: Any) -> list[str]:
    """Return all texts in nested lists."""
    if isinstance(values, str):
        return [values]
    return [word for value in values or () for word in _words(value)]


@cache
def _data() -> dict[str, list[dict[str, Any]]]:
    folder = resources.files(__package__)
    data, more = (
        tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8")) for name in ("paper_map", "paper_measured")
    )
    return {**data, "row": data["row"] + more["row"]}


@cache
def rows() -> tuple[Row, ...]:
    """Return all rows, in the order of the paper."""
    lists = ("chapters", "functions", "tests")
    entries: list[dict[str, Any]] = [
        {key: tuple(value) if key in lists else value for key, value in entry.items()} for entry in _data()["row"]
    ]
    return tuple(Row(**entry) for entry in entries)


def regimes_tried() -> list[dict[str, str]]:
    """Return the log of regimes: when, what was tried, what was seen, and what was decided on it."""
    return _data()["regime"]


def row(name: str) -> Row:
    """Return the row with this id."""
    return next(row for row in rows() if row.id == name)


@cache  # a figure asks for its statements again, and the counts for all rows
def judged(row: Row) -> Judgement:
    """Apply the rule of a row."""
    try:
        if row.figure is not None:
            return _figure(row)
        arguments = {key: value for key, value in row.rule.items() if key != "is"}
        return RULES[row.rule["is"]](**arguments)
    except NotRecordedError as gap:
        return Judgement(NOT_ATTEMPTED, "", str(gap))


def _figure(figure: Row) -> Judgement:
    """A figure is reproduced as far as its statements are; they have rows of their own.

    A definition or a count beside a finding is no part of the finding.
    """
    found = paper_rules.drawn(figure.populations)
    claims = [row(name) for name in figure.rule["claims"]]
    findings = [claim for claim in claims if claim.rule["is"] not in DEFINITIONS]
    outcomes = [claim.outcome for claim in findings or claims]
    verdict = together([outcome.verdict for outcome in outcomes])
    return found._replace(verdict=verdict, why=outcomes[0].why if verdict == NOT_ATTEMPTED else found.why)


def together(verdicts: list[str]) -> str:
    """Return one verdict for several."""
    if len(set(verdicts)) == 1:
        return verdicts[0]
    if REPRODUCED in verdicts or IN_PART in verdicts:
        return IN_PART
    return next(v for v in (CONTRADICTED, NOT_VISIBLE, NOT_ATTEMPTED) if v in verdicts)
