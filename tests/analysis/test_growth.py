"""Forms of growth and powers, from made-up costs whose law is known."""

import numpy as np
import pytest
from scipy import stats

from regnet_edu.analysis.growth import FORMS, fit_forms, power_law, preferred
from regnet_edu.common.errors import InputError

F = np.geomspace(0.2, 32, 12)
NOISE = 1 + 0.02 * np.random.default_rng(0).normal(size=12)


def test_a_power_law_is_recovered():
    assert power_law(F, 3 * F**0.7) == pytest.approx((3, 0.7))


@pytest.mark.parametrize(("form", "cost"), [("F", 3 * F), ("√F", 3 * F**0.5), ("F + √F", 3 * F + 8 * F**0.5)])
@pytest.mark.parametrize("relative", [True, False])
def test_the_form_that_made_the_costs_is_preferred(form, cost, relative):
    fits = fit_forms(F, cost * NOISE, relative=relative)
    assert preferred(fits) == form
    assert fits[form].factors == pytest.approx([3] if form != "F + √F" else [3, 8], rel=0.1)


def test_a_line_that_does_not_begin_at_0_is_a_line():
    fit = fit_forms(F, 5 + 3 * F, start=True)["F"]
    assert (fit.start, *fit.factors, fit.r2) == pytest.approx((5, 3, 1))
    assert fit.aic < -500 and fit_forms(F, 3 * F)["F"].start == 0


def test_r2_is_that_of_linear_regression():
    cost = (5 + 3 * F) * NOISE
    line = stats.linregress(F, cost)
    fit = fit_forms(F, cost, start=True)["F"]
    assert (fit.start, *fit.factors, fit.r2) == pytest.approx((line.intercept, line.slope, line.rvalue**2))


def test_aic_is_n_log_of_the_mean_square_and_two_a_factor():
    cost = 3 * F * NOISE
    factor = (F * cost).sum() / (F * F).sum()
    assert fit_forms(F, cost)["F"].aic == pytest.approx(12 * np.log(np.mean((cost - factor * F) ** 2)) + 2)
    relative = 12 * np.log(np.mean((1 - fit_forms(F, cost, relative=True)["F"].factors[0] * F / cost) ** 2)) + 2
    assert fit_forms(F, cost, relative=True)["F"].aic == pytest.approx(relative)


def test_units_of_flops_change_no_choice():
    for scale in (1e-6, 1e9):
        fits = fit_forms(F * scale, (3 * F + 8 * F**0.5) * NOISE)
        assert [fits[k].aic for k in FORMS] == pytest.approx(
            [fit_forms(F, (3 * F + 8 * F**0.5) * NOISE)[k].aic for k in FORMS]
        )


def test_no_form_is_preferred_where_two_of_one_size_are_as_good():
    fits = fit_forms([2, 2, 2, 2, 2, 2], [3, 4, 5, 3, 4, 5])  # one number of flops says nothing of growth
    assert preferred(fits) is None


@pytest.mark.parametrize(
    ("flops", "cost", "words"),
    [
        ([1, 2], [1, 2, 3], "2 flops and 3 costs"),
        ([1, 2, 3, 4], [1, 2, 3, 4], "4 networks are too few for a fit; give at least 5"),
        ([1, 2, 3, 4, 0], [1, 2, 3, 4, 5], "flops 0 is not above 0"),
        ([1, 2, 3, 4, 5], [1, 2, 3, 4, np.nan], "cost nan is not above 0"),
    ],
)
def test_what_cannot_be_fitted_is_refused(flops, cost, words):
    with pytest.raises(InputError, match=words):
        fit_forms(flops, cost)
