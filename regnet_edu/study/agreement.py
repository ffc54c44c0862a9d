"""A rule on the same networks in two regimes: does a short training put them into the order of a longer one?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..analysis.properties import rank_correlation
from .rules import CONTRADICTED, IN_PART, MORE, NOT_VISIBLE, REPRODUCED, Judgement, _all, networks_of

DRAWS = 1000


def ranks_kept(pairs: Sequence[Sequence[str]], least: float = 0.5) -> Judgement:
    """The same networks come in the same order in two regimes: rank correlation of so much or more, in each pair.

    Half of the way to a perfect order is our reading of "robust".
    """
    return _all(pairs, lambda first, second: _kept(first, second, least))


def _kept(first: str, second: str, least: float) -> Judgement:
    same = ["index", "depths", "widths", "bottleneck_ratios", "group_widths"]
    both = networks_of(first).merge(networks_of(second), on=same)
    x, y = both["error_x"].to_numpy(), both["error_y"].to_numpy()
    if len(both) < 3:
        return Judgement(NOT_VISIBLE, f"n = {len(both)} in both", MORE)
    drawn = [rank_correlation(x[k], y[k]) for k in np.random.default_rng(0).integers(len(x), size=(DRAWS, len(x)))]
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    rho = rank_correlation(x, y)
    ours = f"rank correlation {rho:+.2f} [{low:+.2f}, {high:+.2f}], n = {len(both)} in both"
    if low > least:
        return Judgement(REPRODUCED, ours)
    if high < least:
        return Judgement(CONTRADICTED, ours)
    if rho >= least:
        return Judgement(IN_PART, ours, f"above {least:g}, but the interval reaches below")
    return Judgement(NOT_VISIBLE, ours, f"below {least:g}, but the interval reaches above; {MORE}")


RULES = (ranks_kept,)
