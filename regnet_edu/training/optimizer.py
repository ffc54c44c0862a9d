"""SGD as the regimes need it, on torch's own fused kernel.

`torch.optim.SGD` takes the same steps to the last bit, but making one imports torch's compiler: 3.9 seconds of
processor time in every worker process (torch 2.15.0, an Intel Xeon, `benchmarks/optimizer.py`), against 0.01 for this
one. `LossScale` does what `torch.amp.GradScaler` does, which takes only optimisers of that kind; hence the two private
kernels of torch that it calls. The tests hold both to torch's own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from torch.optim.sgd import sgd

from ..common.import_path import find
from .regime import Regime


class LossScale:
    """A factor for the loss, without which small gradients would be 0 in float16; it adapts itself.

    A gradient that is not finite, which such a factor can bring about, halves it and leaves the step out; 2,000 good
    steps in a row double it. Nothing of this makes a GPU wait, or is in the way of recording a step as a graph.

    Args:
        where: the device.
    """

    def __init__(self, where: torch.device) -> None:
        self.factor = torch.full((), 2.0**16, device=where)
        self._good_steps = torch.zeros((), dtype=torch.int32, device=where)
        self._overflow = torch.zeros((), device=where)

    def unscale(self, params: Sequence[torch.Tensor]) -> torch.Tensor:
        """Divide the gradients by the factor; return a tensor that is 1 if one is not finite, else 0."""
        self._overflow.zero_()
        gradients = [p.grad for p in params if p.grad is not None]
        torch._amp_foreach_non_finite_check_and_unscale_(gradients, self._overflow, self.factor.reciprocal())
        return self._overflow

    def adapt(self) -> None:
        """Change the factor after a step."""
        torch._amp_update_scale_(self.factor, self._good_steps, self._overflow, 2.0, 0.5, 2000)

    def state(self) -> list[torch.Tensor]:
        """Return what a checkpoint is to hold."""
        return [self.factor, self._good_steps]

    def load_state(self, state: Sequence[torch.Tensor]) -> None:
        """Go on with what `state` returned."""
        for mine, saved in zip(self.state(), state, strict=True):
            mine.copy_(saved)


def parameter_groups(network: nn.Module, regime: Regime) -> list[tuple[list[torch.Tensor], float]]:
    """Return the weights with their decay, and the vectors (norms and biases) with theirs."""
    trained: list[torch.Tensor] = [p for p in network.parameters() if p.requires_grad]
    decay = regime.weight_decay
    return [
        ([p for p in trained if p.ndim > 1], decay),
        ([p for p in trained if p.ndim <= 1], decay if regime.decay_norm_and_bias else 0.0),
    ]


class SGD:
    """Momentum SGD whose weight decay spares batch norm and biases, unless the regime says otherwise.

    Args:
        network: whose parameters are changed in place by `step`.
        regime: momentum, nesterov, weight_decay and decay_norm_and_bias are taken from it.
    """

    def __init__(self, network: nn.Module, regime: Regime) -> None:
        self.regime = regime
        self.groups = parameter_groups(network, regime)
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

    def step(self, lr: float | torch.Tensor, scale: LossScale | None = None) -> None:
        """Change every parameter by its gradient.

        Args:
            lr: the learning rate, a number, or a tensor on the same GPU.
            scale: by which the loss was multiplied; a step whose gradients are not finite then changes nothing but it.
        """
        with torch.no_grad():
            overflow = None if scale is None else scale.unscale([p for params, _ in self.groups for p in params])
            for (params, decay), buffers in zip(self.groups, self._buffers, strict=True):
                if scale is not None and self.regime.momentum and None in buffers:
                    buffers[:] = [torch.zeros_like(p) for p in params]  # a first step left out would not fill them
                sgd(
                    params,
                    [torch.zeros_like(p) if p.grad is None else p.grad for p in params],
                    buffers,
                    fused=True,
                    found_inf=overflow,
                    weight_decay=decay,
                    momentum=self.regime.momentum,
                    lr=lr,
                    dampening=0.0,
                    nesterov=self.regime.nesterov,
                    maximize=False,
                )
            if scale is not None:
                scale.adapt()


class OwnOptimizer:
    """The optimiser that a regime names, with the methods of `SGD`; its learning rate is the regime's at each step."""

    def __init__(self, network: nn.Module, regime: Regime) -> None:
        assert regime.optimizer is not None
        groups = [{"params": p, "weight_decay": decay} for p, decay in parameter_groups(network, regime) if p]
        self.inner: torch.optim.Optimizer = find(regime.optimizer)(groups, lr=regime.lr)

    def zero_grad(self) -> None:
        self.inner.zero_grad()

    def state(self) -> dict[str, Any]:
        return self.inner.state_dict()

    def load_state(self, state: dict[str, Any]) -> None:
        self.inner.load_state_dict(state)

    def step(self, lr: float | torch.Tensor, scale: LossScale | None = None) -> None:
        for group in self.inner.param_groups:
            group["lr"] = float(lr)
        overflow = scale and scale.unscale([p for group in self.inner.param_groups for p in group["params"]])
        if overflow is None or not overflow:
            self.inner.step()
        if scale is not None:
            scale.adapt()


def optimizer_of(network: nn.Module, regime: Regime) -> SGD | OwnOptimizer:
    """Return the optimiser of a regime for the parameters of a network."""
    return OwnOptimizer(network, regime) if regime.optimizer else SGD(network, regime)


def loss_of(regime: Regime) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
    """Return the loss of a regime, a function of scores and labels."""
    return find(regime.loss) if regime.loss else functional.cross_entropy
