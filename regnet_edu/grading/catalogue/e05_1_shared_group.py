"""Exercise 05.1: the constraint of AnyNetXC."""

from __future__ import annotations

import numpy as np

from ..exercise import Exercise, Part

IDEA = 'chapter 5, "What is shared, and what is built"'


def tables(rng: np.random.Generator) -> list[tuple]:
    cases: list[tuple] = [
        ([[8, 16]], [[1, 1]], [[4, 4]]),
        ([[8, 16]], [[1, 1]], [[4, 8]]),
        ([[8, 16]], [[1, 2]], [[8, 8]]),
        ([[8, 64]], [[1, 1]], [[16, 16]]),
        ([[8, 8]], [[1, 1]], [[16, 32]]),
        ([[32, 64]], [[2, 2]], [[4, 8]]),
    ]
    for n in (3, 6):
        w, b = 8 * rng.integers(1, 20, (n, 4)), rng.choice([1, 2, 4], (n, 4))
        g = rng.choice([1, 2, 4, 8, 16, 32], (n, 4))
        b[::2], g[::2] = b[::2, :1], g[::2, :1]
        b[1:2] = b[1:2, :1]
        cases.append((w.tolist(), b.tolist(), g.tolist()))
    return cases


def stages(rng: np.random.Generator) -> list[tuple]:
    return [(1,), (2,), (4,), *((int(rng.integers(5, 30)),) for _ in range(2))]


EXERCISE = Exercise(
    number="05.1",
    name="shared_group",
    title="One group width for all stages",
    task="""AnyNetXC is AnyNetXB given that all stages have the same *nominal* group width, the one that was sampled: what
the compatibility rule later builds from it does not matter. Being in C includes being in B. Write the constraint for
a table of networks; and count the degrees of freedom of A, B and C.""",
    minutes=15,
    hints=(
        "C is a constraint on top of B. What must hold of b, what of g, and what of w?",
        "Write one helper that says whether the rows of a table hold one number only, and use it twice.",
        "same(b) & same(g); degrees of freedom with S stages: A has 4 S, B has 3 S + 1, C has 2 S + 2.",
    ),
    parts=(
        Part("which networks are in C", 2, "in_c", tables, IDEA),
        Part("degrees of freedom of A, B and C", 1, "degrees_of_freedom", stages, IDEA),
    ),
)
