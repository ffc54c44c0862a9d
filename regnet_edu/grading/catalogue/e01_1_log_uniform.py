"""Exercise 01.1: widths that are log-uniform."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..draws import draw_twice, luck, wrong_draw
from ..exercise import Exercise, Part, Rng

IDEA = 'chapter 1, "A space is a set with a distribution"'


def numbers(rng: np.random.Generator) -> list[tuple]:
    cases: list[tuple] = [(0.0, 16, 1), (0.5, 16, 1), (0.999, 16, 1), (0.001, 1024, 8), (0.9999, 1024, 8)]
    for _ in range(12):
        high, step = [(16, 1), (1024, 8), (512, 8), (64, 4)][rng.integers(4)]
        cases.append((round(float(rng.random()), 4), high, step))
    return cases


def samples(rng: np.random.Generator) -> list[tuple]:
    return [(1, Rng(3)), (6, Rng(int(rng.integers(1000)))), (4000, Rng(int(rng.integers(1000))))]


def draw_widths(m: Any, n: int, rng: Any) -> Any:
    """drawing n widths with n, rng ="""
    import numpy as np

    before = str(np.random.get_state())
    draws = draw_twice(m, rng, lambda m, rng: np.asarray(m.sample_widths(n, rng)))
    return [*draws, str(np.random.get_state()) != before]


def judge_sample(call: tuple, answer: Any) -> str | None:
    n = call[0]
    if not isinstance(answer, list) or any(not isinstance(a, np.ndarray) for a in answer[:2]):
        return "The widths are not an array or a list of numbers."
    *draws, moved = answer
    first = draws[0]
    if first.shape != (n,):
        return f"{n} widths were asked for, and the shape of what came back is {first.shape}."
    if moved:
        return "It looks as if numpy's global random state was used: draw from the Generator that you are given."
    words = wrong_draw(draws, few=n < 5)
    if words:
        return words
    if ((first % 8) != 0).any():
        return f"{first[(first % 8) != 0][0]:g} is no multiple of 8."
    if first.min() < 8 or first.max() > 1024:
        return f"The widths reach from {first.min():g} to {first.max():g}, and the space has 8 to 1024."
    if n < 1000:
        return None
    narrow, wide = float(np.mean(first <= 64)), float(np.mean(first > 512))
    if wide > 0.4:
        return (
            "It looks as if the widths are uniform and not log-uniform: "
            f"{wide:.0%} of them are above 512, and each of the 8 doublings from 8 to 1024 should get an eighth."
        )
    if abs(narrow - 1 / 2) > luck(1 / 2, n) or abs(wide - 1 / 8) > luck(1 / 8, n):
        return (
            f"{narrow:.0%} of the widths are at most 64, where half of them should be, and {wide:.0%} are above 512, "
            "where an eighth should be."
        )
    different = len(np.unique(first))
    if different < 90:  # of 128; a right sample of 4,000 has more than 115
        return f"It looks as if not every multiple of 8 can come: {n:,} draws gave only {different} different widths."
    grid = 8 * np.arange(1, 129)
    gaps = np.mean(first[:, None] <= grid, axis=0) - np.log2(grid / 4) / 8
    worst = int(np.argmax(np.abs(gaps)))
    if abs(gaps[worst]) > luck(1 / 2, n):  # the worst of all 128
        right = np.log2(grid[worst] / 4) / 8
        return f"{right + gaps[worst]:.1%} of the widths are at most {grid[worst]}, and it should be about {right:.1%}."
    if (np.diff(first) >= 0).all():
        return "It looks as if the sample was sorted: it comes as it is drawn."
    return None


EXERCISE = Exercise(
    number="01.1",
    name="log_uniform",
    title="Draw log-uniform widths",
    task="""In AnyNetX every *doubling* of a width is equally likely: as many widths fall above 512 as between 9 and 16.
Turn a uniform number $u$ in [0, 1) into a log-uniform multiple of `step`, and then draw many widths.

The rule, for the largest value `high`: the logarithm is uniform from log(step / 2) to log(high), and the real number
that comes out is rounded *up* to a multiple of the step.""",
    minutes=15,
    hints=(
        "Which u gives the middle of the range in the logarithm? For u = 0 the real number is step / 2, for u = 1 it is high.",
        "The real number is (step / 2) * (2 * high / step) ** u. What rounds it up to a multiple of step?",
        "math.ceil(x / step) * step, at least step. For the sample: u = rng.random(n), and the same formula on the array.",
    ),
    parts=(
        Part("one number becomes one value", 2, "log_uniform", numbers, IDEA),
        Part(
            "a sample: right distribution, from its own seed",
            2,
            "sample_widths",
            samples,
            IDEA,
            judge=judge_sample,
            script=draw_widths,
            helpers=(draw_twice,),
            repeatable=True,
        ),
    ),
)
