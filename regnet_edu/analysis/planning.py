"""How many networks does a comparison need?"""

from __future__ import annotations

import math
from statistics import NormalDist


def networks_needed(
    sd_a: float,
    sd_b: float,
    difference: float = 0.0,
    *,
    margin: float | None = None,
    level: float = 0.95,
    power: float = 0.8,
) -> int | None:
    """Networks needed from each of two spaces: to see a difference of means, or to show that there is none to speak of.

    To see a difference d that you would care about: n = (z_a + z_p)^2 (s_a^2 + s_b^2) / d^2, with z_a and z_p the
    normal quantiles at (1 + level) / 2 and at the power. With a `margin`: the n for which the interval of the
    difference lies inside -margin to +margin with probability `power`, if the true difference is `difference`. Neither
    is to be computed from the difference that a finished study observed: that only says again what its interval says.

    Args:
        sd_a, sd_b: standard deviations of the errors in the two spaces.
        difference: of their means, in the same unit; with a margin, the true one, 0 if not given.
        margin: within which the means are to be called alike.
        level: of the interval, in (0, 1).
        power: probability of seeing what is there, in (0, 1).

    Returns:
        a whole number of at least 2, or None if no number will do: the difference is 0, or not inside the margin.
    """
    normal = NormalDist()
    z, variance, difference = normal.inv_cdf((1 + level) / 2), sd_a**2 + sd_b**2, abs(difference)
    if margin is None:
        if difference < 1e-9:
            return None
        return max(2, math.ceil((z + normal.inv_cdf(power)) ** 2 * variance / difference**2))
    if difference >= margin:
        return None
    if not variance:
        return 2

    def found(n: int) -> float:
        error = math.sqrt(variance / n)
        sides = (margin - difference) / error - z, (margin + difference) / error - z
        return normal.cdf(sides[0]) + normal.cdf(sides[1]) - 1

    low, high = 2, 4
    while found(high) < power:
        low, high = high, 2 * high
    while low < high:  # the smallest n that has the power
        middle = (low + high) // 2
        low, high = (low, middle) if found(middle) >= power else (middle + 1, high)
    return low
