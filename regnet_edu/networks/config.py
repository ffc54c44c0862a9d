"""One frozen description of one network: the degrees of freedom of AnyNet (section 3.2 of the paper).

A config holds the *nominal* parameters, the ones a design space samples. Width, bottleneck ratio and group width need
not fit together there. The `stages` of a config are the *effective* parameters after the compatibility rule of
appendix D; they are what `complexity` counts and what `AnyNet` builds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, NamedTuple

from ..common.errors import InputError, nearest_name
from ..common.validation import each, number, ratio, whole_number
from . import registry

ACTIVATIONS = ("relu", "silu")
Y_SE_RATIO = 0.25  # appendix D: "we use an SE reduction ratio of 1/4"


class StageParams(NamedTuple):
    """One stage as it is built: `depth` blocks of `width` channels, after the compatibility rule.

    `inner_width` is the width of the 3x3 convolution (width / bottleneck ratio) and `group_width` the number of
    channels in each of its groups, so that it has inner_width / group_width groups.
    """

    depth: int
    width: int
    inner_width: int
    group_width: int
    stride: int

    @property
    def groups(self) -> int:
        return self.inner_width // self.group_width


def compatible_widths(width: int, bottleneck_ratio: float, group_width: int, block: str = "X") -> tuple[int, int, int]:
    """Return the (width, inner width, group width) that are built for nominal ones (appendix D).

    If the group width is larger than the inner width it becomes the inner width; then the inner width is rounded to a
    multiple of the group width, ties to the even multiple. The width changes by at most one third.
    The blocks R, V and VR have no groups, and V and VR no bottleneck; one of your own has what it takes.

    >>> compatible_widths(24, 1, 16)     # why the first stage of RegNetX-400MF is 32 wide and not 24
    (32, 32, 16)
    """
    takes = registry.get(block).takes
    if "inner_width" not in takes:
        if "group_width" not in takes:
            return width, width, width
        bottleneck_ratio = 1
    inner = max(1, int(width / bottleneck_ratio))
    group = min(group_width, inner) if "group_width" in takes else inner
    # With an inverted bottleneck (ratio < 1) the inner width must also be a multiple of the expansion.
    step = math.lcm(group, int(1 / bottleneck_ratio)) if bottleneck_ratio < 1 else group
    inner = max(step, round(inner / step) * step)
    return max(1, int(inner * bottleneck_ratio)), inner, group if "group_width" in takes else inner


@dataclass(frozen=True)
class AnyNetConfig:
    """One network of the AnyNet family: stem, stages of identical blocks, head (figure 3).

    Args:
        depths: blocks in each stage, d_i >= 1.
        widths: channels of each stage, w_i >= 1 (nominal).
        bottleneck_ratios: b_i > 0 for each stage, or one for all; the inner width is w_i / b_i.
        group_widths: channels per group g_i >= 1 for each stage, or one for all (nominal).
        strides: stride of the first block of each stage, or one for all; 2 if not given.
        stem_width: channels of the stem; the paper fixes it at 32.
        block: "X" (residual bottleneck with groups), "R" (X without groups), "V" (one 3x3 convolution), "VR" (V with a
            residual connection), or "Y", which is X with squeeze-and-excitation and is stored so; or a block of your
            own, its class or import path (`register_block`).
        se_ratio: squeeze-and-excitation ratio in [0, 1], relative to the block's input width; 0 is none.
        stem_stride: 2 in the paper; 1 for small images.
        activation: "relu" as in the paper, or "silu" (its figure 20).
        stem, head: of your own in the place of the paper's, given as a block is; a stem has width `stem_width` and
            stride `stem_stride`, a head the number of classes for its width and no stride.

    Raises:
        InputError: a value is out of range, of the wrong length or not a number.
    """

    depths: tuple[int, ...]
    widths: tuple[int, ...]
    bottleneck_ratios: tuple[float, ...]
    group_widths: tuple[int, ...]
    strides: tuple[int, ...] = None  # type: ignore[assignment]  # replaced in __post_init__
    stem_width: int = 32
    block: str = "X"
    se_ratio: float = 0.0
    stem_stride: int = 2
    activation: str = "relu"
    stem: str | None = None
    head: str | None = None

    def __post_init__(self) -> None:
        def put(name: str, value: object) -> None:
            object.__setattr__(self, name, value)

        put("depths", each("depths", self.depths, None, whole_number))
        stages = len(self.depths)
        if stages == 0:
            raise InputError("depths is empty; a network needs at least one stage")
        put("widths", each("widths", self.widths, stages, whole_number, scalar=False))
        put("bottleneck_ratios", each("bottleneck_ratios", self.bottleneck_ratios, stages, ratio))
        put("group_widths", each("group_widths", self.group_widths, stages, whole_number))
        put("strides", each("strides", 2 if self.strides is None else self.strides, stages, whole_number))
        put("stem_width", whole_number("stem_width", self.stem_width))
        put("stem_stride", whole_number("stem_stride", self.stem_stride))
        for part in ("block", "stem", "head"):
            if part == "block" or getattr(self, part) is not None:
                put(part, registry.block_name(getattr(self, part)))
        put("se_ratio", number("se_ratio", self.se_ratio))
        if not 0 <= self.se_ratio <= 1:
            nearest = min(max(self.se_ratio, 0), 1)
            raise InputError(f"se_ratio {self.se_ratio} is outside [0, 1]; the nearest is {nearest:g}")
        if self.block == "Y":
            put("block", "X")
            put("se_ratio", self.se_ratio or Y_SE_RATIO)
        if self.se_ratio and "se_ratio" not in registry.get(self.block).takes:
            raise InputError(f"se_ratio {self.se_ratio} needs a block with a bottleneck (X, R or Y), not {self.block}")
        if self.activation not in ACTIVATIONS:
            raise InputError(f"activation {self.activation!r} is unknown; {nearest_name(self.activation, ACTIVATIONS)}")

    @property
    def num_stages(self) -> int:
        return len(self.depths)

    @property
    def depth(self) -> int:
        """Number of blocks in the whole body, the paper's d."""
        return sum(self.depths)

    @cached_property
    def stages(self) -> tuple[StageParams, ...]:
        """The stages as they are counted and built, after the compatibility rule (appendix D)."""
        built = []
        for d, w, b, g, s in zip(
            self.depths, self.widths, self.bottleneck_ratios, self.group_widths, self.strides, strict=True
        ):
            built.append(StageParams(d, *compatible_widths(w, b, g, self.block), s))
        return tuple(built)

    @property
    def block_widths(self) -> tuple[int, ...]:
        """Nominal width of every block in order, the paper's w_j."""
        return tuple(w for d, w in zip(self.depths, self.widths, strict=True) for _ in range(d))

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists and numbers, ready for JSON; a stem or head only where it is one's own."""
        values = ((f.name, getattr(self, f.name)) for f in fields(self))  # ten times as fast as `asdict`
        return {k: list(v) if isinstance(v, tuple) else v for k, v in values if v is not None}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> AnyNetConfig:
        """Build a config from what `to_dict` returned.

        Raises:
            InputError: a name is missing or unknown, or a value is invalid.
        """
        if not isinstance(values, Mapping):
            raise InputError(f"a config is a table of names and values, not {values!r:.60}")
        names = [f.name for f in fields(cls)]
        for name in values:
            if name not in names:
                raise InputError(f"config has no entry {name!r}; {nearest_name(name, names)}")
        for name in names[:4]:
            if name not in values:
                raise InputError(f"config lacks {name!r}; it needs {', '.join(names[:4])}")
        return cls(**values)
