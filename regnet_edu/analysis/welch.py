"""Are two means different, when all that is known are means, deviations and numbers of runs? Welch's interval."""

from __future__ import annotations

from typing import NamedTuple

from ..common.errors import InputError
from .two_sample import degrees_of_freedom


class Runs(NamedTuple):
    """What a table prints of several runs of one network: their mean, their standard deviation, and how many."""

    mean: float
    std: float
    runs: int


class WelchInterval(NamedTuple):
    """Difference of two means with its interval.

    Attributes:
        difference: the first less the second.
        low, high: of the interval.
        degrees: of freedom, by Welch and Satterthwaite; fewer where most of the noise comes from one of the two.
        errors: how many standard errors the interval reaches to either side.
    """

    difference: float
    low: float
    high: float
    degrees: float
    errors: float


def welch(first: tuple[float, float, int], second: tuple[float, float, int], level: float = 0.95) -> WelchInterval:
    """Return the difference of two means of independent runs, with Welch's interval.

    Args:
        first, second: (mean, standard deviation, runs), with a deviation that divides by runs - 1.
        level: of the interval.

    Raises:
        InputError: a deviation is negative, both are 0, or there are fewer than two runs.
    """
    from scipy import stats

    a, b = Runs(*first), Runs(*second)
    for one in (a, b):
        if one.runs < 2 or one.std < 0:
            raise InputError(f"{one.runs} runs with a deviation of {one.std:g} have no interval; two runs do, or more")
    parts = a.std**2 / a.runs, b.std**2 / b.runs
    if not sum(parts):
        raise InputError("both deviations are 0: no run differs from another, so that nothing can be said of luck")
    degrees = degrees_of_freedom(parts, (a.runs, b.runs))
    errors = float(stats.t.ppf(0.5 + level / 2, degrees))
    half, difference = errors * sum(parts) ** 0.5, a.mean - b.mean
    return WelchInterval(difference, difference - half, difference + half, degrees, errors)
