"""Flops, parameters and activations of a network, from its config alone (sections 3.1 and 4, figure 12).

Conventions, those of the paper's authors: flops are multiply-adds of one forward pass on one image; activations are the
output elements of all convolutions, to which the authors' program adds the class scores of the head. A convolution
of k x k pixels from w_in to w_out channels in groups of g input channels, with an output of r x r pixels, has
k*k*g*w_out*r*r flops, k*k*g*w_out parameters and w_out*r*r activations. Batch norm has 2 parameters a channel and no
flops. Biases, which only the head and squeeze-and-excitation have, count one parameter and one flop each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..common.validation import Resolution, check_whole, image_size
from . import registry
from .batch import ConfigBatch
from .count import Count
from .module_config import Config, ModuleBatch, ModuleConfig, count_module
from .zoo import Network, as_config


class Complexity(NamedTuple):
    """Multiply-adds, parameters and activations: whole numbers, or one array of each for a batch."""

    flops: Any
    params: Any
    activations: Any


def complexity(
    network: Network | ModuleConfig | ConfigBatch | ModuleBatch,
    resolution: Resolution = 224,
    in_channels: int = 3,
    num_classes: int = 1000,
) -> Complexity:
    """Count one network, or every network of a `ConfigBatch` at once.

    Args:
        network: an `AnyNetConfig`, `RegNetParams`, the name of a RegNet, or a `ModuleConfig`; or n networks as a
            `ConfigBatch` or `ModuleBatch`.
        resolution: height and width of the input image in pixels: one number, or two, such as (180, 260).
        in_channels: channels of the input image.
        num_classes: outputs of the head.

    Returns:
        `Complexity(flops, params, activations)`: integers, or (n,) int64 arrays.

    Raises:
        InputError: it is no network, or an argument is not a whole number of at least 1.
    """
    check_whole(in_channels=in_channels, num_classes=num_classes)
    pixels = image_size("resolution", resolution)
    if isinstance(network, (ModuleConfig, ModuleBatch)):
        size = pixels[0] if pixels[0] == pixels[1] else pixels
        return Complexity(*count_module(network, size, in_channels, num_classes))
    config = network if isinstance(network, ConfigBatch) else as_config(network)
    if isinstance(config, ConfigBatch):
        width, inner, group = config.effective()
        columns = [(config.depths[:, i], width[:, i], inner[:, i], group[:, i]) for i in range(config.num_stages)]
        stages: Iterable[tuple] = [(*column, s) for column, s in zip(columns, config.strides, strict=True)]
    else:
        stages = config.stages
    # From here on the same arithmetic serves whole numbers and columns of them.
    shared = {"se_ratio": config.se_ratio, "activation": config.activation}
    block = registry.get(config.block)
    x = Count(in_channels, pixels)
    if config.stem:
        x = registry.get(config.stem).count(x, width=config.stem_width, stride=config.stem_stride, **shared)
    else:
        x = x.conv(config.stem_width, 3, config.stem_stride).norm()
    for depth, width, inner, group, stride in stages:
        widths = {"width": width, "inner_width": inner, "group_width": group, **shared}
        first = block.count(x, stride=stride, **widths)
        rest = block.count(first, stride=1, **widths)
        x = first.plus(rest, depth - 1).plus(x)
    if config.head:
        return _counts(x.plus(registry.get(config.head).count(x, width=num_classes, **shared)))
    return _counts(x.pool().linear(num_classes))


def _counts(x: Count) -> Complexity:
    return Complexity(x.flops, x.params, x.activations)


def complexities(
    configs: Sequence[Config],
    resolution: Resolution = 224,
    in_channels: int = 3,
    num_classes: int = 1000,
) -> Complexity:
    """Count a list of configs; return (n,) arrays. The configs may differ in anything."""
    counts = [complexity(c, resolution, in_channels, num_classes) for c in configs]
    return Complexity(*np.array(counts, dtype=np.int64).reshape(-1, 3).T)
