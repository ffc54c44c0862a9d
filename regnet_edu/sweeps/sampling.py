"""Which networks a sweep trains, and from which seeds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .. import spaces
from ..common.errors import InputError
from ..common.validation import whole
from ..networks.config import AnyNetConfig
from ..networks.zoo import Network, as_config
from ..spaces import DesignSpace
from ..training.regime import Regime
from .cost import Images


def network_seed(seed: int, index: int) -> int:
    """Return the seed of network `index` in a sweep with this seed: `train(config, regime, seed=...)` repeats it."""
    return int(np.random.SeedSequence([seed, index]).generate_state(1, np.uint32)[0])


def sampled_networks(
    space: DesignSpace | str | Sequence[Network], n: int | None, regime: Regime, seed: int, images: Images
) -> tuple[str, str, list[AnyNetConfig]]:
    """Return the name of the space, its full description and its first n networks.

    Raises:
        InputError: the space is unknown, or an argument is invalid.
    """
    if n is None and not isinstance(space, (str, DesignSpace)):
        n = len(space)
    whole("seed", seed, least=0)
    n = whole("n", n)
    if isinstance(space, str):
        space = spaces.get(space)
    if isinstance(space, DesignSpace):
        title, space = spaces.title(space), regime.with_ranges(space)  # the regime says itself which ranges are its own
        configs = space.sample(
            n,
            rng=seed,
            flops=regime.flops,
            params=regime.params,
            activations=regime.activations,
            resolution=regime.resolution,
            in_channels=images.channels,
            num_classes=images.num_classes,
        )
        return title, repr(space), configs
    configs = [as_config(network) for network in space]
    if n > len(configs):
        raise InputError(f"n {n} is more than the {len(configs)} networks given; the most is {len(configs)}")
    return "networks given", "networks given", configs[:n]
