"""The paper map points only at what exists, and its rules judge made-up data as they should."""

import re
from functools import reduce
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from fake_populations import population

import regnet_edu as rn
from regnet_edu import paper_bands, paper_map, paper_published, paper_rules, paper_table
from regnet_edu.paper_rules import CONTRADICTED, IN_PART, NOT_ATTEMPTED, NOT_VISIBLE, REPRODUCED, VERDICTS
from regnet_edu.population import populations
from regnet_edu.study import PLAN, planned

ROOT = Path(__file__).resolve().parent.parent
ROWS = paper_map.rows()


def headings(path: Path) -> set[str]:
    """The anchors of a page, as Sphinx makes them."""
    found = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-") for heading in found}


def test_ids_differ_and_statements_of_figures_are_rows():
    names = [row.id for row in ROWS]
    assert len(set(names)) == len(names)
    assert {claim for row in ROWS for claim in row.rule.get("claims", ())} <= set(names)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_points_only_at_what_exists(row):
    for place in row.chapters:
        file, _, heading = place.partition("#")
        assert heading in headings(ROOT / "book" / f"{file}.md"), f"{place} is no heading of the book"
    for name in row.functions:
        assert reduce(getattr, name.split("."), rn), f"regnet_edu has no {name}"
    for name in row.tests:
        file, _, test = name.partition("::")
        assert re.search(rf"^ *def {test}\(", (ROOT / "tests" / file).read_text(encoding="utf-8"), re.M), name
    assert {planned(name).name for name in row.populations} == set(row.populations)
    assert row.section in paper_table.SECTIONS and row.rule["is"] in (*paper_map.RULES, "figure")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_has_a_verdict_and_its_reason(row):
    verdict, ours, why = row.outcome
    assert verdict in VERDICTS
    assert ours or verdict == NOT_ATTEMPTED
    assert why or verdict != NOT_ATTEMPTED
    assert "would need" in why or verdict != NOT_VISIBLE or row.figure
    if row.rule["is"] == "proved":
        assert row.tests


def test_every_equation_figure_and_table_of_the_paper_has_a_row():
    items = " ".join(row.item for row in ROWS)
    numbers = {kind: set(range(1, last + 1)) for kind, last in (("Figure", 23), ("Table", 7), ("Equation", 4))}
    for kind, expected in numbers.items():
        found = set()
        for first, last in re.findall(rf"{kind}s? (\d+)(?: (?:and|to) (\d+))?", items):
            found |= set(range(int(first), int(last or first) + 1))
        assert found == expected, kind


def test_every_planned_population_is_looked_at():
    seen = {name for row in ROWS for name in row.populations}
    assert {p.name for p in PLAN} - seen == {"regnetx-seeds-cpu"}


def test_compared_populations_share_a_regime():
    for row in ROWS:
        if row.id == "resolution" or row.rule["is"] not in ("better", "alike", "all_better", "best_kept", "lower"):
            continue
        pairs = row.rule.get("pairs") or [row.populations]
        for pair in pairs:
            assert len({planned(name).regime for name in pair}) == 1, row.id


@pytest.fixture
def recorded(monkeypatch):
    """Made-up populations instead of the recorded ones, by name."""
    made = {
        "good": population(200, 1),
        "same": population(200, 1, shift=0.001),
        "bad": population(200, 3, shift=0.05),
        "few": population(12, 4, shift=0.004),
    }
    for module in (paper_rules, paper_bands):
        monkeypatch.setattr(module, "populations" if module is paper_rules else "recorded", lambda: list(made))
    monkeypatch.setattr(paper_rules, "load_population", made.__getitem__)
    for cached in (paper_rules.networks_of, paper_rules._compared):
        cached.cache_clear()
    yield made
    for cached in (paper_rules.networks_of, paper_rules._compared):
        cached.cache_clear()


@pytest.mark.parametrize(
    ("rule", "arguments", "verdict"),
    [
        ("better", {"population": "good", "than": "bad"}, REPRODUCED),
        ("better", {"population": "bad", "than": "good"}, CONTRADICTED),
        ("better", {"population": "good", "than": "few"}, NOT_VISIBLE),  # and says how many would be needed
        ("alike", {"population": "good", "to": "same"}, REPRODUCED),
        ("alike", {"population": "good", "to": "few"}, IN_PART),
        ("alike", {"population": "good", "to": "bad"}, CONTRADICTED),
        ("all_better", {"pairs": [["good", "bad"], ["same", "bad"]]}, REPRODUCED),
        ("all_better", {"pairs": [["good", "bad"], ["same", "none"]]}, IN_PART),
        ("all_better", {"pairs": [["bad", "good"]]}, CONTRADICTED),
        ("best_kept", {"population": "good", "of": "same"}, REPRODUCED),
        ("best_in", {"population": "good", "of": "depth", "low": 4}, REPRODUCED),
        ("best_in", {"population": "good", "of": "depth", "high": 5}, CONTRADICTED),
        ("band", {"population": "good", "of": "depth"}, REPRODUCED),
        ("spans", {"population": "good", "of": ["b1", "b2"]}, REPRODUCED),
        ("falls_with", {"population": "good", "of": "depth"}, REPRODUCED),
        ("falls_with", {"population": "good", "of": "b1"}, NOT_VISIBLE),
        ("lower", {"population": "good", "than": "bad", "of": "depth"}, NOT_VISIBLE),
        ("search", {"population": "good", "draws": 100}, REPRODUCED),
        ("search", {"population": "good", "draws": 2}, CONTRADICTED),
        ("search_better", {"population": "good", "than": ["bad"], "draws": 8}, REPRODUCED),
        ("stable", {"populations": ["good", "same", "none"], "of": "depth"}, IN_PART),
        ("grows", {"populations": ["good", "bad"], "of": "depth"}, NOT_VISIBLE),
    ],
)
def test_rules_judge_made_up_data_as_they_should(recorded, rule, arguments, verdict):
    outcome = paper_map.RULES[rule](**arguments)
    assert outcome.verdict == verdict and outcome.ours
    assert ("would need" in outcome.why) == (verdict == NOT_VISIBLE)
    if "none" in str(arguments):
        assert "not recorded yet: none" in outcome.why


def test_the_power_of_a_population_is_recovered(recorded):
    for k, name in enumerate(("good", "same")):
        table = recorded[name]
        table["flops"] = table["flops"] * 4**k
        table["activations"] = table["flops"] ** 0.5 * np.random.default_rng(k).uniform(0.9, 1.1, len(table))
    found = paper_bands.power(["good", "same"], "activations", 0.5)
    assert found.verdict == REPRODUCED and re.search(r"power 0\.(49|50|51)", found.ours)
    assert paper_bands.power(["good", "same"], "activations", 1.0).verdict == CONTRADICTED


def test_rules_on_runtimes_find_what_was_put_in(recorded, monkeypatch):
    rng = np.random.default_rng(0)
    for k, name in enumerate(("good", "same")):
        table = recorded[name]
        table["flops"] = table["flops"] * 4**k
        noise = rng.normal(1, 0.01, len(table))
        table["runtime"] = (2e-6 * table["flops"] + 20e-3 * table["flops"] ** 0.5) * noise
        table["activations"] = table["flops"] * rng.uniform(0.5, 2, len(table))
    monkeypatch.setattr(paper_bands, "runtimes_recorded", lambda name: name != "bad")
    monkeypatch.setattr(paper_bands, "with_runtimes", recorded.__getitem__)
    assert paper_bands.runtime_model(["good", "same"]).verdict == REPRODUCED
    assert paper_bands.runtime_follows(["good", "same", "bad"]).verdict == CONTRADICTED
    assert "not recorded yet: runtimes of bad" in paper_bands.runtime_follows(["good", "same", "bad"]).why
    for table in recorded.values():
        table["runtime"] = table["flops"]
    assert paper_bands.runtime_model(["good", "same"]).verdict == CONTRADICTED


def test_populations_of_different_hardware_are_not_compared_silently(recorded):
    recorded["bad"].attrs["header"]["sessions"][0]["hardware"] = "a GPU"
    assert "on different hardware: 2 cores of a test machine and" in paper_rules.better("good", "bad").why


def test_a_population_that_is_not_recorded_is_named():
    missing = next(p.name for p in PLAN if p.name not in populations())
    with pytest.raises(paper_rules.NotRecordedError, match=f"not recorded yet: {missing}"):
        paper_rules.better("regnetx-cpu", missing)


def test_search_agrees_with_drawing(recorded):
    errors = recorded["good"]["error"].to_numpy()
    drawn = np.random.default_rng(0).choice(errors, (20_000, 8)).min(axis=1).mean()
    words = paper_rules.search_better("good", ["bad"], 8).ours
    assert f"good {100 * drawn:.1f} %" in words


def test_verdicts_of_statements_add_up():
    together = paper_map.together
    assert together([REPRODUCED, REPRODUCED]) == REPRODUCED
    assert together([REPRODUCED, CONTRADICTED]) == IN_PART == together([NOT_ATTEMPTED, IN_PART])
    assert (
        together([NOT_VISIBLE, CONTRADICTED]) == CONTRADICTED and together([NOT_VISIBLE, NOT_ATTEMPTED]) == NOT_VISIBLE
    )


def test_arithmetic_on_published_figures_can_fail():
    assert paper_published.published_better([["regnetx_200mf", "resnet_50"]]).verdict == CONTRADICTED
    assert paper_published.published_speed("resnet_50", "efficientnet_b5", 5).verdict == CONTRADICTED
    assert paper_published.size("AnyNetXA", 1.8e17, 16).verdict == CONTRADICTED
    assert paper_published.size_ratio("AnyNetXA", "AnyNetXC", 5).verdict == CONTRADICTED


def test_the_table_is_whole_and_its_links_have_targets():
    page = paper_table.map_html()
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids)) == len(ROWS)
    assert {target for target in re.findall(r'href="#([^"]+)"', page)} <= set(ids)
    assert page.count("<tr ") == len(ROWS) + page.count("<table")
    for row in page.split("<tr ")[1:]:
        texts = re.findall(r"\.html#[^>]*>([^<]+)</a>", row)
        assert len(texts) == len(set(texts))

    class Balance(HTMLParser):
        open: list[str] = []  # noqa: RUF012

        def handle_starttag(self, tag, attrs):
            self.open.append(tag) if tag != "br" else None

        def handle_endtag(self, tag):
            assert self.open.pop() == tag

    checker = Balance()
    checker.feed(page + paper_table.log_html())
    assert not checker.open


def test_the_counts_and_the_log_say_what_the_data_say():
    assert paper_table.counts().startswith(f"Of {len(ROWS)} rows, ")
    assert sum(map(int, re.findall(r"(\d+) [a-z]", paper_table.counts().split("rows,")[1]))) == len(ROWS)
    log = paper_table.log_html()
    assert log.count("<dt>") == len(paper_map.regimes_tried()) >= 5 and "Nothing is tuned" in log
