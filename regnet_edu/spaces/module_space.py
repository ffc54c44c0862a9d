"""Spaces of any torch modules: a table of parameters, and a function that builds a network of them."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any

import numpy as np

from ..common.errors import InputError, nearest_name
from ..common.import_path import path_of
from ..networks.module_config import RESERVED, ModuleBatch, ModuleConfig
from .design_space import DesignSpace
from .parameters import Distribution, FloatDistribution, as_distribution
from .sampling import Bands, Proposals
from .validation import check_refinements

LEAST_INSIDE = 20  # without a written cost, one draw of so many must be inside the bands
ENOUGH = 200  # draws, to judge that
CORNERS = 64


@dataclass(frozen=True, repr=False)
class ModuleSpace(DesignSpace):
    """A space of any torch modules, sampled exactly as the others are, and trained, recorded and compared like them::

        def mlp(p, num_classes, in_channels, resolution):
            layers, width = [nn.Flatten()], in_channels * resolution**2
            for _ in range(p["depth"]):
                layers += [nn.Linear(width, p["width"]), nn.ReLU()]
                width = p["width"]
            return nn.Sequential(*layers, nn.Linear(width, num_classes))

        space = rn.ModuleSpace(mlp, {
            "depth": rn.IntDistribution(1, 6),
            "width": rn.IntDistribution(16, 512, log=True, step=16),
        })
        rn.sweep(space.refine("no wide deep ones", lambda nets: nets["depth"] * nets["width"] < 1024), 50, "tiny")

    Args:
        build: the function, or its import path: called with a table of parameters, and with those of `num_classes`,
            `in_channels` and `resolution` that it names; returns a module that turns (n, in_channels, height, width)
            into (n, num_classes). It stands in a module that workers can import; what a notebook defines is sent along.
        parameters: for each name an `IntDistribution`, `FloatDistribution` or `CategoricalDistribution` (Optuna's will
            do), a range or a list of choices. They are drawn independently; `refine` conditions them.
        cost: a function, called as `build` is, that returns the flops, parameters and activations, or a `Count`. It
            is given (n,) arrays where it can take them. Without it, networks are counted on torch's meta device: exact,
            slower, and only for bands that hold at least one draw in twenty.
        label: what to call the space; the name of `build` if left out.

    Raises:
        InputError: a parameter has no distribution, or a name that a population's table needs itself.
    """

    build: Callable[..., Any] | str = field(repr=False)
    parameters: Mapping[str, Any] = field(repr=False)
    cost: Callable[..., Any] | str | None = field(default=None, repr=False)
    label: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        self._put("build", path_of(self.build))
        self._put("cost", None if self.cost is None else path_of(self.cost))
        if not isinstance(self.parameters, Mapping) or not self.parameters:
            raise InputError(f"parameters {self.parameters!r:.60} must be a table of names and distributions")
        for name in self.parameters:
            if not isinstance(name, str) or not name.isidentifier() or name in RESERVED:
                raise InputError(
                    f"parameter {name!r:.60} must have a name in letters, other than {', '.join(RESERVED)}"
                )
        self._put("parameters", {name: as_distribution(name, d) for name, d in self.parameters.items()})
        check_refinements(self.refinements)

    def __hash__(self) -> int:
        return hash((self.build, *self.parameters.items(), self.refinements))

    @property
    def _title(self) -> str:
        return self.label or str(self.build).partition(":")[2]

    @property
    def _endless(self) -> str:
        """The parameters that take any number between two ends."""
        endless = [n for n, d in self.parameters.items() if isinstance(d, FloatDistribution) and d.step is None]
        return ", ".join(endless)

    def __repr__(self) -> str:
        table = ", ".join(f"{name!r}: {d!r}" for name, d in self.parameters.items())
        cost = f", cost={self.cost!r}" if self.cost else ""
        added = "".join(f".refine({name!r})" for name, _ in self.refinements)
        return f"ModuleSpace({self.build!r}, {{{table}}}{cost}){added}"

    def config(self, **parameters: Any) -> ModuleConfig:
        """Return the network with these parameters, in the space or not.

        Raises:
            InputError: a parameter is missing or unknown.
        """
        for name in (*parameters, *self.parameters):
            if name not in self.parameters:
                raise InputError(f"{self.name} has no parameter {name!r}; {nearest_name(name, self.parameters)}")
            if name not in parameters:
                raise InputError(f"{self.name} needs the parameter {name!r} too")
        return ModuleConfig(str(self.build), {name: parameters[name] for name in self.parameters}, self._cost)

    def free_parameters(self) -> int:
        return sum(d.low != d.high if isinstance(d, FloatDistribution) else d.count > 1 for d in self._distributions)

    @property
    def _distributions(self) -> list[Distribution]:
        return list(self.parameters.values())

    @property
    def _cost(self) -> str | None:
        return None if self.cost is None else str(self.cost)

    @property
    def _stream(self) -> str:
        return f"{self.build} {', '.join(self.parameters)}"

    def _batch(self, columns: Any) -> ModuleBatch:
        return ModuleBatch(str(self.build), dict(zip(self.parameters, columns, strict=True)), self._cost)

    def _columns(self) -> int:
        return len(self.parameters)

    def _propose(self, uniforms: np.ndarray) -> Proposals:
        return Proposals(self._batch(d.draw(u) for d, u in zip(self._distributions, uniforms.T, strict=True)))

    def _all(self) -> tuple[int, int, Callable[[np.ndarray], Proposals]]:
        def propose(uniforms: np.ndarray) -> Proposals:
            return Proposals(self._batch(d.equally(u) for d, u in zip(self._distributions, uniforms.T, strict=True)))

        return self._exact_size(), self._columns(), propose

    def _exact_size(self) -> int:
        if self._endless:
            raise InputError(f"{self._title} has networks without number: {self._endless} takes any value; give a step")
        return math.prod(d.count for d in self._distributions)

    def _enumerated(self) -> ModuleBatch:
        places = np.indices([d.count for d in self._distributions]).reshape(len(self.parameters), -1)
        return self._batch(d.values[rows] for d, rows in zip(self._distributions, places, strict=True))

    def _extremes(self) -> ModuleBatch:
        ends = [
            (d.low, d.high) if isinstance(d, FloatDistribution) else d.values[[0, -1]].tolist()
            for d in self._distributions
        ]
        corners = zip(*islice(product(*ends), CORNERS), strict=True)
        return self._batch(
            np.array(column, d.draw(np.zeros(1)).dtype) for column, d in zip(corners, self._distributions, strict=True)
        )

    def _check_reach(self, bands: Bands) -> None:
        """Nothing is known of how a cost depends on the parameters, so that only drawing on can tell."""

    def _inside(self, bands: Bands, batch: ModuleBatch) -> np.ndarray:
        if bands.given and not self.cost:
            warnings.warn(  # Python shows the same warning once
                f"{self.name} has no cost written, so each network drawn is made and counted, which takes longer; "
                "ModuleSpace(..., cost=...) takes one",
                stacklevel=5,
            )
        keep = bands.inside(batch)
        if bands.given and not self.cost and len(keep) >= ENOUGH and keep.sum() * LEAST_INSIDE < len(keep):
            raise InputError(
                f"{keep.sum()} of {len(keep)} networks of {self.name} have {bands}, and each was made to be counted; "
                f"{self._reach(bands)}. Write down what a network costs: ModuleSpace(..., cost=...)"
            )
        return keep

    @property
    def looked_at(self) -> int:  # type: ignore[override]
        return super().looked_at if self.cost else CORNERS

    @property
    def first_rate(self) -> float:  # type: ignore[override]
        return super().first_rate if self.cost else 1.0

    def _lines(self) -> list[str]:
        return [f"{name:<19} {d}" for name, d in self.parameters.items()]

    def _size_in_words(self) -> str:
        return f"without number: {self._endless} takes any value" if self._endless else super()._size_in_words()

    def __contains__(self, config: object) -> bool:
        """Whether a network has the parameters of this space, with values that can be drawn."""
        if not isinstance(config, ModuleConfig) or config.build != self.build:
            return False
        if list(config.parameters) != list(self.parameters):
            return False
        if not all(config[name] in d for name, d in self.parameters.items()):
            return False
        one = []
        for name, d in self.parameters.items():
            column = np.empty(1, d.draw(np.zeros(1)).dtype)
            column[0] = config[name]
            one.append(column)
        return bool(self._satisfied(self._batch(one))[0])
