"""Exercise 02.3: the X block as a torch module."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..exercise import Exercise, Part
from ..modules import HELPERS, computes, describe_module, recognise, rows_of, run_module, told

IDEA = 'chapter 2, "The X block"'


def shapes(rng: np.random.Generator) -> list[tuple]:
    cases = [(8, 8, 8, 8, 1), (8, 8, 4, 2, 1), (8, 16, 8, 4, 1), (8, 8, 8, 4, 2)]
    group, count = int(rng.choice([2, 4])), int(rng.integers(2, 5))
    cases.append((12, 8 * int(rng.integers(2, 4)), group * count, group, int(rng.choice([1, 2]))))
    return [("make_block", case, (2, case[0], 7, 7), False, 3.0, int(rng.integers(10**6))) for case in cases]


def judge_parts(call: tuple, answer: Any) -> str | None:
    w_in, w_out, inner, group, stride = call[1]
    rows, norms = rows_of(answer, "conv"), [r[0] for r in rows_of(answer, "norm")]
    wanted = [(w_in, inner, 1, 1, 1, 0), (inner, inner, 3, stride, inner // group, 0), (inner, w_out, 1, 1, 1, 0)]
    projection = (w_in, w_out, 1, stride, 1, 0)
    needs = w_in != w_out or stride != 1
    right = sorted([*wanted, projection] if needs else wanted)
    if any(r[5] for r in rows):
        return "It looks as if the convolutions have a bias: batch norm comes after each, so that a bias does nothing."
    threes = [r for r in rows if r[2] == 3]
    if len(threes) == 1 and threes[0][4] == group != inner // group:
        return f"It looks as if groups was taken for group width: {inner} channels in groups of {group} are {inner // group} groups."
    if len(threes) == 1 and threes[0][4] == 1 != inner // group:
        return "It looks as if the 3x3 convolution has no groups."
    if needs and len(rows) == 3:
        return "It looks as if the projection was forgotten: width or height change, so the shortcut needs a 1x1 convolution."
    if not needs and len(rows) == 4:
        return "It looks as if there is a projection where none is needed: the shortcut is the input itself."
    if sorted(rows) != right and sorted((*r[:3], 1, *r[4:]) for r in rows) == sorted(
        (*r[:3], 1, *r[4:]) for r in right
    ):
        return "It looks as if the stride sits in the wrong place: it belongs to the 3x3 convolution and to the projection."
    if sorted(rows) != right:
        return f"The convolutions (in, out, kernel, stride, groups, bias) should be {right}."
    if sorted(norms) != sorted(r[1] for r in right):
        return "It looks as if batch norms are missing: one comes after each convolution, that of the projection too."
    return None


def judge_run(call: tuple, answer: Any) -> str | None:
    (w_in, w_out, _, _, stride), shape = call[1], list(np.shape(answer["rested"]))
    size = (7 - 1) // stride + 1
    if shape != [2, w_out, size, size]:
        return f"An input of shape (2, {w_in}, 7, 7) became {tuple(shape)}: is the 3x3 convolution padded by 1?"
    if computes(call, answer, EXERCISE.solution.make_block):
        return None
    return recognise(call, answer, EXERCISE.mistakes) or (
        "With the same numbers in its layers, the output or the gradients are not those of the block: go through the "
        "task word by word, with your forward beside it."
    )


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
        Part(
            "its convolutions and batch norms",
            3,
            "make_block",
            shapes,
            IDEA,
            judge=judge_parts,
            script=describe_module,
            helpers=HELPERS,
            told=told,
        ),
        Part(
            "what it computes",
            2,
            "make_block",
            shapes,
            IDEA,
            judge=judge_run,
            script=run_module,
            helpers=HELPERS,
            told=told,
        ),
    ),
    preload=("numpy", "torch"),
)
