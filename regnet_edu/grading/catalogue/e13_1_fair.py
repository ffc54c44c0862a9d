"""Exercise 13.1: fair comparisons."""

from __future__ import annotations

import numpy as np

from ..exercise import Exercise, Part

FRONT = 'chapter 13, "The Pareto front"'
AT_COST = 'chapter 13, "At equal cost"'
GAP = 'chapter 13, "What stands behind the plus-minus"'


def groups(rng: np.random.Generator) -> list[tuple]:
    """Networks with two or three numbers; small whole numbers, so that there are ties and twins."""
    cases: list[tuple] = [
        ([[1, 2]],),
        ([[1, 3], [2, 2], [3, 1]],),
        ([[1, 2], [1, 2]],),
        ([[1, 3], [1, 2], [2, 2]],),
        ([[1, 9], [2, 8], [3, 1]],),  # the middle one is on the front, and above the line between the others
        ([[2, 2, 5], [2, 2, 4], [1, 3, 9]],),
        ([[5, 5, 5], [4, 4, 4], [3, 6, 6], [6, 6, 1], [5, 5, 5]],),
    ]
    for n, numbers in ((8, 2), (12, 3)):
        cases.append((rng.integers(1, 7, (n, numbers)).tolist(),))
    return cases


def families(rng: np.random.Generator) -> list[tuple]:
    """A family, and a cost: of one of its networks, between two, below all and above all."""
    cases: list[tuple] = [
        ([100], [0.3], 100),
        ([100], [0.3], 99),
        ([100], [0.3], 101),
        ([100, 400], [0.3, 0.2], 200),
        ([400, 100], [0.2, 0.3], 400),
        ([100, 400], [0.3, 0.2], 50),
        ([100, 400], [0.3, 0.2], 401),
        ([800, 200, 400], [0.24, 0.30, 0.26], 200),
        ([800, 200, 400], [0.24, 0.30, 0.26], 600),
    ]
    for n in (4, 7):
        costs = rng.choice(np.arange(200, 16_000), n, replace=False)
        errors = np.round(rng.uniform(0.19, 0.31, n), 3)
        low, high = sorted(costs.tolist())[1:3]
        inside = int(rng.integers(low + 1, high)) if high > low + 1 else low
        cases += [(costs.tolist(), errors.tolist(), c) for c in (inside, int(costs.max()), int(costs.max()) * 2)]
    return cases


def pairs(rng: np.random.Generator) -> list[tuple]:
    """Two published networks, in fractions, each with its number of runs."""
    cases: list[tuple] = [
        ((0.25, 0.0, 5), (0.25, 0.0, 5)),
        ((0.26, 0.003, 1), (0.25, 0.004, 1)),
        ((0.241, 0.0016, 5), (0.245, 0.0007, 5)),
        ((0.25, 0.002, 4), (0.24, 0.0, 5)),
        ((0.24, 0.0, 5), (0.25, 0.002, 9)),
    ]
    for _ in range(3):
        a, b = (
            (
                round(float(rng.uniform(0.19, 0.31)), 3),
                round(float(rng.uniform(0.0003, 0.002)), 4),
                int(rng.integers(2, 12)),
            )
            for _ in range(2)
        )
        cases.append((a, b))
    return cases


EXERCISE = Exercise(
    number="13.1",
    name="fair",
    title="Compare networks fairly",
    task="""Three tools against three ways to fool oneself. Which networks of a list deserve a look at all, whatever one
pays for, flops, time or memory? Those on the *Pareto front*. How do two families compare that never have the same cost? By the
error that each reaches *at* a cost, and only where both have networks. And is a difference of two published errors more than
luck? That is for its *standard error* to say, and the plus-minus of a table is not yet that.""",
    minutes=35,
    hints=(
        "Try each function on the smallest case by hand: two equal networks; a cost that is below all; one run of each network.",
        "front: write a function beats(a, b) first, with all(...) and any(...). at_cost: sort by cost first, and look whether the cost "
        "is inside the family at all. gap: the variance of a mean of n runs is std**2 / n, and variances of a difference add up.",
        "beats: all(x <= y ...) and any(x < y ...). np.interp draws the line if both lists are sorted and logarithms are taken; "
        "it does not say where it ends. The standard error is sqrt(std_a**2 / runs_a + std_b**2 / runs_b).",
    ),
    parts=(
        Part("which networks are on the front", 2, "front", groups, FRONT),
        Part("the error of a family at a cost", 2, "at_cost", families, AT_COST),
        Part("a difference and its standard error", 2, "gap", pairs, GAP),
    ),
)
