"""Exercise 03.1: the error distribution function."""

from __future__ import annotations

import numpy as np

from ..exercise import Exercise, Part

IDEA = 'chapter 3, "The EDF, by hand"'


def at_one_error(rng: np.random.Generator) -> list[tuple]:
    cases: list[tuple] = [([0.5], 0.5), ([0.5], 0.6), ([0.4, 0.6], 0.6), ([0.3, 0.3, 0.9], 0.3)]
    for n in (3, 5, 8, 20):
        errors = np.round(rng.uniform(0.3, 0.9, n), 1).tolist()
        cases += [(errors, float(rng.choice(errors))), (errors, round(float(rng.uniform(0.2, 1)), 2))]
    return cases


def at_many(rng: np.random.Generator) -> list[tuple]:
    cases: list[tuple] = [([0.5], [0.5, 0.6]), ([0.6, 0.4], [0.6, 0.1, 0.5])]
    for n in (4, 9, 30):
        errors = np.round(rng.uniform(0.3, 0.9, n), 2)
        at = np.concatenate([rng.choice(errors, 3), np.round(rng.uniform(0.2, 1, 3), 2)])
        cases.append((errors.tolist(), at.tolist()))
    return cases


def means(rng: np.random.Generator) -> list[tuple]:
    return [([0.5],), ([0.25, 0.75],), *((np.round(rng.uniform(0.2, 0.9, n), 3).tolist(),) for n in (3, 7, 25))]


EXERCISE = Exercise(
    number="03.1",
    name="edf",
    title="The error distribution function",
    task="""The EDF of a population says, for each error $e$, what share of the networks has an error *below* $e$
(equation 1 of the paper). Write it for one error, then for many at once, and then find the mean error from the
curve alone: the paper's caption of Figure 2 says that it is the area at the curve, on the side of the larger shares.""",
    minutes=15,
    hints=(
        "How many of the errors [0.3, 0.3, 0.9] are below 0.3? Say it aloud before you write the comparison.",
        "A comparison of an array with a number gives an array of True and False, and its mean is the share of True.",
        "edf: np.mean(np.asarray(errors) < e). For the area: sort the errors, walk along the steps of the curve from 0 "
        "to 1 and add (width of the step) x (1 - height).",
    ),
    parts=(
        Part("the share strictly below one error", 2, "edf", at_one_error, IDEA),
        Part("the curve at many errors, in their order", 1, "edf_curve", at_many, IDEA),
        Part("the mean error as an area", 2, "mean_from_curve", means, IDEA),
    ),
)
