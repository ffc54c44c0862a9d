"""Exercise 02.4: the stem and the head as torch modules."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..exercise import Exercise, Part

IDEA = 'chapter 2, "Stem, stage, head"'


def stems(rng: np.random.Generator) -> list[tuple]:
    return [(3, 32, 8), (1, 8, 7), (int(rng.integers(1, 5)), 8 * int(rng.integers(1, 5)), int(rng.integers(5, 14)))]


def heads(rng: np.random.Generator) -> list[tuple]:
    return [(4, 2, 1), (8, 3, 5), (int(rng.integers(5, 20)), int(rng.integers(2, 12)), int(rng.integers(2, 8)))]


def try_stem(m: Any, channels: int, width: int, pixels: int) -> Any:
    """building make_stem(channels, width) and running it on images of `pixels` pixels; channels, width, pixels ="""
    import torch
    from torch import nn

    torch.manual_seed(0)
    stem = m.make_stem(channels, width)
    stem.eval()
    convs = [
        [c.in_channels, c.out_channels, c.kernel_size[0], c.stride[0], c.groups, int(c.bias is not None)]
        for c in stem.modules()
        if isinstance(c, nn.Conv2d)
    ]
    norms = [n.num_features for n in stem.modules() if isinstance(n, nn.BatchNorm2d)]
    with torch.no_grad():
        y = stem(torch.randn(2, channels, pixels, pixels))
    return [convs, norms, y]


def try_head(m: Any, width: int, classes: int, pixels: int) -> Any:
    """building make_head(width, classes) and running it on a body's output of `pixels` pixels; width, classes, pixels ="""
    import torch

    torch.manual_seed(0)
    head = m.make_head(width, classes)
    head.eval()
    with torch.no_grad():
        x = torch.randn(2, width, pixels, pixels)
        y = head(x)
        mean = head(x.mean((2, 3), keepdim=True).expand(2, width, pixels, pixels))
        return [y, mean, head(2 * x), head(0 * x), sum(p.numel() for p in head.parameters())]


def judge_stem(call: tuple, answer: Any) -> str | None:
    channels, width, pixels = call
    convs, norms, y = answer
    shape = list(np.shape(y))
    if len(convs) != 1:
        return f"A stem has one convolution, and yours has {len(convs)}."
    w_in, w_out, kernel, stride, groups, bias = convs[0]
    if kernel != 3:
        return f"It looks as if the stem is that of ResNet: the paper's has a 3x3 convolution, not {kernel}x{kernel}."
    if stride != 2:
        return "It looks as if the stride was forgotten: the stem halves height and width."
    if bias:
        return "It looks as if the convolution has a bias: batch norm follows, so that a bias does nothing."
    if norms != [width]:
        return "It looks as if the batch norm is missing."
    if (w_in, w_out, groups) != (channels, width, 1):
        return f"The convolution should lead from {channels} to {width} channels in one group."
    height = (pixels - 1) // 2 + 1
    if shape[2:] != [height, height] and shape[2] == (height + 1) // 2:
        return "It looks as if a pooling layer follows: it is in ResNet's stem, and not in the paper's."
    if shape != [2, width, height, height]:
        return f"{pixels} pixels became {shape[2]}, and should become {height}: is the convolution padded by 1?"
    if (np.asarray(y) < 0).any():  # looked at here: what a submission does to torch does not matter
        return "It looks as if the ReLU is missing: there are negative outputs."
    return None


def judge_head(call: tuple, answer: Any) -> str | None:
    width, classes, pixels = call
    y, mean, doubled, zero = map(np.asarray, answer[:4])
    shape, numbers = list(y.shape), answer[4]
    if shape != [2, classes]:
        return f"The scores should have the shape (2, {classes}), and have {tuple(shape)}."
    if numbers == width * classes:
        return "It looks as if the bias of the linear layer is missing."
    if numbers == width * pixels * pixels * classes + classes and pixels > 1:
        return (
            "It looks as if the pixels were flattened: take their mean first, so that the head fits images of any size."
        )
    if numbers != (width + 1) * classes:
        return f"The head should have {(width + 1) * classes} parameters, and has {numbers}."
    if not np.allclose(doubled - y, y - zero, atol=1e-4):
        return "It looks as if the scores went through a softmax or a ReLU: the head ends with the linear layer."
    if mean.shape != y.shape or not np.allclose(y, mean, atol=1e-4):
        return "It looks as if the pixels were not averaged: the maximum, the sum or one pixel is something else."
    return None


EXERCISE = Exercise(
    number="02.4",
    name="stem_head",
    title="Build the stem and the head",
    task="""The stem of AnyNet is one 3x3 convolution with stride 2, without bias, then batch norm and ReLU. The head takes the mean
over all pixels and scores the classes with one linear layer. Build both as torch modules.""",
    minutes=15,
    hints=(
        "What must the padding be so that 7 pixels become 4 and 8 become 4 at stride 2?",
        "Both are rows of ready-made layers: nn.Sequential is enough. For the mean over pixels there is nn.AdaptiveAvgPool2d(1).",
        "Stem: nn.Conv2d(channels, width, 3, 2, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(). "
        "Head: nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, classes).",
    ),
    parts=(
        Part("the stem", 2, "make_stem", stems, IDEA, judge=judge_stem, script=try_stem),
        Part("the head", 1, "make_head", heads, IDEA, judge=judge_head, script=try_head),
    ),
    preload=("numpy", "torch"),
)
