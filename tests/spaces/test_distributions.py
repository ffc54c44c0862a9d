"""Grids, weights and the draws of one parameter in every stage."""

import itertools
import math

import numpy as np
import pytest
from each import each
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from regnet_edu.spaces.distributions import ORDERS, Grid, StageDraw, Tails, in_order, log_uniform, spread, tied, uniform


def uniforms(rows, columns, seed=0):
    return np.random.default_rng(seed).random((rows, columns))


def test_weights_are_those_of_a_log_uniform_number_rounded_up():
    widths = log_uniform(8, 1024, 8)
    assert widths.values.tolist() == list(range(8, 1025, 8))
    # Rounding up a number that is log-uniform in (4, 1024] gives these probabilities.
    edges = np.concatenate([[4], widths.values])
    expected = np.diff(np.log(edges)) / np.log(1024 / 4)
    assert np.allclose(widths.weights / widths.weights.sum(), expected, rtol=1e-7, atol=0)


def test_decimal_grids_hold_the_decimals_as_written():
    assert log_uniform(0.1, 255.9, parts=10).values[[0, 1, 2, -1]].tolist() == [0.1, 0.2, 0.3, 255.9]
    assert log_uniform(1.5, 3.0, parts=1000).values[:3].tolist() == [1.5, 1.501, 1.502]


def test_narrowing_a_range_conditions_the_same_distribution():
    narrow, wide = log_uniform(24, 512, 8), log_uniform(8, 1024, 8).between(24, 512)
    assert narrow.values.tolist() == wide.values.tolist()
    assert narrow.weights.tolist() == wide.weights.tolist()


def test_draws_of_one_grid_have_their_probabilities():
    grid = log_uniform(1, 16)
    drawn = grid.draw(uniforms(200_000, 1)[:, 0])
    counts = [(drawn == value).sum() for value in grid.values]
    assert stats.chisquare(counts, grid.weights / grid.weights.sum() * len(drawn)).pvalue > 1e-3


@each("order", ORDERS)
def test_draws_are_exactly_the_conditioned_distribution(order):
    # All 5^3 tuples with the product of their weights, kept if they are in order: that is what rejection leaves.
    grid = Grid(np.array([1, 2, 3, 4, 5]), np.array([5.0, 1.0, 3.0, 2.0, 7.0]))
    draw = StageDraw(grid, 3, order)
    weights = dict(zip(grid.values.tolist(), grid.weights.tolist(), strict=True))
    probability = {
        t: math.prod(weights[v] for v in t) for t in itertools.product(weights, repeat=3) if in_order(t, order)
    }
    drawn, counts = np.unique(draw.draw(uniforms(300_000, draw.numbers)), axis=0, return_counts=True)
    assert list(map(tuple, drawn.tolist())) == sorted(probability) == sorted(draw.all())
    assert len(draw.all()) == draw.count
    expected = np.array([probability[t] for t in sorted(probability)])
    assert stats.chisquare(counts, expected / expected.sum() * 300_000).pvalue > 1e-3


def test_sorting_would_be_another_distribution():
    draw = StageDraw(uniform([1, 2]), 2, "non-decreasing")
    drawn = draw.draw(uniforms(30_000, 2))
    ties = (drawn[:, 0] == drawn[:, 1]).mean()
    assert ties == pytest.approx(2 / 3, abs=0.02)  # of (1,1), (1,2), (2,2); sorted pairs have a tie half the time


@given(
    st.lists(st.integers(1, 10**9), min_size=1, max_size=40),
    st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=50),
)
def test_the_guided_search_finds_what_searchsorted_finds(weights, numbers):
    tails = Tails(np.array(weights, np.float64))
    tails._guide  # noqa: B018  # built on purpose: short arrays would not use it
    x = (1 - np.array(numbers)) * tails.total
    assert tails.places(x).tolist() == np.searchsorted(tails.cumulative, x, side="left").tolist()


@each("order", ORDERS)
@each("number", [0.0, 1 - 2.0**-53])
def test_the_smallest_and_largest_uniform_numbers_draw_values_of_the_grid(order, number):
    for grid in (log_uniform(8, 1024, 8), log_uniform(0.1, 255.9, parts=10), uniform([1, 2, 4])):
        draw = StageDraw(grid, 4, order)
        values = draw.draw(np.full((3, draw.numbers), number))
        assert np.isin(values, grid.values).all()
        assert all(row in draw for row in values.tolist())


def test_tied_draws_multiply_probabilities():
    grid = tied(
        Grid(np.array([8, 16, 24]), np.array([2.0, 3.0, 4.0])), Grid(np.array([8.0, 12.0, 24.0]), np.array([5.0, 1, 7]))
    )
    assert grid.values.tolist() == [8, 24]
    assert grid.weights[1] / grid.weights[0] == pytest.approx(28 / 10)


def test_a_spread_keeps_both_ends():
    assert spread(log_uniform(8, 1024, 8), 3).values[[0, -1]].tolist() == [8, 1024]
    assert len(spread(uniform([1, 2]), 9)) == 2
    assert spread(uniform([4]), 3).values.tolist() == [4]
