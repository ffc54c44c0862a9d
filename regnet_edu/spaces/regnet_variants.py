"""What section 4 compares with RegNetX: one more or one fewer constraint, other bottlenecks, other groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..networks.batch import ConfigBatch
from ..networks.complexity import complexity
from .regnet import RegNetX


@dataclass(frozen=True, kw_only=True, repr=False)
class RegNetY(RegNetX):
    """RegNetX with squeeze-and-excitation of ratio 1/4 in every block (section 4, appendix D)."""

    se_ratio: float = 0.25


@dataclass(frozen=True, kw_only=True, repr=False)
class RegNetXWm2(RegNetX):
    """RegNetX with w_m = 2: widths double from stage to stage (figure 9, middle)."""

    min_wm: float = 2.0
    max_wm: float = 2.0


@dataclass(frozen=True, kw_only=True, repr=False)
class RegNetXW0Wa(RegNetX):
    """RegNetX with w_0 = w_a: the line is u_j = w_a (j + 1) (figure 9, middle).

    This is RegNetX conditioned on the equality, so that w_0 has the product of the probabilities of w_0 and of w_a.
    """

    proportional = True


@dataclass(frozen=True, kw_only=True, repr=False)
class RegNetXC(RegNetX):
    """RegNetX "C" of figure 13: b = 1, d <= 40, w_m >= 2, few parameters and activations for the flops.

    The limits are not in the paper's text. They are those of the authors' released sweep settings: with F the flops in
    units of 1e9, fewer than 3 + 5.5 F million parameters and fewer than 6.5 sqrt(F) million activations, all counted at
    224 pixels and 1000 classes, whatever resolution is sampled for. Section 5 further takes 12 <= d <= 28.
    """

    max_depth: int = 40
    min_wm: float = 2.0
    bottleneck_ratios: tuple[float, ...] = (1,)

    def _limits(self, batch: ConfigBatch) -> np.ndarray:
        counts = complexity(batch)
        giga = counts.flops / 1e9
        return (counts.params < (3 + 5.5 * giga) * 1e6) & (counts.activations < 6.5 * np.sqrt(giga) * 1e6)

    def _lines(self) -> list[str]:
        limits = "params < 3 + 5.5 F million, activations < 6.5 sqrt(F) million, F = flops / 1e9 (224 pixels)"
        return [*super()._lines(), f"constraint          {limits}"]


@dataclass(frozen=True, kw_only=True, repr=False)
class RegNetXInverted(RegNetX):
    """RegNetX with inverted bottlenecks, 1/8 <= b <= 1 (figure 14, left); powers of two are our choice."""

    bottleneck_ratios: tuple[float, ...] = (1 / 8, 1 / 4, 1 / 2, 1)


@dataclass(frozen=True, kw_only=True, repr=False)
class RegNetXDepthwise(RegNetXInverted):
    """RegNetXInverted with depthwise convolutions, g = 1 (figure 14, left)."""

    group_widths: tuple[int, ...] = (1,)
