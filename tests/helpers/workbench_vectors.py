"""Test vectors for the mathematics of the workbench: six spaces, as Python has them."""

from __future__ import annotations

from typing import Any

import numpy as np

from regnet_edu.networks.complexity import complexity
from regnet_edu.networks.config import AnyNetConfig
from regnet_edu.widgets.space_workbench import COLUMNS, SPACES, nearest_in

Cases = list[tuple[list[Any], Any]]
RATIOS, GROUPS = (1, 2, 4), (1, 2, 4, 8, 16, 32)


def vectors(cases: int) -> dict[str, Cases]:
    """Name of the function -> (arguments, result) of so many calls."""
    rng = np.random.default_rng(20200331)
    return {
        "proposal": [proposal(rng, k) for k in range(cases)],
        "belongs": [belongs(network) for network in networks(rng, cases)],
        "flops": [flops(rng, network) for network in networks(rng, cases)],
        "nearest": nearest(rng, cases),
    }


def plain(config: AnyNetConfig) -> dict[str, list[float]]:
    """A network as the page has it."""
    names = ("depths", "widths", "ratios", "groups")
    return {name: list(getattr(config, column)) for name, column in zip(names, COLUMNS, strict=True)}


def proposal(rng: np.random.Generator, k: int) -> tuple[list[Any], Any]:
    space = list(SPACES.values())[k % 6]()
    numbers = rng.random(space._columns())
    if k % 12 == 5:  # a line of few blocks of RegNetX seldom has four stages
        numbers[:4] = [rng.uniform(0.2, 1), rng.uniform(0.3, 0.9), rng.uniform(0.5, 1), rng.uniform(0.3, 1)]
    made = space._propose(numbers[None]).batch.to_configs()
    return [type(space).__name__, numbers.tolist()], plain(made[0]) if made else None


def networks(rng: np.random.Generator, cases: int) -> list[AnyNetConfig]:
    """Networks drawn from all spaces; every other one has one number that is another."""
    drawn = [space().sample(cases // 6 + 1, rng=rng) for space in SPACES.values()]
    mixed = [config for row in zip(*drawn, strict=True) for config in row][:cases]
    return [config if k % 2 else changed(rng, config) for k, config in enumerate(mixed)]


def changed(rng: np.random.Generator, config: AnyNetConfig) -> AnyNetConfig:
    lists = [list(getattr(config, name)) for name in COLUMNS]
    kind, stage = rng.integers(0, 4), rng.integers(0, 4)
    values = (range(1, 21), range(8, 1200, 8), (*RATIOS, 8), (*GROUPS, 24))[kind]
    lists[kind][stage] = int(rng.choice(values))
    return AnyNetConfig(*lists)


def belongs(config: AnyNetConfig) -> tuple[list[Any], Any]:
    return [plain(config)], [config in space() for space in SPACES.values()]


def flops(rng: np.random.Generator, config: AnyNetConfig) -> tuple[list[Any], Any]:
    resolution, classes = int(rng.integers(8, 300)), int(rng.integers(1, 1001))
    return [plain(config), resolution, classes], int(complexity(config, resolution, 3, classes).flops)


def nearest(rng: np.random.Generator, cases: int) -> Cases:
    found: Cases = []
    given = [{"errors": [float(e) for e in rng.random(12)], **columns(networks(rng, 12))} for _ in range(20)]
    for k, config in enumerate(networks(rng, cases)):
        populations = {"first": given[k % 20], "second": given[(k + 7) % 20]}
        own = dict(zip(COLUMNS, plain(config).values(), strict=True))
        near = nearest_in(own, populations)
        found.append(([own, populations], [list(n[:3]) for n in near]))
    return found


def columns(configs: list[AnyNetConfig]) -> dict[str, Any]:
    return {name: [list(getattr(c, name)) for c in configs] for name in COLUMNS}
