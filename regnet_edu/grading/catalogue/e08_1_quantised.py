"""Exercise 08.1: the quantised linear rule."""

from __future__ import annotations

import numpy as np

from ..exercise import Exercise, Part

IDEA = 'chapter 8, "The rule, step by step"'


def settings(rng: np.random.Generator) -> list[tuple]:
    cases: list[tuple] = [
        (1, 8, 8.0, 2.0),
        (2, 8, 8.0, 2.0),
        (4, 16, 12.3, 2.5),
        (13, 24, 36.44, 2.49),
        (22, 24, 24.48, 2.54),
    ]
    for _ in range(8):
        w0, wa = 8 * int(rng.integers(1, 20)), round(float(rng.uniform(8, 120)), 2)
        cases.append((int(rng.integers(2, 30)), w0, wa, round(float(rng.uniform(1.6, 3)), 2)))
    return cases


def rows(rng: np.random.Generator) -> list[tuple]:
    cases: list[tuple] = [([8],), ([8, 8],), ([8, 16],), ([24, 24, 56, 56, 56],), ([8, 16, 8],), ([32, 32, 16],)]
    for _ in range(5):
        depths = rng.integers(1, 6, int(rng.integers(1, 5)))
        widths = 8 * np.cumsum(rng.integers(1, 9, len(depths)))
        if len(cases) % 2:  # any network has stages, whether its widths grow or not
            widths = rng.permutation(np.append(widths[:1], widths))
            depths = np.append(depths, rng.integers(1, 6))
        cases.append((np.repeat(widths, depths).tolist(),))
    return cases


EXERCISE = Exercise(
    number="08.1",
    name="quantised",
    title="Quantise a line of widths",
    task="""RegNet's widths come from a line $u_j = w_0 + w_a j$ (equation 2). Each $u_j$ is replaced by the nearest power
$w_0 w_m^s$ with a whole $s$, nearest *in the logarithm* (equations 3 and 4), and then, as the published networks need,
rounded to a multiple of 8. A stage is a run of blocks of the same width, in any network: that widths grow is RegNet's doing, and a width that
comes back later is another stage.""",
    minutes=25,
    hints=(
        "Blocks are counted from j = 0, so the first width is w_0 itself.",
        "s_j solves u_j = w_0 * w_m ** s_j. Take logarithms, and round s_j, not the width.",
        "s = np.round(np.log(u / w0) / np.log(wm)); widths = np.round(w0 * wm ** s / 8) * 8. Stages: go along the blocks and compare each with the one before; itertools.groupby does so.",
    ),
    parts=(
        Part("the width of each block", 3, "block_widths", settings, IDEA),
        Part("depths and widths of the stages", 2, "stages", rows, 'chapter 8, "From blocks to stages"'),
    ),
)
