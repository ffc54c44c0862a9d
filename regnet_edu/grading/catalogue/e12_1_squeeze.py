"""Exercise 12.1: squeeze-and-excitation."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..exercise import Exercise, Part
from ..modules import draw_input, module_part, run_module, unlike

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
    cases = [(8, 2, 3), (int(rng.integers(7, 20)), int(rng.integers(2, 6)), int(rng.integers(2, 6)))]
    calls = [(("make_se", (w, s), (2, w, r, r), True), int(rng.integers(10**6))) for w, s, r in cases]
    return [(*call, reach, seed) for call, seed in calls for reach in (0.5, 8.0)]


def judge_module(call: tuple, answer: Any) -> str | None:
    (width, squeeze), pixels = call[1], call[2][-1]
    y, shape = np.asarray(answer["rested"]), list(np.shape(answer["rested"]))
    numbers = sum(int(np.prod(named[name])) for _, named in answer["layers"] for name in named)
    if shape != [2, width, pixels, pixels]:
        return f"The output should have the input's shape (2, {width}, {pixels}, {pixels}), and has {tuple(shape)}."
    if numbers == 2 * width * squeeze:
        return "It looks as if the biases are missing: both layers have one, since no batch norm follows."
    if numbers != 2 * width * squeeze + width + squeeze:
        return f"The two layers should have {2 * width * squeeze + width + squeeze} numbers, and have {numbers}."
    x = draw_input(call[2], call[4], np.random.default_rng(call[5]))
    weights = y / x
    if not np.allclose(weights, weights[:, :, :1, :1], rtol=1e-3, atol=1e-4):
        words = "A channel should have one weight, the same for all of its pixels, and the input is *multiplied* by it."
    else:
        words = (
            "With the same numbers in its layers, the weights of the channels are others: they are "
            "sigmoid(second layer(ReLU(first layer(mean over the pixels))))."
        )
    return unlike(call, answer, EXERCISE, words)


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
        module_part("the module", 3, "make_se", modules, IDEA, judge_module, run_module),
    ),
    preload=("numpy", "torch"),
)
