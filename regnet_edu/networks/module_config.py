"""A network that is no AnyNet: parameters by name, and the function that makes a torch module of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ..common.errors import InputError, first_line, nearest_name
from ..common.import_path import find, given, path_of
from ..common.validation import Resolution
from .config import AnyNetConfig
from .count import Count

if TYPE_CHECKING:
    import torch

# Columns of a population's table that a parameter cannot be called.
RESERVED = (
    *("index", "seed", "status", "error", "errors", "epochs", "loss", "seconds", "cpu_seconds", "images_per_second"),
    *("flops", "params", "activations", "reason", "hardware", "build", "cost", "parameters"),
    *("depths", "widths", "bottleneck_ratios", "group_widths", "strides"),
)


@dataclass(frozen=True)
class ModuleConfig:
    """One network of any kind, as `ModuleSpace` samples it.

    Args:
        build: a function, or its import path: called with the table of parameters, and with those of `num_classes`,
            `in_channels` and `resolution` that it names, it returns a torch module that turns (n, in_channels, height,
            width) into (n, num_classes).
        parameters: names and values: numbers, texts, truth values, None, or tuples of these.
        cost: a function, or its import path, called as `build` is: returns the flops, parameters and activations, a
            `Count` or a `Complexity`. Without it the network is counted on torch's meta device.

    Raises:
        InputError: a function has no import path, or a parameter no name.
    """

    build: str
    parameters: Mapping[str, Any]
    cost: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "build", path_of(self.build))
        object.__setattr__(self, "cost", None if self.cost is None else path_of(self.cost))
        if not isinstance(self.parameters, Mapping) or not all(isinstance(k, str) for k in self.parameters):
            raise InputError(f"parameters {self.parameters!r:.60} must be a table of names and values")
        fixed = {k: tuple(v) if isinstance(v, list) else v for k, v in self.parameters.items()}
        object.__setattr__(self, "parameters", fixed)

    def __hash__(self) -> int:
        return hash((self.build, *self.parameters.items()))

    def __getitem__(self, name: str) -> Any:
        return self.parameters[name]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {"build": self.build, "parameters": dict(self.parameters), **({"cost": self.cost} if self.cost else {})}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ModuleConfig:
        """Build a config from what `to_dict` returned.

        Raises:
            InputError: it is something else.
        """
        if not {"build", "parameters"} <= {*values} <= {"build", "parameters", "cost"}:
            raise InputError(f"a network has a build, parameters and perhaps a cost, not {', '.join(map(str, values))}")
        return cls(**values)

    def make(self, num_classes: int, in_channels: int = 3, resolution: Resolution = 224) -> torch.nn.Module:
        """Make the torch module.

        Raises:
            InputError: the function is not found, or fails.
        """
        build = find(self.build)
        sizes = {"num_classes": num_classes, "in_channels": in_channels, "resolution": resolution}
        try:
            return build(dict(self.parameters), **given(build, sizes))
        except Exception as error:
            said = f"{type(error).__name__}: {first_line(error)}"
            raise InputError(f"{self.build} fails with {dict(self.parameters)}: {said}") from error


@dataclass(frozen=True, eq=False)
class ModuleBatch:
    """n networks that one function builds: `batch["depth"]` is an (n,) array, and `batch[rows]` are some of them.

    This is what a constraint of `ModuleSpace.refine` is given, and a cost, so that a population is counted in one go.
    """

    build: str
    columns: Mapping[str, np.ndarray]
    cost: str | None = None

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def __getitem__(self, rows: Any) -> Any:
        if isinstance(rows, str):
            if rows not in self.columns:
                raise InputError(f"there is no parameter {rows!r}; {nearest_name(rows, self.columns)}")
            return self.columns[rows]
        return ModuleBatch(self.build, {name: column[rows] for name, column in self.columns.items()}, self.cost)

    def to_configs(self) -> list[ModuleConfig]:
        rows = zip(*(column.tolist() for column in self.columns.values()), strict=True)
        return [ModuleConfig(self.build, dict(zip(self.columns, row, strict=True)), self.cost) for row in rows]

    sampled = to_configs

    @classmethod
    def join(cls, batches: Sequence[ModuleBatch]) -> ModuleBatch:
        """Put one or more batches end to end."""
        first = batches[0]
        columns = {name: np.concatenate([b.columns[name] for b in batches]) for name in first.columns}
        return cls(first.build, columns, first.cost)


Config: TypeAlias = AnyNetConfig | ModuleConfig


def config_from_dict(values: Mapping[str, Any]) -> Config:
    """Return the network that a record tells of."""
    kind = ModuleConfig if isinstance(values, Mapping) and "build" in values else AnyNetConfig
    return kind.from_dict(values)


def count_module(
    network: ModuleConfig | ModuleBatch, resolution: Resolution, in_channels: int, num_classes: int
) -> tuple[Any, Any, Any]:
    """Return the flops, parameters and activations of one network, or of a batch.

    A cost that takes one network only is called for each; the first of a batch is always counted by itself too, so that
    one that takes arrays wrongly is noticed.
    """
    sizes = (resolution, in_channels, num_classes)
    if isinstance(network, ModuleConfig):
        return _count_one(network, *sizes)
    if network.cost and len(network):
        first = _count_one(network[:1].to_configs()[0], *sizes)
        try:
            columns = [np.asarray(c) for c in _written(network.cost, network, *sizes)]
            if all(c.shape == (len(network),) for c in columns) and tuple(c[0] for c in columns) == first:
                return columns[0], columns[1], columns[2]
        except (TypeError, ValueError):
            pass  # it is written for one network at a time
    counts = [_count_one(config, *sizes) for config in network.to_configs()]
    flops, params, activations = np.array(counts, np.int64).reshape(-1, 3).T
    return flops, params, activations


@lru_cache(maxsize=200_000)
def _count_one(
    config: ModuleConfig, resolution: Resolution, in_channels: int, num_classes: int
) -> tuple[int, int, int]:
    if config.cost:
        flops, params, activations = map(int, _written(config.cost, config, resolution, in_channels, num_classes))
        return flops, params, activations
    import torch

    from .measure import measured_complexity

    with torch.device("meta"):
        module = config.make(num_classes, in_channels, resolution)
    return tuple(measured_complexity(module, resolution, in_channels))


def _written(
    cost: str, network: ModuleConfig | ModuleBatch, resolution: Resolution, in_channels: int, num_classes: int
) -> tuple[Any, Any, Any]:
    function = find(cost)
    sizes = {"resolution": resolution, "in_channels": in_channels, "num_classes": num_classes}
    try:
        found = function(network, **given(function, sizes))
    except Exception as error:
        raise InputError(f"cost {cost} failed: {type(error).__name__}: {first_line(error)}") from error
    if isinstance(found, Count):
        return found.flops, found.params, found.activations
    if not isinstance(found, tuple) or len(found) != 3:
        raise InputError(f"cost {cost} returned {found!r:.60}; it must be a Count, or flops, params and activations")
    return found


def build_network(
    config: Config,
    num_classes: int,
    in_channels: int = 3,
    resolution: Resolution = 224,
    *,
    zero_init_last: bool = False,
    generator: torch.Generator | None = None,
) -> torch.nn.Module:
    """Make the torch module of a network of any kind, with initial weights from the generator alone.

    An AnyNet draws them as the paper's authors do; any other module as it does itself.
    """
    import torch

    from .anynet import AnyNet

    if isinstance(config, AnyNetConfig):
        return AnyNet(config, num_classes, in_channels, zero_init_last=zero_init_last, generator=generator)
    with torch.random.fork_rng(devices=[], enabled=generator is not None):
        if generator is not None:
            torch.manual_seed(generator.initial_seed())
        return config.make(num_classes, in_channels, resolution)
