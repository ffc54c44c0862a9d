"""Welch's interval from printed means and deviations, against scipy."""

import numpy as np
import pytest
from scipy import stats

from regnet_edu.analysis.welch import welch
from regnet_edu.common.errors import InputError
from regnet_edu.networks import zoo


def test_the_interval_is_that_of_two_samples():
    a, b = np.random.default_rng(0).normal([1, 2], [1, 3], (9, 2)).T
    b = b[:5]
    found = welch((a.mean(), a.std(ddof=1), 9), (b.mean(), b.std(ddof=1), 5))
    expected = stats.ttest_ind(a, b, equal_var=False).confidence_interval()
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=1e-4)


def test_b1_and_regnety_600mf_need_two_and_a_half_standard_errors():
    b1, y = (zoo.get(name) for name in ("efficientnet_b1", "regnety_600mf"))
    found = welch(*((m.top1_error_mean, m.top1_error_std, 5) for m in (b1, y)))
    assert (round(found.errors, 2), round(found.degrees, 1)) == (2.5, 5.5) and found.high < 0


def test_five_runs_each_of_equal_deviations_have_eight_degrees():
    assert welch((1, 0.1, 5), (2, 0.1, 5)).degrees == pytest.approx(8)
    assert welch((1, 0.1, 5), (2, 0.0, 5)).degrees == pytest.approx(4)


def test_equal_networks_seem_different_as_often_as_the_level_says():
    runs = np.random.default_rng(0).normal(0, [[0.16], [0.07]], (2_000, 2, 5))
    apart = [welch(*((r.mean(), r.std(ddof=1), 5) for r in pair)) for pair in runs]
    assert np.mean([found.low > 0 or found.high < 0 for found in apart]) == pytest.approx(0.05, abs=0.01)


@pytest.mark.parametrize("pair", [((1, 0.1, 1), (2, 0.1, 5)), ((1, -0.1, 5), (2, 0.1, 5)), ((1, 0, 5), (2, 0, 5))])
def test_what_has_no_interval_is_refused(pair):
    with pytest.raises(InputError, match=r"interval|nothing can be said"):
        welch(*pair)
