"""The paper map and the figures once all of the plan is recorded: nothing breaks when the last populations land."""

import html
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from each import each
from fake_populations import population

import regnet_edu as rn
from regnet_edu import paper_map
from regnet_edu.plots.paper import FIGURES
from regnet_edu.study import bands as paper_bands
from regnet_edu.study import rules as paper_rules
from regnet_edu.study import searches
from regnet_edu.study import table as paper_table
from regnet_edu.study.plan import PLAN
from regnet_edu.study.rules import CONTRADICTED, IN_PART, NOT_ATTEMPTED, NOT_VISIBLE, REPRODUCED
from regnet_edu.sweeps import runtimes as runtime
from regnet_edu.sweeps.population import populations

ROWS = paper_map.rows()


@pytest.fixture
def everything(monkeypatch, tmp_path):
    """As if all of the plan were recorded: what is not is stood in for by a population of the same space."""
    shipped = Path(rn.__file__).parent / "recorded"
    names = {plan.name: plan.name if plan.name in populations() else stand_in(plan) for plan in PLAN}
    for name, real in names.items():
        shutil.copy(shipped / f"{real}.jsonl", tmp_path / f"{name}.jsonl")
        if name in paper_map.row("runtime-model").populations:
            shutil.copy(shipped / "regnetx-cpu.runtime.json", tmp_path / f"{name}.runtime.json")
    monkeypatch.setattr(paper_rules, "populations", lambda: list(names))
    monkeypatch.setattr(paper_bands, "recorded", lambda: list(names))
    monkeypatch.setattr(paper_rules, "load_population", lambda name: rn.load_population(tmp_path / f"{name}.jsonl"))
    monkeypatch.setattr(paper_bands, "runtimes_recorded", lambda name: (tmp_path / f"{name}.runtime.json").exists())
    monkeypatch.setattr(paper_bands, "with_runtimes", lambda name: runtime.with_runtimes(tmp_path / f"{name}.jsonl"))
    caches = (paper_rules.networks_of, paper_rules.compared, paper_map.judged)
    for cached in caches:
        cached.cache_clear()
    yield tmp_path
    for cached in caches:
        cached.cache_clear()


def stand_in(plan) -> str:
    family = "regnet" if plan.space.startswith("RegNet") else "anynetxe"
    return next(name for name in populations() if name.startswith(family) and name.endswith("quick"))


@pytest.mark.heavy
def test_every_row_has_a_verdict_once_all_of_the_plan_is_recorded(everything):
    for row in ROWS:
        verdict, ours, why = row.outcome
        claims = [paper_map.row(name).rule["is"] for name in row.rule.get("claims", ())]
        untried = row.rule["is"] == "untried" or (claims and set(claims) <= {"untried", *paper_map.DEFINITIONS})
        assert (verdict == NOT_ATTEMPTED) == bool(untried and "untried" in {row.rule["is"], *claims}), row.id
        assert "not recorded" not in ours + why


@pytest.mark.heavy
def test_every_caution_is_on_the_page_and_at_the_figure_too():
    page = paper_table.map_html()
    for row in ROWS:
        shown = page.split(f'id="map-{row.id}"')[1].split("</tr>")[0]
        cautious = [name for name in row.rule.get("claims", ()) if paper_map.row(name).mind]
        assert html.escape(row.mind) in shown and ("<b>Mind:</b>" in shown) == bool(row.mind or cautious)
        assert all(f'<b>Mind:</b> what is said at <a href="#map-{cautious[0]}"' in shown for _ in cautious[:1])


def test_the_best_of_a_large_population_is_no_better_for_its_size(monkeypatch):
    tables = {"large": population(400, 1), "small": population(100, 2)}
    monkeypatch.setattr(searches, "errors_of", lambda name: tables[name]["error"].to_numpy())
    monkeypatch.setattr(searches, "sizes_of", lambda *names: "")
    best = [
        100 * np.mean([np.random.default_rng(k).choice(tables[name]["error"], 25).min() for k in range(4_000)])
        for name in ("small", "large")
    ]
    found = re.match(r"best of 25: ([\d.]+) % against ([\d.]+) %", searches.best_kept("small", "large").ours)
    assert np.allclose([float(number) for number in found.groups()], best, atol=0.1)


def test_the_slope_of_the_widths_is_judged(monkeypatch):
    table = population(30, 1)
    monkeypatch.setattr(paper_rules, "networks_of", lambda name: table)
    table["depths"] = [(1, 1, 1, 1)] * 30
    for slope, verdict in ((48, REPRODUCED), (16, IN_PART), (0, NOT_VISIBLE), (-24, CONTRADICTED)):
        table["widths"] = [tuple(160 + (slope + 8 * (-1) ** k) * j for j in range(4)) for k in range(30)]
        assert paper_rules.line("any", 48).verdict == verdict


@pytest.mark.heavy
@each("number", [n for n in FIGURES if FIGURES[n][0].populations])
def test_every_figure_is_whole_once_all_of_the_plan_is_recorded(everything, number):
    figure = rn.plots.paper_figure(number, everything)
    assert figure.missing == () and len(figure.panels) == len(FIGURES[number])
