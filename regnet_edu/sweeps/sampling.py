"""Which networks a sweep trains, and from which seeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import spaces
from ..common.errors import InputError
from ..common.validation import whole
from ..networks.complexity import Complexity
from ..networks.module_config import Config
from ..networks.zoo import Network, as_network
from ..spaces import DesignSpace
from ..spaces.protocol import Space
from ..training.regime import Regime
from .cost import Images


def network_seed(seed: int, index: int) -> int:
    """Return the seed of network `index` in a sweep with this seed: `train(config, regime, seed=...)` repeats it."""
    return int(np.random.SeedSequence([seed, index]).generate_state(1, np.uint32)[0])


def sampled_networks(
    space: DesignSpace | Space | str | Sequence[Network | Config],
    n: int | None,
    regime: Regime,
    seed: int,
    images: Images,
) -> tuple[str, str, list[Config]]:
    """Return the name of the space, its full description and its first n networks.

    Raises:
        InputError: the space is unknown, or an argument is invalid.
    """
    if n is None and isinstance(space, Sequence) and not isinstance(space, str):
        n = len(space)
    whole("seed", seed, least=0)
    n = whole("n", n)
    found: Any = spaces.get(space) if isinstance(space, str) else space
    if hasattr(found, "sample"):
        title = spaces.title(found) if isinstance(found, DesignSpace) else found.name
        if isinstance(found, DesignSpace):  # the regime says itself which ranges are its own
            found = regime.with_ranges(found)
        bands = {name: getattr(regime, name) for name in Complexity._fields if getattr(regime, name) is not None}
        sizes = {"in_channels": images.channels, "num_classes": images.num_classes}
        networks = found.sample(n, rng=seed, resolution=regime.resolution, **sizes, **bands)
        return title, repr(found), [as_network(network) for network in networks]
    configs = [as_network(network) for network in found]
    if n > len(configs):
        raise InputError(f"n {n} is more than the {len(configs)} networks given; the most is {len(configs)}")
    return "networks given", "networks given", configs[:n]
