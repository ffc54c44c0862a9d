"""Is one population better than another? Effect sizes with bootstrap intervals, and the sentence that follows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np

from ..common.errors import InputError
from ..common.validation import as_generator, whole
from .edf import check_level, clean_errors

FEWEST = 5  # below this a bootstrap says next to nothing
ROUGH = 20  # below this its intervals are noticeably too narrow
MANY = 100_000  # a number of networks that nobody will train


class Estimate(NamedTuple):
    """A number computed from the data, and its bootstrap interval (NaN where a population has one network)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """What two populations say about their design spaces; differences are the first minus the second.

    Attributes:
        names: what the two are called in `sentence`.
        n: networks with an error, of each.
        failed: networks that failed and are left out, of each.
        means: mean error of each, a fraction.
        minima: lowest error of each, a fraction.
        mean_difference: difference of the mean errors, a fraction.
        minimum_difference: difference of the lowest errors, a fraction. A bootstrap cannot see below the lowest error
            that was observed, so this interval is too narrow on one side; it is shown to say how little minima tell.
        ks: the largest distance between the two EDFs. Chance alone keeps it above 0: compare it with `ks_chance`.
        ks_chance: what the KS distance exceeds in 5 % of cases (1 - level) when both come from one space.
        superiority: probability that a network of the first has a lower error than one of the second, ties half.
        needed: networks needed from each space to see the observed mean difference with the given power; None if zero.
        level: of the intervals.
        power: of `needed`.
    """

    names: tuple[str, str]
    n: tuple[int, int]
    failed: tuple[int, int]
    means: tuple[float, float]
    minima: tuple[float, float]
    mean_difference: Estimate
    minimum_difference: Estimate
    ks: Estimate
    ks_chance: float
    superiority: Estimate
    needed: int | None
    level: float
    power: float

    @property
    def better(self) -> str | None:
        """Name of the population with the lower mean error, or None if the data cannot tell."""
        if min(self.n) < FEWEST or self.mean_difference.low <= 0 <= self.mean_difference.high:
            return None
        return self.names[0] if self.mean_difference.value < 0 else self.names[1]

    @property
    def sentence(self) -> str:
        """The result in plain English, in percentage points."""
        a, b = self.names
        start = f"With these {self.n[0]} and {self.n[1]} networks"
        if min(self.n) < FEWEST:
            return f"{start}, {a} and {b} cannot be compared: at least {FEWEST} from each are needed."
        value, low, high = (100 * x for x in self.mean_difference)
        rough = " With so few networks the interval is rough." if min(self.n) < ROUGH else ""
        interval = f"{100 * self.level:g} % interval"
        winner = self.better
        if winner is None:
            size = f"is {abs(value):.2f} points {'higher' if value > 0 else 'lower'} than that of {b}"
            return (
                f"{start}, these data cannot tell {a} and {b} apart: the mean error of {a} "
                f"{size if self.needed else f'is that of {b}'} ({interval} {low:+.2f} to {high:+.2f}); "
                f"{self._needed_words()}{rough}"
            )
        if value > 0:  # tell it from the winner's side
            low, high = -high, -low
        chance = [x if value < 0 else 1 - x for x in self.superiority]
        low_chance, high_chance = sorted(chance[1:])
        return (
            f"{start}, {winner} is better than {b if winner == a else a}: its mean error is {abs(value):.2f} points "
            f"lower ({interval} {-high:.2f} to {-low:.2f}), and a network drawn from it beats one of the "
            f"other with probability {chance[0]:.2f} ({low_chance:.2f} to {high_chance:.2f}).{rough}"
        )

    def _needed_words(self) -> str:
        value = abs(100 * self.mean_difference.value)
        if self.needed is None:
            return "no number of networks would show a difference of nothing."
        count = f"more than {MANY:,}" if self.needed > MANY else f"about n = {round_significantly(self.needed):,}"
        return f"{count} from each would be needed to see {value:.2f} points with a power of {100 * self.power:g} %."

    def __str__(self) -> str:
        return self.sentence


def compare(
    errors_a: Any,
    errors_b: Any,
    names: tuple[str, str] = ("A", "B"),
    *,
    level: float = 0.95,
    power: float = 0.8,
    repeats: int = 10_000,
    rng: Any = 0,
) -> Comparison:
    """Compare two populations: means, minima, KS and probability of superiority, each with a bootstrap interval.

    Intervals are percentiles over resamples of both populations with replacement, each at its full size. The
    populations count as told apart when the interval of the mean difference leaves out 0.

    Args:
        errors_a, errors_b: (n,) and (m,) fractions in [0, 1]; NaN (failed networks) are left out and counted.
        names: what to call the two.
        level: level of the intervals, in (0, 1).
        power: the power for which `needed` is computed, in (0, 1).
        repeats: number of resamples.
        rng: seed, or a numpy Generator.

    Raises:
        InputError: a population has no network with an error, or a value is invalid.
    """
    if len(names) != 2:
        raise InputError(f"names {names!r:.60} must be two, one for each population")
    name_a, name_b = (str(name) for name in names)
    a, present_a = clean_errors(errors_a, f"errors of {name_a}")
    b, present_b = clean_errors(errors_b, f"errors of {name_b}")
    check_level(level)
    if not 0 < power < 1:
        raise InputError(f"power {power} is outside (0, 1); 0.8 is usual")
    whole("repeats", repeats)
    generator = as_generator(rng)
    pooled = _Pooled(a, b)
    observed = pooled.statistics(np.ones((1, a.size)), np.ones((1, b.size)))[:, 0]
    if min(a.size, b.size) < 2:
        low = high = np.full(4, math.nan)
    else:
        drawn = _in_parts(
            repeats,
            a.size + b.size,
            lambda rows: pooled.statistics(_resample(generator, rows, a.size), _resample(generator, rows, b.size)),
        )
        low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=1)
    mean, minimum, ks, superiority = (
        Estimate(*map(float, numbers)) for numbers in zip(observed, low, high, strict=True)
    )
    chance = _in_parts(min(repeats, 2_000), a.size + b.size, lambda rows: pooled.shuffled_ks(generator, rows)[None])
    return Comparison(
        names=(name_a, name_b),
        n=(a.size, b.size),
        failed=(int((~present_a).sum()), int((~present_b).sum())),
        means=(float(a.mean()), float(b.mean())),
        minima=(float(a.min()), float(b.min())),
        mean_difference=mean,
        minimum_difference=minimum,
        ks=ks,
        ks_chance=float(np.quantile(chance, level)),
        superiority=superiority,
        needed=networks_needed(a.std(ddof=a.size > 1), b.std(ddof=b.size > 1), mean.value, level, power),
        level=level,
        power=power,
    )


def networks_needed(sd_a: float, sd_b: float, difference: float, level: float = 0.95, power: float = 0.8) -> int | None:
    """Networks needed from each of two spaces to see a difference of means: n = (z_a + z_p)^2 (s_a^2 + s_b^2) / d^2.

    The normal approximation of a two-sided test at 1 - level, with z_a and z_p the normal quantiles at (1 + level) / 2
    and at the power. It takes the observed difference for the true one, so it is a guide and not a promise.

    Args:
        sd_a, sd_b: standard deviations of the errors in the two spaces.
        difference: difference of their means, in the same unit.
        level: 1 minus the significance level, in (0, 1).
        power: probability of seeing the difference if it is there, in (0, 1).

    Returns:
        a whole number of at least 2, or None if the difference is 0 (or too small to divide by).
    """
    normal = NormalDist()
    z = normal.inv_cdf((1 + level) / 2) + normal.inv_cdf(power)
    if abs(difference) < 1e-9:
        return None
    return max(2, math.ceil(z**2 * (sd_a**2 + sd_b**2) / difference**2))


def round_significantly(number: int) -> int:
    """Round to two significant digits: more would promise a precision that a power computation does not have."""
    return number if number < 100 else round(number, 2 - len(str(number)))


class _Pooled:
    """Both samples in one sorted order, so that a resample is only a row of counts."""

    def __init__(self, a: np.ndarray, b: np.ndarray) -> None:
        self.values, places = np.unique(np.concatenate([a, b]), return_inverse=True)
        self.place_a, self.place_b = places[: a.size], places[a.size :]

    def statistics(self, counts_a: np.ndarray, counts_b: np.ndarray) -> np.ndarray:
        """Return (4, rows): mean and minimum differences, KS, superiority, for rows of counts of each network."""
        share_a, share_b = self._shares(counts_a, self.place_a), self._shares(counts_b, self.place_b)
        mean = (share_a - share_b) @ self.values
        lowest = self.values[(share_a > 0).argmax(axis=1)] - self.values[(share_b > 0).argmax(axis=1)]
        below_a, below_b = share_a.cumsum(axis=1), share_b.cumsum(axis=1)
        # P(a < b) + P(a = b) / 2, where below_a includes the value itself
        superiority = (share_b * (below_a - share_a / 2)).sum(axis=1)
        return np.stack([mean, lowest, abs(below_a - below_b).max(axis=1), superiority])

    def shuffled_ks(self, generator: np.random.Generator, rows: int) -> np.ndarray:
        """KS distances when the labels A and B are dealt at random: what chance alone gives."""
        places = np.concatenate([self.place_a, self.place_b])
        dealt = generator.permuted(np.broadcast_to(places, (rows, places.size)), axis=1)
        cut = self.place_a.size
        parts = [self._shares(np.ones((rows, p.shape[1])), p) for p in (dealt[:, :cut], dealt[:, cut:])]
        return abs((parts[0] - parts[1]).cumsum(axis=1)).max(axis=1)

    def _shares(self, counts: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Return (rows, distinct values): the share of each row that has each value."""
        rows = len(counts)
        flat = np.arange(rows)[:, None] * self.values.size + places
        shares = np.bincount(flat.ravel(), counts.ravel(), rows * self.values.size)
        return shares.reshape(rows, -1) / counts.shape[1]


def _resample(generator: np.random.Generator, rows: int, n: int) -> np.ndarray:
    """Return (rows, n): how often each of n networks is drawn in n draws with replacement."""
    drawn = generator.integers(n, size=(rows, n)) + n * np.arange(rows)[:, None]
    return np.bincount(drawn.ravel(), minlength=rows * n).reshape(rows, n)


def _in_parts(repeats: int, width: int, make: Any) -> np.ndarray:
    """Join make(rows) along its last axis until there are `repeats`, with bounded memory."""
    step = max(1, 1_000_000 // width)
    return np.concatenate([make(min(step, repeats - start)) for start in range(0, repeats, step)], axis=-1)
