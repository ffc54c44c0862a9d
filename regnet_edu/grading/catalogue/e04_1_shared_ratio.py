"""Exercise 04.1: the constraint of AnyNetXB."""

from __future__ import annotations

import numpy as np

from ..compare import within
from ..exercise import Exercise, Part

IDEA = 'chapter 4, "A constraint is a condition"'


def tables(rng: np.random.Generator) -> list[tuple]:
    cases: list[tuple] = [
        ([[1]],),
        ([[1, 2]],),
        ([[2, 2], [2, 4]],),
        ([[1, 2, 1, 1], [4, 4, 4, 4]],),
        ([[1, 2, 1]],),
        ([[2, 1, 4, 2]],),
    ]
    cases += [(np.sort(rng.choice([1, 2, 4], (1, 3))).tolist(),), ([[2, 1, 3]],), ([[2, 4, 4, 6]],)]
    for n in (4, 8):
        rows = rng.choice([1, 2, 4], (n, 4))
        rows[::3] = rows[::3, :1]
        cases.append((rows.tolist(),))
    return cases


def choices(rng: np.random.Generator) -> list[tuple]:
    return [(1, 4), (2, 1), (3, 4), (6, 4), *((int(rng.integers(2, 9)), int(rng.integers(2, 6))) for _ in range(3))]


EXERCISE = Exercise(
    number="04.1",
    name="shared_ratio",
    title="One bottleneck ratio for all stages",
    task="""AnyNetXB is AnyNetXA *given* that all stages have the same bottleneck ratio. Write the constraint for a table of
networks at once, one row a network and one column a stage; and work out what share of AnyNetXA's networks keeps it,
when each stage draws one of `k` equally likely ratios on its own.""",
    minutes=15,
    hints=(
        "How would you see at a glance that a row holds one number only? Compare every stage with one of them.",
        "b[:, :1] is the first column, kept as a column; comparing the table with it gives True and False for each stage.",
        "np.all(b == b[:, :1], axis=1). For the share: whatever the first stage draws, each other stage must draw the same.",
    ),
    parts=(
        Part("which networks are in B", 2, "same_ratio", tables, IDEA),
        Part("what share of A that is", 1, "share_kept", choices, IDEA, same=within(1e-9, 1e-15)),
    ),
)
