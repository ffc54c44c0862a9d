"""Which submissions of an exercise are alike: a hint where to look, never a verdict.

Winnowing (Schleimer, Wilkerson and Aiken 2003) on tokens, so that other names, comments and spaces change nothing.
copydetect 0.5.0 does the same. Its code was read, and it is not used: it hashes with Python's randomised `hash`, so
that two runs name different pairs; it drops the stub's fingerprints with `intersect1d(assume_unique=True)`, which
needs them unique; and what a whole class writes, most of a short exercise, it cannot leave out. A hint has to be the
same tomorrow.
"""

from __future__ import annotations

import keyword
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Template

GRAM = 6  # tokens in a fingerprint: what is shorter is chance
WINDOW = 4  # of so many fingerprints in a row one is kept, so that no match of GRAM + WINDOW - 1 tokens is lost
COMMON = 0.1  # what more than this share of the class writes says nothing about two of them,
AT_LEAST_COMMON = 3  # and neither does what more than so many write, in a small class
FEWEST = 4  # fingerprints that two must share
TOKEN = re.compile(
    r"(?P<text>[rbfuRBFU]{0,2}(?:\"\"\"[^\"]*(?:\"{1,2}[^\"]+)*\"\"\"|'''[^']*(?:'{1,2}[^']+)*'''|\"[^\"\n]*\"|'[^'\n]*'))"
    r"|(?P<note>\#[^\n]*)|(?P<name>[^\W\d]\w*)|(?P<number>\d[\w.]*)|(?P<space>\s+)|(?P<sign>.)"
)


@dataclass(frozen=True)
class Pair:
    """Two learners whose submissions share what few others write.

    Args:
        one: a learner.
        other: another.
        shared: how many rare fingerprints they share.
        share: of the rare fingerprints of the one who has fewer, from 0 to 1.
    """

    one: str
    other: str
    shared: int
    share: float


def tokens(code: str) -> list[str]:
    """Return a program as tokens, in which all names are one, all numbers and all texts; it is not parsed."""
    found = []
    for match in TOKEN.finditer(code):
        kind, text = match.lastgroup, match[0]
        if kind in ("note", "space"):
            continue
        known = kind == "sign" or (kind == "name" and keyword.iskeyword(text))
        found.append(text if known else str(kind))
    return found


def fingerprints(code: str) -> frozenset[int]:
    """Return the fingerprints of a program: of each window of hashes the smallest."""
    sequence = tokens(code)
    hashes = [zlib.crc32("\0".join(sequence[k : k + GRAM]).encode()) for k in range(len(sequence) - GRAM + 1)]
    return frozenset(min(hashes[k : k + WINDOW]) for k in range(max(1, len(hashes) - WINDOW + 1)) if hashes)


def pairs(sources: Mapping[str, str], given: str = "") -> list[Pair]:
    """Return the pairs of learners that share the most of what few others write, the most alike first.

    Args:
        sources: the program of each learner.
        given: what everybody was given, such as the stub.
    """
    known = fingerprints(given)
    prints = {who: fingerprints(source) - known for who, source in sources.items()}
    writers: dict[int, list[str]] = defaultdict(list)
    for who, mine in sorted(prints.items()):
        for one in mine:
            writers[one].append(who)
    most = max(AT_LEAST_COMMON, int(COMMON * len(sources)))
    rare = {one: who for one, who in writers.items() if len(who) <= most}
    own = Counter(who for whose in rare.values() for who in whose)
    shared = Counter(pair for whose in rare.values() for pair in combinations(whose, 2))
    found = [Pair(a, b, n, n / min(own[a], own[b])) for (a, b), n in shared.items() if n >= FEWEST]
    return sorted(found, key=lambda p: (-p.share, -p.shared, p.one, p.other))


def page(title: str, sections: Sequence[tuple[str, Sequence[Pair], Mapping[str, str]]]) -> str:
    """Return a page of pairs with their programs side by side.

    Args:
        title: of the page.
        sections: the name of each exercise, its pairs and the programs.
    """
    return _template().render(title=title, sections=sections)


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    text = Path(__file__).with_name("similar.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, trim_blocks=True, undefined=StrictUndefined).from_string(text)


def rows(sections: Sequence[tuple[str, Sequence[Pair], Mapping[str, str]]]) -> Iterator[list[object]]:
    """Give the rows of a table: a head, then one row a pair."""
    yield ["exercise", "one", "other", "shared", "share"]
    for name, found, _ in sections:
        for p in found:
            yield [name, p.one, p.other, p.shared, round(p.share, 3)]
