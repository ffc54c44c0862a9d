"""Finer features: stages whose strides give way to dilation, as segmentation and detection want them."""

from __future__ import annotations

import math

from torch import nn

from ..common.errors import InputError

OUTPUT_STRIDES = (8, 16, 32)


def dilate(stages: nn.Sequential, stem_stride: int, strides: tuple[int, ...], output_stride: int) -> None:
    """Make every stage beyond `output_stride` keep its resolution; its kernels reach as far as before, by dilation.

    The first block of such a stage has the dilation of the stage before, as in timm, and weights are none the wiser.

    Args:
        stages: of an `AnyNet`; they are changed.
        stem_stride, strides: of the stem and of the stages.
        output_stride: of the last features, 8, 16 or 32.

    Raises:
        InputError: it is none of these.
    """
    if output_stride not in OUTPUT_STRIDES:
        raise InputError(f"output_stride {output_stride!r:.60} is unknown; use 8, 16 or 32")
    reached, dilation = stem_stride, 1
    for stage, stride in zip(stages, strides, strict=True):
        before = dilation
        if reached * stride > output_stride:
            dilation *= stride
        else:
            reached *= stride
        for k, block in enumerate(stage.children()):
            for layer in block.modules():
                if isinstance(layer, nn.Conv2d):
                    _dilate(layer, before if k == 0 else dilation, stays=dilation > before)


def _dilate(layer: nn.Conv2d, dilation: int, stays: bool) -> None:
    if stays:
        layer.stride = (1, 1)
    if math.prod(layer.kernel_size) > 1:
        layer.dilation = (dilation, dilation)
        layer.padding = (dilation * (layer.kernel_size[0] // 2), dilation * (layer.kernel_size[1] // 2))
