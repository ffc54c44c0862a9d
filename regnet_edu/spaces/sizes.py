"""How many networks a space has: exact counts of RegNet settings, and estimates."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..networks.regnet import level_starts, level_widths

LARGEST_ENUMERATION = 1_000_000


class SizeEstimate(NamedTuple):
    """An estimated number of networks with the ends of its 95 % interval."""

    low: float
    size: float
    high: float

    @classmethod
    def from_share(cls, kept: int, tried: int, total: int) -> SizeEstimate:
        """Return Wilson's interval for the share kept / tried, times the total."""
        z = 1.959964
        share = kept / tried
        centre = (share + z * z / (2 * tried)) / (1 + z * z / tried)
        half = z * math.sqrt(share * (1 - share) / tried + z * z / (4 * tried * tried)) / (1 + z * z / tried)
        return cls(max(0.0, centre - half) * total, share * total, min(1.0, centre + half) * total)

    def __str__(self) -> str:
        return f"{self.size:.3g} (95 % between {self.low:.3g} and {self.high:.3g})"


@lru_cache(maxsize=64)
def count_settings(
    stages: int,
    depths: tuple[int, int],
    widths: tuple[int, float],
    longest_stage: float,
    proportional: bool,
    w0: tuple[int, ...],
    wa: tuple[float, ...],
    wm: tuple[float, ...],
) -> int:
    """Return the number of settings (d, w0, wa, wm) that give exactly `stages` stages (section 3.3).

    For given w0, wa and wm the depths that do form one interval: longer than where the last level begins, and not
    beyond where the next one would. So only three of the four parameters are run through.

    Args:
        stages: number of stages.
        depths: smallest and largest number of blocks d.
        widths: smallest width of the first and largest of the last stage.
        longest_stage: largest number of blocks in one stage.
        proportional: whether only settings with w0 = wa count.
        w0, wa, wm: the values on the grids.
    """
    first = np.array(w0, np.float64)
    starts_of = first if proportional else np.repeat(first, len(wa))
    slopes = first if proportional else np.tile(np.array(wa), len(first))
    # Where levels begin depends on w0 / wa alone, and many pairs share that.
    ratios, one, which = np.unique(starts_of / slopes, return_index=True, return_inverse=True)
    pairs_of: dict[bytes, np.ndarray] = {}
    total = 0
    for multiplier in wm:
        per_level = level_widths(first, np.full(len(first), multiplier), stages)
        valid = np.all(per_level[:, 1:] > per_level[:, :-1], axis=1)
        valid &= (per_level[:, 0] >= widths[0]) & (per_level[:, -1] <= widths[1])
        if valid.tobytes() not in pairs_of:
            weights = valid if proportional else np.repeat(valid, len(wa))
            pairs_of[valid.tobytes()] = np.concatenate([[0], np.bincount(which, weights, len(ratios)).cumsum()])
        runs = _alike(ratios, multiplier, stages, depths[1])
        some = one[runs[:-1]]
        starts = level_starts(starts_of[some], slopes[some], multiplier, stages, depths[1])
        last = starts[-2] if stages > 1 else np.zeros(len(some))
        upper = np.minimum(np.minimum(starts[-1], depths[1]), last + longest_stage)
        count = np.maximum(upper - np.maximum(last, depths[0] - 1), 0)
        lower = np.zeros(len(some))
        for start in starts[:-1]:
            count *= (start > lower) & (start - lower <= longest_stage)
            lower = start
        total += int(np.dot(count, np.diff(pairs_of[valid.tobytes()][runs])))
    return total


def _alike(ratios: np.ndarray, multiplier: float, stages: int, longest: int) -> np.ndarray:
    """Return the edges of runs of ascending ratios w0 / wa in which all levels begin at the same blocks.

    Level i begins beyond block j where the ratio is above j / (w_m^(i - 1/2) - 1). Ratios so near to that that rounding
    decides are runs of their own.
    """
    rise = multiplier ** (np.arange(stages) + 0.5) - 1
    turns = np.arange(1, longest + 1)[:, None] / rise
    margin = 2e-8 * (1 + 1 / rise)
    low, high = (np.searchsorted(ratios, turns * (1 + side * margin)).ravel() for side in (-1, 1))
    near = [np.arange(start, end) for start, end in zip(low, high, strict=True) if end > start]
    return np.unique(np.concatenate([[0, len(ratios)], low, high, *near]))
