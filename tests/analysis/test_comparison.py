"""Comparisons of two populations, against scipy and brute force."""

from __future__ import annotations

import math

import numpy as np
import pytest
from each import each
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import regnet_edu as rn
from regnet_edu.analysis.comparison import Comparison, compare
from regnet_edu.analysis.planning import networks_needed
from regnet_edu.common.errors import InputError

grid = st.integers(0, 20).map(lambda k: k / 20)  # many ties
samples = st.lists(grid, min_size=1, max_size=25)


def normal(mean, sd, n, seed):
    return np.clip(np.random.default_rng(seed).normal(mean, sd, n), 0, 1)


@settings(deadline=None)
@given(samples, samples)
def test_every_statistic_equals_scipy_or_brute_force(a, b):
    result = compare(a, b)
    assert result.ks.value == pytest.approx(stats.ks_2samp(a, b, method="asymp").statistic)
    wins = stats.mannwhitneyu(b, a).statistic / (len(a) * len(b))
    assert result.superiority.value == pytest.approx(wins)
    assert result.mean_difference.value == pytest.approx(np.mean(a) - np.mean(b))
    assert result.minimum_difference.value == pytest.approx(min(a) - min(b))
    assert result.superiority.low <= result.superiority.value <= result.superiority.high or min(len(a), len(b)) < 2


def test_the_interval_of_the_means_is_welchs():
    a, b = normal(0.58, 0.03, 60, 1), normal(0.56, 0.02, 25, 2)
    result, oracle = compare(a, b), stats.ttest_ind(a, b, equal_var=False)
    assert result.mean_difference[1:] == pytest.approx(tuple(oracle.confidence_interval()))
    assert result.p == pytest.approx(oracle.pvalue)
    assert (result.ks_p, result.superiority_p) == (stats.ks_2samp(a, b).pvalue, stats.mannwhitneyu(a, b).pvalue)


def test_equal_weights_change_nothing_and_double_weight_is_a_network_twice():
    a, b = normal(0.58, 0.03, 30, 1), normal(0.56, 0.02, 20, 2)
    plain, equal = compare(a, b), compare(a, b, weights=(np.full(30, 0.1), np.full(20, 7.0)))
    for name in ("mean_difference", "ks", "superiority"):
        assert getattr(equal, name) == pytest.approx(getattr(plain, name))
    twice = compare(a, b, weights=(np.where(np.arange(30) < 5, 2.0, 1.0), np.ones(20)))
    assert twice.means[0] == pytest.approx(np.concatenate([a, a[:5]]).mean())
    assert twice.ks.value == pytest.approx(stats.ks_2samp(np.concatenate([a, a[:5]]), b).statistic)


def test_the_bootstrap_of_minima_equals_a_naive_loop():
    a, b = normal(0.58, 0.03, 30, 1), normal(0.56, 0.02, 20, 2)
    rng = np.random.default_rng(0)
    naive = [rng.choice(a, 30).min() - rng.choice(b, 20).min() for _ in range(4000)]
    assert compare(a, b).minimum_difference[1:] == pytest.approx(np.quantile(naive, [0.025, 0.975]), abs=0.02)


def test_a_subset_is_not_a_second_sample():
    errors = normal(0.58, 0.03, 200, 1)
    chosen = np.zeros(200, bool)
    chosen[np.random.default_rng(0).choice(200, 42, replace=False)] = True
    result = compare(errors, subset=chosen, names=("some", "all"))
    rng, joint = np.random.default_rng(1), []
    for rows in rng.integers(200, size=(4000, 200)):
        joint.append(errors[rows][chosen[rows]].mean() - errors[rows].mean())
    assert result.mean_difference.value == pytest.approx(errors[chosen].mean() - errors.mean())
    assert result.mean_difference[1:] == pytest.approx(np.quantile(joint, [0.025, 0.975]), abs=0.001)
    assert result.n == (42, 200) and result.means == pytest.approx((errors[chosen].mean(), errors.mean()))


def test_swapping_the_populations_mirrors_the_result():
    a, b = normal(0.58, 0.03, 50, 1), normal(0.55, 0.02, 60, 2)
    one, other = compare(a, b, ("A", "B")), compare(b, a, ("B", "A"))
    assert one.mean_difference.value == -other.mean_difference.value
    assert one.superiority.value == pytest.approx(1 - other.superiority.value)
    assert one.detectable == other.detectable
    assert one.better == other.better == "B"


@pytest.mark.heavy
@each("n", [10, 12, 30, 50])
def test_two_populations_of_one_space_are_told_apart_in_5_percent_of_cases(n):
    errors = rn.load_population("anynetxa-cpu")["error"].to_numpy()
    rng = np.random.default_rng(n)
    a, b = (errors[rng.integers(errors.size, size=(600, n))] for _ in range(2))
    found = sum(compare(*pair).better is not None for pair in zip(a, b, strict=True))
    assert 15 <= found <= 48  # a share of 5 % is outside in one case of 1,000


def test_needed_is_the_two_sided_power_computation_of_the_pilots():
    # mean and sd of pilots with 8 MF: A - RegNetX, C - RegNetX, A - E, C - D
    assert networks_needed(4.30, 1.67, 59.75 - 55.79) == 11
    assert networks_needed(3.34, 1.67, 58.91 - 55.79) == 12
    assert networks_needed(4.30, 1.85, 59.75 - 57.48) == 34
    assert 125 <= networks_needed(3.34, 3.42, 58.91 - 57.72) <= 131
    assert networks_needed(1, 1, 0) is None


def test_an_equivalence_needs_other_numbers_than_a_difference():
    assert networks_needed(2.19, 2.19, 1.0) == 76
    assert (networks_needed(2.19, 2.19, margin=1.0), networks_needed(2.19, 2.19, 0.5, margin=1.0)) == (101, 302)
    assert networks_needed(1, 1, 1.0, margin=1.0) is None and networks_needed(0, 0, margin=1.0) == 2


def test_needed_networks_do_give_the_power_that_was_asked_for():
    rng = np.random.default_rng(0)
    n = networks_needed(0.03, 0.02, 0.01)
    a, b = rng.normal(0.56, 0.03, (4000, n)), rng.normal(0.55, 0.02, (4000, n))
    assert np.mean(stats.ttest_ind(a, b, axis=1, equal_var=False).pvalue < 0.05) == pytest.approx(0.8, abs=0.03)
    n = networks_needed(0.03, 0.02, 0.002, margin=0.01)
    a, b = rng.normal(0.552, 0.03, (4000, n)), rng.normal(0.55, 0.02, (4000, n))
    low, high = stats.ttest_ind(a, b, axis=1, equal_var=False).confidence_interval()
    assert np.mean((low > -0.01) & (high < 0.01)) == pytest.approx(0.8, abs=0.03)


def test_the_sentence_says_which_is_better_and_by_how_much():
    text = compare(normal(0.6, 0.04, 200, 1), normal(0.56, 0.02, 200, 2), ("AnyNetXA", "RegNetX")).sentence
    assert text.startswith("With these 200 and 200 networks, RegNetX is better than AnyNetXA: its mean error is")
    assert "95 % interval" in text and "probability 0.8" in text


def test_the_sentence_says_what_could_have_been_seen():
    c, d = normal(0.58, 0.03, 25, 1), normal(0.575, 0.03, 25, 3)
    result = compare(c, d, ("C", "D"))
    assert "cannot tell the means of C and D apart" in result.sentence
    assert f"a difference of {100 * result.detectable:.1f} points with a power of 80 %" in result.sentence
    assert result.detectable == pytest.approx(
        2.80 * (result.mean_difference.high - result.mean_difference.low) / 4.02, rel=0.01
    )


def test_curves_that_differ_with_equal_means_are_told():
    even = np.linspace(0.4, 0.6, 100)
    result = compare(even, 0.5 + (even - 0.5) / 20, ("wide", "narrow"))
    assert result.better is None and result.curves_differ and "their curves differ" in result.sentence


def test_too_few_networks_name_no_winner_but_show_the_interval():
    few = compare(normal(0.5, 0.01, 5, 1), normal(0.7, 0.01, 9, 2))
    assert few.better is None and "too few to tell A and B apart" in few.sentence and "95 % interval -" in few.sentence
    assert "too few" in compare([0.5], [0.6]).sentence and math.isnan(compare([0.5], [0.6, 0.7]).mean_difference.low)


def test_alike_is_an_interval_inside_the_margin():
    a, b = normal(0.5, 0.02, 200, 1), normal(0.501, 0.02, 200, 2)
    result = compare(a, b)
    reach = max(abs(result.mean_difference.low), abs(result.mean_difference.high))
    assert result.alike(reach + 1e-6) and not result.alike(reach - 1e-6)


def test_failed_networks_are_left_out_and_counted():
    result = compare([0.5, float("nan"), 0.6], [0.5, 0.6])
    assert (result.n, result.failed) == ((2, 2), (1, 0))


def test_the_result_is_frozen():
    assert isinstance(compare([0.5], [0.6]), Comparison)
    with pytest.raises(AttributeError):
        compare([0.5], [0.6]).level = 0.9


@each(
    "call",
    [
        lambda: compare([], [0.5]),
        lambda: compare([0.5], [50]),
        lambda: compare([0.5], [0.5], ("A",)),
        lambda: compare([0.5], [0.5], level=95),
        lambda: compare([0.5], [0.5], power=1),
        lambda: compare([0.5], [0.5], subset=[True]),
        lambda: compare([0.5], subset=[1]),
        lambda: compare([0.5], [0.5], weights=([1, 2], [1])),
    ],
)
def test_bad_arguments_are_one_sentence(call):
    with pytest.raises(InputError) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_a_bad_error_names_its_population():
    with pytest.raises(InputError, match="errors of RegNetX"):
        compare([0.5], [50.0], ("A", "RegNetX"))


def test_a_comparison_says_nothing_but_its_result(recwarn):
    a, b = (rn.load_population(f"anynetx{letter}-cpu")["error"] for letter in "de")
    rn.compare(a, b)  # so large that scipy cannot count the distances exactly
    assert not recwarn.list
