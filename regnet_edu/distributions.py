"""What one parameter of a network may be, how likely each value is, and how a value is drawn for every stage.

Everything is a finite grid of values with whole-number weights. A uniform number in [0, 1) becomes a value through the
inverse of the cumulative weights, so a draw depends on nothing but raw 64-bit numbers, whole numbers and correctly
rounded sums and products: it is the same on every platform and with every version of numpy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

ORDERS = ("free", "equal", "non-decreasing", "non-increasing")
WEIGHT_UNIT = 2.0**32  # weights are rounded to this, so that the last bit of a logarithm cannot matter


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
    def _tails(self) -> np.ndarray:
        """Entry j = weight of the last j + 1 values."""
        return np.cumsum(self.weights[::-1])

    def draw(self, uniforms: np.ndarray) -> np.ndarray:
        """Turn (n,) uniform numbers in [0, 1) into (n,) values by the inverse of the cumulative weights."""
        # 1 - u is in (0, 1], so that no rounding can point beyond the last value.
        places = np.searchsorted(self._tails, (1 - uniforms) * self._tails[-1], side="left")
        return self.values[len(self) - 1 - places]


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

    @property
    def paper_count(self) -> float:
        """The count of Table 1, in which an order divides by S!, which is wrong for ties but simple."""
        m = len(self.grid)
        return {"free": m**self.stages, "equal": m}.get(self.order, m**self.stages / math.factorial(self.stages))

    @cached_property
    def _values(self) -> np.ndarray:
        return self.grid.values[::-1] if self.order == "non-increasing" else self.grid.values

    @cached_property
    def _tails(self) -> list[np.ndarray]:
        """For each stage, entry j = weight of all ways to go on from one of the last j + 1 values; ascending in j."""
        weights = self.grid.weights / WEIGHT_UNIT
        if self.order == "equal":
            # Conditioning on S equal independent draws gives each value its probability to the power of S.
            power = weights / weights.max()
            for _ in range(self.stages - 1):
                power = power * (weights / weights.max())
            return [np.cumsum(power[::-1])]
        if self.order == "free":
            return [np.cumsum(weights[::-1])] * self.stages
        if self.order == "non-increasing":
            weights = weights[::-1]
        backwards = weights[::-1]
        tails = [np.cumsum(backwards)]
        for _ in range(self.stages - 1):
            tails.insert(0, np.cumsum(backwards * tails[0]))
        return tails

    def draw(self, uniforms: np.ndarray) -> np.ndarray:
        """Turn (n, numbers) uniform numbers in [0, 1) into (n, S) values."""
        last = len(self.grid) - 1
        left = np.full(len(uniforms), last)  # how many values the current stage may still take, less one
        columns = []
        for tails, u in zip(self._tails, uniforms.T, strict=True):
            limit = tails[last] if self.order in ("free", "equal") else tails[left]
            # 1 - u is in (0, 1], so the weight looked up is in (0, limit], and the place found is in [0, left].
            left = np.searchsorted(tails, (1 - u) * limit, side="left")
            columns.append(self._values[last - left])
        if self.order == "equal":
            return np.repeat(columns[0][:, None], self.stages, axis=1)
        return np.stack(columns, axis=1)

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
