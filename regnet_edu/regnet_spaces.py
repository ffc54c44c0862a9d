"""The RegNet design space: networks whose widths follow a quantised line (section 3.3)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from .anynet_spaces import WIDTH_STEP
from .batch import ConfigBatch
from .config import _ratio, _whole
from .design_space import DesignSpace, check_decimal_range, check_range, value_set
from .distributions import Grid, log_uniform, uniform
from .errors import InputError
from .regnet import RegNetParams, regnet_stages
from .sampling import Bands, Proposals, Rng

WA_PARTS, WM_PARTS = 10, 1000  # wa is a multiple of 0.1 and wm of 0.001, as in the authors' sampler


@dataclass(frozen=True, kw_only=True, repr=False)
class RegNetX(DesignSpace):
    """RegNetX: six degrees of freedom, d, w0, wa, wm, b and g (section 3.3).

    Ranges of the paper: d < 64; w0, wa < 256; 1.5 <= wm <= 3; b and g as in AnyNetX. Settings that give another number
    of stages are discarded. The paper does not give the distributions; our choice is that of the authors' released
    sampler: d uniform; w0 (multiples of 8), wa (of 0.1) and wm (of 0.001) log-uniform; b and g uniform. The smallest
    wa is our choice too: one step of 0.1.

    Args:
        num_stages: number of stages S.
        min_depth, max_depth: blocks in the whole network, d.
        min_w0, max_w0: width of the first stage, multiples of 8.
        min_wa, max_wa: slope in channels a block, multiples of 0.1.
        min_wm, max_wm: width multiplier, multiples of 0.001.
        bottleneck_ratios, group_widths: the values that b and g take; the stages share one of each.
        min_width, max_width: limits of all stage widths, so that small-image ranges can be shared with AnyNetX.
        max_stage_depth: largest number of blocks in one stage; None is no limit.
        block, se_ratio, strides, stem_width, stem_stride, activation: shared by all networks, as in `AnyNetConfig`.

    Raises:
        InputError: a range is empty or out of order, or a value is out of range.
    """

    min_depth: int = 1
    max_depth: int = 63
    min_w0: int = 8
    max_w0: int = 248
    min_wa: float = 0.1
    max_wa: float = 255.9
    min_wm: float = 1.5
    max_wm: float = 3.0
    bottleneck_ratios: tuple[float, ...] = (1, 2, 4)
    group_widths: tuple[int, ...] = (1, 2, 4, 8, 16, 32)
    min_width: int | None = None
    max_width: int | None = None
    max_stage_depth: int | None = None

    first_rate: ClassVar[float] = 0.002

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range(self, "depth", 1, 1024)
        check_range(self, "w0", WIDTH_STEP, 65_536, WIDTH_STEP)
        check_decimal_range(self, "wa", 1 / WA_PARTS, 65_536, WA_PARTS)
        check_decimal_range(self, "wm", 1 + 1 / WM_PARTS, 100, WM_PARTS)
        self._put("bottleneck_ratios", value_set("bottleneck_ratios", self.bottleneck_ratios, _ratio))
        self._put("group_widths", value_set("group_widths", self.group_widths, _whole))
        for name in ("min_width", "max_width", "max_stage_depth"):
            if getattr(self, name) is not None:
                self._put(name, _whole(name, getattr(self, name)))
        if self.min_width and self.max_width and self.min_width > self.max_width:
            raise InputError(f"min_width {self.min_width} is above max_width {self.max_width}")

    @cached_property
    def _grids(self) -> tuple[Grid, ...]:
        """Distributions of d, w0, wa, wm, b, g, in the order in which they are drawn."""
        return (
            uniform(range(self.min_depth, self.max_depth + 1)),
            log_uniform(self.min_w0, self.max_w0, WIDTH_STEP),
            log_uniform(self.min_wa, self.max_wa, parts=WA_PARTS),
            log_uniform(self.min_wm, self.max_wm, parts=WM_PARTS),
            uniform(self.bottleneck_ratios),
            uniform(self.group_widths),
        )

    def _columns(self) -> int:
        return len(self._grids)

    def _propose(self, uniforms: np.ndarray) -> Proposals:
        columns = [grid.draw(u) for grid, u in zip(self._grids, uniforms.T, strict=True)]
        d, w0, wa, wm, b, g = columns
        rows, depths, widths = regnet_stages(d, w0, wa, wm, self.num_stages)
        shape = (1, self.num_stages)
        batch = ConfigBatch(
            depths,
            widths,
            np.tile(b[rows, None].astype(np.float64), shape),
            np.tile(g[rows, None], shape),
            **self._shared(),
        )
        proposals = Proposals(batch, np.stack([column[rows] for column in columns], axis=1))
        keep = np.ones(len(rows), bool)
        if self.min_width is not None:
            keep &= widths[:, 0] >= self.min_width
        if self.max_width is not None:
            keep &= widths[:, -1] <= self.max_width
        if self.max_stage_depth is not None:
            keep &= depths.max(axis=1) <= self.max_stage_depth
        return proposals if keep.all() else proposals[keep]

    def sample_params(self, n: int, rng: Rng = 0, **bands: Any) -> list[RegNetParams]:
        """Draw the same n networks as `sample` with the same arguments, as their generating parameters."""
        rows = self._sample(n, rng, Bands(**bands)).params
        assert rows is not None
        se = self.se_ratio
        return [RegNetParams(int(d), int(w0), wa, wm, int(g), b, se) for d, w0, wa, wm, b, g in rows.tolist()]


@dataclass(frozen=True, kw_only=True, repr=False)
class RegNetY(RegNetX):
    """RegNetX with squeeze-and-excitation of ratio 1/4 in every block (section 4, appendix D)."""

    se_ratio: float = 0.25
