"""Comparisons of two populations, against scipy and brute force."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from regnet_edu.analysis.comparison import Comparison, compare, networks_needed, round_significantly
from regnet_edu.common.errors import InputError

grid = st.integers(0, 20).map(lambda k: k / 20)  # many ties
samples = st.lists(grid, min_size=1, max_size=25)


def normal(mean, sd, n, seed):
    return np.clip(np.random.default_rng(seed).normal(mean, sd, n), 0, 1)


@settings(deadline=None)
@given(samples, samples)
def test_every_statistic_equals_scipy_or_brute_force(a, b):
    result = compare(a, b, repeats=20)
    assert result.ks.value == pytest.approx(stats.ks_2samp(a, b, method="asymp").statistic)
    wins = stats.mannwhitneyu(b, a).statistic / (len(a) * len(b))
    assert result.superiority.value == pytest.approx(wins)
    assert result.mean_difference.value == pytest.approx(np.mean(a) - np.mean(b))
    assert result.minimum_difference.value == pytest.approx(min(a) - min(b))


def test_intervals_agree_with_scipys_bootstrap():
    a, b = normal(0.58, 0.03, 60, 1), normal(0.56, 0.02, 80, 2)
    result = compare(a, b, repeats=20_000)
    oracle = stats.bootstrap(
        (a, b), lambda x, y, axis: x.mean(axis) - y.mean(axis), method="percentile", vectorized=True, rng=0
    ).confidence_interval
    assert result.mean_difference[1:] == pytest.approx(tuple(oracle), abs=4e-4)


def test_bootstrap_of_ks_and_superiority_equals_a_naive_loop():
    a, b = normal(0.58, 0.03, 30, 1), normal(0.56, 0.02, 20, 2)
    rng = np.random.default_rng(0)
    naive = []
    for _ in range(1000):
        x, y = rng.choice(a, 30), rng.choice(b, 20)
        wins = (x[:, None] < y).mean() + (x[:, None] == y).mean() / 2
        naive.append((x.min() - y.min(), stats.ks_2samp(x, y, method="asymp").statistic, wins))
    low, high = np.quantile(naive, [0.025, 0.975], axis=0)
    result = compare(a, b)
    for k, estimate in enumerate((result.minimum_difference, result.ks, result.superiority)):
        assert estimate.low == pytest.approx(low[k], abs=0.02)
        assert estimate.high == pytest.approx(high[k], abs=0.02)


def test_ks_by_chance_is_the_critical_value_of_the_two_sample_test():
    a, b = normal(0.5, 0.05, 80, 1), normal(0.5, 0.05, 80, 2)
    critical = math.sqrt(-math.log(0.025) / 2) * math.sqrt(2 / 80)
    assert compare(a, b).ks_chance == pytest.approx(critical, abs=0.02)


def test_swapping_the_populations_mirrors_the_result():
    a, b = normal(0.58, 0.03, 50, 1), normal(0.55, 0.02, 60, 2)
    one, other = compare(a, b, ("A", "B")), compare(b, a, ("B", "A"))
    assert one.mean_difference.value == -other.mean_difference.value
    assert one.superiority.value == pytest.approx(1 - other.superiority.value)
    assert one.needed == other.needed
    assert one.better == other.better == "B"


def test_two_populations_of_one_space_are_told_apart_in_about_5_percent_of_cases():
    found = [
        compare(normal(0.5, 0.03, 60, 2 * k), normal(0.5, 0.03, 60, 2 * k + 1), repeats=400).better for k in range(200)
    ]
    assert sum(name is not None for name in found) <= 22


def test_needed_is_the_two_sided_power_computation_of_scienced_pilots():
    # mean and sd of the pilots with 8 MF: A - RegNetX, C - RegNetX, A - E, C - D
    assert networks_needed(4.30, 1.67, 59.75 - 55.79) == 11
    assert networks_needed(3.34, 1.67, 58.91 - 55.79) == 12
    assert networks_needed(4.30, 1.85, 59.75 - 57.48) == 34
    assert 125 <= networks_needed(3.34, 3.42, 58.91 - 57.72) <= 131
    assert networks_needed(1, 1, 0) is None


def test_needed_networks_do_give_the_power_that_was_asked_for():
    n = networks_needed(0.03, 0.02, 0.01)
    rng = np.random.default_rng(0)
    a, b = rng.normal(0.56, 0.03, (4000, n)), rng.normal(0.55, 0.02, (4000, n))
    assert np.mean(stats.ttest_ind(a, b, axis=1, equal_var=False).pvalue < 0.05) == pytest.approx(0.8, abs=0.03)


def test_sentence_says_which_is_better_and_by_how_much():
    text = compare(normal(0.6, 0.04, 200, 1), normal(0.56, 0.02, 200, 2), ("AnyNetXA", "RegNetX")).sentence
    assert text.startswith("With these 200 and 200 networks, RegNetX is better than AnyNetXA: its mean error is")
    assert "95 % interval" in text
    assert "probability 0.8" in text


def test_sentence_says_when_the_data_cannot_tell_and_what_would_be_needed():
    text = compare(normal(0.58, 0.03, 25, 1), normal(0.575, 0.03, 25, 3), ("C", "D")).sentence
    assert "these data cannot tell C and D apart" in text
    assert "about n = " in text
    assert "would be needed" in text


def test_equal_populations_need_no_number_of_networks():
    text = compare([0.5, 0.6, 0.7] * 10, [0.5, 0.6, 0.7] * 10).sentence
    assert "cannot tell A and B apart" in text
    assert "no number of networks" in text


def test_few_networks_are_not_compared_but_do_not_crash():
    assert "cannot be compared" in compare([0.5], [0.6]).sentence
    assert math.isnan(compare([0.5], [0.6, 0.7]).mean_difference.low)
    assert compare([0.1, 0.1, 0.1], [0.9, 0.9, 0.9]).better is None
    assert "rough" in compare(normal(0.5, 0.01, 8, 1), normal(0.7, 0.01, 8, 2)).sentence


def test_failed_networks_are_left_out_and_counted():
    result = compare([0.5, float("nan"), 0.6], [0.5, 0.6])
    assert (result.n, result.failed) == ((2, 2), (1, 0))


def test_result_is_frozen_and_the_same_for_the_same_seed():
    a, b = normal(0.5, 0.03, 20, 1), normal(0.5, 0.03, 30, 2)
    assert isinstance(compare(a, b), Comparison)
    assert compare(a, b, rng=3) == compare(a, b, rng=3)
    with pytest.raises(AttributeError):
        compare(a, b).level = 0.9


def test_numbers_of_networks_are_rounded_to_two_digits():
    assert [round_significantly(n) for n in (11, 99, 129, 1899, 54_321)] == [11, 99, 130, 1900, 54_000]


@pytest.mark.parametrize(
    "call",
    [
        lambda: compare([], [0.5]),
        lambda: compare([0.5], [50]),
        lambda: compare([0.5], [0.5], ("A",)),
        lambda: compare([0.5], [0.5], level=95),
        lambda: compare([0.5], [0.5], power=1),
        lambda: compare([0.5], [0.5], repeats=0),
    ],
)
def test_bad_arguments_are_one_sentence(call):
    with pytest.raises(InputError) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_a_bad_error_names_its_population():
    with pytest.raises(InputError, match="errors of RegNetX"):
        compare([0.5], [50.0], ("A", "RegNetX"))
