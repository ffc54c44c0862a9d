"""Exercise 02.1: the compatibility rule of widths, bottleneck ratios and group widths."""

from __future__ import annotations

import numpy as np

from ..exercise import Exercise, Part

IDEA = 'chapter 2, "When the numbers do not fit"'


def stages(rng: np.random.Generator) -> list[tuple]:
    cases = [
        (8, 1, 1),
        (4, 4, 8),
        (8, 1, 16),
        (24, 1, 16),
        (8, 4, 16),
        (40, 1, 16),
        (88, 1, 48),
        (168, 1, 112),
        (160, 4, 24),
        (24, 2, 8),
        (7, 4, 8),
        (3, 4, 8),
    ]
    for _ in range(25):
        w, b, g = (
            8 * int(rng.integers(1, 60)),
            int(rng.choice([1, 2, 4])),
            int(rng.choice([1, 2, 4, 8, 16, 24, 32, 48])),
        )
        cases.append((w, b, g))
    return cases


def groups(rng: np.random.Generator) -> list[tuple]:
    return [(8, 8), (8, 1), (32, 16), *((g * int(rng.integers(1, 9)), g) for g in (2, 8, 16, 24, 40))]


EXERCISE = Exercise(
    number="02.1",
    name="compatible",
    title="When width, bottleneck and group width do not fit",
    task="""A sampled stage has a width $w$, a bottleneck ratio $b$ and a group width $g$ that need not fit together.
The paper's appendix D makes them fit before anything is built: the inner width is $w / b$, rounded down to a whole number and at least one; a group
width larger than the inner width becomes the inner width; then the inner width is rounded to the *nearest* multiple
of the group width (half-way to the even multiple, as Python's `round` does, and at least one); and the width is the inner width times $b$.""",
    minutes=20,
    hints=(
        "Work w = 24, b = 1, g = 16 by hand: which multiples of 16 are around 24, and which of the two does round(24 / 16) choose?",
        "Do the steps in the order of the text: inner = w // b, then g = min(g, inner), then round inner / g, then w = inner * b.",
        "inner = max(1, w // b); g = min(g, inner); inner = max(1, round(inner / g)) * g; return inner * b, inner, g",
    ),
    parts=(
        Part("the three widths that are built", 4, "compatible", stages, IDEA),
        Part("how many groups there are", 1, "number_of_groups", groups, 'chapter 2, "The X block"'),
    ),
)
