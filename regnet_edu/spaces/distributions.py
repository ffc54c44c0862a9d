"""What one parameter of a network may be, how likely each value is, and how a value is drawn for every stage.

Everything is a finite grid of values with whole-number weights. A uniform number in [0, 1) becomes a value through the
inverse of the cumulative weights, so a draw depends on nothing but raw 64-bit numbers, whole numbers and correctly
rounded sums and products: it is the same on every platform and with every version of numpy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import combinations_with_replacement, pairwise, product
from typing import Any

import numpy as np

ORDERS = ("free", "equal", "non-decreasing", "non-increasing")
WEIGHT_UNIT = 2.0**32  # weights are rounded to this, so that the last bit of a logarithm cannot matter


class Tails:
    """Cumulative weights from the last value backwards, and the search in them.

    Entry j is the weight of the last j + 1 values. A number x in (0, total] belongs to the first entry that is not
    below it. Looking from the end keeps the small weights of a long tail exact.
    """

    def __init__(self, weights: np.ndarray) -> None:
        self.cumulative = np.cumsum(weights[::-1])
        self.total = self.cumulative[-1]
        # Several times as many parts as values, so that the search seldom moves, but few enough to stay in fast memory.
        self._parts = 1 << (16 * len(weights)).bit_length()
        self._uniform_weight = float(weights[0]) if np.all(weights == weights[0]) else None

    @cached_property
    def _guide(self) -> np.ndarray:
        """Where to begin to look, for each of equal parts of (0, total]."""
        return np.searchsorted(self.cumulative, np.arange(self._parts + 1) * (self.total / self._parts), side="left")

    def places(self, x: np.ndarray) -> np.ndarray:
        """Return the entry of each x as an (n,) integer array; equal to `searchsorted`, several times as fast."""
        if self._uniform_weight is not None:
            return np.ceil(x / self._uniform_weight).astype(np.int64) - 1
        if len(x) < 4096 and "_guide" not in self.__dict__:
            return np.searchsorted(self.cumulative, x, side="left")
        # The part is one too low at most, by rounding, so that the search never begins too far.
        places = self._guide[np.maximum((x * (self._parts / self.total)).astype(np.int64) - 1, 0)]
        behind = np.flatnonzero(self.cumulative[places] < x)
        while len(behind):
            places[behind] += 1
            behind = behind[self.cumulative[places[behind]] < x[behind]]
        return places


@dataclass(frozen=True, eq=False)
class Grid:
    """The values that one parameter takes and their weights; probability = weight / sum of weights.

    Args:
        values: (m,) ascending, different from each other.
        weights: (m,) positive whole numbers held as float64, in units of 2^-32.
    """

    values: np.ndarray
    weights: np.ndarray

    def __len__(self) -> int:
        return len(self.values)

    def __contains__(self, value: object) -> bool:
        return bool(np.any(self.values == value))

    def between(self, low: float, high: float) -> Grid:
        """Return the grid conditioned on low <= value <= high."""
        inside = (self.values >= low) & (self.values <= high)
        return Grid(self.values[inside], self.weights[inside])

    @cached_property
    def _tails(self) -> Tails:
        return Tails(self.weights)

    def draw(self, uniforms: np.ndarray) -> np.ndarray:
        """Turn (n,) uniform numbers in [0, 1) into (n,) values by the inverse of the cumulative weights."""
        return self.values[len(self) - 1 - self._tails.places((1 - uniforms) * self._tails.total)]


@lru_cache(maxsize=256)
def log_uniform(low: float, high: float, step: int = 1, parts: int = 1) -> Grid:
    """Return the log-uniform distribution on the multiples of step / parts from low to high (section 3.2).

    The paper says "log-uniform" and leaves open how that is rounded to whole steps. Our choice is what the authors'
    released sampler does: a real number that is log-uniform is rounded *up* to the grid, so that the multiple k of the
    step has weight log(k / (k - 1)), and k = 1 has log 2. Raising `low` or lowering `high` conditions the same
    distribution and changes nothing else.
    """
    first, last = round(low * parts / step), round(high * parts / step)
    multiples = range(first, last + 1)
    weights = [float(round(WEIGHT_UNIT * math.log(k / max(k - 1, k / 2)))) for k in multiples]
    values = np.array(multiples, np.int64) * step
    return Grid(values if parts == 1 else values / parts, np.array(weights))


def tied(first: Grid, second: Grid) -> Grid:
    """Return the distribution of the common value of two independent draws, conditioned on their being equal."""
    values, i, j = np.intersect1d(first.values, second.values, return_indices=True)
    return Grid(values.astype(first.values.dtype), first.weights[i] * second.weights[j] / WEIGHT_UNIT)


def spread(grid: Grid, count: int) -> Grid:
    """Return up to 2 `count` of the values, denser among the small ones, with the first and the last."""
    last = len(grid) - 1
    kept = np.concatenate([np.linspace(0, last, count), np.geomspace(1, last + 1, count) - 1])
    kept = np.unique(np.rint(kept).astype(int))
    return Grid(grid.values[kept], grid.weights[kept])


def uniform(values: Sequence[float]) -> Grid:
    """Return the distribution in which all the values, sorted, are equally likely."""
    return Grid(np.array(sorted(values)), np.full(len(values), WEIGHT_UNIT))


@dataclass(frozen=True, eq=False)
class StageDraw:
    """One parameter in each of S stages: independent draws from a grid, *conditioned* on an order of the stages.

    Sorting independent draws is not the same: it would give (8, 8, 8, 16) four times the weight that it has among the
    sorted results of rejection. Here the value of stage i is drawn with the weight of all ways to go on from it,
    which is exactly what rejection of the unordered draws would leave.

    Args:
        grid: the values and weights of one stage.
        stages: S.
        order: "free" (independent), "equal" (the same in all stages), "non-decreasing" or "non-increasing".
    """

    grid: Grid
    stages: int
    order: str = "free"

    @property
    def numbers(self) -> int:
        """How many uniform numbers one draw takes."""
        return 1 if self.order == "equal" else self.stages

    @property
    def count(self) -> int:
        """How many different draws there are, exactly."""
        m = len(self.grid)
        return {"free": m**self.stages, "equal": m}.get(self.order, math.comb(m + self.stages - 1, self.stages))

    def all(self) -> list[tuple[float, ...]]:
        """Return every draw once."""
        values = self._values.tolist()
        if self.order == "equal":
            return [(value,) * self.stages for value in values]
        if self.order == "free":
            return list(product(values, repeat=self.stages))
        return list(combinations_with_replacement(values, self.stages))

    @property
    def paper_count(self) -> Fraction:
        """The count of table 1, in which an order divides by S!, which is wrong for ties but simple."""
        m, s = len(self.grid), self.stages
        return Fraction({"free": m**s, "equal": m}.get(self.order, Fraction(m**s, math.factorial(s))))

    @cached_property
    def _values(self) -> np.ndarray:
        return self.grid.values[::-1] if self.order == "non-increasing" else self.grid.values

    @cached_property
    def _tails(self) -> list[Tails]:
        """For each stage, the cumulative weights of all ways to go on from each value."""
        weights = self.grid.weights / WEIGHT_UNIT
        if self.order == "free":
            return [Tails(weights)] * self.stages
        if self.order == "equal":
            # Conditioning on S equal independent draws gives each value its probability to the power of S.
            scaled = weights / weights.max()
            power = scaled
            for _ in range(self.stages - 1):
                power = power * scaled
            return [Tails(power)]
        if self.order == "non-increasing":
            weights = weights[::-1]
        tails = [Tails(weights)]
        for _ in range(self.stages - 1):
            tails.insert(0, Tails(weights * tails[0].cumulative[::-1]))
        return tails

    def draw(self, uniforms: np.ndarray) -> np.ndarray:
        """Turn (n, numbers) uniform numbers in [0, 1) into (n, S) values."""
        last = len(self.grid) - 1
        ordered = self.order not in ("free", "equal")
        values = np.empty((len(uniforms), self.stages), self.grid.values.dtype)
        limit: Any = self._tails[0].total
        left = np.full(len(uniforms), last)
        for stage, (tails, u) in enumerate(zip(self._tails, uniforms.T, strict=True)):
            # 1 - u is in (0, 1], so the weight looked up is in (0, limit]: no rounding points beyond the last value.
            if ordered and stage:
                limit = tails.cumulative[left]
            left = tails.places((1 - u) * limit)  # how many values the next stage may still take, less one
            values[:, stage] = self._values[last - left]
        if self.order == "equal":
            values[:, 1:] = values[:, :1]
        return values

    def __contains__(self, values: Sequence[float]) -> bool:
        """Whether one network's (S,) values can be drawn."""
        return len(values) == self.stages and all(v in self.grid for v in values) and in_order(values, self.order)


def in_order(values: Sequence[float], order: str) -> bool:
    """Whether the values of one network keep the order."""
    pairs = list(pairwise(values))
    if order == "equal":
        return all(a == b for a, b in pairs)
    if order == "non-decreasing":
        return all(a <= b for a, b in pairs)
    return order == "free" or all(a >= b for a, b in pairs)
