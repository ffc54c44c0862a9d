"""Comparisons at equal complexity, and families of tests."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from each import each
from scipy import stats

import regnet_edu as rn
from regnet_edu.common.errors import InputError


def population(rng, n, step):
    activations = np.exp(rng.normal(11, 0.4, n))
    errors = 0.5 - 0.05 * (np.log(activations) - 11) + step + rng.normal(0, 0.01, n)
    return pd.DataFrame({"error": errors, "activations": activations})


def test_a_difference_that_the_covariate_makes_is_taken_away():
    rng = np.random.default_rng(0)
    a, b = population(rng, 400, 0.0), population(rng, 300, 0.02)
    b["activations"] *= 2
    b["error"] -= 0.05 * np.log(2)
    assert rn.compare(a["error"], b["error"]).mean_difference.value == pytest.approx(
        -0.02 + 0.05 * np.log(2), abs=0.005
    )
    found = rn.adjusted_difference(a, b)
    assert found.low < -0.02 < found.high and found.value == pytest.approx(-0.02, abs=0.004)


def test_its_interval_holds_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(1)
    drawn = [rn.adjusted_difference(population(rng, 30, 0.01), population(rng, 20, 0.0)) for _ in range(400)]
    inside = np.mean([found.low <= 0.01 <= found.high for found in drawn])
    assert 0.92 <= inside <= 0.98


@each(
    ("a", "b", "value", "half"),
    [
        ("regnetx", "anynetxe", -0.16, 0.46),
        ("anynetxd", "anynetxequalwidths", -0.08, 0.59),
        ("anynetxe", "anynetxd", -1.23, 0.55),
        ("anynetxd", "anynetxc", -1.90, 0.63),
        ("regnetx", "anynetxa", -3.50, 0.49),
    ],
)
def test_what_activations_explain_of_the_headline_comparisons(a, b, value, half):
    found = rn.adjusted_difference(*(rn.load_population(f"{name}-cpu") for name in (a, b)))
    assert 100 * found.value == pytest.approx(value, abs=0.006)
    assert 100 * (found.high - found.value) == pytest.approx(half, abs=0.006)


def test_families_are_corrected():
    p = np.array([0.01, 0.04, 0.03, 0.005, 0.5])
    assert rn.adjust_p_values(p) == pytest.approx([0.04, 0.09, 0.09, 0.025, 0.5])
    assert rn.adjust_p_values(p, "bh") == pytest.approx(stats.false_discovery_control(p))
    with pytest.raises(InputError, match="holm and bh"):
        rn.adjust_p_values(p, "sidak")


def test_a_missing_column_is_named():
    table = pd.DataFrame({"error": [0.5, 0.6, 0.7]})
    with pytest.raises(InputError, match="no column 'activations'"):
        rn.adjusted_difference(table, table)
