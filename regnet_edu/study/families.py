"""The family of all comparisons of mean errors in the paper map, and what is left of each once their number counts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from ..analysis.adjustment import adjust_p_values
from ..sweeps.population import populations
from . import paper_map
from .rules import NotRecordedError, compared

COMPARING = ("better", "alike", "all_better")
LEVEL = 0.05


@dataclass(frozen=True)
class Corrected:
    """One comparison: its p-value alone, and corrected for all of the family.

    Args:
        p: of Welch's test that the means are equal.
        holm: what keeps the probability of even one false finding in the family at the level.
        bh: what keeps the expected share of false findings among the findings at the level (Benjamini and Hochberg).
    """

    p: float
    holm: float
    bh: float

    @property
    def words(self) -> str:
        """The three verdicts: alone, by Holm, by Benjamini and Hochberg."""
        told = ["told apart" if value < LEVEL else "not told apart" for value in (self.p, self.holm, self.bh)]
        return (
            f"alone {told[0]} (p {self.p:.2g}), by Holm {told[1]} ({self.holm:.2g}), "
            f"by Benjamini-Hochberg {told[2]} ({self.bh:.2g})"
        )


def pairs_of(row: paper_map.Row) -> list[tuple[str, str]]:
    """Return the pairs of populations whose mean errors a row compares."""
    if row.rule["is"] not in COMPARING:
        return []
    single = [row.rule.get("population"), row.rule.get("than", row.rule.get("to"))]
    return [(first, second) for first, second in row.rule.get("pairs") or [single]]


@cache
def family() -> dict[frozenset[str], Corrected]:
    """Return all comparisons of mean errors in the map that are recorded, each pair once, by the names of the two."""
    known = set(populations())
    pairs = {frozenset(pair): pair for row in paper_map.rows() for pair in pairs_of(row) if set(pair) <= known}
    p = [compared(*pair).p for pair in pairs.values()]
    corrected = zip(p, adjust_p_values(p), adjust_p_values(p, "bh"), strict=True)
    return {pair: Corrected(*map(float, three)) for pair, three in zip(pairs, corrected, strict=True)}


def corrected(first: str, second: str) -> Corrected:
    """Return the comparison of two populations as a member of the family.

    Raises:
        NotRecordedError: the map does not compare them, or one is not recorded.
    """
    found = family().get(frozenset((first, second)))
    if found is None:
        raise NotRecordedError(first, second)
    return found


def family_sentence() -> str:
    """How many comparisons there are, and how many survive."""
    found = family().values()
    alone, holm, bh = (sum(getattr(one, name) < LEVEL for one in found) for name in ("p", "holm", "bh"))
    return (
        f"The map compares the mean errors of {len(found)} pairs of populations. Alone, {alone} of them are told apart "
        f"at the level of 5 %; {holm} survive Holm's correction for the whole family, {bh} that of Benjamini and "
        "Hochberg."
    )


def correction_of(row: paper_map.Row) -> list[str]:
    """What is left of each comparison of a row, in words; the names of the pair lead where a row has several."""
    there = [pair for pair in pairs_of(row) if frozenset(pair) in family()]
    return [f"{f'{a} against {b}: ' * (len(there) > 1)}{corrected(a, b).words}" for a, b in there]
