"""Batch norm over a fixed number of images, however many processes share a batch.

Batch norm makes the loss of an image depend on the images beside it. The paper's GPUs each took the statistics of the
128 images that they had. Here that number is a setting, so that a network comes out the same on one GPU or on eight:

- a process with more images than that computes them in turns, adding up gradients (`share_momentum` then lets the
  running statistics move once a step, by the mean over the turns, and not once a turn);
- where a process has fewer, neighbours take the statistics together (`SharedBatchNorm`).

`torch.nn.SyncBatchNorm` would do for the second on GPUs, but refuses the tensors of a processor, on which all of this
is tested and a reader without a GPU tries it.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn


class _Sum(torch.autograd.Function):
    """The sum over the processes of a group; so the gradient is summed over them, too."""

    @staticmethod
    def forward(context: Any, values: Tensor, group: dist.ProcessGroup) -> Tensor:
        context.group = group
        values = values.clone()
        dist.all_reduce(values, group=group)
        return values

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None]:
        gradient = gradient.clone()
        dist.all_reduce(gradient, group=context.group)
        return gradient, None


class SharedBatchNorm(nn.BatchNorm2d):
    """Batch norm whose statistics in training are those of the images of all processes of `group`."""

    group: dist.ProcessGroup

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return super().forward(x)
        images = x.float()
        count = images.numel() // images.shape[1] * dist.get_world_size(self.group)
        mean = _Sum.apply(images.sum((0, 2, 3)), self.group) / count
        centred = images - mean[:, None, None]
        variance = _Sum.apply((centred**2).sum((0, 2, 3)), self.group) / count
        with torch.no_grad():
            self.running_mean.lerp_(mean, self.momentum)  # type: ignore[union-attr, arg-type]
            self.running_var.lerp_(variance * (count / (count - 1)), self.momentum)  # type: ignore[union-attr, arg-type]
            self.num_batches_tracked.add_(1)  # type: ignore[union-attr]
        gain = self.weight * torch.rsqrt(variance + self.eps)
        return (centred * gain[:, None, None] + self.bias[:, None, None]).to(x.dtype)


def share_statistics(network: nn.Module, group: dist.ProcessGroup) -> nn.Module:
    """Let every batch norm of the network take its statistics over the processes of a group; names stay as they are."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.__class__ = SharedBatchNorm
            module.group = group  # type: ignore[assignment]
    return network


def share_momentum(norms: list[nn.BatchNorm2d], momentum: float, turn: int, turns: int) -> None:
    """Set the momentum of one of several turns, such that all of them together move the statistics as one step would.

    After the last turn the running statistics r have become (1 - m) r + m mean(s), s being those of the turns.
    """
    part = momentum / turns
    for norm in norms:
        norm.momentum = part / (1 - part * (turns - 1 - turn))
