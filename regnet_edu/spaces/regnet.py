"""The RegNet design spaces: networks whose widths follow a quantised line (sections 3.3 and 4)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from ..common.errors import InputError
from ..common.validation import ratio, whole_number
from ..networks.batch import ConfigBatch
from ..networks.config import AnyNetConfig
from ..networks.regnet import RegNetParams, regnet_stages, slopes_between
from .anynet import WIDTH_STEP
from .distributions import Grid, log_uniform, spread, tied, uniform
from .sampling import Bands, Proposals, Rng
from .sizes import LARGEST_ENUMERATION, count_settings
from .staged_space import StagedSpace
from .validation import check_range, number_set, value_set

WA_PARTS, WM_PARTS = 10, 1000  # wa is a multiple of 0.1 and wm of 0.001, as in the authors' sampler


@dataclass(frozen=True, kw_only=True, repr=False)
class RegNetX(StagedSpace):
    """RegNetX: six degrees of freedom, d, w0, wa, wm, b and g (section 3.3).

    Ranges of the paper: d < 64; w0, wa < 256; 1.5 <= wm <= 3; b and g as in AnyNetX. Settings that give another number
    of stages are discarded. The paper does not give the distributions; our choice is that of the authors' released
    sampler: d uniform; w0 (multiples of 8), wa (of 0.1) and wm (of 0.001) log-uniform; b and g uniform. The sampler
    draws g in two ways, of which each sweep chooses one: from powers of two, as here, or log-uniform from multiples of
    8, so that g = 24 occurs, as in RegNetY-3.2GF; `group_widths` takes any set. The smallest wa is our choice too: one
    step of 0.1. The authors' sampler draws wa from 8 to 256; `RegNetX(min_wa=8)` does so, and the paper map shows what
    this changes.

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
    counted: ClassVar[str] = "settings"
    proportional: ClassVar[bool] = False  # whether w0 = wa

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range(self, "depth", 1, 256)
        check_range(self, "w0", WIDTH_STEP, 4096, WIDTH_STEP)
        check_range(self, "wa", 1 / WA_PARTS, 4096, parts=WA_PARTS)
        check_range(self, "wm", 1 + 1 / WM_PARTS, 32, parts=WM_PARTS)
        self._put("bottleneck_ratios", value_set("bottleneck_ratios", self.bottleneck_ratios, ratio, 1 / 16, 64))
        self._put("group_widths", value_set("group_widths", self.group_widths, whole_number, 1, 16_384))
        for name in ("min_width", "max_width", "max_stage_depth"):
            if getattr(self, name) is not None:
                self._put(name, whole_number(name, getattr(self, name)))
        if self.min_width and self.max_width and self.min_width > self.max_width:
            raise InputError(f"min_width {self.min_width} is above max_width {self.max_width}; swap the two")
        if self.max_depth < self.num_stages:
            stages = self.num_stages
            raise InputError(f"max_depth {self.max_depth} is too small for {stages} stages; the smallest is {stages}")
        if self.proportional and not len(self._grids["w0"]):
            raise InputError(f"{type(self).__name__} needs a w0 and a wa that are equal; the two ranges share no value")

    @cached_property
    def _grids(self) -> dict[str, Grid]:
        """Distribution of each parameter, in the order in which they are drawn."""
        w0 = log_uniform(self.min_w0, self.max_w0, WIDTH_STEP)
        wa = log_uniform(self.min_wa, self.max_wa, parts=WA_PARTS)
        line = {"w0": tied(w0, wa)} if self.proportional else {"w0": w0, "wa": wa}
        return {
            "d": uniform(range(self.min_depth, self.max_depth + 1)),
            **line,
            "wm": log_uniform(self.min_wm, self.max_wm, parts=WM_PARTS),
            "b": uniform(self.bottleneck_ratios),
            "g": uniform(self.group_widths),
        }

    def _columns(self) -> int:
        return len(self._grids)

    def _propose(self, uniforms: np.ndarray) -> Proposals:
        return self._from_draws(dict(zip(self._grids, uniforms.T, strict=True)), self._grids)

    def _from_draws(self, uniforms: dict[str, np.ndarray], grids: dict[str, Grid]) -> Proposals:
        line = {name: grids[name].draw(uniforms[name]) for name in grids if name not in "bg"}
        line.setdefault("wa", line["w0"].astype(np.float64))
        rows, depths, widths = regnet_stages(line["d"], line["w0"], line["wa"], line["wm"], self.num_stages)
        keep = np.ones(len(rows), bool)
        if self.min_width is not None:
            keep &= widths[:, 0] >= self.min_width
        if self.max_width is not None:
            keep &= widths[:, -1] <= self.max_width
        if self.max_stage_depth is not None:
            keep &= depths.max(axis=1) <= self.max_stage_depth
        if not keep.all():
            rows, depths, widths = rows[keep], depths[keep], widths[keep]
        b = grids["b"].draw(uniforms["b"][rows]).astype(np.float64)
        g = grids["g"].draw(uniforms["g"][rows])
        stages = self.num_stages
        batch = ConfigBatch(
            depths,
            widths,
            np.repeat(b[:, None], stages, axis=1),
            np.repeat(g[:, None], stages, axis=1),
            **self._shared(),
        )
        settings = [line[name][rows] for name in ("d", "w0", "wa", "wm")]
        return Proposals(batch, np.stack([*settings, b, g], axis=1))

    def sample_params(self, n: int, rng: Rng = 0, **bands: Any) -> list[RegNetParams]:
        """Draw the same n networks as `sample` with the same arguments, as their generating parameters."""
        rows = self._sample(n, rng, Bands(**bands)).params
        assert rows is not None
        se = self.se_ratio
        return [RegNetParams(int(d), int(w0), wa, wm, int(g), b, se) for d, w0, wa, wm, b, g in rows.tolist()]

    def find_params(self, config: AnyNetConfig) -> RegNetParams | None:
        """Return parameters on the grids of this space that generate the config, or None if there are none."""
        d, w0 = sum(config.depths), config.widths[0]
        ratio, group = config.bottleneck_ratios[0], config.group_widths[0]
        fixed = {"d": d, "w0": w0, "b": ratio, "g": group}
        shared = len(set(config.bottleneck_ratios)) == len(set(config.group_widths)) == 1
        if not shared or any(value not in self._grids[name] for name, value in fixed.items()):
            return None
        wms = self._grids["wm"].values
        low, high = slopes_between(config.depths, config.widths, wms)
        smallest, largest = (float(w0), float(w0)) if self.proportional else (self.min_wa, self.max_wa)
        first = np.ceil(np.maximum(low * (1 - 1e-9), smallest) * WA_PARTS - 1e-6)
        last = np.floor(np.minimum(high * (1 + 1e-9), largest) * WA_PARTS + 1e-6)
        for k in np.flatnonzero(first <= last):
            # Inside the interval every wa does; at its ends there may be a tie, so that is tried out.
            for step in ((first[k] + last[k]) // 2, first[k], last[k]):
                found = RegNetParams(d, w0, step / WA_PARTS, float(wms[k]), group, ratio, self.se_ratio)
                widths, depths = np.unique(found.block_widths, return_counts=True)
                if tuple(widths.tolist()) == config.widths and tuple(depths.tolist()) == config.depths:
                    return found
        return None

    def _has_form(self, config: AnyNetConfig) -> bool:
        return self._within(config.depths, config.widths) and self.find_params(config) is not None

    def _within(self, depths: tuple[int, ...], widths: tuple[int, ...]) -> bool:
        """Whether the limits of stage widths and depths hold."""
        narrow = self.min_width is not None and min(widths) < self.min_width
        wide = self.max_width is not None and max(widths) > self.max_width
        return not narrow and not wide and not (self.max_stage_depth and max(depths) > self.max_stage_depth)

    def __contains__(self, network: object) -> bool:
        if not isinstance(network, RegNetParams):
            return super().__contains__(network)
        values = {"d": network.depth, "w0": network.w0, "wm": network.wm}
        values |= {"b": network.bottleneck_ratio, "g": network.group_width}
        slope_fits = network.wa == network.w0 if self.proportional else network.wa in self._grids["wa"]
        if not slope_fits or network.se_ratio != self.se_ratio:
            return False
        if any(value not in self._grids[name] for name, value in values.items()):
            return False
        d, w0, wa, wm = (np.array([v]) for v in (network.depth, network.w0, network.wa, network.wm))
        if not len(regnet_stages(d, w0, wa, wm, self.num_stages)[0]):
            return False
        config = network.to_config(**self._shared())
        batch = ConfigBatch.from_configs([config])
        return self._within(config.depths, config.widths) and bool(self._satisfied(batch)[0])

    # Sizes.

    def free_parameters(self) -> int:
        return sum(len(grid) > 1 for grid in self._grids.values())

    def paper_size(self) -> int:
        """The formula of table 1: about 64 values for each of d, w0, wa and wm, times those of b and g.

        A parameter that is fixed has one value.
        """
        line = sum(len(grid) > 1 for name, grid in self._grids.items() if name not in "bg")
        return 64**line * len(self.bottleneck_ratios) * len(self.group_widths)

    def _exact_size(self) -> int:
        """The number of settings (d, w0, wa, wm, b, g) on the grids that give `num_stages` stages, in a second or two.

        The paper only has a formula, since its parameters are real numbers; two settings may give the same network.
        """
        w0, wm = self._grids["w0"], self._grids["wm"]
        wa = w0 if self.proportional else self._grids["wa"]
        lines = count_settings(
            self.num_stages,
            (self.min_depth, self.max_depth),
            (self.min_width or 1, self.max_width or math.inf),
            self.max_stage_depth or math.inf,
            self.proportional,
            *(tuple(grid.values.tolist()) for grid in (w0, wa, wm)),
        )
        return lines * len(self.bottleneck_ratios) * len(self.group_widths)

    def distinct_networks(self) -> int:
        """The number of different networks among the settings: rounding makes one of many.

        Raises:
            InputError: there are more settings than can be looked at one by one.
        """
        if self._all()[0] > LARGEST_ENUMERATION:
            raise InputError(
                f"{self.name} has {self._all()[0]:.3g} settings to look at, and the most is {LARGEST_ENUMERATION:.0e}; "
                "use smaller ranges"
            )
        nets = self._enumerated()
        nets = nets[self._satisfied(nets)]
        columns = (nets.depths, nets.widths, nets.bottleneck_ratios, nets.group_widths)
        return len(np.unique(np.hstack(columns), axis=0))

    def __str__(self) -> str:
        few = self._all()[0] <= LARGEST_ENUMERATION
        return super().__str__() + (f"\n  different networks  {self.distinct_networks():,}" if few else "")

    def _all(self) -> tuple[int, int, Callable[[np.ndarray], Proposals]]:
        grids = {name: uniform(grid.values.tolist()) for name, grid in self._grids.items()}
        total = int(np.prod([float(len(grid)) for grid in grids.values()]))
        return total, len(grids), lambda u: self._from_draws(dict(zip(grids, u.T, strict=True)), grids)

    def _enumerated(self) -> ConfigBatch:
        return self._mesh(self._grids)

    def _extremes(self) -> ConfigBatch:
        counts = {"d": 7, "w0": 5, "wa": 17, "wm": 7, "b": 2, "g": 2}
        grids = {name: spread(grid, counts[name]) for name, grid in self._grids.items()}
        # The shallowest networks that have enough stages are among the smallest.
        shallow = self._grids["d"].between(self.num_stages, self.num_stages + 3).values
        return self._mesh({**grids, "d": uniform(sorted({*grids["d"].values.tolist(), *shallow.tolist()}))})

    def _mesh(self, grids: dict[str, Grid]) -> ConfigBatch:
        """Return the networks of all combinations of the values."""
        even = {name: uniform(grid.values.tolist()) for name, grid in grids.items()}
        mesh = np.meshgrid(*[(np.arange(len(grid)) + 0.5) / len(grid) for grid in even.values()], indexing="ij")
        # The middle of the k-th of m equal parts draws the k-th of m values that are equally likely.
        return self._from_draws({name: u.ravel() for name, u in zip(even, mesh, strict=True)}, even).batch

    def _largest(self) -> AnyNetConfig:
        # Half a level above the line at most (equation 4), and rounded up to a multiple of 8.
        line = self.max_w0 + (self.max_w0 if self.proportional else self.max_wa) * self.max_depth
        width = min(line * self.max_wm**0.5, self.max_w0 * self.max_wm ** (self.num_stages - 1)) + 8
        width = int(min(width, self.max_width or math.inf))
        each = self.num_stages
        b, g = min(self.bottleneck_ratios), max(self.group_widths)
        return AnyNetConfig((self.max_depth,) * each, (width,) * each, (b,) * each, (g,) * each, **self._shared())

    def _lines(self) -> list[str]:
        ranges = {"d (blocks in all)": f"{self.min_depth} to {self.max_depth}, uniform"}
        ranges["w0"] = f"{self.min_w0} to {self.max_w0} in steps of 8, log-uniform"
        if self.proportional:
            ranges["wa"] = "= w0"
        else:
            ranges["wa"] = f"{self.min_wa:g} to {self.max_wa:g} in steps of 0.1, log-uniform"
        ranges["wm"] = f"{self.min_wm:g} to {self.max_wm:g} in steps of 0.001, log-uniform"
        if self.min_wm == self.max_wm:
            ranges["wm"] = f"= {self.min_wm:g}"
        ranges["bottleneck ratio b"] = number_set(self.bottleneck_ratios) + ", the same in all stages"
        ranges["group width g"] = number_set(self.group_widths) + ", the same in all stages"
        limits = [("stage width >=", self.min_width), ("stage width <=", self.max_width)]
        limits.append(("stage depth <=", self.max_stage_depth))
        lines = [f"{name:<19} {text}" for name, text in ranges.items()]
        return lines + [f"constraint          {text} {limit}" for text, limit in limits if limit is not None]
