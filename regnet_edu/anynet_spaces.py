"""AnyNetX and what one constraint after another leaves of it (section 3.2, table 1)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from .batch import ConfigBatch
from .config import _ratio, _whole
from .design_space import DesignSpace, check_range, value_set
from .distributions import StageDraw, log_uniform, uniform
from .sampling import Proposals

WIDTH_STEP = 8  # section 3.2: widths are divisible by 8


@dataclass(frozen=True, kw_only=True, repr=False)
class AnyNetXA(DesignSpace):
    """AnyNetX without constraints: 16 degrees of freedom (section 3.2, table 1).

    Each stage has its own depth (log-uniform), width (log-uniform, a multiple of 8), bottleneck ratio and group width
    (each of the given values equally likely: that is log-uniform on powers of two). The ranges are the paper's; the
    rounding of log-uniform numbers is our choice, see `distributions.log_uniform`.

    Args:
        num_stages: number of stages S.
        min_depth, max_depth: blocks in a stage.
        min_width, max_width: channels of a stage, multiples of 8.
        bottleneck_ratios: the values that b takes; below 1 is an inverted bottleneck.
        group_widths: the values that g takes; 1 alone is depthwise.
        block, se_ratio, strides, stem_width, stem_stride, activation: shared by all networks, as in `AnyNetConfig`.

    Raises:
        InputError: a range is empty or out of order, or a value is out of range.
    """

    min_depth: int = 1
    max_depth: int = 16
    min_width: int = 8
    max_width: int = 1024
    bottleneck_ratios: tuple[float, ...] = (1, 2, 4)
    group_widths: tuple[int, ...] = (1, 2, 4, 8, 16, 32)

    # How the stages of one network depend on each other; a subclass changes one of these.
    depth_order: ClassVar[str] = "free"
    width_order: ClassVar[str] = "free"
    ratio_order: ClassVar[str] = "free"
    group_order: ClassVar[str] = "free"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range(self, "depth", 1, 1024)
        check_range(self, "width", WIDTH_STEP, 65_536, WIDTH_STEP)
        self._put("bottleneck_ratios", value_set("bottleneck_ratios", self.bottleneck_ratios, _ratio))
        self._put("group_widths", value_set("group_widths", self.group_widths, _whole))

    @cached_property
    def _draws(self) -> tuple[StageDraw, StageDraw, StageDraw, StageDraw]:
        s = self.num_stages
        return (
            StageDraw(log_uniform(self.min_depth, self.max_depth), s, self.depth_order),
            StageDraw(log_uniform(self.min_width, self.max_width, WIDTH_STEP), s, self.width_order),
            StageDraw(uniform(self.bottleneck_ratios), s, self.ratio_order),
            StageDraw(uniform(self.group_widths), s, self.group_order),
        )

    def _columns(self) -> int:
        return sum(draw.numbers for draw in self._draws)

    def _propose(self, uniforms: np.ndarray) -> Proposals:
        ends = np.cumsum([draw.numbers for draw in self._draws])[:-1]
        parts = np.split(uniforms, ends, axis=1)
        depths, widths, ratios, groups = (draw.draw(part) for draw, part in zip(self._draws, parts, strict=True))
        return Proposals(ConfigBatch(depths, widths, ratios.astype(np.float64), groups, **self._shared()))
