"""SGD as the regimes need it, on torch's own fused kernel.

`torch.optim.SGD` would do the same, but making one imports torch's compiler, which costs every worker process 4 to 5
seconds of processor time: as much as training two networks of the "tiny" regime.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.optim.sgd import sgd

from .regime import Regime


class SGD:
    """Momentum SGD whose weight decay spares batch norm and biases, unless the regime says otherwise.

    Args:
        network: whose parameters are changed in place by `step`.
        regime: momentum, nesterov, weight_decay and decay_norm_and_bias are taken from it.
    """

    def __init__(self, network: nn.Module, regime: Regime) -> None:
        self.regime = regime
        weights: list[torch.Tensor] = [p for p in network.parameters() if p.ndim > 1]
        others: list[torch.Tensor] = [p for p in network.parameters() if p.ndim <= 1]
        decay = regime.weight_decay
        self.groups = [(weights, decay), (others, decay if regime.decay_norm_and_bias else 0.0)]
        self._buffers: list[list[torch.Tensor | None]] = [[None] * len(params) for params, _ in self.groups]

    def zero_grad(self) -> None:
        for params, _ in self.groups:
            for p in params:
                p.grad = None

    def state(self) -> list[list[torch.Tensor | None]]:
        """Return the momentum of every parameter, for a checkpoint; None where no step was made yet."""
        return self._buffers

    def load_state(self, state: list[list[torch.Tensor | None]]) -> None:
        """Go on with the momentum that `state` returned."""
        for (params, _), buffers, saved in zip(self.groups, self._buffers, state, strict=True):
            where = params[0].device if params else None
            buffers[:] = [None if b is None else b.to(where) for b in saved]

    def step(self, lr: float | torch.Tensor) -> None:
        """Change every parameter by its gradient, at this learning rate: a number, or a tensor on the same GPU."""
        with torch.no_grad():
            for (params, decay), buffers in zip(self.groups, self._buffers, strict=True):
                sgd(
                    params,
                    [p.grad for p in params if p.grad is not None],
                    buffers,
                    fused=True,
                    weight_decay=decay,
                    momentum=self.regime.momentum,
                    lr=lr,
                    dampening=0.0,
                    nesterov=self.regime.nesterov,
                    maximize=False,
                )
