"""The EDF, its summary, complexity matching and the empirical bootstrap."""

from __future__ import annotations

import time

import numpy as np
import pytest
from each import each
from hypothesis import given, settings
from hypothesis import strategies as st

from regnet_edu.analysis.edf import bootstrap_best, complexity_weights, edf, summary
from regnet_edu.common.errors import InputError

fractions = st.floats(0, 1, allow_nan=False)
samples = st.lists(fractions, min_size=1, max_size=30)
NAN = float("nan")


@given(samples, fractions)
def test_edf_is_the_mean_of_the_strict_indicator(errors, at):
    assert edf(errors, at) == pytest.approx(np.mean([e < at for e in errors]), abs=1e-12)


@given(samples)
def test_edf_is_monotone_and_inside_0_and_1(errors):
    values = edf(errors, np.linspace(-0.5, 1.5, 41))
    assert (np.diff(values) >= 0).all()
    assert values[0] == 0
    assert values[-1] == 1


@given(samples)
def test_edf_is_strict_at_every_error_and_reaches_1_only_above_the_largest(errors):
    x, y = edf(errors)
    assert y[0] == 0
    assert y[-1] < 1
    assert edf(errors, np.nextafter(x[-1], 2)) == 1
    for error, fraction in zip(x, y, strict=True):
        assert fraction == pytest.approx(sum(e < error for e in errors) / len(errors))


@given(samples)
def test_area_above_the_edf_is_the_mean_error(errors):
    x = np.concatenate([[0.0], np.unique(errors), [1.0]])
    above = 1 - edf(errors, x)
    assert np.sum(np.diff(x) * above[1:]) == pytest.approx(np.mean(errors), abs=1e-9)


@given(st.lists(st.tuples(fractions, st.integers(0, 5)), min_size=1, max_size=20), fractions)
def test_a_whole_weight_counts_like_that_many_copies(pairs, at):
    errors, weights = zip(*pairs, strict=True)
    if sum(weights) == 0:
        with pytest.raises(InputError, match="weights are all 0"):
            edf(errors, at, weights)
    else:
        assert edf(errors, at, weights) == pytest.approx(edf(np.repeat(errors, weights), at))


def test_at_keeps_its_shape_and_a_number_gives_a_number():
    assert isinstance(edf([0.5, 0.6], 0.55), float)
    assert edf([0.5, 0.6], [[0.5], [0.7]]).shape == (2, 1)
    assert edf([0.5, 0.6], []).shape == (0,)


def test_failed_networks_are_left_out_and_counted():
    assert edf([0.5, NAN, 0.6], 0.55) == 0.5
    assert edf([0.5, NAN, 0.6], 0.55, [1, 100, 3]) == 0.25
    assert summary([0.5, NAN, 0.6])[3:] == (2, 1)


@each(
    ("errors", "message"),
    [
        ([], "0 networks with an error"),
        ([NAN, NAN], "2 failed without one"),
        ([39.0, 49.0], "as a percentage it is 0.39"),
        ([-0.1], "fraction in"),
        ([float("inf")], "fraction in"),
        (["a"], "sequence of numbers"),
        ([[0.5]], "2 dimensions"),
        (0.5, "0 dimensions"),
        (None, "0 dimensions"),
    ],
)
def test_bad_errors_are_named(errors, message):
    for call in (lambda: edf(errors), lambda: summary(errors), lambda: bootstrap_best([1.0], errors)):
        with pytest.raises(InputError, match=message) as caught:
            call()
        assert "\n" not in str(caught.value)


@each(
    "call",
    [
        lambda: edf([0.5], NAN),
        lambda: edf([0.5], "x"),
        lambda: edf([0.5], 0.5, [1, 2]),
        lambda: edf([0.5], 0.5, [-1]),
        lambda: edf([0.5], 0.5, [NAN]),
        lambda: bootstrap_best([1, 2], [0.5]),
        lambda: bootstrap_best([NAN], [0.5]),
        lambda: bootstrap_best([1], [0.5], fraction=0),
        lambda: bootstrap_best([1], [0.5], fraction=25),
        lambda: bootstrap_best([1], [0.5], repeats=0),
        lambda: bootstrap_best([1], [0.5], repeats=1.5),
        lambda: bootstrap_best([1], [0.5], level=95),
        lambda: bootstrap_best([1], [0.5], rng="x"),
        lambda: bootstrap_best([1], [0.5], rng=-1),
        lambda: complexity_weights([1, 2], [3, 4]),
        lambda: complexity_weights([0], [1]),
        lambda: complexity_weights([], [1]),
        lambda: complexity_weights([1], [1], bins=0),
    ],
)
def test_bad_arguments_are_one_sentence(call):
    with pytest.raises(InputError) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_summary_prints_as_the_legends_of_the_paper():
    assert str(summary([0.387, 0.477])) == "[38.7 | 43.2]"
    assert summary([0.4]).sd == 0
    assert summary([0.4, 0.6, 0.8]).sd == pytest.approx(0.2)


def test_bootstrap_follows_the_exact_law_of_the_smallest_rank():
    rng = np.random.default_rng(3)
    n = 200
    errors = rng.permutation(np.linspace(0.3, 0.7, n))
    ranks = errors.argsort().argsort()  # the value of a network is its rank
    m = n // 4
    below = 1 - ((n - 1 - np.arange(n)) / n) ** m  # P(smallest rank of m draws <= r)
    found = bootstrap_best(ranks, errors, repeats=40_000)
    exact = [int(np.argmax(below >= q)) for q in (0.025, 0.5, 0.975)]
    assert np.abs(np.array(found) - exact).max() <= 1


def test_bootstrap_is_the_footnote_done_naively():
    rng = np.random.default_rng(5)
    values, errors = rng.normal(size=40), rng.uniform(0.3, 0.6, 40)
    kept = []
    for _ in range(4000):
        drawn = rng.integers(40, size=10)
        kept.append(values[drawn[errors[drawn].argmin()]])
    naive = np.quantile(kept, [0.025, 0.5, 0.975], method="inverted_cdf")
    assert np.allclose(bootstrap_best(values, errors), naive, atol=0.35)
    assert set(bootstrap_best(values, errors)) <= set(values)


def test_bootstrap_does_not_depend_on_the_order_of_the_pairs():
    rng = np.random.default_rng(2)
    values, errors = rng.integers(1, 9, 60), np.round(rng.uniform(0.3, 0.6, 60), 2)  # with ties
    for _ in range(5):
        order = rng.permutation(60)
        assert bootstrap_best(values[order], errors[order]) == bootstrap_best(values, errors)


def test_bootstrap_is_seeded_and_touches_no_global_state():
    values, errors = np.arange(50), np.random.default_rng(0).uniform(size=50)
    before = np.random.get_state()[1].copy()
    assert bootstrap_best(values, errors, rng=4) == bootstrap_best(values, errors, rng=np.random.default_rng(4))
    assert (np.random.get_state()[1] == before).all()


def test_bootstrap_with_one_network_gives_its_value():
    assert bootstrap_best([7], [0.5]) == (7, 7, 7)
    assert bootstrap_best([7, 9], [0.5, NAN]) == (7, 7, 7)


def test_tied_errors_share_the_choice():
    assert bootstrap_best([1, 2], [0.5, 0.5])[::2] == (1, 2)


def test_bootstrap_of_500_networks_10000_times_takes_under_half_a_second_of_a_processor():
    rng = np.random.default_rng(0)
    values, errors = rng.normal(size=500), rng.uniform(size=500)
    took = []
    for _ in range(3):
        start = time.process_time()
        bootstrap_best(values, errors)
        took.append(time.process_time() - start)
    assert min(took) < 0.5


@settings(max_examples=50)
@given(
    st.lists(st.floats(1, 100), min_size=5, max_size=60),
    st.lists(st.floats(1, 100), min_size=5, max_size=60),
    st.integers(1, 8),
)
def test_complexity_weights_give_both_populations_the_same_complexity(a, b, bins):
    try:
        weights = complexity_weights(a, b, bins)
    except InputError:
        return  # nothing in common
    low, high = np.log(max(min(a), min(b))), np.log(min(max(a), max(b)))
    edges = np.linspace(low, high, bins + 1)[1:-1]
    for weight in weights:
        assert weight.sum() == pytest.approx(1)
        assert (weight >= 0).all()
    shares = [
        np.bincount(np.searchsorted(edges, np.log(v), side="right"), w, minlength=bins)
        for w, v in zip(weights, (a, b), strict=True)
    ]
    assert np.allclose(*shares)


def test_matching_removes_a_difference_that_is_only_complexity():
    rng = np.random.default_rng(0)
    small, large = np.exp(rng.uniform(0, 2, 2000)), np.exp(rng.uniform(0, 1, 2000) ** 0.5 * 2)
    errors = [0.6 - 0.1 * np.log(c) for c in (small, large)]
    weights = complexity_weights(small, large, 20)
    at = np.linspace(0.4, 0.6, 50)
    plain = np.abs(edf(errors[0], at) - edf(errors[1], at)).max()
    matched = np.abs(edf(errors[0], at, weights[0]) - edf(errors[1], at, weights[1])).max()
    assert plain > 0.2
    assert matched < 0.05
