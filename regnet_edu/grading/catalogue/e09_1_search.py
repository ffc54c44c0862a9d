"""Exercise 09.1: how good is the best of m random networks?"""

from __future__ import annotations

import numpy as np

from ..compare import within
from ..exercise import Exercise, Part

IDEA = 'chapter 9, "How many networks must one train?"'


def searches(rng: np.random.Generator) -> list[tuple]:
    cases: list[tuple] = [([0.5], 1), ([0.4, 0.6], 1), ([0.4, 0.6], 2), ([0.6, 0.3, 0.5], 2)]
    for n in (5, 9, 40):
        cases.append((np.round(rng.uniform(0.3, 0.7, n), 3).tolist(), int(rng.integers(2, n))))
    return cases


def targets(rng: np.random.Generator) -> list[tuple]:
    cases: list[tuple] = [([0.5], 0.6, 1), ([0.4, 0.6], 0.5, 1), ([0.4, 0.6], 0.6, 2), ([0.5, 0.6, 0.7], 0.55, 2)]
    cases += [([0.5, 0.6], 0.4, 3), ([0.5, 0.6], 0.55, 3)]  # fewer networks than m
    for n in (6, 12, 30):
        errors = np.round(rng.uniform(0.3, 0.7, n), 2)
        cases.append((errors.tolist(), float(rng.choice(errors)), int(rng.integers(1, 5))))
    return cases


EXERCISE = Exercise(
    number="09.1",
    name="search",
    title="The best of m random networks",
    task="""Figure 9 of the paper (right) asks how many random networks one must train to find a good one. Answer it from a
population without training anything, and without chance: the expected lowest error of m *different* networks of the population,
each choice of m equally likely; and the probability that such a search finds an error below a target.""",
    minutes=30,
    hints=(
        "Try it by hand with the errors 0.3, 0.5, 0.6 and m = 2: list the three pairs and take the mean of their minima.",
        "Sort the errors. The k-th lowest (counted from 0) is the minimum of a choice if it is in it and the other m - 1 "
        "are among the n - 1 - k higher ones.",
        "sum of errors[k] * comb(n - 1 - k, m - 1) / comb(n, m). For the target, with b networks strictly below it: "
        "1 - comb(n - b, m) / comb(n, m).",
    ),
    parts=(
        Part("the expected lowest error", 3, "expected_best", searches, IDEA, same=within(1e-6)),
        Part("the probability to find one below a target", 2, "chance_below", targets, IDEA, same=within(1e-6)),
    ),
)
