"""The error distribution of a population: EDF, its summary, and the empirical bootstrap (section 3.1 of the paper).

Errors are fractions in [0, 1]. The error of a network that failed is NaN: it is left out of every statistic here and
counted as `failed`. A network that diverged has the error of guessing and stays in, because divergence is a result.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..common.errors import InputError
from ..common.validation import as_generator, whole
from .measure import Measure, as_measure, as_numbers

DRAWS_AT_ONCE = 2_000_000  # how many random numbers are held in memory at one time


class EDF(NamedTuple):
    """An empirical distribution function: `fraction[k]` of the networks have an error below `error[k]`."""

    error: np.ndarray
    fraction: np.ndarray


class Interval(NamedTuple):
    """The limits of an interval and its middle."""

    low: float
    median: float
    high: float


class Summary(NamedTuple):
    """What the paper's legends say about a population, and what is needed to judge it."""

    minimum: float
    mean: float
    sd: float
    n: int
    failed: int

    def __str__(self) -> str:
        """Return the paper's legend in percent, such as "[38.7 | 43.2]"."""
        return f"[{100 * self.minimum:.1f} | {100 * self.mean:.1f}]"


def edf(errors: Any, at: Any = None, weights: Any = None, *, measure: Measure | str | None = None) -> Any:
    """F(e) = sum_i w_i 1[e_i < e] / sum_i w_i: the share of networks with an error *strictly* below e (equation 1).

    Args:
        errors: (n,) fractions in [0, 1], or values of another measure; NaN (failed networks) are left out.
        at: one error or an array of them; F is returned there, in the same shape.
        weights: (n,) weights >= 0, as `complexity_weights` gives them; all equal if not given.
        measure: what the values are, if not errors: a `Measure`, or the name of a column such as "loss".

    Returns:
        F(at), or without `at` an `EDF(error, fraction)` at every distinct error, sorted.

    Raises:
        InputError: no network has an error, or a value is invalid.
    """
    kept, present = as_measure(measure).clean(errors)
    weight = clean_weights(weights, present)
    order = np.argsort(kept, kind="stable")
    kept = kept[order]
    below = np.concatenate([[0.0], np.cumsum(weight[order])])
    if at is None:
        points = np.unique(kept)
    else:
        try:
            points = np.asarray(at, dtype=np.float64)
        except (TypeError, ValueError):
            raise InputError(f"at {at!r:.60} must be an error or an array of errors") from None
        if np.isnan(points).any():
            raise InputError("at has a NaN, and the EDF is defined at numbers only")
    # searchsorted on the left counts what is strictly smaller, the paper's inequality
    fraction = np.minimum(below[np.searchsorted(kept, points, side="left")] / below[-1], 1.0)
    if at is None:
        return EDF(points, fraction)
    return float(fraction) if points.ndim == 0 else fraction


def clean_weights(weights: Any, present: np.ndarray) -> np.ndarray:
    """Return the weights of the networks that have an error, all 1 if none are given, checked."""
    if weights is None:
        return np.ones(int(present.sum()))
    weight = as_numbers(weights, "weights")
    if weight.shape != present.shape:
        raise InputError(f"weights has {weight.size} numbers for {present.size} errors; give one for each")
    weight = weight[present]
    if not np.isfinite(weight).all() or (weight < 0).any():
        raise InputError("weights must be finite numbers of at least 0")
    if weight.sum() == 0:
        raise InputError("weights are all 0; at least one network needs a weight above 0")
    return weight


def summary(errors: Any, measure: Measure | str | None = None) -> Summary:
    """Return minimum, mean and standard deviation of the errors: the [min | mean] of the paper's legends.

    The mean is the area between the EDF and the line at 1, so that a curve further left and up has a lower mean
    (figure 2). The standard deviation has n - 1 in the denominator and is 0 for one network.

    Args:
        errors: (n,) fractions in [0, 1], or values of another measure; NaN (failed networks) are left out and counted.
        measure: as for `edf`; where higher is better, `minimum` is still the lowest.

    Raises:
        InputError: no network has an error, or a value is invalid.
    """
    kept, present = as_measure(measure).clean(errors)
    sd = float(kept.std(ddof=1)) if kept.size > 1 else 0.0
    return Summary(float(kept.min()), float(kept.mean()), sd, kept.size, int((~present).sum()))


def complexity_weights(complexity_a: Any, complexity_b: Any, bins: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """Weights under which two populations have the same distribution of complexity.

    Radosavovic et al. 2019 ("On Network Design Spaces for Visual Recognition") divide the range of a complexity into k
    bins and give each of the m_j networks in bin j the weight 1 / (k m_j). Here the bins divide the range that both
    populations cover, evenly in the logarithm, and only bins that hold networks of both count; other networks get 0.

    Args:
        complexity_a, complexity_b: (n,) and (m,) flops, parameters or activations, above 0.
        bins: the number k of bins.

    Returns:
        (n,) and (m,) weights; each sums to 1.

    Raises:
        InputError: the two ranges of complexity have nothing in common, or a value is invalid.
    """
    logs = []
    for name, values in (("complexity_a", complexity_a), ("complexity_b", complexity_b)):
        array = as_numbers(values, name)
        if not array.size or not np.isfinite(array).all() or (array <= 0).any():
            raise InputError(f"{name} must hold finite numbers above 0, one a network")
        logs.append(np.log(array))
    whole("bins", bins)
    low, high = max(x.min() for x in logs), min(x.max() for x in logs)
    if low > high:
        raise InputError("the two populations have no complexity in common, so no weights can match them")
    edges = np.linspace(low, high, bins + 1)
    # a network on the upper edge belongs to the last bin; one outside the common range to no bin (-1)
    places = [
        np.where((x < low) | (x > high), -1, np.minimum(np.searchsorted(edges, x, side="right") - 1, bins - 1))
        for x in logs
    ]
    counts = [np.bincount(p[p >= 0], minlength=bins) for p in places]
    shared = (counts[0] > 0) & (counts[1] > 0)
    if not shared.any():
        raise InputError(f"no bin of complexity holds networks of both populations; fewer than {bins} bins may do")
    result = []
    for place, count in zip(places, counts, strict=True):
        share = np.where(shared, 1 / np.maximum(count, 1) / shared.sum(), 0.0)
        result.append(np.where(place >= 0, share[place], 0.0))
    return result[0], result[1]


def bootstrap_best(
    values: Any,
    errors: Any,
    fraction: float = 0.25,
    repeats: int = 10_000,
    level: float = 0.95,
    rng: Any = 0,
    measure: Measure | str | None = None,
) -> Interval:
    """Where the best value of a property lies: the empirical bootstrap of the paper's footnote 4 (figures 2, 5, 11).

    Literally as the footnote: draw a quarter of the n pairs (value, error) with replacement, keep the value of the pair
    with the lowest error, repeat, and take percentiles of what was kept. The median is the most likely best value. Of
    tied errors the first drawn wins. The percentiles are values that some network has, never between two. The order of
    the pairs makes no difference, so that a table, a figure and a page that sort them differently agree.

    Args:
        values: (n,) the property of each network.
        errors: (n,) fractions in [0, 1], or values of another measure; pairs whose error is NaN are left out.
        fraction: share of the pairs in one draw, in (0, 1]; at least one pair is drawn.
        repeats: number of draws.
        level: level of the interval, in (0, 1).
        rng: seed, or a numpy Generator.
        measure: as for `edf`; where higher is better, the highest counts.

    Returns:
        `Interval(low, median, high)`.

    Raises:
        InputError: no network has an error, or a value is invalid.
    """
    judged = as_measure(measure)
    kept, present = judged.clean(errors)
    kept = judged.sign * kept
    value = as_numbers(values, "values")
    if value.shape != present.shape:
        raise InputError(f"values has {value.size} numbers for {present.size} errors; give one for each")
    value = value[present]
    if np.isnan(value).any():
        raise InputError("values has a NaN for a network that has an error; leave that network out")
    if not 0 < fraction <= 1:
        raise InputError(f"fraction {fraction} is outside (0, 1]; the paper has 0.25")
    whole("repeats", repeats)
    check_level(level)
    order = np.lexsort((value, kept))
    value, kept = value[order], kept[order]
    draw = max(1, int(fraction * kept.size))
    generator = as_generator(rng)
    best = np.empty(repeats, dtype=np.int64)
    step = max(1, DRAWS_AT_ONCE // draw)
    for start in range(0, repeats, step):
        rows = min(step, repeats - start)
        drawn = generator.integers(kept.size, size=(rows, draw))
        best[start : start + rows] = drawn[np.arange(rows), kept[drawn].argmin(axis=1)]
    tail = (1 - level) / 2
    low, median, high = np.quantile(value[best], [tail, 0.5, 1 - tail], method="inverted_cdf")
    return Interval(float(low), float(median), float(high))


def check_level(level: float) -> None:
    """Refuse a level that is not inside (0, 1)."""
    if not 0 < level < 1:
        nearest = f"; {level:g} % is {level / 100:g}" if 1 < level < 100 else "; the paper has 0.95"
        raise InputError(f"level {level} is outside (0, 1){nearest}")
