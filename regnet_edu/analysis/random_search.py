"""How good is the best of m random networks? Exact, by order statistics (figure 9, right)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..common.errors import InputError
from .edf import check_level
from .measure import Measure, as_measure, as_numbers


class SearchCurve(NamedTuple):
    """For each number of draws: the expected lowest error, and the band in which it falls."""

    draws: np.ndarray
    expected: np.ndarray
    low: np.ndarray
    high: np.ndarray


def random_search_curve(
    errors: Any,
    draws: Any = None,
    *,
    level: float = 0.95,
    replacement: bool = False,
    measure: Measure | str | None = None,
) -> SearchCurve:
    """The expected lowest error of m networks drawn from a population, with its band (figure 9, right).

    Nothing is simulated. Drawn without replacement, the expected minimum over all subsets of size m is the unbiased
    estimate of what a search of m networks in the design space gives; that is the default, and m is at most n. With
    replacement the population stands for the space: any m is allowed, but the result never beats the best of the
    population and is biased towards higher errors when m comes near n. The band holds the outcome of one such search
    with probability `level`; it is not the uncertainty of the curve.

    Args:
        errors: (n,) fractions in [0, 1], or values of another measure; NaN (failed networks) are left out.
        draws: the numbers m >= 1; 1, 2, ..., n if not given.
        level: level of the band, in (0, 1).
        replacement: draw with replacement.
        measure: what the values are, if not errors: a `Measure`, or the name of a column such as "loss"; where higher
            is better, the curve is that of the highest.

    Raises:
        InputError: m is not a whole number, or larger than n without replacement; or a value is invalid.
    """
    judged = as_measure(measure)
    kept, _ = judged.clean(errors)
    check_level(level)
    best_first = np.sort(judged.sign * kept)
    n = best_first.size
    sizes = np.arange(1, n + 1) if draws is None else _draws(draws, n, replacement)
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])
    left = np.arange(n + 1)  # networks that are not among the r best, for r = n, ..., 0
    tail = (1 - level) / 2
    rows = []
    for m in sizes.tolist():
        if replacement:
            none_of_best = (left / n) ** m
        else:
            # C(left, m) / C(n, m): no one of the r best is among the m drawn
            ways = log_factorial[left] - log_factorial[np.maximum(left - m, 0)]
            none_of_best = np.where(left < m, 0.0, np.exp(ways - log_factorial[n] + log_factorial[n - m]))
        worse = none_of_best[::-1]  # now by r: P(the best drawn is not among the r best)
        chance = worse[:-1] - worse[1:]
        # the smallest rank r with P(the best drawn is among the r best) >= tail, and the same at 1 - tail
        ranks = np.searchsorted(1 - worse[1:], [tail - 1e-12, 1 - tail - 1e-12])
        rows.append((chance @ best_first, *best_first[np.minimum(ranks, n - 1)]))
    expected, low, high = judged.sign * np.array(rows, dtype=np.float64).reshape(-1, 3).T
    low, high = (low, high) if judged.lower_is_better else (high, low)
    return SearchCurve(sizes, expected, low, high)


def _draws(draws: Any, n: int, replacement: bool) -> np.ndarray:
    numbers = as_numbers(np.atleast_1d(np.asarray(draws, dtype=object)), "draws")
    wrong = numbers[~((numbers >= 1) & (numbers == np.floor(numbers)) & (numbers < 2**31))]
    if wrong.size:
        raise InputError(f"draws has {wrong[0]:g}, which is not a whole number of at least 1")
    if not replacement and (numbers > n).any():
        raise InputError(
            f"draws has {numbers.max():.0f}, and only {n} networks can be drawn without replacement; "
            f"at most {n} will do, or replacement=True"
        )
    return numbers.astype(np.int64)
