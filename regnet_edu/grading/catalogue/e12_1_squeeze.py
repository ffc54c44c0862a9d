"""Exercise 12.1: squeeze-and-excitation."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..exercise import Exercise, Part

IDEA = 'chapter 12, "RegNetY and the alternatives: SE, inverted bottleneck, depthwise, resolution"'


def widths(rng: np.random.Generator) -> list[tuple]:
    return [
        (32, 32),
        (4, 16),
        (24, 8),
        (8, 32),
        (10, 6),
        *((int(rng.integers(4, 90)), int(rng.integers(4, 90))) for _ in range(4)),
    ]


def modules(rng: np.random.Generator) -> list[tuple]:
    return [(8, 2, 3), (int(rng.integers(4, 20)), int(rng.integers(2, 6)), int(rng.integers(2, 6)))]


def try_module(m: Any, width: int, squeeze: int, pixels: int) -> Any:
    """building make_se(width, squeeze) and running it on `pixels` pixels; width, squeeze, pixels ="""
    import torch
    from torch import nn

    torch.manual_seed(0)
    se = m.make_se(width, squeeze)
    se.eval()
    x = torch.rand(2, width, pixels, pixels) + 0.1
    layers: Any = [c for c in se.modules() if isinstance(c, (nn.Conv2d, nn.Linear))]
    with torch.no_grad():
        for p in se.parameters():
            p.zero_()
        half = se(x)
        for p in se.parameters():
            p.normal_(0, 1)
        y = se(x)
        weight = (y / x) if y.shape == x.shape else torch.zeros(1)
        same = bool(y.shape == x.shape and torch.allclose(weight, weight[:, :, :1, :1].expand_as(weight), atol=1e-5))
        shifted = se(x.roll(1, dims=3))
        pooled = bool(y.shape == x.shape and torch.allclose(shifted, y.roll(1, dims=3), atol=1e-5))
        mixed = x.clone()
        mixed[:, :, 0, 0] += 0.5
        mixed[:, :, -1, -1] -= 0.5
        mean = bool(y.shape == x.shape and torch.allclose(se(mixed) / mixed, y / x, atol=1e-4))
        # with a hidden layer that is cut off below zero, a large negative bias there leaves a half of nothing
        if len(layers) == 2 and all(layer.bias is not None for layer in layers):
            layers[0].bias.fill_(-1e4)
            layers[1].bias.zero_()
            cut = bool(torch.allclose(se(x), x / 2, atol=1e-4))
        else:
            cut = True
    numbers = sum(p.numel() for p in se.parameters())
    return [
        list(y.shape),
        float((half / x).mean()) if half.shape == x.shape else -1.0,
        same,
        pooled,
        mean,
        cut,
        numbers,
    ]


def judge_module(call: tuple, answer: Any) -> str | None:
    width, squeeze, pixels = call
    shape, half, same, pooled, mean, cut, numbers = answer
    if shape != [2, width, pixels, pixels]:
        return f"The output should have the input's shape (2, {width}, {pixels}, {pixels}), and has {tuple(shape)}."
    if numbers == 2 * width * squeeze:
        return "It looks as if the biases are missing: both layers have one, since no batch norm follows."
    if numbers != 2 * width * squeeze + width + squeeze:
        return f"The two layers should have {2 * width * squeeze + width + squeeze} numbers, and have {numbers}."
    if abs(half - 1.5) < 1e-3 or abs(half - 1) < 1e-3:
        return "It looks as if the weights were added to the input, or it to them: the input is *multiplied* by them."
    if abs(half - 0.5) > 1e-3:
        return "It looks as if the sigmoid is missing: with all parameters 0, each channel is multiplied by one half."
    if not same:
        return (
            "It looks as if the mean over pixels is missing: a channel has one weight, the same for all of its pixels."
        )
    if not (pooled and mean):
        return "It looks as if something other than the mean over pixels was taken."
    if not cut:
        return "It looks as if the ReLU between the two layers is missing."
    return None


EXERCISE = Exercise(
    number="12.1",
    name="squeeze",
    title="Squeeze and excitation",
    task="""The Y block weighs the channels after its 3x3 convolution: mean over the pixels of each channel, a linear layer to a few numbers, ReLU, a linear layer back,
sigmoid, and the input is multiplied by the result. Both layers have a bias. How many numbers between them? A quarter, says the
paper, and its networks take the quarter of the *block's input width* (rounded, at least 1), not of the width it works on.""",
    minutes=25,
    hints=(
        "Which width is the quarter of? Read the last sentence of the task again; RegNetY's parameters only come out right with it.",
        "1x1 convolutions serve as linear layers: then the means can keep the shape (n, width, 1, 1), and multiplying needs no reshaping.",
        "squeeze_width: max(1, round(w_in / 4)). forward: x * sigmoid(excite(relu(squeeze(x.mean((2, 3), keepdim=True))))).",
    ),
    parts=(
        Part("how many numbers between the layers", 1, "squeeze_width", widths, IDEA),
        Part("the module", 3, "make_se", modules, IDEA, judge=judge_module, script=try_module),
    ),
    preload=("numpy", "torch"),
)
