"""Random-search efficiency, against brute force over all searches."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from each import each
from hypothesis import given
from hypothesis import strategies as st

from regnet_edu.analysis.random_search import random_search_curve
from regnet_edu.common.errors import InputError

samples = st.lists(st.integers(0, 10).map(lambda k: k / 10), min_size=1, max_size=6)


def check(errors, m, replacement):
    ways = itertools.product(errors, repeat=m) if replacement else itertools.combinations(errors, m)
    best = np.array([min(way) for way in ways])
    curve = random_search_curve(errors, [m], replacement=replacement, level=0.8)
    assert curve.expected[0] == pytest.approx(best.mean())
    low, high = np.quantile(best, [0.1 - 1e-12, 0.9 - 1e-12], method="inverted_cdf")
    assert (curve.low[0], curve.high[0]) == (low, high)


@given(samples, st.integers(1, 6))
def test_without_replacement_it_is_the_mean_over_all_subsets(errors, m):
    check(errors, min(m, len(errors)), replacement=False)


@given(samples, st.integers(1, 4))
def test_with_replacement_it_is_the_mean_over_all_sequences(errors, m):
    check(errors, m, replacement=True)


@given(samples, st.booleans())
def test_more_draws_never_make_it_worse(errors, replacement):
    curve = random_search_curve(errors, replacement=replacement)
    for values in curve[1:]:
        assert (np.diff(values) <= 1e-12).all()
    assert curve.expected[0] == pytest.approx(np.mean(errors))
    assert (curve.low <= curve.high).all()


def test_all_networks_drawn_give_the_best_one():
    errors = np.random.default_rng(0).uniform(size=500)
    curve = random_search_curve(errors)
    assert list(curve.draws) == list(range(1, 501))
    assert curve.expected[-1] == curve.low[-1] == curve.high[-1] == errors.min()


def test_without_replacement_it_is_unbiased_and_with_replacement_it_is_not():
    rng = np.random.default_rng(1)
    truth = 1 / 17  # expected minimum of 16 uniform numbers
    curves = [
        [random_search_curve(x, 16, replacement=r).expected[0] for r in (False, True)] for x in rng.random((2000, 20))
    ]
    without, with_it = np.mean(curves, axis=0)
    assert without == pytest.approx(truth, abs=0.004)
    assert with_it > truth + 0.01


def test_failed_networks_are_left_out():
    assert random_search_curve([0.5, float("nan"), 0.7]).draws.size == 2


@each("draws", [0, [1, 0], 1.5, [3], "x", [float("nan")], [[1]]])
def test_bad_draws_are_one_sentence(draws):
    with pytest.raises(InputError) as caught:
        random_search_curve([0.5, 0.6], draws)
    assert "\n" not in str(caught.value)


def test_too_many_draws_offer_replacement():
    with pytest.raises(InputError, match="at most 2 will do, or replacement=True"):
        random_search_curve([0.5, 0.6], 3)
    assert random_search_curve([0.5, 0.6], 3, replacement=True).expected[0] == pytest.approx(0.5 + 0.1 / 8)
