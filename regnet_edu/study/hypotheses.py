"""The ten hypotheses of `recording/README.md`, judged by the tests that were planned before there were data.

Populations of one round were trained block by block, as many of each on every kind of machine, so that a difference of
their means mixes no hardware. Populations of two rounds are compared within each kind of machine.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ..analysis.adjustment import adjust_p_values
from ..analysis.two_sample import EffectSize, degrees_of_freedom
from ..common.environment import parse_hardware
from ..common.errors import InputError
from ..sweeps.population import load_population

LEVEL, POWER = 0.05, 0.8
MARGIN = 0.01  # of an equivalence: one point
LEAST = 10  # networks of both that a kind of machine must have trained to count between rounds
SIZES = {1: 100, 2: 50}  # networks of the first population, by family


@dataclass(frozen=True)
class Hypothesis:
    """What the mean error of `first` less that of `second` is said to be: "alike", "different", "lower" or "higher"."""

    first: str
    second: str
    claim: str
    family: int = 1


HYPOTHESES = (
    Hypothesis("AnyNetXB", "AnyNetXA", "alike"),
    Hypothesis("AnyNetXC", "AnyNetXB", "alike"),
    Hypothesis("AnyNetXD", "AnyNetXC", "lower"),
    Hypothesis("AnyNetXE", "AnyNetXD", "different"),
    Hypothesis("RegNetX", "AnyNetXE", "lower"),
    Hypothesis("RegNetX", "AnyNetXA", "lower"),
    Hypothesis("AnyNetXEqualWidths", "AnyNetXD", "higher", 2),
    Hypothesis("AnyNetXDecreasingWidths", "AnyNetXD", "higher", 2),
    Hypothesis("AnyNetXEqualDepths", "AnyNetXE", "higher", 2),
    Hypothesis("AnyNetXDecreasingDepths", "AnyNetXE", "higher", 2),
)


class MeanDifference(NamedTuple):
    """A difference of means: its standard error, and the degrees of freedom of Welch and Satterthwaite."""

    value: float
    error: float
    free: float

    def interval(self, level: float) -> EffectSize:
        """Student's interval at a level such as 0.95."""
        from scipy import stats

        half = float(stats.t.ppf((1 + level) / 2, self.free)) * self.error
        return EffectSize(self.value, self.value - half, self.value + half)

    def p(self, against: float = 0.0) -> float:
        """P-value, of both sides, that the difference is `against`."""
        from scipy import stats

        return float(2 * stats.t.sf(abs(self.value - against) / self.error, self.free))


@dataclass(frozen=True)
class Finding:
    """One hypothesis, judged.

    Args:
        difference: of mean errors, as fractions, with Welch's interval of 95 % (of 90 % for an equivalence).
        p: of Welch's test of both sides; for an equivalence the larger of the two one-sided ones.
        corrected: p after Holm's correction within the differences of its family; p itself for an equivalence.
        detectable: the difference that these data would have found with a probability of 80 %.
        verdict: "supported", "contradicted" or "not told apart" ("not shown" for an equivalence).
    """

    hypothesis: Hypothesis
    difference: EffectSize
    p: float
    corrected: float
    detectable: float
    verdict: str


def mean_difference(strata: list[tuple[np.ndarray, np.ndarray]]) -> MeanDifference:
    """Return the mean over strata of the difference of means within each; of a single one, Welch's.

    Args:
        strata: (errors of the first, errors of the second) of each kind of machine, at least two of both. Its weight
            grows with the networks of both, as n_1 n_2 / (n_1 + n_2).
    """
    worth = np.array([a.size * b.size / (a.size + b.size) for a, b in strata])
    shares = worth / worth.sum()
    parts = [(w**2 * x.var(ddof=1) / x.size, x.size) for w, pair in zip(shares, strata, strict=True) for x in pair]
    value = sum(w * (a.mean() - b.mean()) for w, (a, b) in zip(shares, strata, strict=True))
    squares, sizes = zip(*parts, strict=True)
    return MeanDifference(float(value), math.sqrt(sum(squares)), float(degrees_of_freedom(squares, sizes)))


def findings(regime: str = "cpu2x2", family: int = 1) -> list[Finding]:
    """Judge the hypotheses of one family on the first networks of the recorded populations of a regime.

    Args:
        regime: the end of the populations' names.
        family: 1, the steps from A to RegNetX (100 networks each), or 2, the controls (50, against 100).

    Raises:
        InputError: a population is missing, or holds fewer networks than were planned: then nobody looks.
    """
    from scipy import stats

    chosen = [h for h in HYPOTHESES if h.family == family]
    if not chosen:
        raise InputError(f"family {family!r:.20} is unknown; 1, the steps, and 2, the controls, will do")
    spaces = {h.first for h in chosen} | {h.second for h in chosen if family == 1}
    trained = {space: _networks(space, regime, family) for space in sorted(spaces)}
    left_out = {int(k) for table in trained.values() for k in table["index"][table["status"] == "failed"]}
    trained = {space: table[~table["index"].isin(left_out)] for space, table in trained.items()}
    partners = {h.second for h in chosen} - spaces  # of another round
    trained |= {space: _networks(space, regime, 1) for space in sorted(partners)}
    found = [mean_difference(list(_strata(h, trained, regime))) for h in chosen]
    tested = [h.claim != "alike" for h in chosen]
    holm = iter(adjust_p_values([d.p() for d, told in zip(found, tested, strict=True) if told]))
    judged = []
    for hypothesis, difference, told in zip(chosen, found, tested, strict=True):
        if told:
            p, corrected = difference.p(), float(next(holm))
            verdict = _verdict(hypothesis.claim, difference.value, corrected)
            shown = difference.interval(1 - LEVEL)
        else:
            p = corrected = max(_one_sided(difference, side) for side in (-1, 1))
            shown = difference.interval(1 - 2 * LEVEL)
            apart = shown.low > MARGIN or shown.high < -MARGIN
            verdict = "supported" if p < LEVEL else "contradicted" if apart else "not shown"
        reach = stats.t.ppf([1 - LEVEL / 2, POWER], difference.free).sum()
        judged.append(Finding(hypothesis, shown, p, corrected, float(reach * difference.error), verdict))
    return judged


def table(regime: str = "cpu2x2", family: int = 1) -> pd.DataFrame:
    """The findings as a table, in percentage points; a row a hypothesis."""
    return pd.DataFrame(
        {
            "hypothesis": f"{f.hypothesis.first} {f.hypothesis.claim}, {f.hypothesis.second}",
            "points": 100 * f.difference.value,
            "low": 100 * f.difference.low,
            "high": 100 * f.difference.high,
            "p (Holm)": f.corrected,
            "detectable": 100 * f.detectable,
            "verdict": f.verdict,
        }
        for f in findings(regime, family)
    ).set_index("hypothesis")


def _verdict(claim: str, value: float, p: float) -> str:
    if p >= LEVEL:
        return "not told apart"
    return "supported" if claim in ("different", "lower" if value < 0 else "higher") else "contradicted"


def _one_sided(difference: MeanDifference, side: int) -> float:
    """P-value that the difference lies at the margin of this side or beyond."""
    half = difference.p(side * MARGIN) / 2
    return half if side * difference.value < MARGIN else 1 - half


def _strata(
    hypothesis: Hypothesis, trained: dict[str, pd.DataFrame], regime: str
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the errors of both populations; by kind of machine where they are of two rounds."""
    first, second = trained[hypothesis.first], trained[hypothesis.second]
    if hypothesis.family == 1:
        yield first["error"].to_numpy(), second["error"].to_numpy()
        return
    kinds = [table["hardware"].map(_kind) for table in (first, second)]
    enough = False
    for kind in sorted(set(kinds[0]) & set(kinds[1])):
        a, b = (t["error"][k == kind].dropna().to_numpy() for t, k in zip((first, second), kinds, strict=True))
        if min(a.size, b.size) >= LEAST:
            enough = True
            yield a, b
    if not enough:
        raise InputError(
            f"no kind of machine trained {LEAST} networks of both {hypothesis.first} and {hypothesis.second} in "
            f"{regime}; train {LEAST} of {hypothesis.second} again on the machine of the other"
        )


def _networks(space: str, regime: str, family: int) -> pd.DataFrame:
    """The first networks of a population, as many as were planned."""
    name, n = f"{space.lower()}-{regime}", SIZES[family]
    population = load_population(name).head(n)
    if len(population) < n:
        raise InputError(f"{name} has {len(population)} of the {n} networks planned; nobody looks before all are there")
    return population


def _kind(hardware: Any) -> str:
    """The maker of a processor and its widest vector instructions."""
    found = parse_hardware(hardware)
    return f"{found.get('processor', 'unknown')}, {found.get('instructions', 'unknown')}"
