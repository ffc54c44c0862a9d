"""The exponential moving average of a network's weights."""

from __future__ import annotations

import copy

import torch
from torch import nn

from ...common.errors import InputError


class ExponentialMovingAverage:
    """Keeps average <- decay * average + (1 - decay) * weights, of parameters and of batch norm's running statistics.

    Args:
        network: whose weights the average begins with.
        decay: in [0, 1); 0.9999 averages over some 10,000 steps.

    Raises:
        InputError: the decay is out of range.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        if not 0 <= decay < 1:
            raise InputError(f"ema {decay:g} must be at least 0 and below 1, such as 0.9999")
        self.decay = decay
        self.network = copy.deepcopy(network).requires_grad_(False)

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Move the average towards the weights of the network, after a step."""
        mine, theirs = self.network.state_dict(), network.state_dict()
        names = [name for name, value in mine.items() if value.is_floating_point()]
        torch._foreach_lerp_([mine[n] for n in names], [theirs[n] for n in names], 1 - self.decay)
