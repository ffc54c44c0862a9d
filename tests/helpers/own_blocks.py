"""Three blocks of other families, as a reader would write them: MobileNetV2's, ConvNeXt's and a plain depthwise one."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import regnet_edu as rn
from regnet_edu.networks.count import Count


def inverted_cost(x: Count, width: int, stride: int) -> Count:
    inner = 6 * x.channels
    return x.conv(inner).norm().conv(inner, 3, stride, groups=inner).norm().conv(width).norm()


@rn.register_block(cost=inverted_cost)
class InvertedResidual(nn.Module):
    """MobileNetV2: 1x1 to six times the width, 3x3 depthwise, 1x1 back with no activation."""

    def __init__(self, width_in: int, width: int, stride: int) -> None:
        super().__init__()
        inner = 6 * width_in
        self.body = nn.Sequential(
            *(nn.Conv2d(width_in, inner, 1, bias=False), nn.BatchNorm2d(inner), nn.ReLU6()),
            *(nn.Conv2d(inner, inner, 3, stride, 1, groups=inner, bias=False), nn.BatchNorm2d(inner), nn.ReLU6()),
            *(nn.Conv2d(inner, width, 1, bias=False), nn.BatchNorm2d(width)),
        )
        self.around = width_in == width and stride == 1

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x) if self.around else self.body(x)


def convnext_cost(x: Count, width: int, stride: int) -> Count:
    smaller = (x.channels != width) | (stride != 1)
    down = x.norm().conv(width, stride, stride, bias=True)
    y = Count(width, down.pixels).plus(down, smaller).conv(width, 7, groups=width, bias=True)
    return y.norm().linear(4 * width).linear(width).add(params=width)


@rn.register_block(cost=convnext_cost)
class ConvNeXt(nn.Module):
    """ConvNeXt: 7x7 depthwise, layer norm, two linear layers; a patch convolution before it where the shape changes."""

    def __init__(self, width_in: int, width: int, stride: int) -> None:
        super().__init__()
        down = nn.Sequential(nn.GroupNorm(1, width_in), nn.Conv2d(width_in, width, stride, stride))
        self.down = nn.Identity() if width_in == width and stride == 1 else down
        self.depthwise = nn.Conv2d(width, width, 7, padding=3, groups=width)
        self.norm = nn.LayerNorm(width)
        self.expand, self.reduce = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.scale = nn.Parameter(1e-2 * torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        x = self.down(x)
        y = self.norm(self.depthwise(x).permute(0, 2, 3, 1))
        y = self.scale * self.reduce(nn.functional.gelu(self.expand(y)))
        return x + y.permute(0, 3, 1, 2)


@rn.register_block
class Depthwise(nn.Sequential):
    """3x3 depthwise, 1x1; its cost is not written, but measured."""

    def __init__(self, width_in: int, width: int, stride: int) -> None:
        depthwise = nn.Conv2d(width_in, width_in, 3, stride, 1, groups=width_in, bias=False)
        super().__init__(depthwise, nn.Conv2d(width_in, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU())
