"""The statistics of two weighted samples, each with its interval: the arithmetic behind `comparison`."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np


class EffectSize(NamedTuple):
    """A number computed from the data, and its interval (NaN where a population has one network)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Sample:
    """Errors in ascending order with weights that sum to 1, and how many networks they are worth (Kish)."""

    values: np.ndarray
    weights: np.ndarray
    size: float

    @classmethod
    def of(cls, errors: np.ndarray, weights: np.ndarray) -> Sample:
        order = np.argsort(errors, kind="stable")
        share = weights[order] / weights.sum()
        return cls(errors[order], share, float(1 / (share**2).sum()))

    @property
    def mean(self) -> float:
        return float(self.weights @ self.values)

    @property
    def variance(self) -> float:
        """Of one error, with n - 1 in the denominator; NaN for one network."""
        spread = float(self.weights @ (self.values - self.mean) ** 2)
        return spread * self.size / (self.size - 1) if self.size > 1 + 1e-9 else math.nan

    def below(self, points: np.ndarray, side: Any = "left") -> np.ndarray:
        """The share strictly below each point, or, with side="right", at or below it."""
        shares = np.concatenate([[0.0], np.cumsum(self.weights)])
        return shares[np.searchsorted(self.values, points, side=side)]


def degrees_of_freedom(parts: Sequence[float], sizes: Sequence[float]) -> float:
    """Welch and Satterthwaite's degrees of freedom of a sum of squared standard errors of samples of these sizes."""
    return sum(parts) ** 2 / sum(part**2 / (size - 1) for part, size in zip(parts, sizes, strict=True))


def welch(x: Sample, y: Sample, level: float) -> tuple[tuple[float, float, float], float, float]:
    """Return the difference with Welch's interval, its p-value, and its standard error."""
    from scipy import stats

    value = x.mean - y.mean
    parts = x.variance / x.size, y.variance / y.size
    error = math.sqrt(sum(parts))
    if not error > 0:  # NaN, or no network differs from another
        return (value, value + 0 * error, value + 0 * error), float(value == 0) if error == 0 else math.nan, error
    free = degrees_of_freedom(parts, (x.size, y.size))
    half = float(stats.t.ppf((1 + level) / 2, free)) * error
    return (value, value - half, value + half), float(2 * stats.t.sf(abs(value) / error, free)), error


def superiority(x: Sample, y: Sample, level: float) -> tuple[EffectSize, float]:
    """Return P(x < y) + P(x = y) / 2 with its interval, and the p-value of Mann and Whitney."""
    from scipy import stats

    places_y = (x.below(y.values) + x.below(y.values, "right")) / 2  # for each y, the share of x below it
    places_x = 1 - (y.below(x.values) + y.below(x.values, "right")) / 2
    value = float(y.weights @ places_y)
    p = float(stats.mannwhitneyu(x.values, y.values).pvalue)
    parts = []
    for sample, places in ((x, places_x), (y, places_y)):
        spread = float(sample.weights @ (places - value) ** 2)
        parts.append(spread / (sample.size - 1) if sample.size > 1 + 1e-9 else math.nan)
    error = math.sqrt(sum(parts))
    if math.isnan(error):
        return EffectSize(value, math.nan, math.nan), p
    # All of one below all of the other leaves no spread: the bound is then that of half a pair on the wrong side.
    inside = min(max(value, 0.5 / (x.size * y.size)), 1 - 0.5 / (x.size * y.size))
    if not error:
        error = math.sqrt(inside * (1 - inside) / min(x.size, y.size))
    free = degrees_of_freedom(parts, (x.size, y.size)) if sum(parts) else 1.0
    half = float(stats.t.ppf((1 + level) / 2, free)) * error / (inside * (1 - inside))
    centre = math.log(inside / (1 - inside))
    low, high = (1 / (1 + math.exp(-max(-700.0, min(700.0, centre + side * half)))) for side in (-1, 1))
    return EffectSize(value, min(low, value), max(high, value)), p


def kolmogorov_smirnov(x: Sample, y: Sample, level: float) -> tuple[EffectSize, float]:
    """Return the largest distance of the EDFs with its interval, and the p-value that the distributions are one."""
    from scipy import stats

    points = np.union1d(x.values, y.values)
    value = float(abs(x.below(points, "right") - y.below(points, "right")).max())
    equal = np.ptp(x.weights) < 1e-12 and np.ptp(y.weights) < 1e-12
    worth = x.size * y.size / (x.size + y.size)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # where its exact count overflows, scipy takes the asymptote
        exact = stats.ks_2samp(x.values, y.values).pvalue if equal else None
    p = stats.kstwobign.sf(max(value * math.sqrt(worth), 1e-9)) if exact is None else exact
    # Each EDF is within sqrt(ln(2 / a) / 2n) of its own distribution with probability 1 - a; half of a for each.
    tail = math.log(4 / (1 - level)) / 2
    reach = math.sqrt(tail / x.size) + math.sqrt(tail / y.size)
    return EffectSize(value, max(0.0, value - reach), min(1.0, value + reach)), float(p)


def minimum_difference(x: Sample, y: Sample, level: float) -> EffectSize:
    """The bootstrap of a minimum needs no drawing: P(the lowest is the k-th or above) = ((n - k + 1) / n)^n."""
    value = float(x.values[0] - y.values[0])
    if min(x.values.size, y.values.size) < 2:
        return EffectSize(value, math.nan, math.nan)
    chances = []
    for sample in (x, y):
        n = sample.values.size
        above = (np.arange(n, -1, -1) / n) ** n
        chances.append(above[:-1] - above[1:])
    differences = (x.values[:, None] - y.values[None, :]).ravel()
    order = np.argsort(differences)
    mass = np.cumsum(np.outer(*chances).ravel()[order])
    places = np.searchsorted(mass, [(1 - level) / 2, (1 + level) / 2]).clip(max=order.size - 1)
    low, high = differences[order][places]
    return EffectSize(value, float(low), float(high))
