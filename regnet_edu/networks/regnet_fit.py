"""How well a quantised line fits the widths of a network: e_fit (section 3.3, figure 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ..common.errors import InputError
from ..common.validation import each, number, whole_number
from .regnet import quantized_linear_widths, slopes_between
from .zoo import Network, as_config

RATIO_POINTS, MULTIPLIER_POINTS = 72, 56
RATIOS = 2.0 ** np.linspace(-12, 7, RATIO_POINTS)  # wa / w0
SEEDS, ROUNDS, NEIGHBOURS = 10, 5, np.linspace(-1, 1, 5)


@dataclass(frozen=True)
class QuantizedLinearFit:
    """The quantised line that was found.

    Args:
        depth: number of blocks, that of the network.
        w0: width of the first block, a multiple of 8.
        wa: slope in channels a block.
        wm: ratio of the widths of neighbouring stages.
        error: e_fit, the mean over blocks of `|log(fitted width / given width)|`, natural logarithm.
    """

    depth: int
    w0: int
    wa: float
    wm: float
    error: float

    @property
    def block_widths(self) -> np.ndarray:
        """The fitted width of every block, (depth,) int64."""
        return quantized_linear_widths(self.depth, self.w0, self.wa, self.wm)


def fit_quantized_linear(
    network: Sequence[int] | np.ndarray | Network, wm_range: tuple[float, float] = (1.05, 128.0)
) -> QuantizedLinearFit:
    """Fit w0, wa and wm to the widths of a network, one a block (section 3.3).

    The paper searches a grid for the parameters that "minimise the mean log-ratio of predicted to observed per-block
    widths" and gives neither grid nor formula. Ours: `e_fit = (1/d) sum_j |ln(w_j(w0, wa, wm) / w_j)|`, with w_j(...)
    of equations 2 to 4 including the rounding to multiples of 8, and w0 a multiple of 8. First, if a quantised line
    goes exactly through the widths, the middle of the region of such parameters is taken. Otherwise 72 values of wa /
    w0 from 2^-12 to 2^7 and 56 of wm in `wm_range`, both evenly spaced in the logarithm, are tried, each with the w0
    that suits it best (a median); the best are refined on ever finer grids around them.

    Args:
        network: (d,) widths of the blocks in order, such as `config.block_widths`; or a network in any form.
        wm_range: smallest and largest wm to try; the paper's RegNets have (1.5, 3).

    Raises:
        InputError: the widths are not positive whole numbers, or the range is not 1.001 <= low <= high.
    """
    block_widths = as_config(network).block_widths if isinstance(network, Network) else network
    widths = np.array(each("block_widths", block_widths, None, whole_number), np.float64)
    if not 1 <= len(widths) <= 4096:
        raise InputError(f"block_widths has {len(widths)} entries; it needs 1 to 4096, one a block")
    low, high = each("wm_range", wm_range, 2, number, scalar=False)
    if not 1.001 <= low <= high <= 1e6:
        raise InputError(
            f"wm_range ({low:g}, {high:g}) must have 1.001 <= low <= high <= 1e6; the default is (1.05, 128)"
        )
    found = _exact(widths.astype(int), low, high)
    if found is None:
        found = _refined(widths, low, high)
    w0, wa, wm = int(found[0]), float(found[1]), float(found[2])
    return QuantizedLinearFit(len(widths), w0, wa, wm, _error(widths, w0, wa, wm))


def _error(widths: np.ndarray, w0: int, wa: float, wm: float) -> float:
    return float(np.mean(np.abs(np.log(quantized_linear_widths(len(widths), w0, wa, wm) / widths))))


def _exact(widths: np.ndarray, low: float, high: float) -> tuple[float, float, float] | None:
    """Return the middle of the parameters that give just these widths, if there are any."""
    stage_widths, depths = np.unique(widths, return_counts=True)
    if np.any(np.diff(widths) < 0) or np.any(widths % 8):
        return None
    w0, stages = int(stage_widths[0]), len(stage_widths)
    if stages == 1:
        return w0, 0.0, min(max(2.0, low), high)
    # w0 wm^i rounds to the i-th width if it is within 4 channels of it.
    powers = 1 / np.arange(1, stages)
    smallest = max(low, float(np.max(((stage_widths[1:] - 4) / w0) ** powers)))
    largest = min(high, float(np.min(((stage_widths[1:] + 4) / w0) ** powers)))
    if smallest > largest:
        return None
    wm = np.linspace(smallest, largest, 201)
    first, last = slopes_between(tuple(depths.tolist()), tuple(stage_widths.tolist()), wm)
    room = np.where(last > first, last - first, 0.0)
    if not room.any():
        return None
    middle = int(np.argmin(np.abs(np.cumsum(room) - room.sum() / 2)))  # half of the region lies on either side
    found = (w0, (first[middle] + last[middle]) / 2, wm[middle])
    return found if room[middle] and _error(widths, *found) == 0 else None


@lru_cache(maxsize=8)
def _grid(low: float, high: float, depth: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the (n,) ratios wa / w0 and (n,) multipliers of the coarse grid, and (n, depth) log(w_j / w0)."""
    multipliers = np.exp(np.linspace(np.log(low), np.log(high), MULTIPLIER_POINTS))
    rise = np.log(1 + RATIOS[:, None] * np.arange(depth))
    base = np.log(multipliers)[None, :, None]
    growth = (np.rint(rise[:, None, :] / base) * base).astype(np.float32)
    ratio, multiplier = np.meshgrid(RATIOS, multipliers, indexing="ij")
    return ratio.ravel(), multiplier.ravel(), growth.reshape(-1, depth)


def _refined(widths: np.ndarray, low: float, high: float) -> tuple[float, float, float]:
    depth = len(widths)
    ratios, multipliers, growth = _grid(low, high, 64 * -(-depth // 64))
    # Without rounding to multiples of 8, the best log w0 is a median of what is left of the logarithms.
    offsets = np.sort(np.log(widths).astype(np.float32) - growth[:, :depth], axis=1)
    median = offsets[:, depth // 2]
    scores = np.abs(offsets - median[:, None]).sum(axis=1)
    # The best three of every multiplier, so that the search does not gather in one valley.
    places = np.argpartition(scores.reshape(RATIO_POINTS, -1), 2, axis=0)[:3]
    some = (places * MULTIPLIER_POINTS + np.arange(MULTIPLIER_POINTS)).ravel()
    below = np.maximum(np.floor(np.exp(median[some]) / 8), 1) * 8
    tried = _score(widths, np.tile(ratios[some], 2), np.tile(multipliers[some], 2), np.concatenate([below, below + 8]))
    step_ratio = np.log(RATIOS[1] / RATIOS[0])
    step_multiplier = np.log(high / low) / (MULTIPLIER_POINTS - 1)
    for _ in range(ROUNDS):
        # Each of the best few, with its neighbours in all three parameters; then the same on a grid half as wide.
        # Equal errors are as good as always the same network: one of them is enough.
        seeds = np.unique(np.round(tried[0], 9), return_index=True)[1][:SEEDS]
        best = [column[seeds] for column in tried[1:]]
        near = np.meshgrid(np.arange(len(seeds)), NEIGHBOURS, NEIGHBOURS, (-8.0, 0.0, 8.0), indexing="ij")
        seed, over, up, wider = (axis.ravel() for axis in near)
        ratio = best[0][seed] * np.exp(over * step_ratio)
        multiplier = np.clip(best[1][seed] * np.exp(up * step_multiplier), low, high)
        tried = _score(widths, ratio, multiplier, np.maximum(best[2][seed] + wider, 8))
        step_ratio, step_multiplier = step_ratio / 2, step_multiplier / 2
    winner = int(np.argmin(tried[0]))
    return tried[3][winner], tried[1][winner] * tried[3][winner], tried[2][winner]


def _score(widths: np.ndarray, ratio: np.ndarray, multiplier: np.ndarray, w0: np.ndarray) -> tuple[Any, Any, Any, Any]:
    """Return (errors, ratio, multiplier, w0) of n candidates, each (n,)."""
    base = np.log(multiplier)[:, None]
    levels = np.rint(np.log(1 + ratio[:, None] * np.arange(len(widths))) / base)
    fitted = np.maximum(np.rint(w0[:, None] * np.exp(levels * base) / 8) * 8, 8)
    return np.abs(np.log(fitted / widths)).mean(axis=1), ratio, multiplier, w0
