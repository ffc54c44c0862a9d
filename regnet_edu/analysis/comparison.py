"""Is one population better than another? Effect sizes with calibrated intervals, and the sentence that follows.

The interval of a difference of means is Welch's. In simulations from recorded populations (`benchmarks/intervals.py`)
it leaves out 0 in 3.9 to 5.3 % of cases where nothing differs, from n = 5 to 200; the percentiles of a bootstrap do so
in 13 % at n = 5 and 7 to 9 % at n = 12.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from ..common.errors import InputError
from . import two_sample
from .edf import check_level, clean_weights
from .measure import ERROR, Measure, as_measure
from .two_sample import EffectSize

FEWEST = 10  # below so many of either, no winner is named: only differences that nobody expects could be told


@dataclass(frozen=True)
class Comparison:
    """What two populations say about their design spaces; differences are the first minus the second.

    Attributes:
        names: what the two are called in `sentence`.
        n: networks with an error, of each.
        failed: networks that failed and are left out, of each.
        means: mean error of each, a fraction; of another measure its mean, and so for all that follows.
        minima: lowest error of each, a fraction; where higher is better, the highest value.
        mean_difference: difference of the mean errors, a fraction, with Welch's interval.
        p: of Welch's test that the means are equal.
        minimum_difference: difference of the lowest errors, a fraction. Its interval is that of a bootstrap, which
            cannot see below the lowest error that was observed: it is shown to say how little minima tell.
        ks: the largest distance between the two EDFs; its interval holds for every sample size (Massart's bound).
        ks_p: of the Kolmogorov-Smirnov test that the two distributions are the same.
        superiority: probability that a network of the first has a lower error than one of the second, ties half, with
            Brunner and Munzel's interval on the logistic scale.
        superiority_p: of Mann and Whitney's test.
        detectable: the difference of means that a comparison of this size finds with this power, a fraction.
        level: of the intervals.
        power: of `detectable`.
        measure: what the networks were judged by.
    """

    names: tuple[str, str]
    n: tuple[int, int]
    failed: tuple[int, int]
    means: tuple[float, float]
    minima: tuple[float, float]
    mean_difference: EffectSize
    p: float
    minimum_difference: EffectSize
    ks: EffectSize
    ks_p: float
    superiority: EffectSize
    superiority_p: float
    detectable: float
    level: float
    power: float
    measure: Measure = ERROR

    @property
    def too_few(self) -> bool:
        """Whether there are too few networks to name a winner."""
        return min(self.n) < FEWEST

    @property
    def better(self) -> str | None:
        """Name of the population with the better mean, or None if the data cannot tell."""
        if self.too_few or not self.p < 1 - self.level:
            return None
        return self.names[0] if self.measure.sign * self.mean_difference.value < 0 else self.names[1]

    @property
    def curves_differ(self) -> bool:
        """Whether the two EDFs differ by more than chance, in place or in shape (Kolmogorov-Smirnov)."""
        return not self.too_few and self.ks_p < 1 - self.level

    def alike(self, margin: float) -> bool:
        """Whether the means are the same within a margin, a fraction: the whole interval lies within it."""
        return not self.too_few and -margin < self.mean_difference.low and self.mean_difference.high < margin

    @property
    def sentence(self) -> str:
        """The result in plain English, in percentage points or the unit of the measure."""
        a, b = self.names
        value, low, high = self.mean_difference
        show, unit, name = self.measure.difference, self.measure.of_differences, self.measure.name
        start = f"With these {self.n[0]} and {self.n[1]} networks"
        interval = f"{100 * self.level:g} % interval"
        size = f"{show(abs(value), False)}{unit} {'higher' if value > 0 else 'lower'} than that of {b}"
        told = f"the mean {name} of {a} is {size if value else f'that of {b}'}"
        if self.too_few:
            shown = "" if math.isnan(low) else f" ({interval} {show(low)} to {show(high)})"
            return (
                f"{start}, there are too few to tell {a} and {b} apart: {told}{shown}, and at least {FEWEST} from each "
                "are needed to name a winner."
            )
        winner = self.better
        if winner is None:
            return (
                f"{start}, these data cannot tell the means of {a} and {b} apart: {told} ({interval} {show(low)} to "
                f"{show(high)}). So many would show a difference of {self._detectable}{unit} with a power of "
                f"{100 * self.power:g} %.{self._curves('but')}"
            )
        if winner == b:  # tell it from the winner's side
            low, high = -high, -low
        if self.measure.lower_is_better:
            low, high = -high, -low
        chance = [x if winner == a else 1 - x for x in self.superiority]
        low_chance, high_chance = sorted(chance[1:])
        size = f"{show(abs(value), False)}{unit} {self.measure.best[:-3]}er"
        return (
            f"{start}, {winner} is better than {b if winner == a else a}: its mean {name} is {size} ({interval} "
            f"{show(low, False)} to {show(high, False)}), and a network drawn from it beats one of the other with "
            f"probability {chance[0]:.2f} ({low_chance:.2f} to {high_chance:.2f}).{self._curves('and')}"
        )

    @property
    def _detectable(self) -> str:
        return self.measure.number(self.detectable)

    def _curves(self, joined: str) -> str:
        """Say what the distributions show where that is more than the means do."""
        shown = f"(KS distance {self.ks.value:.2f}, p = {_p(self.ks_p)})"
        if self.curves_differ and joined == "but":
            return f" But their curves differ {shown}: in shape, or by less than the means can show."
        if not self.curves_differ and joined == "and":
            return f" The curves as wholes cannot be told apart {shown}."
        return ""

    def __str__(self) -> str:
        return self.sentence


def compare(
    errors_a: Any,
    errors_b: Any = None,
    names: tuple[str, str] = ("A", "B"),
    *,
    subset: Any = None,
    weights: tuple[Any, Any] | None = None,
    level: float = 0.95,
    power: float = 0.8,
    measure: Measure | str | None = None,
) -> Comparison:
    """Compare two populations: means, minima, EDFs and probability of superiority, each with an interval.

    The populations count as told apart when Welch's test does so; of fewer than 10 networks no winner is named.

    Args:
        errors_a, errors_b: (n,) and (m,) fractions in [0, 1], or values of another measure; NaN (failed networks) are
            left out and counted.
        names: what to call the two.
        subset: (n,) bool instead of `errors_b`: compare these networks with the whole population that they are part
            of. What they share with it cannot differ, so this is not a comparison of two samples: the difference of
            means and its interval are those between subset and rest, times the share of the rest; the other
            statistics are of subset and rest.
        weights: (n,) and (m,) weights of the networks, such as `complexity_weights` gives, so that the two are compared
            as if they had the same complexity. Means and EDFs are weighted; n in the formulae is Kish's effective size.
        level: level of the intervals, in (0, 1).
        power: the power for which `detectable` is computed, in (0, 1).
        measure: what the values are, if not errors: a `Measure`, or the name of a column such as "loss".

    Raises:
        InputError: a population has no network with an error, or a value is invalid.
    """
    if len(names) != 2:
        raise InputError(f"names {names!r:.60} must be two, one for each population")
    name_a, name_b = (str(name) for name in names)
    check_level(level)
    if not 0 < power < 1:
        raise InputError(f"power {power} is outside (0, 1); 0.8 is usual")
    share = 1.0
    if subset is not None:
        errors_a, errors_b, share = _split(errors_a, errors_b, subset, weights)
    judged = as_measure(measure)
    what = "errors" if judged.is_error else judged.name
    a, present_a = judged.clean(errors_a, f"{what} of {name_a}")
    b, present_b = judged.clean(errors_b, f"{what} of {name_b}")
    a, b = judged.sign * a, judged.sign * b  # from here on lower is better
    parts = zip(weights or (None, None), (present_a, present_b), strict=True)
    x, y = (two_sample.Sample.of(*pair) for pair in zip((a, b), (clean_weights(w, p) for w, p in parts), strict=True))
    difference, p, error = two_sample.welch(x, y, level)
    superiority, superiority_p = two_sample.superiority(x, y, level)
    ks, ks_p = two_sample.kolmogorov_smirnov(x, y, level)
    normal = NormalDist()
    return Comparison(
        names=(name_a, name_b),
        n=(a.size, b.size) if subset is None else (a.size, a.size + b.size),
        failed=(int((~present_a).sum()), int((~present_b).sum())),
        means=(
            judged.sign * x.mean,
            judged.sign * (y.mean if subset is None else share * y.mean + (1 - share) * x.mean),
        ),
        minima=(judged.sign * float(a.min()), judged.sign * float(b.min())),
        mean_difference=_turned(EffectSize(*(share * number for number in difference)), judged),
        p=p,
        minimum_difference=_turned(two_sample.minimum_difference(x, y, level), judged),
        ks=ks,
        ks_p=ks_p,
        superiority=superiority,
        superiority_p=superiority_p,
        detectable=share * error * (normal.inv_cdf((1 + level) / 2) + normal.inv_cdf(power)),
        level=level,
        power=power,
        measure=judged,
    )


def _turned(effect: EffectSize, measure: Measure) -> EffectSize:
    """Return a difference as the measure has it, of values that were turned so that lower is better."""
    return effect if measure.lower_is_better else EffectSize(-effect.value, -effect.high, -effect.low)


def _split(errors: Any, other: Any, subset: Any, weights: Any) -> tuple[np.ndarray, np.ndarray, float]:
    """Return the errors of a subset and of the rest, and the share of the rest among those that have an error."""
    values, chosen = np.asarray(errors, dtype=np.float64), np.asarray(subset)
    if other is not None or weights is not None:
        raise InputError("subset takes the place of the second population; give neither that nor weights")
    if chosen.dtype != bool or chosen.shape != values.shape:
        raise InputError(f"subset must have one True or False for each of the {values.size} errors")
    there = ~np.isnan(values)
    return values[chosen], values[~chosen], float((there & ~chosen).sum() / max(1, there.sum()))


def _p(value: float) -> str:
    return "below 0.001" if value < 0.001 else f"{value:.3f}"
