"""Exercise 07.1: the constraint of AnyNetXE."""

from __future__ import annotations

import numpy as np

from ..compare import within
from ..exercise import Exercise, Part

IDEA = 'chapter 7, "The way from A to E"'


def tables(rng: np.random.Generator) -> list[tuple]:
    cases: list[tuple] = [
        ([[1, 1]], [[8, 8]]),
        ([[2, 1]], [[8, 16]]),
        ([[1, 2]], [[16, 8]]),
        ([[1, 2]], [[8, 16]]),
        ([[1, 3, 5, 2]], [[8, 16, 32, 64]]),
        ([[1, 4, 2, 6]], [[8, 16, 32, 64]]),
    ]
    for n in (4, 8):
        d, w = rng.integers(1, 17, (n, 4)), 8 * rng.integers(1, 20, (n, 4))
        d[::2], w[::2] = np.sort(d[::2], axis=1), np.sort(w[::2], axis=1)
        w[1] = np.sort(w[1])
        d[3] = np.sort(d[3])
        cases.append((d.tolist(), w.tolist()))
    return cases


def spaces(rng: np.random.Generator) -> list[tuple]:
    return [(1, 3), (2, 2), (3, 2), (16, 4), *((int(rng.integers(2, 20)), int(rng.integers(2, 6))) for _ in range(3))]


EXERCISE = Exercise(
    number="07.1",
    name="growing_depths",
    title="Depths that never shrink",
    task="""AnyNetXE is AnyNetXD given that the depths, too, never shrink from stage to stage; being in E includes being in D. Write the
constraint on a table of networks. Then work out by what factor it shrinks the space: how many rows of depths there are,
divided by how many of them never shrink. The paper says 4! for four stages; is it exactly that?""",
    minutes=15,
    hints=(
        "Two conditions must hold for a network of E. Which are they, and with which operator do two masks combine?",
        "np.diff(table, axis=1) >= 0 says of each step that it does not shrink.",
        "The factor is m ** S / comb(m + S - 1, S), because equal depths are allowed.",
    ),
    parts=(
        Part("which networks are in E", 2, "in_e", tables, IDEA),
        Part("by what factor the space shrinks", 1, "shrinks_by", spaces, IDEA, same=within(1e-9)),
    ),
)
