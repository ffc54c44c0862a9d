"""Variance between networks and between seeds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from fake_populations import population

from regnet_edu.analysis.seed_noise import seed_noise
from regnet_edu.common.errors import InputError


def repeats(networks=10, seeds=5, between=0.02, within=0.006, seed=0):
    rng = np.random.default_rng(seed)
    table = population(networks, shared=True)
    table["true"] = 0.55 + between * rng.normal(size=networks)
    table = pd.concat([table] * seeds, ignore_index=True)
    table["error"] = table["true"] + within * rng.normal(size=len(table))
    table["seed"] = np.arange(len(table))
    return table


def test_balanced_data_give_the_anova_estimates():
    table = repeats()
    groups = table.groupby(table["widths"].astype(str))["error"]
    within = groups.var().mean()
    between = groups.mean().var() - within / 5
    found = seed_noise(table)
    assert found.seed_sd.value == pytest.approx(within**0.5)
    assert found.network_sd.value == pytest.approx(between**0.5)
    assert found.share.value == pytest.approx(between / (between + within))
    assert (found.networks, found.runs, found.failed) == (10, 50, 0)


def test_components_are_recovered_from_many_networks_also_when_unbalanced():
    table = repeats(networks=800, seeds=4).sample(frac=0.7, random_state=0)
    found = seed_noise(table, repeats=500)
    assert found.network_sd.value == pytest.approx(0.02, rel=0.08)
    assert found.seed_sd.value == pytest.approx(0.006, rel=0.08)
    for estimate in (found.network_sd, found.seed_sd, found.share):
        assert estimate.low <= estimate.value <= estimate.high


def test_a_negative_estimate_is_reported_as_0():
    table = repeats(between=0.0)
    table["error"] = 0.5 + 0.01 * np.repeat(np.arange(5), 10)  # every network has the same mean
    found = seed_noise(table)
    assert found.network_sd.value == 0
    assert found.share.value == 0


def test_failed_runs_are_left_out_and_counted():
    table = repeats()
    table.loc[:2, "error"] = np.nan
    assert (seed_noise(table).failed, seed_noise(table).runs) == (3, 47)


def test_sentence_has_points_and_the_share():
    text = seed_noise(repeats()).sentence
    assert text.startswith("In 50 runs of 10 networks")
    assert "% of the variance of one run is between networks" in text


def test_what_cannot_be_split_is_refused():
    with pytest.raises(InputError, match="one run each"):
        seed_noise(population(10))
    with pytest.raises(InputError, match="found 1 network"):
        seed_noise(pd.concat([population(1)] * 3))
    with pytest.raises(InputError, match="is no population"):
        seed_noise([0.5, 0.6])
