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

from ..common.validation import check_whole
from .batch import ConfigBatch
from .config import AnyNetConfig
from .zoo import Network, as_config


class Complexity(NamedTuple):
    """Multiply-adds, parameters and activations: whole numbers, or one array of each for a batch."""

    flops: Any
    params: Any
    activations: Any


def complexity(
    network: Network | ConfigBatch, resolution: int = 224, in_channels: int = 3, num_classes: int = 1000
) -> Complexity:
    """Count one network, or every network of a `ConfigBatch` at once.

    Args:
        network: an `AnyNetConfig`, `RegNetParams` or the name of a RegNet; or a `ConfigBatch` of n networks.
        resolution: height and width of the input image in pixels.
        in_channels: channels of the input image.
        num_classes: outputs of the head.

    Returns:
        `Complexity(flops, params, activations)`: integers, or (n,) int64 arrays.

    Raises:
        InputError: it is no network, or an argument is not a whole number of at least 1.
    """
    check_whole(resolution=resolution, in_channels=in_channels, num_classes=num_classes)
    config = network if isinstance(network, ConfigBatch) else as_config(network)
    if isinstance(config, ConfigBatch):
        width, inner, group = config.effective()
        columns = [(config.depths[:, i], width[:, i], inner[:, i], group[:, i]) for i in range(config.num_stages)]
        stages: Iterable[tuple] = [(*column, s) for column, s in zip(columns, config.strides, strict=True)]
    else:
        stages = config.stages
    # From here on the same arithmetic serves whole numbers and columns of them.
    pixels = _pixels(int(resolution), config.stem_stride)
    width_in = config.stem_width
    flops = 9 * in_channels * width_in * pixels**2
    params = 9 * in_channels * width_in + 2 * width_in
    activations = width_in * pixels**2
    for depth, width, inner, group, stride in stages:
        first = _block(config, width_in, width, inner, group, stride, pixels)
        pixels = _pixels(pixels, stride)
        rest = _block(config, width, width, inner, group, 1, pixels)
        flops = flops + first[0] + (depth - 1) * rest[0]
        params = params + first[1] + (depth - 1) * rest[1]
        activations = activations + first[2] + (depth - 1) * rest[2]
        width_in = width
    head = (width_in + 1) * num_classes
    return Complexity(flops + head, params + head, activations + num_classes)


def complexities(
    configs: Sequence[AnyNetConfig], resolution: int = 224, in_channels: int = 3, num_classes: int = 1000
) -> Complexity:
    """Count a list of configs; return (n,) arrays. The configs may differ in anything."""
    counts = [complexity(c, resolution, in_channels, num_classes) for c in configs]
    return Complexity(*np.array(counts, dtype=np.int64).reshape(-1, 3).T)


def _pixels(pixels: int, stride: int) -> int:
    """Height of the output of a convolution that pads by (kernel - 1) / 2."""
    return (pixels - 1) // stride + 1


def _block(net: Any, w_in: Any, w_out: Any, inner: Any, group: Any, stride: int, pixels: int) -> tuple[Any, Any, Any]:
    """Flops, parameters and activations of one block whose input is `pixels` high (figure 4, appendix D)."""
    area_in = pixels**2
    area = _pixels(pixels, stride) ** 2
    shortcut = (w_in != w_out) | (stride != 1)  # the 1x1 projection of the residual connection
    if net.block in ("V", "VR"):
        shortcut = shortcut * (net.block == "VR")
        weights = 9 * w_in * w_out + shortcut * w_in * w_out
        outputs = w_out * area * (1 + shortcut)
        return weights * area, weights + 2 * w_out * (1 + shortcut), outputs
    reduce, spatial, expand = w_in * inner, 9 * inner * group, (inner + shortcut * w_in) * w_out
    flops = reduce * area_in + (spatial + expand) * area
    params = reduce + spatial + expand + 2 * (2 * inner + w_out * (1 + shortcut))
    activations = inner * (area_in + area) + w_out * area * (1 + shortcut)
    if net.se_ratio:
        squeeze = squeeze_width(w_in, net.se_ratio)
        excitation = 2 * inner * squeeze + squeeze + inner
        flops, params, activations = flops + excitation, params + excitation, activations + squeeze + inner
    return flops, params, activations


def squeeze_width(width_in: Any, se_ratio: float) -> Any:
    """Channels between the two layers of squeeze-and-excitation, taken from the *block's input* width.

    That is how the published RegNetY were built; taking it from the inner width is a common slip.
    """
    if isinstance(width_in, np.ndarray):
        return np.maximum(1, np.rint(width_in * se_ratio).astype(np.int64))
    return max(1, round(width_in * se_ratio))
