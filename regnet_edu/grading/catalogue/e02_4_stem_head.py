"""Exercise 02.4: the stem and the head as torch modules."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..exercise import Exercise
from ..modules import module_part, rows_of, run_module, unlike

IDEA = 'chapter 2, "Stem, stage, head"'


def stems(rng: np.random.Generator) -> list[tuple]:
    cases = [(3, 32, 8), (1, 8, 7), (int(rng.integers(1, 5)), 8 * int(rng.integers(1, 5)), int(rng.integers(5, 14)))]
    return [("make_stem", (c, w), (2, c, r, r), False, 3.0, int(rng.integers(10**6))) for c, w, r in cases]


def heads(rng: np.random.Generator) -> list[tuple]:
    cases = [(4, 2, 1), (8, 3, 5), (int(rng.integers(5, 20)), int(rng.integers(2, 12)), int(rng.integers(2, 8)))]
    return [("make_head", (w, n), (2, w, r, r), True, 3.0, int(rng.integers(10**6))) for w, n, r in cases]


def judge_stem(call: tuple, answer: Any) -> str | None:
    (channels, width), pixels = call[1], call[2][-1]
    convs, norms = rows_of(answer, "conv"), [r[0] for r in rows_of(answer, "norm")]
    shape = list(np.shape(answer["rested"]))
    if len(convs) != 1:
        return f"A stem has one convolution, and yours has {len(convs)}."
    w_in, w_out, kernel, stride, groups, bias = convs[0]
    if kernel != 3:
        return f"It looks as if the stem is that of ResNet: the paper's has a 3x3 convolution, not {kernel}x{kernel}."
    if stride != 2:
        return "It looks as if the stride was forgotten: the stem halves height and width."
    if bias:
        return "It looks as if the convolution has a bias: batch norm follows, so that a bias does nothing."
    if norms == [width] * 2:
        return "It looks as if there are two batch norms: one comes after the convolution, and none after the ReLU."
    if norms != [width]:
        return "It looks as if the batch norm is missing."
    if (w_in, w_out, groups) != (channels, width, 1):
        return f"The convolution should lead from {channels} to {width} channels in one group."
    height = (pixels - 1) // 2 + 1
    if shape[2:] != [height, height] and shape[2] == (height + 1) // 2:
        return "It looks as if a pooling layer follows: it is in ResNet's stem, and not in the paper's."
    if shape != [2, width, height, height]:
        return f"{pixels} pixels became {shape[2]}, and should become {height}: is the convolution padded by 1?"
    return unlike(
        call,
        answer,
        EXERCISE,
        "With the same numbers in its layers, the output or the gradients are not those of the stem: convolution, batch "
        "norm, ReLU, in this order and nothing else.",
    )


def judge_head(call: tuple, answer: Any) -> str | None:
    (width, classes), pixels = call[1], call[2][-1]
    shape = list(np.shape(answer["rested"]))
    numbers = sum(int(np.prod(named[name])) for _, named in answer["layers"] for name in named)
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
    return unlike(
        call,
        answer,
        EXERCISE,
        "With the same numbers in its layer, the scores or the gradients are not those of the head: the mean over the "
        "pixels, then the linear layer, and nothing else.",
    )


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
        module_part("the stem", 2, "make_stem", stems, IDEA, judge_stem, run_module),
        module_part("the head", 1, "make_head", heads, IDEA, judge_head, run_module),
    ),
    preload=("numpy", "torch"),
)
