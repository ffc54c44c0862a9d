"""Many networks as columns of numbers, so that a population is counted and filtered in one go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..common.errors import InputError
from . import registry
from .config import AnyNetConfig

SHARED = ("strides", "stem_width", "block", "se_ratio", "stem_stride", "activation", "stem", "head")
COLUMNS = ("depths", "widths", "bottleneck_ratios", "group_widths")


@dataclass(frozen=True, eq=False)
class ConfigBatch:
    """n networks with the same number of stages S; row k is network k.

    `depths`, `widths` and `group_widths` are (n, S) int64 arrays, `bottleneck_ratios` is (n, S) float64, all nominal
    as in `AnyNetConfig`. What is left is shared by all n. This is what a constraint of `DesignSpace.refine` is given.
    """

    depths: np.ndarray
    widths: np.ndarray
    bottleneck_ratios: np.ndarray
    group_widths: np.ndarray
    strides: tuple[int, ...]
    stem_width: int = 32
    block: str = "X"
    se_ratio: float = 0.0
    stem_stride: int = 2
    activation: str = "relu"
    stem: str | None = None
    head: str | None = None

    def __len__(self) -> int:
        return len(self.depths)

    def __getitem__(self, rows: Any) -> ConfigBatch:
        """Return the networks selected by a slice, a mask or an array of row numbers."""
        if isinstance(rows, (int, np.integer)):
            rows = slice(rows, rows + 1 or None)
        return replace(
            self,
            depths=self.depths[rows],
            widths=self.widths[rows],
            bottleneck_ratios=self.bottleneck_ratios[rows],
            group_widths=self.group_widths[rows],
        )

    def __iter__(self) -> Iterator[AnyNetConfig]:
        return iter(self.to_configs())

    @property
    def num_stages(self) -> int:
        return self.depths.shape[1]

    @property
    def depth(self) -> np.ndarray:
        """Number of blocks of each network, (n,) int64."""
        return self.depths.sum(axis=1)

    def effective(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return (widths, inner widths, group widths), each (n, S) int64: `compatible_widths` on columns."""
        takes = registry.get(self.block).takes
        grouped, ratio = "group_width" in takes, self.bottleneck_ratios
        if "inner_width" not in takes:
            if not grouped:
                return self.widths, self.widths, self.widths
            ratio = np.ones_like(ratio)
        inner = np.maximum(1, (self.widths / ratio).astype(np.int64))
        group = np.minimum(self.group_widths, inner) if grouped else inner
        expansion = np.where(ratio < 1, 1 / ratio, 1).astype(np.int64)
        step = np.lcm(group, expansion)
        inner = np.maximum(step, np.rint(inner / step).astype(np.int64) * step)
        width = np.maximum(1, (inner * ratio).astype(np.int64))
        return width, inner, group if grouped else inner

    def to_configs(self) -> list[AnyNetConfig]:
        shared = {name: getattr(self, name) for name in SHARED}
        columns = zip(
            self.depths.tolist(),
            self.widths.tolist(),
            self.bottleneck_ratios.tolist(),
            self.group_widths.tolist(),
            strict=True,
        )
        return [AnyNetConfig(tuple(d), tuple(w), tuple(b), tuple(g), **shared) for d, w, b, g in columns]

    @classmethod
    def from_configs(cls, configs: Sequence[AnyNetConfig]) -> ConfigBatch:
        """Stack configs that share their number of stages, strides, stem, block, SE ratio and activation.

        Raises:
            InputError: there is no config, or they differ in what a batch shares.
        """
        if not configs:
            raise InputError("a batch of 0 networks has no number of stages; give at least one config")
        first = configs[0]
        for name in ("num_stages", *SHARED):
            if len({getattr(c, name) for c in configs}) > 1:
                raise InputError(f"the configs differ in {name}; a batch needs one {name} for all")
        return cls(
            np.array([c.depths for c in configs], np.int64),
            np.array([c.widths for c in configs], np.int64),
            np.array([c.bottleneck_ratios for c in configs], np.float64),
            np.array([c.group_widths for c in configs], np.int64),
            **{name: getattr(first, name) for name in SHARED},
        )

    @classmethod
    def join(cls, batches: Sequence[ConfigBatch]) -> ConfigBatch:
        """Put one or more batches end to end; the first says what they share."""
        columns: dict[str, Any] = {c: np.concatenate([getattr(b, c) for b in batches]) for c in COLUMNS}
        return replace(batches[0], **columns)

    def sampled(self) -> list[AnyNetConfig]:
        """Return the configs of values that a space has drawn, without checking each number again."""
        shared = {name: getattr(self, name) for name in SHARED}
        ratios = self.bottleneck_ratios.tolist()
        whole = bool(np.all(self.bottleneck_ratios == np.rint(self.bottleneck_ratios)))
        configs = []
        columns = (self.depths.tolist(), self.widths.tolist(), ratios, self.group_widths.tolist())
        for d, w, b, g in zip(*columns, strict=True):
            config = object.__new__(AnyNetConfig)
            b = map(int, b) if whole else (int(r) if r == int(r) else r for r in b)
            config.__dict__.update(
                depths=tuple(d), widths=tuple(w), bottleneck_ratios=tuple(b), group_widths=tuple(g), **shared
            )
            configs.append(config)
        return configs
