"""Exercise 01.2: how many networks a space has."""

from __future__ import annotations

import numpy as np

from ..exercise import Exercise, Part

IDEA = 'chapter 1, "How many degrees of freedom, how many networks?"'


def numbers(rng: np.random.Generator) -> list[tuple]:
    cases = [(1, 1), (2, 1), (2, 2), (3, 2), (16, 4), (128, 4)]
    return [*cases, *((int(rng.integers(2, 40)), int(rng.integers(1, 6))) for _ in range(5))]


def spaces(rng: np.random.Generator) -> list[tuple]:
    cases: list[tuple] = [(letter, 16, 128, 3, 6, 4) for letter in "ABCDE"]
    for letter in "ABCDE":
        low = (int(rng.integers(2, 9)), int(rng.integers(2, 20)), int(rng.integers(2, 4)), int(rng.integers(2, 7)))
        cases.append((letter, *low, int(rng.integers(2, 5))))
    return cases


EXERCISE = Exercise(
    number="01.2",
    name="sizes",
    title="Count the networks of a space",
    task="""How many networks are there in AnyNetXA to AnyNetXE? A shared number is counted once. For "never shrinks", the paper's Table 1 divides by the factorial
of the number of stages, which is only roughly right, because neighbouring stages may be *equal*. Count exactly, with
whole numbers.""",
    minutes=20,
    hints=(
        "Write down all pairs from {1, 2, 3} that never shrink. There are 6, not 9 / 2.",
        "A row that never shrinks is known as soon as you know how often each value occurs: "
        "count the ways to choose S things out of m kinds, repetition allowed.",
        "That is math.comb(m + S - 1, S). A: all four counts to the power S. B shares b, C shares g too, D orders w, E orders d too.",
    ),
    parts=(
        Part("rows that never shrink", 2, "ordered", numbers, IDEA),
        Part("the five spaces", 3, "size", spaces, IDEA),
    ),
)
