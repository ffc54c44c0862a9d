"""Rules on the best networks of a population: where the empirical bootstrap puts the best value of a property.

The best few of any crowd share something by luck, so a band counts only if it holds fewer networks of the population
than bands do when the errors are dealt out at random.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..analysis.edf import Interval, bootstrap_best
from ..analysis.properties import property_values
from .rules import (
    CONTRADICTED,
    IN_PART,
    MORE,
    NOT_VISIBLE,
    REPRODUCED,
    Judgement,
    errors_of,
    networks_of,
    sizes_of,
)

SHUFFLES = 2_000
LEVEL = 0.05


def best_in(population: str, of: str, low: float = -np.inf, high: float = np.inf) -> Judgement:
    """The empirical bootstrap puts the best value of a property into a range."""
    table = networks_of(population)
    band = bootstrap_best(property_values(table, of).values, errors_of(population))
    ours = f"{of}: {band.median:.3g} [{band.low:.3g}, {band.high:.3g}], {sizes_of(population)}"
    if low <= band.low and band.high <= high:
        return Judgement(REPRODUCED, ours)
    if low <= band.median <= high:
        return Judgement(IN_PART, ours, "the most likely value is in the range, the interval reaches beyond")
    inside = band.low <= high and low <= band.high
    return Judgement(NOT_VISIBLE if inside else CONTRADICTED, ours, MORE if inside else "")


def best_low(population: str, of: str) -> Judgement:
    """The best networks have a lower value of a property than networks of the population have on average."""
    values = property_values(networks_of(population), of).values
    found, mean = bootstrap_best(values, errors_of(population)), float(values.mean())
    ours = f"{of}: best {found.median:.2g} [{found.low:.2g}, {found.high:.2g}], mean {mean:.2g}, {sizes_of(population)}"
    if found.high < mean:
        return Judgement(REPRODUCED, ours)
    if found.median < mean:
        return Judgement(IN_PART, ours, "the most likely value is below the mean, the interval reaches beyond")
    return Judgement(NOT_VISIBLE, ours, MORE) if found.low < mean else Judgement(CONTRADICTED, ours)


def band(population: str, of: str) -> Judgement:
    """The empirical bootstrap finds a range of a property that holds the best networks, narrower than by chance."""
    found, share, by_chance = _band(population, of)
    ours = (
        f"{of}: {found.median:.3g} [{found.low:.3g}, {found.high:.3g}], which {share:.0%} of the networks have; "
        f"by chance {np.quantile(by_chance, LEVEL):.0%} or more, {sizes_of(population)}"
    )
    narrow = share < np.quantile(by_chance, LEVEL)
    return Judgement(REPRODUCED if narrow else NOT_VISIBLE, ours, "" if narrow else f"no narrower than chance; {MORE}")


def no_bands(population: str, of: Sequence[str]) -> Judgement:
    """The empirical bootstrap shows no trend in several properties: no band is narrower than by chance."""
    words, narrow = [], []
    for name in of:
        found, share, by_chance = _band(population, name)
        words.append(f"{name} [{found.low:g}, {found.high:g}]")
        # one level for all of them together, since the first of many to look narrow would be named a trend
        narrow += [name] * bool(share < np.quantile(by_chance, LEVEL / len(of)))
    ours = f"{', '.join(words)}, {sizes_of(population)}"
    if not narrow:
        return Judgement(REPRODUCED, ours, f"none of the {len(of)} bands is narrower than chance makes them")
    verdict = CONTRADICTED if len(narrow) == len(of) else IN_PART
    return Judgement(verdict, ours, f"narrower than by chance: {', '.join(narrow)}")


def _band(population: str, of: str) -> tuple[Interval, float, np.ndarray]:
    """Return the band of the best value, the share of networks inside, and such shares by chance."""
    values = property_values(networks_of(population), of).values
    found = bootstrap_best(values, errors_of(population))
    inside = (values >= found.low) & (values <= found.high)
    return found, float(inside.mean()), shares_by_chance(values)


def shares_by_chance(values: np.ndarray, fraction: float = 0.25, level: float = 0.95) -> np.ndarray:
    """Return which share of the networks lies in the band of the best value, for errors that are dealt out at random.

    Exact but for the dealing: of m pairs drawn with replacement from n, the best has rank r or better with probability
    1 - (1 - r / n)^m.
    """
    ordered = np.sort(values)
    n = ordered.size
    left = np.arange(n, -1, -1) / n
    of_rank = -np.diff(left ** max(1, int(fraction * n)))
    dealt = np.random.default_rng(0).permuted(np.broadcast_to(of_rank, (SHUFFLES, n)), axis=1)
    reached = dealt.cumsum(axis=1)
    tail = (1 - level) / 2
    first, last = ((reached < share).sum(axis=1).clip(max=n - 1) for share in (tail, 1 - tail))
    below, upto = ordered.searchsorted(ordered[first], "left"), ordered.searchsorted(ordered[last], "right")
    return (upto - below) / n


RULES = (best_in, best_low, band, no_bands)
