"""Three spaces of networks that are no AnyNets: MLPs, small vision transformers, and networks like MobileNet."""

from __future__ import annotations

from typing import Any

import torch
from own_blocks import InvertedResidual
from torch import Tensor, nn

import regnet_edu as rn


def mlp(p: Any, num_classes: int, in_channels: int, resolution: int) -> nn.Module:
    layers, width = [nn.Flatten()], in_channels * resolution**2
    for _ in range(p["depth"]):
        layers += [nn.Linear(width, p["width"]), nn.GELU() if p["activation"] == "gelu" else nn.ReLU()]
        width = p["width"]
    return nn.Sequential(*layers, nn.Linear(width, num_classes))


def mlp_cost(p: Any, num_classes: int, in_channels: int, resolution: int) -> tuple[Any, Any, Any]:
    d, w = p["depth"], p["width"]
    outputs = d * w + num_classes
    weights = in_channels * resolution**2 * w + (d - 1) * w * w + w * num_classes
    return weights + outputs, weights + outputs, outputs


MLPS = rn.ModuleSpace(
    mlp,
    {
        "depth": rn.IntDistribution(1, 6),
        "width": rn.IntDistribution(16, 256, log=True, step=16),
        "activation": ["relu", "gelu"],
    },
    cost=mlp_cost,
    label="MLPs",
)


class ViT(nn.Module):
    def __init__(self, p: Any, num_classes: int, in_channels: int, resolution: int) -> None:
        super().__init__()
        width, tokens = p["heads"] * p["head_width"], (resolution // p["patch"]) ** 2
        self.patches = nn.Conv2d(in_channels, width, p["patch"], p["patch"])
        self.position = nn.Parameter(0.02 * torch.randn(tokens, width))
        options = {"dropout": 0.0, "activation": "gelu", "batch_first": True, "norm_first": True}
        layer = (width, p["heads"], p["ratio"] * width)
        self.blocks = nn.Sequential(*(nn.TransformerEncoderLayer(*layer, **options) for _ in range(p["depth"])))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patches(x).flatten(2).transpose(1, 2) + self.position
        return self.head(self.norm(self.blocks(x)).mean(1))


def vit_cost(p: Any, num_classes: int, in_channels: int, resolution: int) -> rn.Count:
    width, tokens = p["heads"] * p["head_width"], (resolution // p["patch"]) ** 2
    side = 1  # tokens are counted below, so that the patches may differ
    one = rn.Count(width, (side, side))
    layers = one.linear(3 * width).plus(one.linear(width)).plus(one.linear(p["ratio"] * width).linear(width))
    norms = 4 * width
    x = rn.Count(width, (side, side)).plus(rn.Count(in_channels * p["patch"] ** 2, (side, side)).linear(width))
    x = x.plus(layers, p["depth"])
    params = x.params + tokens * width + p["depth"] * norms + 2 * width
    attention = 2 * tokens**2 * width * p["depth"]
    flops, activations = x.flops * tokens + attention, x.activations * tokens
    return rn.Count(width, (side, side), flops, params, activations).linear(num_classes)


VITS = rn.ModuleSpace(
    ViT,
    {
        "depth": rn.IntDistribution(1, 8),
        "heads": rn.IntDistribution(1, 8),
        "head_width": [8, 16, 32],
        "ratio": [2, 3, 4],
        "patch": [4, 8],
    },
    cost=vit_cost,
)


def mobile(p: Any, num_classes: int, in_channels: int) -> nn.Module:
    width = 8 * p["multiplier"]
    layers: list[nn.Module] = [nn.Conv2d(in_channels, width, 3, 2, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU6()]
    for stage in range(p["stages"]):
        for k in range(p["depth"]):
            wider = width + 8 * p["multiplier"] * (k == 0 and stage > 0)
            layers.append(InvertedResidual(width, wider, 2 if k == 0 and stage > 0 else 1))
            width = wider
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, num_classes))


MOBILE = rn.ModuleSpace(mobile, {"stages": range(1, 4), "depth": range(1, 4), "multiplier": [1, 2, 3]})
