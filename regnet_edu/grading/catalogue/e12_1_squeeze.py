"""Exercise 12.1: squeeze-and-excitation."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..exercise import Exercise, Part

IDEA = 'chapter 12, "Squeeze and excitation, from its parts"'


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
    return [(8, 2, 3), (int(rng.integers(7, 20)), int(rng.integers(2, 6)), int(rng.integers(2, 6)))]


def try_module(m: Any, width: int, squeeze: int, pixels: int) -> Any:
    """building make_se(width, squeeze) and running it on `pixels` pixels; width, squeeze, pixels ="""
    import torch

    torch.manual_seed(0)
    se = m.make_se(width, squeeze)
    se.eval()
    x = torch.rand(2, width, pixels, pixels) + 0.1
    with torch.no_grad():
        for p in se.parameters():
            p.zero_()
        half = se(x)
        for p in se.parameters():
            p.normal_(0, 1)
        y = se(x)
        shifted = se(x.roll(1, dims=3))
        alone = se(x[:1])
        mixed = x.clone()
        mixed[:, :, 0, 0] += 0.5
        mixed[:, :, -1, -1] -= 0.5
        evened = se(mixed)
        # On an image of nearly nothing the hidden numbers are what the activation makes of the first bias.
        hidden = [p for p in se.parameters() if p.numel() == squeeze]
        outer = [p for p in se.parameters() if p.numel() == width]
        bent: Any = []
        if len(hidden) == len(outer) == 1:
            for p in se.parameters():
                p.normal_(0, 0.05)
            outer[0].zero_()
            dark = torch.full_like(x, 1e-6)
            for bias in (-1.0, 1.0, 8.0):
                hidden[0].fill_(bias)
                bent.append(se(dark) / dark)
    return [x, half, y, shifted, mixed, evened, alone, bent, sum(p.numel() for p in se.parameters())]


def judge_module(call: tuple, answer: Any) -> str | None:
    width, squeeze, pixels = call
    x, half, y, shifted, mixed, evened, alone = map(np.asarray, answer[:7])  # compared here: torch may be patched there
    bent, numbers, shape = answer[7], answer[8], list(y.shape)
    if shape != [2, width, pixels, pixels]:
        return f"The output should have the input's shape (2, {width}, {pixels}, {pixels}), and has {tuple(shape)}."
    if numbers == 2 * width * squeeze:
        return "It looks as if the biases are missing: both layers have one, since no batch norm follows."
    if numbers != 2 * width * squeeze + width + squeeze:
        return f"The two layers should have {2 * width * squeeze + width + squeeze} numbers, and have {numbers}."
    share = float(np.mean(half / x))
    if abs(share - 1.5) < 1e-3 or abs(share - 1) < 1e-3:
        return "It looks as if the weights were added to the input, or it to them: the input is *multiplied* by them."
    if abs(share - 0.5) > 1e-3:
        return "It looks as if the sigmoid is missing: with all parameters 0, each channel is multiplied by one half."
    weight = y / x
    if not np.allclose(weight, weight[:, :, :1, :1], atol=1e-5):
        return (
            "It looks as if the mean over pixels is missing: a channel has one weight, the same for all of its pixels."
        )
    moved = np.allclose(shifted, np.roll(y, 1, axis=3), atol=1e-5)
    if not (moved and np.allclose(evened / mixed, weight, atol=1e-4)):
        return "It looks as if something other than the mean over pixels was taken."
    if not np.allclose(alone, y[:1], atol=1e-5):
        return "It looks as if the mean was taken over the images of a batch too: each image has its own weights."
    if bent:
        below, one, eight = (np.log(w) - np.log1p(-w) for w in map(np.asarray, bent))  # the sigmoid undone
        if np.allclose(below, -one, atol=1e-3):
            return "It looks as if the ReLU between the two layers is missing."
        if np.abs(below).max() > 1e-3 or not np.allclose(eight, 8 * one, atol=1e-2):
            return "It looks as if something other than a ReLU stands between the two layers."
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
