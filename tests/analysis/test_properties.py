"""Properties of networks by the paper's names."""

from __future__ import annotations

import numpy as np
import pytest
from each import each
from fake_populations import population
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from regnet_edu.analysis.properties import property_values, rank_correlation
from regnet_edu.common.errors import InputError

TABLE = population(30)
SHARED = population(30, shared=True)


@each(
    ("name", "column", "rule"),
    [
        ("depth", "depths", sum),
        ("d", "depths", sum),
        ("d2", "depths", lambda v: v[1]),
        ("w4", "widths", lambda v: v[3]),
        ("w_4", "widths", lambda v: v[3]),
        ("W4", "widths", lambda v: v[3]),
        ("b1", "bottleneck_ratios", lambda v: v[0]),
        ("g3", "group_widths", lambda v: v[2]),
        ("min_width", "widths", min),
        ("max_width", "widths", max),
        ("width_ratio", "widths", lambda v: v[-1] / v[0]),
        ("depth_ratio", "depths", lambda v: v[-1] / v[0]),
        ("stages", "depths", len),
        ("g", "group_widths", lambda v: np.prod(v) ** 0.25),
    ],
)
def test_property_is_what_its_name_says(name, column, rule):
    assert np.allclose(property_values(TABLE, name).values, [rule(v) for v in TABLE[column]])


def test_a_shared_ratio_is_exact_and_its_label_says_nothing_of_a_mean():
    found = property_values(SHARED, "b")
    assert list(found.values) == [row[0] for row in SHARED["bottleneck_ratios"]]
    assert "mean" not in found.label
    assert "mean" in property_values(TABLE, "b").label


def test_complexities_are_in_millions():
    assert np.allclose(property_values(TABLE, "flops").values * 1e6, TABLE["flops"])
    assert np.allclose(property_values(TABLE, "activations").values * 1e6, TABLE["activations"])


def test_unknown_properties_offer_the_nearest():
    with pytest.raises(InputError, match="did you mean depth"):
        property_values(TABLE, "depht")
    with pytest.raises(InputError, match="stages they all have are 1 to 4"):
        property_values(TABLE, "w5")
    with pytest.raises(InputError, match="ask for w1"):
        property_values(TABLE, "w")
    with pytest.raises(InputError, match="no column 'widths'"):
        property_values(TABLE.drop(columns="widths"), "w1")


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=20))
def test_rank_correlation_equals_scipy(pairs):
    x, y = zip(*pairs, strict=True)
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert np.isnan(rank_correlation(x, y))
    else:
        assert rank_correlation(x, y) == pytest.approx(stats.spearmanr(x, y).statistic)
