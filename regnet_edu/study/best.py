"""Rules on the best networks of a population: where the empirical bootstrap puts the best value of a property.

The best few of any crowd share something by luck, so a band counts only if it holds fewer networks of the population
than bands do when the errors are dealt out at random.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..analysis.comparison import compare
from ..analysis.edf import Interval, bootstrap_best
from ..analysis.properties import property_values
from .rules import (
    CONTRADICTED,
    IN_PART,
    MORE,
    NOT_VISIBLE,
    REPRODUCED,
    Judgement,
    detectable_rank,
    errors_of,
    networks_of,
    sizes_of,
)

SHUFFLES = 2_000
LEVEL = 0.05
FEW = 0.4  # where not even a rank correlation of this size would be found, its absence says nothing


def best_in(population: str, of: str, low: float = -np.inf, high: float = np.inf) -> Judgement:
    """The best value of a property lies in a range: two questions, and what chance and the crowd answer to each.

    The empirical bootstrap says where the best value lies, and counts only if errors that are dealt out at random put
    it there in less than 5 % of deals. The population test asks whether networks in the range are better on average.
    """
    values, errors = property_values(networks_of(population), of).values, errors_of(population)
    best, words = _best_speaks(values, errors, low, high)
    crowd, more = _crowd_speaks(values, errors, low, high)
    ours = f"{of}: {words}; {more}, {sizes_of(population)}"
    if best == crowd:
        verdict = {1: REPRODUCED, -1: CONTRADICTED, 0: NOT_VISIBLE}[best]
    elif best + crowd == 0 or 1 in (best, crowd):
        verdict = IN_PART
    else:
        verdict = CONTRADICTED
    told = {1: "speaks for it", 0: "says nothing beyond chance", -1: "speaks against it"}
    why = f"the best value {told[best]}, the population {told[crowd]}"
    return Judgement(verdict, ours, f"{why}; {MORE}" if verdict == NOT_VISIBLE else why)


def _best_speaks(values: np.ndarray, errors: np.ndarray, low: float, high: float) -> tuple[int, str]:
    """Whether the bootstrap speaks for a range (1), against it (-1) or says nothing beyond chance (0), and in words."""
    found = bootstrap_best(values, errors)
    first, middle, last = bands_by_chance(values)
    if low <= found.low and found.high <= high:
        side, where, dealt = 1, "all of it is in the range", (low <= first) & (last <= high)
    elif low <= found.median <= high:
        side, where, dealt = 1, "the most likely value is in the range", (low <= middle) & (middle <= high)
    elif found.low > high or found.high < low:
        side, where, dealt = -1, "none of it is in the range", (first > high) | (last < low)
    else:
        side, where, dealt = 0, "the most likely value is outside", (middle < low) | (high < middle)
    chance = float(dealt.mean())
    words = f"best {found.median:.3g} [{found.low:.3g}, {found.high:.3g}]: {where}, by chance with {chance:.2f}"
    return side * (chance < LEVEL), words


def _crowd_speaks(values: np.ndarray, errors: np.ndarray, low: float, high: float) -> tuple[int, str]:
    """Whether the networks in a range are better on average (1), worse (-1) or not told apart (0), and in words."""
    inside = (low <= values) & (values <= high)
    if inside.all() or not inside.any():
        return 0, "all networks are on one side"
    found = compare(errors[inside], errors[~inside], ("in the range", "the others"))
    value, least, most = (100 * x for x in found.mean_difference)
    words = f"{found.n[0]} in the range, {found.n[1]} outside: {value:+.2f} points [{least:+.2f}, {most:+.2f}]"
    return {"in the range": 1, "the others": -1, None: 0}[found.better], f"{words}, p {found.p:.2g}"


def best_low(population: str, of: str) -> Judgement:
    """The best networks have a lower value of a property than networks of the population have on average."""
    mean = float(property_values(networks_of(population), of).values.mean())
    found = best_in(population, of, high=mean)
    return found._replace(ours=f"mean {mean:.2g}; {found.ours}")


def band(population: str, of: str) -> Judgement:
    """The empirical bootstrap finds a range of a property that holds the best networks, narrower than by chance."""
    found, share, by_chance = _band(population, of)
    ours = (
        f"{of}: {found.median:.3g} [{found.low:.3g}, {found.high:.3g}], which {share:.0%} of the networks have; "
        f"by chance {np.quantile(by_chance, LEVEL):.0%} or more, {sizes_of(population)}"
    )
    narrow = share < np.quantile(by_chance, LEVEL)
    if not narrow and share > np.quantile(by_chance, 1 - LEVEL):
        return Judgement(CONTRADICTED, ours, "wider than chance makes it")
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
    if not narrow and (found_from := detectable_rank(len(errors_of(population)))) > FEW:
        return Judgement(
            NOT_VISIBLE, ours, f"so few networks show a rank correlation only from {found_from:.2f}; {MORE}"
        )
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


def bands_by_chance(
    values: np.ndarray, fraction: float = 0.25, level: float = 0.95
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return low end, median and high end of the band of the best value, for errors that are dealt out at random.

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
    low, middle, high = (ordered[(reached < share).sum(axis=1).clip(max=n - 1)] for share in (tail, 0.5, 1 - tail))
    return low, middle, high


def shares_by_chance(values: np.ndarray, fraction: float = 0.25, level: float = 0.95) -> np.ndarray:
    """Return which share of the networks lies in such bands."""
    low, _, high = bands_by_chance(values, fraction, level)
    ordered = np.sort(values)
    return (ordered.searchsorted(high, "right") - ordered.searchsorted(low, "left")) / ordered.size


def narrower_than_chance(values: np.ndarray, found: Interval) -> bool:
    """Whether a band holds fewer of the networks than 95 % of the bands that chance gives."""
    share = float(((values >= found.low) & (values <= found.high)).mean())
    return share < float(np.quantile(shares_by_chance(values), LEVEL))


RULES = (best_in, best_low, band, no_bands)
