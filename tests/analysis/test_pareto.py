"""Fronts and comparisons at equal cost, against what they are by definition."""

import numpy as np
import pytest

from regnet_edu.analysis.pareto import above_front, error_at, pareto_front
from regnet_edu.common.errors import InputError


def beaten(costs, errors, k):
    """By some other network: nowhere higher, somewhere lower."""
    return any(
        c <= costs[k] and e <= errors[k] and (c < costs[k] or e < errors[k]) for c, e in zip(costs, errors, strict=True)
    )


@pytest.mark.parametrize("seed", range(20))
def test_the_front_is_what_nobody_beats(seed):
    costs, errors = np.random.default_rng(seed).integers(1, 8, (2, 25))  # many ties
    assert list(pareto_front(costs, errors)) == [not beaten(costs, errors, k) for k in range(25)]


@pytest.mark.parametrize("seed", range(5))
def test_above_the_front_is_the_distance_to_the_best_that_costs_no_more(seed):
    costs, errors = np.random.default_rng(seed).integers(1, 8, (2, 25))
    expected = [e - errors[costs <= c].min() for c, e in zip(costs, errors, strict=True)]
    assert list(above_front(costs, errors)) == expected
    assert (above_front(costs, errors)[pareto_front(costs, errors)] == 0).all()


def test_twins_are_both_on_the_front():
    assert list(pareto_front([4, 4, 5, 4], [22, 22, 21, 23])) == [True, True, True, False]


def test_an_error_between_two_networks_lies_on_a_line_over_the_logarithm():
    assert error_at([16, 1, 4], [0.2, 0.3, 0.25], [2, 8]) == pytest.approx([0.275, 0.225])
    assert error_at([1, 4], [0.3, 0.25], 4) == pytest.approx([0.25])


def test_outside_of_a_family_nothing_is_known():
    assert np.isnan(error_at([1, 4], [0.3, 0.25], [0.99, 4.01])).all()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: pareto_front([1, 2], [1]), "2 costs and 1 errors"),
        (lambda: pareto_front([1, np.nan], [1, 2]), "missing"),
        (lambda: error_at([], [], 1), "no networks"),
        (lambda: error_at([1, 0], [1, 2], 1), "cost 0 is not above 0"),
    ],
)
def test_what_has_no_answer_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()
