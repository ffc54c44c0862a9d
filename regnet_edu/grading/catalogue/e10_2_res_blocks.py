"""Exercise 10.2: ResNet's blocks in place of the X block, at the same flops."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..exercise import Exercise, Part
from ..modules import describe_module, module_part, rows_of, run_module
from ..residual import wrong_layers, wrong_run
from ..solutions.e10_2_res_blocks import body_flops

IDEA = 'chapter 10, "Which block is best?"'


def shapes(rng: np.random.Generator) -> list[tuple]:
    cases = [(8, 8, 1), (8, 16, 1), (8, 8, 2), (8, 16, 2), (4, 4 * int(rng.integers(2, 6)), int(rng.choice([1, 2])))]
    return [("make_block", case, (2, case[0], 7, 7), False, 3.0, int(rng.integers(10**6))) for case in cases]


def judge_parts(call: tuple, answer: Any) -> str | None:
    w_in, w_out, stride = call[1]
    if sum(r[2] == 3 for r in rows_of(answer, "conv")) == 1:
        return (
            "It looks as if this is a bottleneck: the basic block has two 3x3 convolutions and none of 1x1 on its way."
        )
    path = [(w_in, w_out, 3, stride, 1, 0), (w_out, w_out, 3, 1, 1, 0)]
    return wrong_layers(answer, path, (w_in, w_out, 1, stride, 1, 0), "the first convolution")


def judge_run(call: tuple, answer: Any) -> str | None:
    return wrong_run(call, answer, EXERCISE, "are the 3x3 convolutions")


def blocks(rng: np.random.Generator) -> list[tuple]:
    cases = [(1, 1, 1, 1), (1, 1, 2, 1), (2, 3, 1, 1), (4, 4, 2, 7), (8, 8, 1, 4), (8, 16, 2, 8)]
    for _ in range(4):
        cases.append(
            (int(rng.integers(1, 99)), int(rng.integers(1, 99)), int(rng.choice([1, 2])), int(rng.integers(1, 30)))
        )
    return cases


def bodies(rng: np.random.Generator) -> list[tuple]:
    cases: list[tuple] = [([1], [8], 4), ([2], [8], 4), ([1], [32], 7), ([2, 1], [8, 16], 8)]
    for stages in (2, 4, 4):
        cases.append(
            (rng.integers(1, 6, stages).tolist(), (8 * rng.integers(1, 20, stages)).tolist(), int(rng.integers(9, 40)))
        )
    return cases


def targets(rng: np.random.Generator) -> list[tuple]:
    cases: list[tuple] = []
    for stages in (1, 2, 4, 4, 4):
        depths, widths = rng.integers(1, 5, stages).tolist(), (8 * rng.integers(4, 20, stages)).tolist()
        share = float(rng.choice([0.2, 0.4, 0.6, 1.7]))
        cases.append((depths, widths, 16, int(share * body_flops(depths, widths, 16))))
    # between two that are equally near
    low, high = body_flops([1], [32], 8), body_flops([1], [40], 8)
    ends = [([1], [800], 4, 1), ([1], [800], 4, 10**10)]  # the first and the last factor
    return [
        *cases,
        *ends,
        ([1], [40], 8, (low + high) // 2),
        ([2, 2], [32, 80], 16, int(2.4 * body_flops([2, 2], [32, 80], 16))),
    ]


EXERCISE = Exercise(
    number="10.2",
    name="res_blocks",
    title="ResNet blocks in place of X blocks",
    task="""Take the ResNeXt out of RegNet: replace its X block by the basic block of ResNet, two 3x3 convolutions without groups. Such a block
costs several times as much at the same width, so a comparison at equal widths says nothing. Build the block, count
it, and find the widths at which a network of such blocks has the flops that you compare at.""",
    minutes=45,
    hints=(
        "Draw the block and write width and size at each arrow. Where is there a 1x1 convolution, and where not?",
        "A convolution has kernel^2 x (channels in) x (channels out) multiply-adds for each pixel that comes *out*.",
        "fair_widths: for each k from 1 to 200 the list [max(8, 8 * round(k / 100 * w / 8)) for w in widths]; then min with "
        "key=lambda scaled: abs(body_flops(depths, scaled, size) - flops). min keeps the first of equals.",
    ),
    parts=(
        module_part("its convolutions and batch norms", 2, "make_block", shapes, IDEA, judge_parts, describe_module),
        module_part("what it computes", 2, "make_block", shapes, IDEA, judge_run, run_module),
        Part("what a block costs", 2, "block_flops", blocks, IDEA),
        Part("what a body costs", 1, "body_flops", bodies, IDEA),
        Part("widths for equal flops", 2, "fair_widths", targets, IDEA),
    ),
    preload=("numpy", "torch"),
)
