"""The paper map points only at what exists, and its rules judge made-up data as they should."""

import re
from functools import reduce
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from each import each
from fake_populations import population

import regnet_edu as rn
from regnet_edu import paper_map
from regnet_edu.study import (
    bands as paper_bands,
)
from regnet_edu.study import (
    best as paper_best,
)
from regnet_edu.study import (
    growth as paper_growth,
)
from regnet_edu.study import (
    published as paper_published,
)
from regnet_edu.study import (
    rules as paper_rules,
)
from regnet_edu.study import searches as paper_searches
from regnet_edu.study import (
    table as paper_table,
)
from regnet_edu.study.plan import PLAN, planned
from regnet_edu.study.rules import (
    CONTRADICTED,
    IN_PART,
    NOT_ATTEMPTED,
    NOT_VISIBLE,
    REPRODUCED,
    VERDICTS,
)

ROOT = Path(__file__).resolve().parents[2]
ROWS = paper_map.rows()


def headings(path: Path) -> set[str]:
    """The anchors of a page, as Sphinx makes them."""
    found = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-") for heading in found}


def test_ids_differ_and_statements_of_figures_are_rows():
    names = [row.id for row in ROWS]
    assert len(set(names)) == len(names)
    assert {claim for row in ROWS for claim in row.rule.get("claims", ())} <= set(names)


@each("row", ROWS, ids=lambda row: row.id)
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


@each("row", ROWS, ids=lambda row: row.id)
def test_a_row_has_a_verdict_and_its_reason(row):
    verdict, ours, why = row.outcome
    assert verdict in VERDICTS
    assert ours or verdict == NOT_ATTEMPTED
    assert why or verdict != NOT_ATTEMPTED
    assert "with a power of" in why or "would need" in why or verdict != NOT_VISIBLE or row.figure
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
        judges = ("better", "alike", "all_better", "best_kept", "lower", "all_lower")
        if row.id == "resolution" or row.rule["is"] not in judges:
            continue
        pairs = row.rule.get("pairs") or [row.populations]
        for pair in pairs:
            assert len({planned(name).regime for name in pair}) == 1, row.id


def test_comparisons_in_which_more_than_one_thing_differs_say_so():
    for row in ROWS:
        for pair in row.rule.get("pairs") or [row.populations]:
            plans = [planned(name) for name in pair if name in {p.name for p in PLAN}]
            families = {p.space.startswith("AnyNet") for p in plans}
            ranges = [p.trained_under.ranges for p in plans]
            if not row.figure and len(families) > 1 and any(ranges):  # AnyNet's range in it, RegNetX's own beside it
                assert "from 24 to 512" in row.mind, row.id
            if any(p.options.get("block") == "V" for p in plans) and not row.figure:
                assert "plain blocks" in row.mind, row.id


@pytest.fixture
def recorded(monkeypatch):
    """Made-up populations instead of the recorded ones, by name."""
    made = {
        "good": population(200, 1),
        "same": population(200, 1, shift=0.001),
        "bad": population(200, 3, shift=0.05),
        "few": population(12, 4, shift=0.004),
        "low": population(200, 5),
        "sharp": population(200, 6),
    }
    made["sharp"]["error"] -= 0.004 * made["sharp"]["depths"].map(sum)
    made["low"]["params"] //= 2
    for module in (paper_rules, paper_bands):
        monkeypatch.setattr(module, "populations" if module is paper_rules else "recorded", lambda: list(made))
    monkeypatch.setattr(paper_rules, "load_population", made.__getitem__)
    for cached in (paper_rules.networks_of, paper_rules.compared):
        cached.cache_clear()
    yield made
    for cached in (paper_rules.networks_of, paper_rules.compared):
        cached.cache_clear()


@each(
    ("rule", "arguments"),
    [
        ("all_better", {"pairs": [["good", "bad"], ["same", "none"]]}),
        ("all_lower", {"pairs": [["low", "good"], ["low", "none"]], "of": "params"}),
        ("stable", {"populations": ["good", "same", "none"], "of": "depth"}),
        ("grows", {"populations": ["good", "bad", "none"], "of": "depth"}),
    ],
)
def test_a_population_that_is_missing_is_named_beside_the_verdict(recorded, rule, arguments):
    outcome = paper_map.RULES[rule](**arguments)
    assert outcome.verdict != REPRODUCED and "not recorded yet: none" in outcome.why


@each(
    ("of", "low", "population", "by_chance", "points"),
    [
        ("g", 2, "anynetxc-cpu", "0.99", "+0.47"),
        ("b", 2, "regnetx-r-quick", "0.89", "-0.47"),
        ("g", 2, "regnetx-cpu", "0.98", "+1.01 points [+0.41, +1.61], p 0.0013"),
        ("wm", 2, "regnetx-cpu", "0.16", "+1.29"),
    ],
)
def test_the_best_value_is_held_against_chance_and_the_population(of, low, population, by_chance, points):
    found = paper_best.best_in(population, of, low=low).ours
    assert f"by chance with {by_chance};" in found and f": {points}" in found


def test_chance_puts_the_most_likely_value_where_shuffled_errors_do():
    """Four rows of the map were earned in this way."""
    values = rn.property_values(paper_rules.networks_of("anynetxc-cpu"), "b").values
    rng = np.random.default_rng(0)
    drawn = [rn.bootstrap_best(values, rng.permutation(200) / 200, repeats=2_000).median for _ in range(400)]
    assert np.mean(np.array(drawn) <= 2) == pytest.approx(0.83, abs=0.04)
    middle = paper_best.bands_by_chance(values)[1]
    assert np.mean(middle <= 2) == pytest.approx(0.83, abs=0.04)


def test_one_epoch_ranks_networks_as_three_do():
    verdict, ours, why = paper_map.row("short-training").outcome
    assert re.findall(r"correlation ([+-][\d.]+)", ours) == ["+0.76", "+0.56", "+0.87"]
    assert verdict == IN_PART and "anynetxe-quick against anynetxe-quick-3epochs above 0.5" in why


def test_networks_of_like_activations_take_like_times_in_table_3():
    assert "ResNet-50, RegNetX-3.2GF: 53 to 57 ms" in paper_map.row("table-3-times").outcome.ours


def test_b_1_is_supported_by_the_population_and_not_by_the_bootstrap():
    verdict, ours, why = paper_map.row("b-1").outcome
    assert verdict == IN_PART and "-1.58 points [-2.07, -1.08]" in ours
    assert why == "the best value says nothing beyond chance, the population speaks for it"


def test_the_best_depth_is_not_stable_in_the_records():
    verdict, ours, _ = paper_map.row("depth-stable").outcome
    assert verdict == CONTRADICTED
    assert re.findall(r": (\d+) \[", ours) == ["19", "36", "38", "48"]
    assert re.findall(r"error ([+-][\d.]+)", ours) == ["+0.64", "+0.25", "-0.42", "-0.55"]


def test_the_form_of_a_growth_is_recovered(recorded):
    bands = ["good", "same", "low"]  # of three numbers of flops: through two, either form would pass
    for k, name in enumerate(bands):
        table = recorded[name]
        table["flops"] = table["flops"] * 4**k
        table["activations"] = table["flops"] ** 0.5 * np.random.default_rng(k).uniform(0.9, 1.1, len(table))
    found = paper_growth.grows_as([*bands, "none"], "activations", "√F", "F")
    assert found.verdict == REPRODUCED and re.search(r"power 0\.(49|50|51) of flops, n = 150", found.ours)
    assert found.why == "not recorded yet: none"
    assert paper_growth.grows_as(bands, "activations", "F", "√F").verdict == CONTRADICTED
    for name in bands:
        recorded[name]["activations"] *= 10 ** np.random.default_rng(0).normal(0, 3, 200)
    paper_rules.networks_of.cache_clear()
    both = paper_growth.grows_as(bands, "activations", "√F", "F")  # so much noise that either form would do
    assert both.verdict == NOT_VISIBLE and both.why.endswith("tell the forms apart; would need more networks")


def test_both_laws_of_growth_are_the_paper_s_in_the_records_and_in_the_published_networks():
    ours = {name: paper_map.row(name).outcome for name in ("params-linear", "acts-sqrt")}
    assert "AIC 2405 for F, 2435 for √F (alone)" in ours["params-linear"].ours
    assert "AIC 1720 for √F, 1777 for F (alone)" in ours["acts-sqrt"].ours
    rows = [*ours, "params-linear-published", "acts-sqrt-published", "effnet-acts"]
    assert {paper_map.row(name).outcome.verdict for name in rows} == {REPRODUCED}


def test_parameters_of_the_published_regnetx_lie_on_a_line_with_a_start():
    models = [rn.zoo.get(name) for name in rn.zoo.names() if name.startswith("regnetx")]
    line = rn.fit_forms([m.flops / 1e9 for m in models], [m.params / 1e6 for m in models], start=True)["F"]
    assert (round(line.start, 2), round(line.factors[0], 2), round(line.r2, 3)) == (5.38, 3.26, 0.989)


@pytest.mark.parametrize(
    ("power", "verdict"),
    [
        (0.5, REPRODUCED),
        (0.65, REPRODUCED),
        (0.71, IN_PART),
        (0.75, NOT_VISIBLE),
        (0.8, CONTRADICTED),
        (1, CONTRADICTED),
    ],
)
def test_a_growth_between_two_forms_gets_every_verdict(power, verdict):
    flops = np.geomspace(0.2, 32, 12)
    noise = 1 + 0.001 * np.random.default_rng(0).normal(size=12)
    found = paper_growth.judge_growth(flops, 4 * flops**power * noise, "√F", "F")
    assert found.verdict == verdict and f"power {power:.2f} of flops, n = 12" in found.ours
    opposite = {REPRODUCED: CONTRADICTED, CONTRADICTED: REPRODUCED}.get(verdict)
    assert opposite in (None, paper_growth.judge_growth(flops, 4 * flops**power * noise, "F", "√F").verdict)


def test_rules_on_runtimes_find_what_was_put_in(recorded, monkeypatch):
    rng = np.random.default_rng(0)
    for k, name in enumerate(("good", "same")):
        table = recorded[name]
        table["flops"] = table["flops"] * 4**k
        noise = rng.normal(1, 0.01, len(table))
        table["runtime"] = (2e-6 * table["flops"] + 20e-3 * table["flops"] ** 0.5) * noise
        table["activations"] = table["flops"] * rng.uniform(0.5, 2, len(table))
        table.attrs["runtime"] = {"hardware": "a slow clock"}
    monkeypatch.setattr(paper_bands, "runtimes_recorded", lambda name: name != "bad")
    monkeypatch.setattr(paper_bands, "with_runtimes", recorded.__getitem__)
    assert paper_bands.runtime_model(["good", "same"]).verdict == REPRODUCED
    follows = paper_bands.runtime_follows(["good", "same", "bad"])
    assert follows.verdict == CONTRADICTED and follows.ours.endswith(", on a slow clock")
    recorded["same"].attrs["runtime"] = {}  # written by hand
    assert paper_bands.runtime_model(["good", "same"]).ours.endswith(", on a slow clock and unknown hardware")
    assert "not recorded yet: runtimes of bad" in paper_bands.runtime_follows(["good", "same", "bad"]).why
    for table in recorded.values():
        table["runtime"] = table["flops"]
    assert paper_bands.runtime_model(["good", "same"]).verdict == CONTRADICTED


def test_populations_of_different_hardware_are_not_compared_silently(recorded):
    recorded["bad"].attrs["header"]["sessions"][0]["hardware"] = "a GPU"
    for outcome in (
        paper_rules.better("good", "bad"),
        paper_rules.alike("good", "bad"),
        paper_searches.search_better("good", ["bad"], 8),
        paper_bands.stable(["good", "bad"], "depth"),
        paper_growth.grows_as(["good", "bad"], "params", "F", "√F"),
    ):
        assert "on different hardware: 2 cores of a test machine and" in outcome.why


def test_populations_that_both_went_on_elsewhere_are_of_different_hardware(recorded):
    assert "hardware" not in paper_rules.better("same", "low").why
    for name in ("good", "bad"):  # their headers say the same of both
        recorded[name].attrs["header"]["sessions"].append({"hardware": "a GPU"})
        recorded[name]["hardware"] = ["2 cores of a test machine", "a GPU"] * (len(recorded[name]) // 2)
    why = paper_rules.better("good", "bad").why
    assert why == "on different hardware: 2 cores of a test machine and a GPU"


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        (["", "AVX2"], "perhaps on different hardware: 2 x EPYC and 2 x EPYC (AVX2)"),
        (["AVX2", "AVX-512"], "on different hardware: 2 x EPYC (AVX2) and 2 x EPYC (AVX-512)"),
        (["AVX2", "AVX2"], ""),
        (
            ["family 25, model 17", "family 25, model 17, AVX-512"],
            "perhaps on different hardware: 2 x EPYC (family 25, model 17) and 2 x EPYC (family 25, model 17, AVX-512)",
        ),
        (
            ["family 25, model 1", "family 25, model 17"],
            "on different hardware: 2 x EPYC (family 25, model 1) and 2 x EPYC (family 25, model 17)",
        ),
    ],
)
def test_of_hardware_whose_kind_is_not_told_in_full_only_perhaps_is_said(recorded, kinds, said):
    for name, kind in zip(("good", "bad"), kinds, strict=True):
        recorded[name]["hardware"] = f"2 x EPYC ({kind})" if kind else "2 x EPYC"
        recorded[name].attrs["header"].update(hardware=recorded[name]["hardware"][0], sessions=[])
    assert paper_rules.better("good", "bad").why == said


def test_means_alike_are_not_curves_alike(recorded):
    recorded["same"]["error"] = recorded["good"]["error"].mean()
    outcome = paper_rules.alike("same", "good")
    assert outcome.verdict == IN_PART and "the curves differ" in outcome.why


def test_a_band_is_held_against_what_chance_gives():
    rng = np.random.default_rng(0)
    values = rng.lognormal(size=60)
    drawn = []
    for _ in range(300):
        low, _, high = rn.bootstrap_best(values, rng.permutation(60) / 100, repeats=2_000)
        drawn.append(np.mean((values >= low) & (values <= high)))
    shares = paper_best.shares_by_chance(values)
    assert np.allclose(np.quantile(shares, [0.1, 0.5, 0.9]), np.quantile(drawn, [0.1, 0.5, 0.9]), atol=0.04)


def test_a_population_that_is_not_recorded_is_named():
    with pytest.raises(paper_rules.NotRecordedError, match="not recorded yet: regnetx-nowhere"):
        paper_rules.better("regnetx-cpu", "regnetx-nowhere")


def test_search_agrees_with_drawing(recorded):
    errors = recorded["good"]["error"].to_numpy()
    drawn = np.random.default_rng(0).choice(errors, (20_000, 8)).min(axis=1).mean()
    words = paper_searches.search_better("good", ["bad"], 8).ours
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
    assert paper_published.size_ratio("AnyNetXA", "AnyNetXE", 7).verdict == IN_PART  # exactly it is nearer to 10^6
    assert paper_published.published_better([["regnetx_8.0gf", "resnext_101"]]).verdict == CONTRADICTED  # a tie only
    assert paper_published.published_trend("depth", rises=True).verdict == CONTRADICTED
    assert paper_published.published_trend("group_width", rises=False).verdict == CONTRADICTED
    assert paper_published.published_limits("RegNetXC", 12, 20).verdict == IN_PART
    assert paper_published.published_groups(["regnetx_32gf"], 16, 64, 8).verdict == CONTRADICTED
    assert paper_published.published_retrained(["EfficientNet"]).verdict == CONTRADICTED
    worse = {"resnet_50": 30.0, "regnetx_3.2gf": 31.0, "resnet_101": 32.0}
    assert paper_published.published_again([["regnetx_3.2gf", "resnet_50"]], worse).verdict == CONTRADICTED


def test_gaps_on_imagenet_v2_do_not_all_shrink():
    gaps = [
        g for t in ("table-5", "table-6") for g in paper_published.gaps_again(*list(paper_map.row(t).rule.values())[1:])
    ]
    changes = [gap.change for gap in gaps]
    assert [changes.count(word) for word in ("shrinks", "stays", "grows")] == [7, 4, 5]
    for gap in gaps:  # the five that grow, grow to RegNet's disadvantage
        sign = 1 if gap.first.startswith("RegNet") else -1
        assert gap.change != "grows" or sign * gap.after > sign * gap.before


def test_what_table_2_lets_one_count():
    assert "RegNetX-600MF, 25.9 %, beats 4 of the 8; RegNetY-600MF, 24.5 %, beats 7" in (
        paper_published.published_mobile().ours
    )


def test_the_limits_of_c_are_those_of_the_space():
    import inspect

    limits = inspect.getsource(rn.RegNetXC._limits)
    assert "(3 + 5.5 * giga) * 1e6" in limits and "6.5 * np.sqrt(giga) * 1e6" in limits


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
    measured = [row for row in ROWS if row.rule["is"].startswith("measured")]
    assert f"and {len(measured)} tested on published measurements (holds: " in paper_table.counts()
    parts = re.findall(r": (\d+)", paper_table.counts())
    assert sum(map(int, parts)) == len(measured)
    log = paper_table.log_html()
    assert log.count("<dt>") == len(paper_map.regimes_tried()) >= 5 and "Nothing is tuned" in log
