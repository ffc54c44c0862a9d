"""Spaces of any modules: exact in bands, counted, refined, printed, and refused in one sentence where they are none."""

from __future__ import annotations

import json
import math
from collections import Counter

import numpy as np
import optuna.distributions
import pytest
from each import each
from own_spaces import MLPS, MOBILE, VITS, mlp, mlp_cost

import regnet_edu as rn
from regnet_edu.common.errors import InputError
from regnet_edu.spaces.parameters import as_distribution

pytestmark = pytest.mark.filterwarnings("ignore:.*has no cost written")
SIZES = {"resolution": 16, "num_classes": 10}


@each("space", [MLPS, VITS, MOBILE])
def test_a_cost_is_what_torch_counts_for_one_network_and_for_a_batch(space):
    configs = space.sample(6, rng=3)
    for config in configs:
        module = rn.build_network(config, 10, resolution=16)
        assert rn.complexity(config, **SIZES) == rn.measured_complexity(module, 16)
    columns = rn.complexity(space.sample_batch(6, rng=3), **SIZES)
    assert np.array(columns).T.tolist() == [list(rn.complexity(c, **SIZES)) for c in configs]


@each("space, band", [
    (MLPS, {"flops": (2e5, 3e5)}),
    (VITS, {"params": (1e5, 2e5), "activations": (1e3, 3e4)}),
    (MOBILE, {"flops": (1e5, 6e5)}),
    (MLPS.refine("deep", lambda nets: nets["depth"] > 2), {"flops": (2e5, 3e5)}),
])  # fmt: skip
def test_a_band_keeps_of_the_draws_those_inside_and_nothing_else(space, band):
    def inside(config):
        counts = rn.complexity(config, **SIZES)
        return all(low <= getattr(counts, name) <= high for name, (low, high) in band.items())

    wanted = [c for c in space.sample(300, rng=5) if inside(c)][:8]
    found = space.sample(len(wanted), rng=5, **SIZES, **band)
    assert len(found) > 3 and found == wanted and all(c in space for c in found)
    assert space.sample(2, rng=5, **SIZES, **band) == found[:2]
    assert [type(c).from_dict(json.loads(json.dumps(c.to_dict()))) for c in found] == found


def test_without_a_cost_a_band_must_hold_one_draw_in_twenty():
    with (
        pytest.warns(UserWarning, match=r"mobile has no cost written, .* ModuleSpace\(..., cost=...\) takes one"),
        pytest.raises(InputError, match=r"of 256 networks of mobile have flops in .* Write down what a network costs"),
    ):
        MOBILE.sample(1, flops=(1e5, 1.001e5), **SIZES)
    with pytest.raises(InputError, match=r"found 0 of 1 networks of MLPs .*it reaches flops from 1.25e\+04 to"):
        MLPS.sample(1, flops=(1, 2), **SIZES)


def test_sizes_are_exact_and_spaces_print_themselves():
    assert (MLPS.size(), VITS.size(), MOBILE.size()) == (6 * 16 * 2, 8 * 8 * 3 * 3 * 2, 27)
    even = MLPS.refine("even depth", lambda nets: nets["depth"] % 2 == 0)
    assert even.size() == 3 * 16 * 2 and even.estimate_size().low <= 96 <= even.estimate_size().high
    assert "networks            96 (9.600e+01)" in str(even)
    assert MLPS.config(depth=2, width=32, activation="relu") in even
    for wrong in ({"depth": 3}, {"width": 33}, {"activation": "tanh"}):
        assert MLPS.config(**{"depth": 2, "width": 32, "activation": "relu", **wrong}) not in even
    assert rn.AnyNetConfig((1,), (8,), 1, 1) not in MLPS
    text = str(MLPS)
    assert "width               16 to 256 in steps of 16, log-uniform" in text and "networks            192" in text
    assert repr(even).startswith("ModuleSpace('own_spaces:mlp', {'depth': IntDistribution(low=1, high=6")
    assert even.name == "MLPs + even depth" and rn.spaces.title(even) == even.name
    assert hash(MLPS) == hash(rn.ModuleSpace(mlp, dict(MLPS.parameters), cost=mlp_cost))
    endless = rn.ModuleSpace(mlp, {"rate": rn.FloatDistribution(1e-3, 1, log=True)})
    assert "without number: rate takes any value" in str(endless)
    with pytest.raises(InputError, match="mlp has networks without number: rate takes any value; give a step"):
        endless.size()


@each("distribution, probability", [
    (rn.IntDistribution(2, 5), lambda v: 1 / 4),
    (rn.IntDistribution(8, 32, log=True, step=8), lambda v: math.log((v + 4) / (v - 4)) / math.log(36 / 4)),
    (rn.FloatDistribution(0, 1, step=0.25), lambda v: 1 / 5),
    (rn.CategoricalDistribution(("a", 2, None)), lambda v: 1 / 3),
])  # fmt: skip
def test_values_have_their_probabilities(distribution, probability):
    n = 100_000
    found = Counter(distribution.draw((np.arange(n) + 0.5) / n).tolist())
    assert {v: round(k / n, 3) for v, k in found.items()} == {v: round(probability(v), 3) for v in found}
    assert len(found) == distribution.count and all(v in distribution for v in found)


def test_floats_are_uniform_in_their_logarithm():
    drawn = rn.FloatDistribution(1e-4, 1.0, log=True).draw(np.array([0.0, 0.25, 0.5, 1 - 1e-16]))
    assert np.allclose(drawn, [1e-4, 1e-3, 1e-2, 1.0]) and (drawn <= 1).all()
    assert rn.FloatDistribution(0.0, 4.0).draw(np.array([0.25])) == 1.0


def test_optuna_s_distributions_ranges_and_lists_are_taken():
    theirs = optuna.distributions
    assert as_distribution("d", theirs.IntDistribution(2, 8, step=2)) == rn.IntDistribution(2, 8, step=2)
    assert as_distribution("d", theirs.FloatDistribution(0.1, 1.0, log=True)) == rn.FloatDistribution(0.1, 1.0, True)
    assert as_distribution("d", theirs.CategoricalDistribution(["a", "b"])) == rn.CategoricalDistribution(("a", "b"))
    assert as_distribution("d", range(1, 9, 2)) == rn.IntDistribution(1, 7, step=2)


@each("wrong, said", [
    (lambda: rn.ModuleSpace(lambda p: None, {"a": [1]}), "has no import path; give a function or class with a name"),
    (lambda: rn.ModuleSpace(mlp, {}), "must be a table of names and distributions"),
    (lambda: rn.ModuleSpace(mlp, {"error": [1]}), "parameter 'error' must have a name in letters, other than index,"),
    (lambda: rn.ModuleSpace(mlp, {"a": 3}), "parameter a 3 must be an IntDistribution"),
    (lambda: rn.ModuleSpace(mlp, {"a": []}), "parameter a: choices"),
    (lambda: rn.IntDistribution(5, 2), "low 5 is above high 2; the nearest range is 2 to 5"),
    (lambda: rn.IntDistribution(0, 2, log=True), "low 0 must be above 0.5 for a log-uniform distribution"),
    (lambda: rn.FloatDistribution(0.1, 1, log=True, step=0.1), "step 0.1 must be above 0, and log be left out"),
    (lambda: rn.CategoricalDistribution((1, 1)), "must name at least one value, and none twice"),
    (lambda: MLPS.config(depth=1, width=16), "MLPs needs the parameter 'activation' too"),
    (lambda: MLPS.config(depht=1), "MLPs has no parameter 'depht'; did you mean depth?"),
    (lambda: MLPS.refine("odd", lambda nets: nets["dept"] > 1).sample(1), "no parameter 'dept'; did you mean"),
    (lambda: rn.ModuleSpace(mlp, {"a": (1, 4)}), "1 to 4 or as two choices; the choices are a list, .1, 4.$"),
    (lambda: rn.ModuleConfig(mlp, {"depth": 1}).make(10), "own_spaces:mlp fails with {'depth': 1}: KeyError: 'width'"),
])  # fmt: skip
def test_what_makes_no_space_is_refused_in_one_sentence(wrong, said):
    with pytest.raises(InputError, match=said):
        wrong()


def no_cost(p):
    return p["depth"]


def missing(p):
    return p["depht"]


@each("cost, said", [(no_cost, "returned 2; it must be a Count, or flops"), (missing, "failed: KeyError: 'depht'")])
def test_a_cost_that_is_none_is_named(cost, said):
    config = rn.ModuleConfig(mlp, {"depth": 2, "width": 16, "activation": "relu"}, cost)
    with pytest.raises(InputError, match=f"cost {__name__}:{cost.__name__} {said}"):
        rn.complexity(config, **SIZES)


def test_a_build_that_fails_is_named():
    with pytest.raises(InputError, match=r"own_spaces:mlp fails with {'width': 16}: KeyError: 'depth'"):
        rn.complexity(rn.ModuleConfig(mlp, {"width": 16}), **SIZES)
