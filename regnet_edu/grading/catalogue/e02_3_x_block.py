"""Exercise 02.3: the X block as a torch module."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..exercise import Exercise
from ..modules import describe_module, module_part, rows_of, run_module
from ..residual import wrong_layers, wrong_run

IDEA = 'chapter 2, "The X block"'


def shapes(rng: np.random.Generator) -> list[tuple]:
    cases = [(8, 8, 8, 8, 1), (8, 8, 4, 2, 1), (8, 16, 8, 4, 1), (8, 8, 8, 4, 2)]
    group, count = int(rng.choice([2, 4])), int(rng.integers(2, 5))
    cases.append((12, 8 * int(rng.integers(2, 4)), group * count, group, int(rng.choice([1, 2]))))
    return [("make_block", case, (2, case[0], 7, 7), False, 3.0, int(rng.integers(10**6))) for case in cases]


def judge_parts(call: tuple, answer: Any) -> str | None:
    w_in, w_out, inner, group, stride = call[1]
    threes = [r for r in rows_of(answer, "conv") if r[2] == 3]
    if len(threes) == 1 and threes[0][4] == group != inner // group:
        return f"It looks as if groups was taken for group width: {inner} channels in groups of {group} are {inner // group} groups."
    if len(threes) == 1 and threes[0][4] == 1 != inner // group:
        return "It looks as if the 3x3 convolution has no groups."
    path = [(w_in, inner, 1, 1, 1, 0), (inner, inner, 3, stride, inner // group, 0), (inner, w_out, 1, 1, 1, 0)]
    return wrong_layers(answer, path, (w_in, w_out, 1, stride, 1, 0), "the 3x3 convolution")


def judge_run(call: tuple, answer: Any) -> str | None:
    return wrong_run(call, answer, EXERCISE, "is the 3x3 convolution")


EXERCISE = Exercise(
    number="02.3",
    name="x_block",
    title="Build the X block",
    task="""Build the block of AnyNetX (figure 4): 1x1 convolution to the inner width, 3x3 convolution in groups, 1x1 convolution to the output width, each
without bias and followed by batch norm, the first two also by a ReLU; the input comes around by the shortcut (through a 1x1
convolution and batch norm where the width changes or the stride is not 1), and the last ReLU comes *after* the addition. The stride sits on the 3x3 and on the projection.""",
    minutes=35,
    hints=(
        "Write a helper conv_norm(w_in, w_out, kernel, stride=1, groups=1) first; every line of the block uses it.",
        "nn.Conv2d wants the number of groups. You have the group width. How do you get from one to the other?",
        "forward: y = expand(relu(spatial(relu(reduce(x))))); return relu(y + shortcut(x)), shortcut = nn.Identity() or a projection.",
    ),
    parts=(
        module_part("its convolutions and batch norms", 3, "make_block", shapes, IDEA, judge_parts, describe_module),
        module_part("what it computes", 2, "make_block", shapes, IDEA, judge_run, run_module),
    ),
    preload=("numpy", "torch"),
)
