"""The quantised linear rule that makes a RegNet (section 3.3, equations 2 to 4)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from ..common.errors import InputError
from ..common.validation import number, ratio, whole, whole_number
from .config import AnyNetConfig

# Exact ties happen (w_m = 2.25 puts u = 1.5 w_0 half-way), and the last bit of a logarithm differs between machines.
# What is to be rounded is therefore first rounded to so many decimals, and then, at a tie, to the even number.
TIE_DECIMALS = 9


def round_half_even(values: np.ndarray) -> np.ndarray:
    """Round to whole numbers as int64; what is within 1e-9 of a tie counts as a tie and goes to the even number."""
    return np.rint(np.round(values, TIE_DECIMALS)).astype(np.int64)


def quantized_linear_widths(depth: int, w0: float, wa: float, wm: float, q: int = 8) -> np.ndarray:
    """Return the width of every block of a RegNet, (depth,) int64 (equations 2 to 4).

    Args:
        depth: number of blocks d >= 1.
        w0: width of the first block, a multiple of q, in channels.
        wa: slope, wa >= 0, in channels a block.
        wm: ratio of the widths of neighbouring stages, wm > 1.
        q: widths are rounded to multiples of q channels (the authors' code; the paper only shows widths that are).

    Ties: half-way cases go to the even number in both roundings, after rounding to 9 decimals, in float64.

    Raises:
        InputError: an argument is out of range.
    """
    depth, w0, wa, wm, q = _check_rule(depth, w0, wa, wm, q)
    line = w0 + wa * np.arange(depth)  # equation 2: u_j
    levels = round_half_even(np.log(line / w0) / np.log(wm))  # equation 3: s_j, rounded
    return round_half_even(w0 * np.power(wm, levels) / q) * q  # equation 4: w_j


def _check_rule(depth: Any, w0: Any, wa: Any, wm: Any, q: Any) -> tuple[int, int, float, float, int]:
    depth, w0, q = whole("depth", depth, most=100_000, whole_floats=True), whole_number("w0", w0), whole_number("q", q)
    wa, wm = number("wa", wa), number("wm", wm)
    if w0 % q:
        raise InputError(f"w0 {w0} is not a multiple of q = {q}; the nearest is {max(q, round(w0 / q) * q)}")
    if not 0 <= wa <= 1e6:
        raise InputError(f"wa {wa:g} is outside [0, 1e6] channels a block; the nearest is {min(max(wa, 0), 1e6):g}")
    if not 1.001 <= wm <= 1e6:
        raise InputError(f"wm {wm:g} is outside [1.001, 1e6]; the nearest is {min(max(wm, 1.001), 1e6):g}")
    return depth, w0, wa, wm, q


@dataclass(frozen=True)
class RegNetParams:
    """The six degrees of freedom of a RegNet (section 3.3), and what they become.

    Args:
        depth: number of blocks d >= 1.
        w0: width of the first stage, a multiple of 8.
        wa: slope, wa >= 0.
        wm: width multiplier, wm > 1.
        group_width: channels per group, the same in all stages.
        bottleneck_ratio: b > 0, the same in all stages.
        se_ratio: 0 for RegNetX; 0.25 for RegNetY.

    Raises:
        InputError: an argument is out of range.
    """

    depth: int
    w0: int
    wa: float
    wm: float
    group_width: int
    bottleneck_ratio: float = 1
    se_ratio: float = 0.0

    def __post_init__(self) -> None:
        depth, w0, wa, wm, _ = _check_rule(self.depth, self.w0, self.wa, self.wm, 8)
        values = {"depth": depth, "w0": w0, "wa": wa, "wm": wm}
        values["group_width"] = whole_number("group_width", self.group_width)
        values["bottleneck_ratio"] = ratio("bottleneck_ratio", self.bottleneck_ratio)
        values["se_ratio"] = number("se_ratio", self.se_ratio)
        if not 0 <= values["se_ratio"] <= 1:
            nearest = min(max(values["se_ratio"], 0), 1)
            raise InputError(f"se_ratio {self.se_ratio} is outside [0, 1]; the nearest is {nearest:g}")
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @property
    def block_widths(self) -> np.ndarray:
        """Width of every block, (depth,) int64, before the compatibility rule."""
        return quantized_linear_widths(self.depth, self.w0, self.wa, self.wm)

    def to_config(self, **shared: Any) -> AnyNetConfig:
        """Return the network: one stage for each run of equal block widths.

        Args:
            shared: other entries of `AnyNetConfig`, such as strides, stem_width, block or activation.
        """
        widths, depths = np.unique(self.block_widths, return_counts=True)  # the widths never decrease
        values: dict[str, Any] = {"se_ratio": self.se_ratio, **shared}
        stages = len(widths)
        return AnyNetConfig(
            tuple(depths.tolist()),
            tuple(widths.tolist()),
            (self.bottleneck_ratio,) * stages,
            (self.group_width,) * stages,
            **values,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers, ready for JSON."""
        return asdict(self)


def level_starts(w0: np.ndarray, wa: np.ndarray, wm: np.ndarray | float, levels: int, longest: int) -> list[np.ndarray]:
    """Return where each level i = 1, ..., `levels` of equation 3 begins, for n settings at once.

    Level i begins at the first block j with s_j >= i - 1/2, that is with w_a j >= w_0 (w_m^(i - 1/2) - 1), so no
    logarithm a block is needed. Settings near a tie go through the logarithms, so that both ways always agree.

    Returns:
        `levels` arrays (n,) of float64; where a level begins at block `longest` or later, any number not below that.
    """
    ratio = w0 / wa
    starts = []
    near_tie = np.zeros(len(ratio), bool)
    multiplier = np.sqrt(wm)
    for _ in range(levels):
        exact = ratio * (multiplier - 1)
        start = np.ceil(exact)
        gap = start - exact
        near_tie |= np.minimum(gap, 1 - gap) < 1e-8 * (exact + ratio)
        starts.append(start)
        multiplier = multiplier * wm
    rows = np.flatnonzero(near_tie)
    for some in np.array_split(rows, len(rows) // 10_000 + 1):
        base = np.log(wm if np.ndim(wm) == 0 else wm[some])  # type: ignore[index]
        line = w0[some] + wa[some] * np.arange(longest)[:, None]
        reached = round_half_even(np.log(line / w0[some]) / base)
        for i, start in enumerate(starts):
            start[some] = (reached <= i).sum(axis=0)
    return starts


def regnet_stages(
    depth: np.ndarray, w0: np.ndarray, wa: np.ndarray, wm: np.ndarray, stages: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Apply the rule to n settings at once and keep those with exactly `stages` stages.

    A setting that skips a level of equation 3, or two of whose levels round to one width, is dropped, as the authors'
    sampler drops it.

    Returns:
        rows: (k,) numbers of the settings that are kept, ascending.
        depths, widths: (k, stages) int64.
    """
    starts = level_starts(w0, wa, wm, stages, int(depth.max(initial=1)))
    edges = [np.zeros(len(depth)), *starts[:-1], depth]
    keep = starts[-1] >= depth
    for lower, upper in pairwise(edges):
        keep &= lower < upper
    rows = np.flatnonzero(keep)
    depths = np.diff(np.stack([edge[rows] for edge in edges], axis=1), axis=1).astype(np.int64)
    widths = level_widths(w0[rows], wm[rows], stages)
    distinct = np.all(widths[:, 1:] > widths[:, :-1], axis=1)
    return rows[distinct], depths[distinct], widths[distinct]


def level_widths(w0: np.ndarray, wm: np.ndarray, levels: int) -> np.ndarray:
    """Return the widths of levels 0, ..., levels - 1 (equation 4), (n, levels) int64 multiples of 8."""
    factors = np.ones((len(wm), levels))
    factors[:, 1:] = wm[:, None]
    return round_half_even(w0[:, None] * np.cumprod(factors, axis=1) / 8) * 8


def slopes_between(depths: tuple[int, ...], widths: tuple[int, ...], wm: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return, for each w_m, between which w_a the rule gives just these stages: (low, high), each (m,) float64.

    Where no w_a does, low is above high. At the ends themselves there are ties, so that an end may or may not belong.
    """
    w0, stages = widths[0], len(widths)
    fits = np.all(level_widths(np.full(len(wm), w0), wm, stages) == np.array(widths), axis=1)
    low, high = np.zeros(len(wm)), np.full(len(wm), np.inf)
    start = 0
    for i in range(1, stages + 1):
        start += depths[i - 1]
        rise = w0 * (wm ** (i - 0.5) - 1)  # how far above w_0 level i begins
        if i < stages:
            low = np.maximum(low, rise / start)
        if start > 1:
            high = np.minimum(high, rise / (start - 1))
    return np.where(fits, low, np.inf), np.where(fits, high, 0.0)
