"""Every rule of the map gives every verdict that it can give, from made-up data."""

from __future__ import annotations

import types
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fake_populations import population

from regnet_edu import paper_map
from regnet_edu.networks import zoo
from regnet_edu.study import bands, field, rules
from regnet_edu.study.rules import (
    CONTRADICTED,
    IN_PART,
    MEASURED,
    MEASURED_FAILS,
    MEASURED_HOLDS,
    MEASURED_PART,
    MEASURED_UNDECIDED,
    NOT_ATTEMPTED,
    NOT_VISIBLE,
    REPRODUCED,
)


def made_up() -> dict[str, pd.DataFrame]:
    """Populations whose truth is known, by name."""
    made = {
        "good": population(200, 1),
        "same": population(200, 1, shift=0.001),
        "near": population(200, 2, shift=0.009),
        "bad": population(200, 3, shift=0.05),
        "few": population(12, 4, shift=0.004),
        "low": population(200, 5),
        "noise": population(200, 6),
        "deep": population(200, 7),
        "deeper": population(200, 8),
        "shallow": population(200, 9),
        "middle": population(200, 10),
        "edges": population(200, 11),
        "half": population(30, 12, shift=-0.008),
        "worse": population(40, 13, shift=0.02),
        "slight": population(200, 14),
    }
    made["low"]["params"] //= 2
    made["slow"] = population(200, 1)
    made["slow"]["error"] = made["slow"]["error"].sample(frac=1, random_state=0).to_numpy()
    depth = {name: table["depths"].map(sum) for name, table in made.items()}
    noise = {name: np.random.default_rng(0).normal(0, 0.004, len(table)) for name, table in made.items()}
    for name in ("deep", "deeper"):
        made[name]["error"] = 0.6 - 0.004 * (depth[name] - 26) + noise[name]
    made["shallow"]["error"] = 0.6 + 0.004 * (depth["shallow"] - 26) + noise["shallow"]
    made["middle"]["error"] = 0.5 + 0.004 * (depth["middle"] - 30).abs() + noise["middle"]
    made["edges"]["error"] = 0.6 - 0.004 * (depth["edges"] - 26).abs() + noise["edges"] / 4
    made["noise"]["error"] = 0.6 + 5 * noise["noise"]
    made["slight"]["error"] = 0.6 + 0.0008 * depth["slight"] + 5 * noise["slight"]
    for name, slope in (("line 48", 48), ("line 16", 16), ("line 0", 0), ("line -24", -24)):
        table = made[name] = population(30, 1)
        table["depths"] = [(1, 1, 1, 1)] * 30
        table["widths"] = [tuple(300 + (slope + 8 * (-1) ** k) * j for j in range(4)) for k in range(30)]
    for k in range(3):
        table = made[f"band {k}"] = population(200, 20 + k)
        table["flops"] = (table["flops"] * 4**k).astype(float)
        for power in (50, 71, 75, 100):
            table[f"power {power}"] = 4 * (table["flops"] / 1e6) ** (power / 100)
        rng = np.random.default_rng(k)
        table["activations"] = table["flops"] * rng.uniform(0.5, 2, 200)
    return made


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> Any:
    made = made_up()
    monkeypatch.setattr(rules, "populations", lambda: list(made))
    monkeypatch.setattr(bands, "recorded", lambda: list(made))
    monkeypatch.setattr(rules, "load_population", made.__getitem__)
    caches = (rules.networks_of, rules.compared)
    for cached in caches:
        cached.cache_clear()
    yield made
    for cached in caches:
        cached.cache_clear()


BANDS = ["band 0", "band 1", "band 2"]
# rule -> verdict -> arguments
OF_POPULATIONS: dict[str, dict[str, dict[str, Any]]] = {
    "better": {
        REPRODUCED: {"population": "good", "than": "bad"},
        NOT_VISIBLE: {"population": "good", "than": "few"},
        CONTRADICTED: {"population": "bad", "than": "good"},
    },
    "all_better": {
        REPRODUCED: {"pairs": [["good", "bad"], ["same", "bad"]]},
        IN_PART: {"pairs": [["good", "bad"], ["good", "same"]]},
        NOT_VISIBLE: {"pairs": [["good", "same"], ["bad", "good"]]},
        CONTRADICTED: {"pairs": [["bad", "good"], ["bad", "same"]]},
    },
    "alike": {
        REPRODUCED: {"population": "good", "to": "same"},
        IN_PART: {"population": "good", "to": "near"},
        NOT_VISIBLE: {"population": "good", "to": "few"},
        CONTRADICTED: {"population": "good", "to": "bad"},
    },
    "best_kept": {
        REPRODUCED: {"population": "good", "of": "same"},
        IN_PART: {"population": "few", "of": "good"},
        NOT_VISIBLE: {"population": "worse", "of": "half"},
        CONTRADICTED: {"population": "bad", "of": "good"},
    },
    "falls_with": {
        REPRODUCED: {"population": "deep", "of": "depth"},
        NOT_VISIBLE: {"population": "good", "of": "b1"},
        CONTRADICTED: {"population": "shallow", "of": "depth"},
    },
    "rises_with": {
        REPRODUCED: {"population": "shallow", "of": "depth"},
        NOT_VISIBLE: {"population": "good", "of": "b1"},
        CONTRADICTED: {"population": "deep", "of": "depth"},
    },
    "lower": {
        REPRODUCED: {"population": "low", "than": "good", "of": "params"},
        NOT_VISIBLE: {"population": "good", "than": "bad", "of": "depth"},
        CONTRADICTED: {"population": "good", "than": "low", "of": "params"},
    },
    "all_lower": {
        REPRODUCED: {"pairs": [["low", "good"], ["low", "bad"]], "of": "params"},
        IN_PART: {"pairs": [["low", "good"], ["bad", "good"]], "of": "params"},
        NOT_VISIBLE: {"pairs": [["same", "good"], ["bad", "good"]], "of": "params"},
        CONTRADICTED: {"pairs": [["good", "low"]], "of": "params"},
    },
    "line": {
        verdict: {"population": f"line {slope}", "paper": 48}
        for slope, verdict in ((48, REPRODUCED), (16, IN_PART), (0, NOT_VISIBLE), (-24, CONTRADICTED))
    },
    "search": {
        REPRODUCED: {"population": "middle", "draws": 50},
        IN_PART: {"population": "good", "draws": 100},
        NOT_VISIBLE: {"population": "few", "draws": 8},  # the best of 8 of 12 says nothing
        CONTRADICTED: {"population": "good", "draws": 2},
    },
    "search_better": {
        REPRODUCED: {"population": "good", "than": ["bad"], "draws": 8},
        NOT_VISIBLE: {"population": "good", "than": ["same"], "draws": 8},
        CONTRADICTED: {"population": "bad", "than": ["good", "same"], "draws": 8},
    },
    "ranks_kept": {
        REPRODUCED: {"pairs": [["good", "same"]]},
        IN_PART: {"pairs": [["good", "same"], ["good", "slow"]]},
        NOT_VISIBLE: {"pairs": [["good", "few"]]},
        CONTRADICTED: {"pairs": [["good", "slow"]]},
    },
    "best_in": {
        REPRODUCED: {"population": "deep", "of": "depth", "low": 30},
        IN_PART: {"population": "good", "of": "depth", "low": 20},
        NOT_VISIBLE: {"population": "noise", "of": "b1", "low": 2},
        CONTRADICTED: {"population": "deep", "of": "depth", "high": 20},
    },
    "best_low": {
        REPRODUCED: {"population": "shallow", "of": "depth"},
        IN_PART: {"population": "slight", "of": "depth"},
        NOT_VISIBLE: {"population": "noise", "of": "w1"},
        CONTRADICTED: {"population": "deep", "of": "depth"},
    },
    "band": {
        REPRODUCED: {"population": "deep", "of": "depth"},
        NOT_VISIBLE: {"population": "good", "of": "b1"},
        CONTRADICTED: {"population": "edges", "of": "depth"},
    },
    "no_bands": {
        REPRODUCED: {"population": "noise", "of": ["b1", "b2"]},
        IN_PART: {"population": "deep", "of": ["b1", "depth"]},
        NOT_VISIBLE: {"population": "few", "of": ["b1", "b2"]},
        CONTRADICTED: {"population": "deep", "of": ["depth"]},
    },
    "stable": {
        REPRODUCED: {"populations": ["deep", "deeper"], "of": "depth"},
        IN_PART: {"populations": ["deep", "noise"], "of": "depth"},
        NOT_VISIBLE: {"populations": ["good", "noise"], "of": "b1"},
        CONTRADICTED: {"populations": ["shallow", "noise", "deep"], "of": "depth"},
    },
    "grows": {
        REPRODUCED: {"populations": ["shallow", "middle", "deep"], "of": "depth"},
        NOT_VISIBLE: {"populations": ["deep", "deeper"], "of": "depth"},
        CONTRADICTED: {"populations": ["deep", "shallow"], "of": "depth"},
    },
    "grows_as": {
        verdict: {"populations": BANDS, "of": f"power {power}", "paper": "√F", "other": "F"}
        for power, verdict in ((50, REPRODUCED), (71, IN_PART), (75, NOT_VISIBLE), (100, CONTRADICTED))
    },
}


@pytest.mark.parametrize(
    ("rule", "verdict"), [(rule, verdict) for rule, cases in OF_POPULATIONS.items() for verdict in cases]
)
def test_rules_on_populations(recorded, rule, verdict):
    found = paper_map.RULES[rule](**OF_POPULATIONS[rule][verdict])
    assert found.verdict == verdict, found
    assert found.ours and (found.why or verdict not in (IN_PART, NOT_VISIBLE))


# rule -> verdict -> milliseconds of made-up networks, from flops in millions and activations per flop
CLOCKS = {
    "runtime_follows": {
        REPRODUCED: lambda f, a: a,
        NOT_VISIBLE: lambda f, a: np.exp(np.random.default_rng(0).normal(size=len(f))),
        CONTRADICTED: lambda f, a: f,
    },
    "runtime_model": {
        REPRODUCED: lambda f, a: 2 * f + 20 * f**0.5,
        IN_PART: lambda f, a: 20 * f - 20 * f**0.5,
        NOT_VISIBLE: lambda f, a: 2 * f + 0.07 * f**0.5,
        CONTRADICTED: lambda f, a: 2 * f,
    },
}


@pytest.mark.parametrize(("rule", "verdict"), [(rule, v) for rule, cases in CLOCKS.items() for v in cases])
def test_rules_on_times(recorded, monkeypatch, rule, verdict):
    for k, name in enumerate(BANDS):
        table = recorded[name]
        table["runtime"] = CLOCKS[rule][verdict](table["flops"] / 1e6, table["activations"] / 1e6)
        table["runtime"] *= np.random.default_rng(k).normal(1, 0.01, len(table))
        table.attrs["runtime"] = {"hardware": "a clock"}
    monkeypatch.setattr(bands, "runtimes_recorded", lambda name: True)
    monkeypatch.setattr(bands, "with_runtimes", recorded.__getitem__)
    found = paper_map.RULES[rule](populations=BANDS)
    assert found.verdict == verdict, found


def networks(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    """Let the zoo have other numbers: each value is a function of the true network."""
    true, mobile = zoo.get, zoo.mobile()
    monkeypatch.setattr(zoo, "get", lambda name: replace(true(name), **{k: f(true(name)) for k, f in changes.items()}))
    monkeypatch.setattr(zoo, "mobile", lambda: mobile)


def changed(**changes: Any) -> Any:
    return lambda m: replace(m.regnet_params, **changes) if m.regnet_params else None


BETTER = [["regnetx_3.2gf", "resnet_50"]]
AGAIN = {"resnet_50": 35.0, "regnetx_3.2gf": 33.6, "resnet_101": 33.2}
# rule -> verdict -> arguments, and what is changed in the zoo
OF_NETWORKS: dict[str, dict[str, tuple[dict[str, Any], dict[str, Any]]]] = {
    "size": {
        REPRODUCED: ({"space": "AnyNetXA", "paper": 1.8e18, "dimensions": 16}, {}),
        CONTRADICTED: ({"space": "AnyNetXA", "paper": 1.8e17, "dimensions": 16}, {}),
    },
    "size_ratio": {
        REPRODUCED: ({"space": "AnyNetXA", "to": "AnyNetXC", "orders": 4}, {}),
        IN_PART: ({"space": "AnyNetXA", "to": "AnyNetXE", "orders": 7}, {}),
        CONTRADICTED: ({"space": "AnyNetXA", "to": "AnyNetXC", "orders": 5}, {}),
    },
    "population_cost": {REPRODUCED: ({}, {}), CONTRADICTED: ({}, {"flops": lambda m: 2 * m.flops})},
    "published_runtime": {
        IN_PART: ({}, {"inference_ms": lambda m: float(m.activations)}),
        CONTRADICTED: ({}, {"inference_ms": lambda m: float(m.flops)}),
    },
    "published_last_stage": {
        REPRODUCED: ({"above": 3e9}, {}),
        IN_PART: ({"above": 1e8}, {}),
        CONTRADICTED: ({"above": 3e9}, {"regnet_params": changed(wa=1.0, w0=8, wm=3.0)}),
    },
    "published_speed": {
        IN_PART: ({"fast": "regnetx_8.0gf", "slow": "efficientnet_b5", "paper": 5}, {}),
        CONTRADICTED: ({"fast": "resnet_50", "slow": "efficientnet_b5", "paper": 5}, {}),
    },
    "published_times": {
        IN_PART: ({"groups": BETTER}, {}),
        CONTRADICTED: ({"groups": BETTER}, {"inference_ms": lambda m: float(m.params)}),
    },
    "published_better": {
        IN_PART: ({"pairs": BETTER}, {}),
        CONTRADICTED: ({"pairs": BETTER}, {"top1_error_mean": lambda m: 1 - m.top1_error_mean}),
    },
    "published_retrained": {
        IN_PART: ({"families": ["ResNet"]}, {}),
        CONTRADICTED: ({"families": ["EfficientNet"]}, {}),
    },
    "published_mobile": {IN_PART: ({}, {}), CONTRADICTED: ({}, {"top1_error_mean": lambda m: 0.5})},
    "published_trend": {
        REPRODUCED: ({"of": "group_width", "rises": True}, {}),
        CONTRADICTED: ({"of": "group_width", "rises": False}, {}),
    },
    "published_limits": {
        REPRODUCED: ({"space": "RegNetXC", "min_depth": 12, "max_depth": 28}, {}),
        IN_PART: ({"space": "RegNetXC", "min_depth": 12, "max_depth": 24}, {}),
        CONTRADICTED: ({"space": "RegNetXC", "min_depth": 26, "max_depth": 28}, {}),
    },
    "published_groups": {
        IN_PART: ({"names": ["regnetx_3.2gf"], "low": 16, "high": 64, "step": 8}, {}),
        CONTRADICTED: ({"names": ["regnetx_32gf"], "low": 16, "high": 64, "step": 8}, {}),
    },
    "published_again": {
        IN_PART: ({"pairs": BETTER, "errors": AGAIN}, {"top1_error_mean": lambda m: AGAIN[m.name] / 100}),
        CONTRADICTED: ({"pairs": BETTER, "errors": AGAIN}, {"top1_error_mean": lambda m: 1 - AGAIN[m.name] / 100}),
    },
    "published_grows_as": {
        verdict: (
            {"family": "RegNetX", "of": "activations", "paper": "√F", "other": "F"},
            {"activations": lambda m, power=power: float(m.flops) ** power},
        )
        for power, verdict in ((0.5, REPRODUCED), (0.71, IN_PART), (0.75, NOT_VISIBLE), (1.0, CONTRADICTED))
    },
    "proved": {REPRODUCED: ({}, {}), IN_PART: ({"part": "the rest is left open"}, {})},
    "untried": {NOT_ATTEMPTED: ({"because": "it needs ImageNet"}, {})},
}


@pytest.mark.parametrize(("rule", "verdict"), [(rule, v) for rule, cases in OF_NETWORKS.items() for v in cases])
def test_rules_on_published_networks(monkeypatch, rule, verdict):
    arguments, changes = OF_NETWORKS[rule][verdict]
    networks(monkeypatch, **changes)
    found = paper_map.RULES[rule](**arguments)
    assert found.verdict == verdict, found


def frame(index: list[str] | None = None, **columns: Any) -> pd.DataFrame:
    return pd.DataFrame(columns, index=index or ["a", "b"])


def clocks(low: list[float], high: list[float]) -> pd.DataFrame:
    return frame(activations=0.9, flops=0.9, low=low, high=high, networks=9)


def forms(*preferred: str) -> pd.DataFrame:
    index = pd.MultiIndex.from_product([["X"], ["a", "b"]], names=["family", "machine"])
    factors = {"ms_per_gf": 1, "ms_per_root": 1, "networks": 9}
    return pd.DataFrame({"F": 1.0, "√F": 1.0, "F + √F": 0.0, "preferred": list(preferred)} | factors, index=index)


def grown(power: float) -> pd.DataFrame:
    flops = np.geomspace(0.2, 32, 12) * 1e9
    noise = 1 + 0.001 * np.random.default_rng(0).normal(size=12)
    return pd.DataFrame({"flops": flops, "activations": 4 * flops**power * noise})


def lead(*means: float) -> pd.DataFrame:
    return pd.DataFrame({("X", name): [mean, mean] for name, mean in zip(("flops", "params"), means, strict=True)})


def fronts(*counts: int) -> types.SimpleNamespace:
    table = frame(["RegNetX", "RegNetZ"], weights=5, flops=[counts[0], 3], params=[counts[1], 3])
    return types.SimpleNamespace(front_counts=table, front_distance=frame(group="RegNetX", flops=1.0, params=2.0))


SETS = list(field.TEST_SETS.values())
# rule -> its arguments, the function of `field` that it reads, verdict -> what that function gives
MEASUREMENTS: dict[str, tuple[tuple[Any, ...], str, dict[str, Any]]] = {
    "measured_runtime": (
        ([],),
        "time_correlations",
        {
            MEASURED_HOLDS: clocks([0.01, 0.02], [0.03, 0.04]),
            MEASURED_PART: clocks([0.01, -0.02], [0.03, 0.04]),
            MEASURED_UNDECIDED: clocks([-0.01, -0.02], [0.03, 0.04]),
            MEASURED_FAILS: clocks([-0.05, -0.02], [-0.03, 0.04]),
        },
    ),
    "measured_runtime_model": (
        ("X", []),
        "time_models",
        {
            MEASURED_HOLDS: forms("F + √F", "F + √F"),
            MEASURED_PART: forms("F + √F", "F"),
            MEASURED_FAILS: forms("√F", ""),
        },
    ),
    "measured_growth": (
        ("X", "activations", "√F", "F"),
        "growth_networks",
        {
            MEASURED_HOLDS: grown(0.5),
            MEASURED_PART: grown(0.71),
            MEASURED_UNDECIDED: grown(0.75),
            MEASURED_FAILS: grown(1),
        },
    ),
    "measured_speed": (
        ("x", "y", 5),
        "speedup",
        {
            verdict: pd.DataFrame({"as they are": times, "at equal flops": 1.0}, index=["a", "b"])
            for times, verdict in (([4.6, 7], MEASURED_HOLDS), ([4.4, 7], MEASURED_PART), ([1, 4], MEASURED_FAILS))
        },
    ),
    "measured_equal_cost": (
        ("X", ["flops", "params"]),
        "equal_cost",
        {MEASURED_HOLDS: lead(-1, -0.2), MEASURED_PART: lead(-1, 0.1), MEASURED_FAILS: lead(0.1, -0.04)},
    ),
    "measured_se": (
        (),
        "se_gain",
        {
            verdict: pd.DataFrame({name: [-0.1, gain] for name, gain in zip(SETS, gains, strict=True)})
            for gains, verdict in (
                ((-1, -1, -2), MEASURED_HOLDS),
                ((-1, 1, -2), MEASURED_PART),
                ((1, 1, 2), MEASURED_FAILS),
            )
        },
    ),
    "measured_ranks": (
        (0.9,),
        "rank_correlations",
        {
            MEASURED_HOLDS: {"a": 0.95, "b": 0.9},
            MEASURED_PART: {"a": 0.95, "b": 0.5},
            MEASURED_FAILS: {"a": 0.1, "b": 0.5},
        },
    ),
    "measured_recipe": (
        (2,),
        "recipe_gain",
        {MEASURED_HOLDS: frame(points=[-2.5, -1.5]), MEASURED_FAILS: frame(points=[-1.0, -1.5])},
    ),
    "measured_front": (
        (["flops", "params"],),
        "",
        {MEASURED_HOLDS: fronts(1, 2), MEASURED_PART: fronts(0, 2), MEASURED_FAILS: fronts(0, 0)},
    ),
}


@pytest.mark.parametrize(("rule", "verdict"), [(rule, v) for rule, case in MEASUREMENTS.items() for v in case[2]])
def test_rules_on_published_measurements(monkeypatch, rule, verdict):
    arguments, function, cases = MEASUREMENTS[rule]
    given = vars(cases[verdict]) if not function else {function: cases[verdict]}
    for name, value in given.items():
        monkeypatch.setattr(field, name, lambda *_, value=value, **__: value)
    monkeypatch.setattr(field, "COSTS", {"flops": "flops", "params": "parameters"})
    found = paper_map.RULES[rule](*arguments)
    assert found.verdict == verdict, found


NAMES = {name: value for name, value in vars(rules).items() if name.isupper() and isinstance(value, str)}


def verdicts_in(code: types.CodeType, scope: dict[str, Any], seen: set[str]) -> set[str]:
    """The verdicts that a function names, itself or through functions of `study` that it calls."""
    found = {NAMES[name] for name in code.co_names if NAMES.get(name) in rules.VERDICTS}
    for name in set(code.co_names) - seen:
        called = scope.get(name)
        if isinstance(called, types.FunctionType) and called.__module__.startswith("regnet_edu.study"):
            found |= verdicts_in(called.__code__, called.__globals__, seen | {name})
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            found |= verdicts_in(inner, scope, seen)
    return found


def test_no_rule_and_no_verdict_of_a_rule_is_left_out():
    cases = {**OF_POPULATIONS, **CLOCKS, **OF_NETWORKS, **{rule: case[2] for rule, case in MEASUREMENTS.items()}}
    assert set(cases) == set(paper_map.RULES)
    for name, rule in paper_map.RULES.items():
        can = verdicts_in(rule.__code__, rule.__globals__, {name})
        can = {v for v in can if name.startswith("measured_") == v.startswith(MEASURED)}
        assert can == set(cases[name]), name


def test_what_populations_say_can_always_be_for_it_against_it_or_nothing():
    for name in (*OF_POPULATIONS, *CLOCKS):
        assert {REPRODUCED, NOT_VISIBLE, CONTRADICTED} <= set({**OF_POPULATIONS, **CLOCKS}[name]), name
