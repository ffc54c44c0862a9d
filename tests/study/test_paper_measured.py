"""Rules on published measurements: every verdict from made-up measurements, and the rows as they are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regnet_edu import paper_map
from regnet_edu.study import field
from regnet_edu.study import measured as paper_measured
from regnet_edu.study.rules import (
    MEASURED,
    MEASURED_FAILS,
    MEASURED_HOLDS,
    MEASURED_PART,
    MEASURED_UNDECIDED,
)

ROWS = [row for row in paper_map.rows() if row.rule["is"].startswith("measured")]


def test_every_rule_has_a_row_and_its_verdict_says_what_it_was_tested_on():
    assert {row.rule["is"] for row in ROWS} == {rule.__name__ for rule in paper_measured.RULES}
    assert all(row.outcome.verdict.startswith(f"{MEASURED}: ") and row.outcome.ours for row in ROWS)


@pytest.mark.parametrize(
    ("row", "verdict", "words"),
    [
        ("runtime-gpus", MEASURED_HOLDS, "RTX 4090: 0.956 with activations, 0.907 with flops"),
        ("runtime-processor", MEASURED_UNDECIDED, "0.904 with activations, 0.914 with flops"),
        ("runtime-model-x", MEASURED_HOLDS, "for both; n = 13"),
        ("se-pairs", MEASURED_HOLDS, "ImageNet: -1.53 to -0.44 points"),
        ("same-recipe-x", MEASURED_FAILS, "flops: +0.00 points, lower beside 3 of 7"),
        ("same-recipe-y", MEASURED_HOLDS, "flops: -0.59 points, lower beside 6 of 7"),
        ("five-times-today", MEASURED_PART, "RTX 4090: 6.3 times, 5.2 at equal flops"),
        ("effnet-acts-measured", MEASURED_HOLDS, "power 0.83 of flops, n = 8"),
        ("front-today", MEASURED_FAILS, "flops: 0 of 48"),
        ("imagenetv2-all", MEASURED_HOLDS, "0.994 on ImageNetV2"),
        ("recipe-points", MEASURED_HOLDS, "2.5 points, from 1.6 to 2.9, 11 RegNets"),
    ],
)
def test_verdicts_of_the_rows(row, verdict, words):
    outcome = paper_map.row(row).outcome
    assert outcome.verdict == verdict and words in outcome.ours


@pytest.mark.parametrize(
    ("intervals", "verdict"),
    [
        ([(0.01, 0.03), (0.02, 0.04)], MEASURED_HOLDS),
        ([(0.01, 0.03), (-0.02, 0.04)], MEASURED_PART),
        ([(-0.01, 0.03), (-0.02, 0.04)], MEASURED_UNDECIDED),
        ([(-0.05, -0.03), (-0.02, 0.04)], MEASURED_FAILS),
    ],
)
def test_times_are_judged_by_their_intervals(monkeypatch, intervals, verdict):
    low, high = zip(*intervals, strict=True)
    made = pd.DataFrame({"activations": 0.9, "flops": 0.9, "low": low, "high": high, "networks": 9}, index=["a", "b"])
    monkeypatch.setattr(field, "time_correlations", lambda machines: made)
    assert paper_measured.measured_runtime([]).verdict == verdict


@pytest.mark.parametrize(
    ("forms", "root", "verdict"),
    [
        (["F + √F", "F + √F"], 1, MEASURED_HOLDS),
        (["F + √F", "F"], 1, MEASURED_PART),
        (["√F", ""], 1, MEASURED_FAILS),
        (["F + √F", "F + √F"], -1, MEASURED_FAILS),  # a negative part of a time is no model of it
    ],
)
def test_both_terms_must_be_preferred_and_positive(monkeypatch, forms, root, verdict):
    columns = {
        "F": 1.0,
        "√F": 1.0,
        "F + √F": 0.0,
        "preferred": forms,
        "ms_per_gf": 1,
        "ms_per_root": root,
        "networks": 9,
    }
    index = pd.MultiIndex.from_product([["X"], ["a", "b"]], names=["family", "machine"])
    monkeypatch.setattr(field, "time_models", lambda machines, families: pd.DataFrame(columns, index=index))
    assert paper_measured.measured_runtime_model("X", []).verdict == verdict


@pytest.mark.parametrize(
    ("power", "verdict"),
    [(1, MEASURED_HOLDS), (0.71, MEASURED_PART), (0.75, MEASURED_UNDECIDED), (0.5, MEASURED_FAILS)],
)
def test_growth_is_judged_as_that_of_populations_is(monkeypatch, power, verdict):
    flops = np.geomspace(0.2, 32, 12) * 1e9
    noise = 1 + 0.001 * np.random.default_rng(0).normal(size=12)
    table = pd.DataFrame({"flops": flops, "activations": 4 * flops**power * noise})
    monkeypatch.setattr(field, "growth_networks", lambda family: table)
    forms = ("√F", "F") if verdict in (MEASURED_PART, MEASURED_UNDECIDED) else ("F", "√F")
    assert paper_measured.measured_growth("X", "activations", *forms).verdict == verdict


@pytest.mark.parametrize(
    ("times", "verdict"), [([4.6, 7], MEASURED_HOLDS), ([4.4, 7], MEASURED_PART), ([1, 4], MEASURED_FAILS)]
)
def test_a_speed_must_be_the_paper_s_on_every_machine(monkeypatch, times, verdict):
    made = pd.DataFrame({"as they are": times, "at equal flops": 1.0}, index=["a", "b"])
    monkeypatch.setattr(field, "speedup", lambda fast, slow: made)
    assert paper_measured.measured_speed("x", "y", 5).verdict == verdict


@pytest.mark.parametrize(
    ("lead", "verdict"), [([-1, -0.2], MEASURED_HOLDS), ([-1, 0.1], MEASURED_PART), ([0.01, -0.04], MEASURED_FAILS)]
)
def test_equal_cost_is_judged_by_its_mean(monkeypatch, lead, verdict):
    made = pd.DataFrame({("RegNetX", name): [value - 0.3, value + 0.3] for name, value in zip("ab", lead, strict=True)})
    monkeypatch.setattr(field, "equal_cost", lambda measures: made)
    monkeypatch.setattr(field, "COSTS", {"a": "a", "b": "b"})
    assert paper_measured.measured_equal_cost("RegNetX", ["a", "b"]).verdict == verdict


@pytest.mark.parametrize(
    ("gains", "verdict"), [((-1, -1, -2), MEASURED_HOLDS), ((-1, 1, -2), MEASURED_PART), ((1, 1, 2), MEASURED_FAILS)]
)
def test_squeeze_and_excitation_must_gain_in_every_pair(monkeypatch, gains, verdict):
    made = pd.DataFrame({name: [-0.1, gain] for name, gain in zip(field.TEST_SETS.values(), gains, strict=True)})
    monkeypatch.setattr(field, "se_gain", lambda: made)
    assert paper_measured.measured_se().verdict == verdict


@pytest.mark.parametrize(
    ("rho", "verdict"), [((0.95, 0.9), MEASURED_HOLDS), ((0.95, 0.5), MEASURED_PART), ((0.1, 0.5), MEASURED_FAILS)]
)
def test_orders_must_be_kept_on_every_set(monkeypatch, rho, verdict):
    monkeypatch.setattr(field, "rank_correlations", lambda: dict(zip("ab", rho, strict=True)))
    assert paper_measured.measured_ranks(0.9).verdict == verdict


@pytest.mark.parametrize(("points", "verdict"), [(-2.0, MEASURED_HOLDS), (-1.9, MEASURED_FAILS), (1, MEASURED_FAILS)])
def test_a_recipe_must_gain_as_much_as_the_paper_says(monkeypatch, points, verdict):
    monkeypatch.setattr(field, "recipe_gain", lambda: pd.DataFrame({"points": [points - 0.5, points + 0.5]}))
    assert paper_measured.measured_recipe(2).verdict == verdict


@pytest.mark.parametrize(
    ("counts", "verdict"), [((1, 2), MEASURED_HOLDS), ((0, 2), MEASURED_PART), ((0, 0), MEASURED_FAILS)]
)
def test_some_regnet_must_be_on_each_front(monkeypatch, counts, verdict):
    groups = ["RegNetX, recipe of 2020", "RegNetZ"]
    table = pd.DataFrame({"weights": 5, "flops": [counts[0], 3], "params": [counts[1], 3]}, index=groups)
    far = pd.DataFrame({"group": groups[:1], "flops": 1.0, "params": 2.0})
    monkeypatch.setattr(field, "front_counts", lambda measures: table)
    monkeypatch.setattr(field, "front_distance", lambda measures: far)
    assert paper_measured.measured_front(["flops", "params"]).verdict == verdict
