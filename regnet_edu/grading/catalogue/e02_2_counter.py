"""Exercise 02.2: count multiply-adds, parameters and activations."""

from __future__ import annotations

import numpy as np

from ..exercise import Exercise, Part

IDEA = 'chapter 2, "Counting by hand"'


def convolutions(rng: np.random.Generator) -> list[tuple]:
    cases = [(1, 1, 1, 1, 1, 1), (3, 32, 3, 2, 1, 8), (8, 8, 3, 1, 2, 4), (8, 16, 1, 2, 1, 7), (32, 32, 3, 2, 4, 7)]
    for _ in range(10):
        groups = int(rng.choice([1, 2, 4]))
        w_in, w_out = groups * int(rng.integers(2, 9)), groups * int(rng.integers(2, 9))
        cases.append((w_in, w_out, int(rng.choice([1, 3])), int(rng.choice([1, 2])), groups, int(rng.integers(3, 20))))
    return cases


def blocks(rng: np.random.Generator) -> list[tuple]:
    cases = [(8, 8, 8, 8, 1, 4), (8, 8, 8, 8, 2, 4), (8, 16, 16, 8, 1, 4), (32, 32, 8, 4, 2, 7)]
    for _ in range(8):
        group, count = int(rng.choice([2, 4, 8])), int(rng.integers(2, 6))
        width = 8 * int(rng.integers(1, 8))
        cases.append(
            (
                int(rng.choice([width, 24])),
                width,
                group * count,
                group,
                int(rng.choice([1, 2])),
                int(rng.integers(4, 15)),
            )
        )
    return cases


EXERCISE = Exercise(
    number="02.2",
    name="counter",
    title="Count flops, parameters and activations",
    task="""Count a convolution, and then a whole X block, without building either. Flops are multiply-adds; activations are
the output elements of convolutions; a convolution pads by (kernel - 1) / 2 and has no bias; each convolution of the block is followed by
a batch norm with 2 parameters a channel and no flops. The stride sits on the 3x3 convolution, and on the 1x1 projection of the shortcut, which is there only where the
width changes or the stride is not 1.""",
    minutes=30,
    hints=(
        "Each output element of a convolution needs kernel x kernel x (input channels of its group) multiply-adds. How many output elements are there?",
        "The first 1x1 of the block still works on the large image: the stride comes after it, in the 3x3.",
        "Output height: (r - 1) // stride + 1. Block: conv(w_in, inner, 1), conv(inner, inner, 3, stride, inner // group), "
        "conv(inner, w_out, 1), and where needed conv(w_in, w_out, 1, stride) from the block's own input.",
    ),
    parts=(
        Part("one convolution", 2, "count_convolution", convolutions, IDEA),
        Part("one X block", 3, "count_block", blocks, IDEA),
    ),
)
