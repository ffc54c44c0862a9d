"""The plan of the study: every population can be asked for by one command, and the tool goes on where it stopped."""

import argparse
import sys
from pathlib import Path

import pytest
from each import each

from regnet_edu import regime
from regnet_edu.cli import parser as cli
from regnet_edu.common.errors import InputError
from regnet_edu.spaces import title
from regnet_edu.study.plan import COMPARISONS, PLAN, chosen, planned
from regnet_edu.sweeps.population import load_population, populations
from regnet_edu.sweeps.sweep import sweep

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import record_populations


def test_names_differ_and_every_comparison_has_its_populations():
    assert len({p.name for p in PLAN}) == len(PLAN)
    assert {p.comparison for p in PLAN} == set(COMPARISONS)
    sizes = {c: min(p.n * p.repeats for p in PLAN if p.comparison == c) for c in COMPARISONS}
    assert sizes[1] >= 200 and sizes[2] >= 100 and sizes[3] >= 100 and min(sizes.values()) >= 50


@each("population", PLAN)
def test_every_planned_population_can_be_sampled_in_its_band(population):
    under = population.trained_under
    space = under.with_ranges(population.design_space)
    networks = space.sample(3, flops=under.flops, resolution=under.resolution, num_classes=10)
    assert all(network in space for network in networks)


@each("population", PLAN)
def test_the_command_asks_for_what_is_planned(population, monkeypatch):
    asked = {}

    def instead_of_training(space, n, under, out, **options):
        asked.update(space=space, n=n, regime=under, out=out, **options)
        raise InputError("enough")

    monkeypatch.setattr(sys.modules["regnet_edu.sweeps.sweep"], "sweep", instead_of_training)
    assert cli.main(population.command("x.jsonl", 7)) == 2
    assert asked["space"] == population.design_space and asked["n"] == 7 and asked["repeats"] == population.repeats
    assert asked["regime"] == population.trained_under and asked["regime"].name == population.regime


def test_what_is_recorded_is_what_was_planned():
    for name in populations():
        header = load_population(name).attrs["header"]
        plan = planned(name)
        assert header["space"] == title(plan.design_space) and header["regime"] == plan.trained_under.to_dict()


def test_a_choice_keeps_the_order_of_the_plan_and_says_what_is_unknown():
    assert [p.name for p in chosen(["regnetx-cpu", "2"])][:2] == ["regnetx-cpu", "anynetxequalwidths-cpu"]
    assert chosen([]) == list(PLAN)
    with pytest.raises(InputError, match="comparison 9 is unknown; they are 1 to 8"):
        chosen(["9"])
    with pytest.raises(InputError, match="did you mean regnetx-cpu"):
        chosen(["regnetx-cpuu"])


@pytest.mark.heavy
def test_the_tool_goes_on_with_what_is_shipped_and_ships_what_is_finished(tmp_path, monkeypatch):
    tiny = regime.get("tiny").replace(name="cpu", flops=(1e5, 2e6), train_images=64, test_images=50, resolution=16)
    monkeypatch.setitem(regime.REGIMES, "cpu", tiny)
    monkeypatch.setitem(regime.REGIMES, "tiny", tiny)
    runs, ship = tmp_path / "runs", tmp_path / "ship"
    first = sweep("RegNetX", 1, "cpu", ship / "regnetx-cpu.jsonl", progress=False)
    where = ["--runs", str(runs), "--ship", str(ship), "--only", "regnetx-cpu", "--workers", "1", "--quiet"]
    assert record_populations.main([*where, "--at-most", "2", "--dry-run"]) == 0 and not runs.exists()
    assert record_populations.main([*where, "--at-most", "2"]) == 0
    table = load_population(ship / "regnetx-cpu.jsonl")
    assert len(table) == 2 and table.error[0] == first.error[0] and table.seconds[0] == first.seconds[0]
    assert (runs / "regnetx-cpu.jsonl").read_bytes() == (ship / "regnetx-cpu.jsonl").read_bytes()


def test_the_tool_stops_where_a_sweep_is_refused(tmp_path):
    options = argparse.Namespace(
        runs=tmp_path, ship=tmp_path / "ship", at_most=1, dry_run=False, passed_on=["--data", str(tmp_path / "none")]
    )
    with pytest.raises(SystemExit) as stopped:
        record_populations.record(planned("regnetx-cpu"), options)
    assert stopped.value.code == 2 and not (tmp_path / "ship").exists()
