"""AnyNetX and what one constraint after another leaves of it (section 3.2, table 1)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import ClassVar

import numpy as np

from ..common.validation import ratio, whole_number
from ..networks.batch import ConfigBatch
from ..networks.config import AnyNetConfig
from .distributions import StageDraw, log_uniform, uniform
from .sampling import Proposals
from .staged_space import StagedSpace
from .validation import check_range, number_set, value_set

WIDTH_STEP = 8  # section 3.2: widths are divisible by 8
IN_WORDS = {
    "free": "free in each stage",
    "equal": "the same in all stages",
    "non-decreasing": "never decreasing from stage to stage",
    "non-increasing": "never increasing from stage to stage",
}


@dataclass(frozen=True, kw_only=True, repr=False)
class AnyNetXA(StagedSpace):
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
        check_range(self, "depth", 1, 256)
        check_range(self, "width", WIDTH_STEP, 16_384, WIDTH_STEP)
        self._put("bottleneck_ratios", value_set("bottleneck_ratios", self.bottleneck_ratios, ratio, 1 / 16, 64))
        self._put("group_widths", value_set("group_widths", self.group_widths, whole_number, 1, 16_384))

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
        return self._from_draws(uniforms, self._draws)

    def _from_draws(self, uniforms: np.ndarray, draws: tuple[StageDraw, ...]) -> Proposals:
        ends = np.cumsum([draw.numbers for draw in draws])[:-1]
        parts = np.split(uniforms, ends, axis=1)
        depths, widths, ratios, groups = (draw.draw(part) for draw, part in zip(draws, parts, strict=True))
        return Proposals(ConfigBatch(depths, widths, ratios.astype(np.float64), groups, **self._shared()))

    def _has_form(self, config: AnyNetConfig) -> bool:
        values = (config.depths, config.widths, config.bottleneck_ratios, config.group_widths)
        return all(value in draw for value, draw in zip(values, self._draws, strict=True))

    def free_parameters(self) -> int:
        return sum(draw.numbers for draw in self._draws if len(draw.grid) > 1)

    def paper_size(self) -> float:
        """Return the size by the formula of table 1, in which an order of S stages divides by S!.

        That counts ties wrongly: with 4 stages D has 1.382e13 networks where the formula gives 1.319e13, and E
        8.174e11 where it gives 5.498e11. `size` is exact.
        """
        product = math.prod((draw.paper_count for draw in self._draws), start=Fraction(1))
        return int(product) if product.denominator == 1 else float(product)

    def _exact_size(self) -> int:
        return math.prod(draw.count for draw in self._draws)

    def _all(self) -> tuple[int, int, Callable[[np.ndarray], Proposals]]:
        draws = tuple(StageDraw(uniform(d.grid.values.tolist()), d.stages, d.order) for d in self._draws)
        return self._exact_size(), self._columns(), lambda u: self._from_draws(u, draws)

    def _enumerated(self) -> ConfigBatch:
        rows = list(product(*[draw.all() for draw in self._draws]))
        depths, widths, ratios, groups = (np.array(column) for column in zip(*rows, strict=True))
        return ConfigBatch(depths, widths, ratios.astype(np.float64), groups, **self._shared())

    def _extremes(self) -> ConfigBatch:
        # The same values in all stages keep every order.
        ends = [(self.min_depth, self.max_depth), (self.min_width, self.max_width)]
        rows = list(product(*ends, self.bottleneck_ratios, self.group_widths))
        columns = [np.repeat(np.array(column)[:, None], self.num_stages, axis=1) for column in zip(*rows, strict=True)]
        depths, widths, ratios, groups = columns
        return ConfigBatch(depths, widths, ratios.astype(np.float64), groups, **self._shared())

    def _largest(self) -> AnyNetConfig:
        d, w, each = self.max_depth, self.max_width, self.num_stages
        b, g = min(self.bottleneck_ratios), max(self.group_widths)
        return AnyNetConfig((d,) * each, (w,) * each, (b,) * each, (g,) * each, **self._shared())

    def _lines(self) -> list[str]:
        ranges = {
            "depth d": f"{self.min_depth} to {self.max_depth}, log-uniform",
            "width w": f"{self.min_width} to {self.max_width} in steps of {WIDTH_STEP}, log-uniform",
            "bottleneck ratio b": number_set(self.bottleneck_ratios),
            "group width g": number_set(self.group_widths),
        }
        return [
            f"{n:<19} {text}, {IN_WORDS[d.order]}" for (n, text), d in zip(ranges.items(), self._draws, strict=True)
        ]


@dataclass(frozen=True, kw_only=True, repr=False)
class AnyNetXB(AnyNetXA):
    """AnyNetXA in which all stages share one bottleneck ratio: 13 degrees of freedom (section 3.2, figure 5)."""

    ratio_order: ClassVar[str] = "equal"


@dataclass(frozen=True, kw_only=True, repr=False)
class AnyNetXC(AnyNetXB):
    """AnyNetXB in which all stages share one group width: 10 degrees of freedom (section 3.2, figure 5)."""

    group_order: ClassVar[str] = "equal"


@dataclass(frozen=True, kw_only=True, repr=False)
class AnyNetXD(AnyNetXC):
    """AnyNetXC in which widths do not decrease, w_{i+1} >= w_i (section 3.2, figure 7)."""

    width_order: ClassVar[str] = "non-decreasing"


@dataclass(frozen=True, kw_only=True, repr=False)
class AnyNetXE(AnyNetXD):
    """AnyNetXD in which depths do not decrease, d_{i+1} >= d_i (section 3.2, figure 7)."""

    depth_order: ClassVar[str] = "non-decreasing"


@dataclass(frozen=True, kw_only=True, repr=False)
class AnyNetXEqualWidths(AnyNetXC):
    """Control of figure 7: AnyNetXC with w_{i+1} = w_i.

    As everywhere, this is the parent's distribution *conditioned* on the constraint: four independent draws that
    happen to be equal favour small widths, with the probability of a width to the power of 4, before any band.
    """

    width_order: ClassVar[str] = "equal"


@dataclass(frozen=True, kw_only=True, repr=False)
class AnyNetXDecreasingWidths(AnyNetXC):
    """Control of figure 7: AnyNetXC with w_{i+1} <= w_i."""

    width_order: ClassVar[str] = "non-increasing"


@dataclass(frozen=True, kw_only=True, repr=False)
class AnyNetXEqualDepths(AnyNetXD):
    """Control of figure 7: AnyNetXD with d_{i+1} = d_i, conditioned as in `AnyNetXEqualWidths`."""

    depth_order: ClassVar[str] = "equal"


@dataclass(frozen=True, kw_only=True, repr=False)
class AnyNetXDecreasingDepths(AnyNetXD):
    """Control of figure 7: AnyNetXD with d_{i+1} <= d_i."""

    depth_order: ClassVar[str] = "non-increasing"
