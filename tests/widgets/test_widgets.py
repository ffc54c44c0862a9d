"""The interactives without a browser: the same numbers in JavaScript, one state on both sides, a page by itself."""

from __future__ import annotations

import gzip
import itertools
import json
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("anywidget", reason="the interactives need anywidget; `make setup` installs it")

import widget_vectors
from browser import load_extension
from fake_populations import population

from regnet_edu import widgets, zoo
from regnet_edu.common.errors import InputError
from regnet_edu.spaces.anynet import AnyNetXA, AnyNetXE
from regnet_edu.sweeps import cost
from regnet_edu.widgets import against_the_field, bundle

TESTS = Path(__file__).parent
ROOT = TESTS.parents[1]
extension = load_extension("interactives")
FOLDER = Path(bundle.__file__).parent
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="there is no node to run JavaScript with; install Node.js 20")
NAMES = sorted(widgets.INTERACTIVES)
MOST_KB, MOST_DATA_KB = 30, 300  # compressed: one interactive's own, and the populations of a page
WORKBENCH_KB, LAB_KB = 50, 60  # the workbench, the centre of the course, and the lab: both bring a training engine
ALL_KB = 115  # all scripts of all of them
MATHEMATICS = ("core", "resampling", "sizes", "imagenet_budget", "field", "design_spaces", "neighbours")


def node(*arguments: object) -> str:
    assert NODE is not None
    done = subprocess.run([NODE, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def kilobytes(text: str) -> float:
    return len(gzip.compress(text.encode())) / 1024


@cache
def described() -> dict[str, Any]:
    """What each JavaScript module says about itself."""
    return json.loads(node(TESTS / "js/describe.mjs", *(FOLDER / f"{made(n)._module}.js" for n in NAMES)))


def made(name: str, **state: Any) -> Any:
    return getattr(widgets, name)(**state)


def another(widget: Any) -> tuple[str, Any]:
    """A value of the state whose limits do not depend on data, and another value that it may have."""
    for key in widget.state_names():
        now, told = getattr(widget, key), widget.traits()[key].metadata
        options = told.get("options") or [told.get("low"), told.get("high")]
        if options[0] is not None:
            return key, options[0] if now != options[0] else options[-1]
    raise AssertionError(f"{widget!r} has no value to change")


@needs_node
class TestJavaScript:
    def test_every_function_gives_python_s_numbers_on_every_vector(self, tmp_path: Path) -> None:
        vectors = widget_vectors.vectors()
        kept = json.loads(widget_vectors.FINGERPRINTS.read_text(encoding="utf-8"))
        found = widget_vectors.fingerprints(vectors)
        changed = [name for name in {**kept, **found} if kept.get(name) != found.get(name)]
        assert not changed, f"Python's numbers changed: {changed}; run python tests/helpers/widget_vectors.py"
        (tmp_path / "vectors.json").write_text(json.dumps(vectors))
        found = json.loads(
            node(TESTS / "js/check_core.mjs", tmp_path / "vectors.json", *(FOLDER / f"{m}.js" for m in MATHEMATICS))
        )
        assert set(found) == set(vectors)
        assert all(result["cases"] >= 1000 for result in found.values())
        assert not {name: result["wrong"] for name, result in found.items() if result["wrong"]}

    def test_state_and_pictures_behave(self) -> None:
        node("--test", *sorted((TESTS / "js").glob("*.test.js")))

    @pytest.mark.parametrize("name", NAMES)
    def test_the_module_for_anywidget_loads_alone_and_exports_render(self, name: str, tmp_path: Path) -> None:
        (tmp_path / "module.mjs").write_text(made(name)._esm)
        address = json.dumps((tmp_path / "module.mjs").as_uri())
        script = f"const found = await import({address}); console.log(typeof found.default.render)"
        assert node("--input-type=module", "-e", script).strip() == "function"

    def test_stills_are_up_to_date(self) -> None:
        outdated = node(ROOT / "tools/draw_stills.mjs", "--check").strip()
        assert outdated == "", f"run `node tools/draw_stills.mjs`: {outdated}"

    def test_the_still_is_of_the_state_that_each_page_starts_with(self) -> None:
        drawn = {p.name for p in (FOLDER / "stills").glob("*.svg")}
        names = [n for n in NAMES if f"{made(n)._module}.svg" in drawn]
        text = "".join(path.read_text() for path in [ROOT / "index.md", *(ROOT / "book").glob("*.md")])
        calls = re.findall(rf"^rn\.(widgets\.(?:{'|'.join(names)})\([^)]*\))", text, re.M)
        shown = [eval(call) for call in calls]
        assert {Path(widget._drawn()).name for widget in shown} == drawn
        assert all("of its starting state" in widget.to_html() for widget in shown)

    def test_a_still_of_another_state_says_that_it_is_the_default(self) -> None:
        other, default = widgets.BlockExplorer(width=8), widgets.BlockExplorer()
        assert other.still() == default.still()
        assert "of its default state" in other.to_html()
        assert "of its starting state" in default.to_html()

    @pytest.mark.parametrize("name", NAMES)
    def test_traits_and_schema_are_one(self, name: str) -> None:
        widget = made(name)
        schema = described()[widget._module]["schema"]
        assert described()[widget._module]["title"] == widget._title
        assert list(schema) == widget.state_names()
        for key, rule in schema.items():
            trait = widget.traits()[key]
            if rule.get("fromData"):
                continue
            assert getattr(widget, key) == rule["default"], key
            if rule["type"] in ("int", "float"):
                assert (trait.metadata["low"], trait.metadata["high"]) == (rule["min"], rule["max"]), key
                assert trait.metadata["step"] == (rule.get("step", 1) if rule["type"] == "int" else 0), key
            elif rule["type"] == "choice":
                assert list(trait.metadata["options"]) == rule["choices"], key

    @pytest.mark.parametrize("name", NAMES)
    def test_every_value_has_a_control(self, name: str) -> None:
        widget = made(name)
        hidden = {k for k, rule in described()[widget._module]["schema"].items() if rule.get("hidden")}
        assert set(described()[widget._module]["controls"]) == set(widget.state_names()) - hidden


@pytest.mark.parametrize("name", NAMES)
class TestEveryInteractive:
    def test_a_notebook_gets_the_widget_and_a_page_gets_html(self, name: str) -> None:
        from IPython.core.formatters import DisplayFormatter

        shown, _ = DisplayFormatter().format(made(name))
        assert "application/vnd.jupyter.widget-view+json" in shown
        assert 'class="rni"' in shown["text/html"]

    def test_the_html_asks_no_host_for_anything(self, name: str) -> None:
        html = made(name).to_html()
        assert not re.findall(r"""(?:src|href)\s*=|import\s*\(|from\s+["']|url\(|https?://(?!www\.w3\.org)""", html)

    def test_the_html_is_one_block_that_markdown_leaves_alone(self, name: str) -> None:
        html = made(name).to_html()
        assert not re.search(r"\n\s*\n", html)
        assert html.count("<script") == html.count("</script>")

    def test_it_is_light(self, name: str) -> None:
        widget = made(name)
        html = widget.to_html()
        texts = [bundle.as_json(part) for part in widget.parts().values()]
        assert kilobytes("".join(texts)) < MOST_DATA_KB
        for text in texts:  # once a page, however many interactives show them; their limit is the one above
            assert html.count(text) == 1
            html = html.replace(text, "")
        assert kilobytes(html) < {"SpaceWorkbench": WORKBENCH_KB, "PopulationLab": LAB_KB}.get(name, MOST_KB)

    def test_the_same_call_gives_the_same_html(self, name: str) -> None:
        assert made(name).to_html() == made(name).to_html()

    def test_two_of_them_share_their_modules(self, name: str) -> None:
        keys = [re.findall(r'data-regnet="([\w-]+)"', made(name, link_id=i).to_html()) for i in ("one", "two")]
        assert keys[0] == keys[1] and len(set(keys[0])) == len(keys[0])

    def test_the_still_says_what_it_shows(self, name: str) -> None:
        still = made(name).still()
        assert still.startswith("<svg") and len(re.search(r'aria-label="([^"]+)"', still)[1]) > 40  # type: ignore[index]

    def test_an_unknown_name_is_refused_with_the_nearest(self, name: str) -> None:
        first = made(name).state_names()[0]
        with pytest.raises(InputError, match=f"did you mean {first}"):
            made(name, **{f"{first}x": 3})

    def test_a_link_id_that_an_address_cannot_hold_is_refused(self, name: str) -> None:
        with pytest.raises(InputError, match="letters, digits and hyphens"):
            made(name, link_id="a b&c=1")

    def test_python_sees_every_change(self, name: str) -> None:
        widget = made(name)
        seen: list[Any] = []
        key, other = another(widget)
        widget.observe(lambda change: seen.append(change["new"]), names=key)
        setattr(widget, key, other)
        widget.set_state({key: getattr(widget, key)})  # what a message from the page does
        assert seen == [other] and widget.state[key] == other


class TestRegNetExplorer:
    def test_it_starts_as_the_published_400mf(self) -> None:
        assert widgets.RegNetExplorer().params == zoo.get("RegNetX-400MF").regnet_params

    def test_every_published_regnet_fits_its_limits(self) -> None:
        for name in zoo.names():
            rule = zoo.get(name).regnet_params
            assert rule is not None
            line = (rule.depth, rule.w0, rule.wa, rule.wm, rule.group_width)
            explorer = widgets.RegNetExplorer(
                **dict(zip(("depth", "w0", "wa", "wm", "group_width"), line, strict=True)),
                squeeze_excitation=rule.se_ratio > 0,
            )
            assert explorer.params == rule

    @pytest.mark.parametrize(
        ("state", "sentence"),
        [
            ({"depth": 900}, "depth 900 is outside 1 to 64; the nearest is 64"),
            ({"w0": 25}, "w0 25 is not in steps of 8 from 8; the nearest is 24"),
            ({"wm": float("nan")}, "wm nan is outside 1.1 to 4"),
        ],
    )
    def test_values_outside_the_limits_are_refused_with_the_nearest(self, state: dict, sentence: str) -> None:
        with pytest.raises(InputError, match=sentence):
            widgets.RegNetExplorer(**state)


class TestConstraintFunnel:
    def test_its_space_is_the_one_of_the_rules_that_are_on(self) -> None:
        funnel = widgets.ConstraintFunnel()
        assert funnel.space.size() == AnyNetXE().size() == 817_446_539_520
        assert all(config in AnyNetXE() for config in funnel.space.sample(20, rng=0))
        funnel.shared_ratio = funnel.shared_group = False
        funnel.widths = funnel.depths = "free"
        assert funnel.space.size() == AnyNetXA().size()
        assert len(funnel.survivors) == len(funnel.errors(funnel.population))

    def test_one_rule_keeps_the_networks_that_obey_it(self) -> None:
        table = population(80, 3)
        funnel = widgets.ConstraintFunnel({"a": table}, shared_ratio=False, shared_group=False, depths="free")
        obey = [i for i, widths in enumerate(table["widths"]) if list(widths) == sorted(widths)]
        assert funnel.survivors == obey and obey

    def test_it_starts_where_rules_d_and_e_each_leave_some(self) -> None:
        funnel = widgets.ConstraintFunnel()
        assert len(funnel._populations[funnel.population]["depths"][0]) == 4
        assert [r.rule for r in funnel.rounds] == ["D", "E"]
        assert all(5 < len(r.kept) < len(r.asked) for r in funnel.rounds)

    def test_its_space_has_as_many_stages_as_the_population(self) -> None:
        table = population(20, 3)
        for column in ("depths", "widths", "bottleneck_ratios", "group_widths"):
            table[column] = [(*values, values[-1]) for values in table[column]]
        assert widgets.ConstraintFunnel({"a": table}).space.size() == AnyNetXE(num_stages=5).size()

    @needs_node
    def test_every_state_has_the_same_rounds_in_javascript(self, tmp_path: Path) -> None:
        names = [f"anynetx{k}-cpu" for k in "abcde"] + ["anynetxequalwidths-cpu", "anynetxa-quick"]
        every = widgets.ConstraintFunnel(names)
        orders, on = widgets.ConstraintFunnel.widths.metadata["options"], (False, True)
        states, expected = [], []
        for k, (ratio, group, widths, depths) in enumerate(itertools.product(on, on, orders, orders)):
            state = {"population": names[k % len(names)], "sampled": k % 3 > 0}
            state |= {"shared_ratio": ratio, "shared_group": group, "widths": widths, "depths": depths}
            states.append(state)
            rounds = widgets.ConstraintFunnel(names, **state).rounds
            expected.append([[r.rule, r.population, r.asked, r.kept] for r in rounds])
        (tmp_path / "given.json").write_text(json.dumps([states, every.parts()]))
        script = f"""
          import {{ readFileSync }} from "node:fs";
          import {{ rounds }} from {json.dumps((FOLDER / "constraint_funnel.js").as_uri())};
          const [states, data] = JSON.parse(readFileSync({json.dumps(str(tmp_path / "given.json"))}, "utf8"));
          const told = (state) => rounds(state, data).found.map((r) => [r.letter, r.name, r.indices, r.kept]);
          console.log(JSON.stringify(states.map(told)));"""
        assert json.loads(node("--input-type=module", "-e", script)) == expected

    def test_an_unknown_order_is_refused(self) -> None:
        with pytest.raises(InputError, match="widths"):
            widgets.ConstraintFunnel(widths="growing")


class TestEDFExplorer:
    def test_others_are_shown_in_the_order_of_the_record_each_once(self) -> None:
        tables = {name: population(20, k, name) for k, name in enumerate(("A", "B", "C", "D"))}
        assert widgets.EDFExplorer(tables, also=["D", "C", "D"]).also == ["C", "D"]
        with pytest.raises(InputError, match="also 'E' is not among those given"):
            widgets.EDFExplorer(tables, also=["E"])

    def test_six_populations_of_a_hundred_networks_stay_light(self) -> None:
        tables = {f"p{k}": population(100, k, f"S{k}") for k in range(6)}
        explorer = widgets.EDFExplorer(tables, also=list(tables))
        data = "".join(bundle.as_json(part) for part in explorer.parts().values())
        assert kilobytes(data) < MOST_DATA_KB / 5
        assert explorer.still().count("<path") == 6


class TestAgainstTheField:
    def test_it_shows_every_published_network_with_what_is_known_of_it(self) -> None:
        rows = against_the_field.field_rows()
        assert len(rows) == 24 + 12 + 8
        known = {family: [r for r in rows if r["family"] == family] for family in against_the_field.PAPER}
        assert [len(members) for members in known.values()] == [12, 12, 3, 3, 6, 8]
        assert all(r["error"] == r["error_reported"] and r["inference_ms"] is None for r in known["mobile"])
        assert {r["title"]: r["error_reported"] for r in rows}["EfficientNet-B5"] == 0.167

    def test_the_field_of_today_learned_from_imagenet_alone_and_recipes_share_their_networks(self) -> None:
        rows = {row["title"]: row for row in against_the_field.today_rows()}
        assert {row["family"] for row in rows.values()} == set(against_the_field.FAMILIES)
        assert not any(re.search("in22k|in12k|dist|laion", row["weights"]) for row in rows.values())
        recipes = against_the_field.recipe_rows()
        old, new = ({r["same"]: r for r in recipes if r["now"] is now} for now in (False, True))
        assert old.keys() == new.keys() and len(old) == 15
        assert all(old[k]["flops"] == new[k]["flops"] and old[k]["error"] > new[k]["error"] for k in old)
        assert old["ResNet-50"]["error"] == zoo.get("resnet_50").top1_error_mean
        assert len(set(against_the_field.TITLES)) == len(against_the_field.TITLES)

    def test_an_unknown_network_or_family_is_refused(self) -> None:
        with pytest.raises(InputError, match="AlexNet"):
            widgets.AgainstTheField(network="AlexNet")
        with pytest.raises(InputError, match="families 'VGG' is not among those given"):
            widgets.AgainstTheField(families=["VGG"])


class TestImageNetBudget:
    def test_its_hours_are_those_of_the_paper_where_the_paper_gives_them(self) -> None:
        for name in zoo.names():
            entry = zoo.get(name)
            budget = widgets.ImageNetBudget(
                n=1, epochs=100, megaflops=min(32_000, max(200, round(entry.flops / 1e6))), gpus=1
            )
            # the paper's own training, here with the activations of the trend
            assert budget.gpu_hours == pytest.approx(8 * entry.training_hours, rel=0.25), name

    def test_a_bill_is_the_hours_times_the_reader_s_price(self) -> None:
        names = [g.name for g in cost.GPUS]
        prices = [2.5 if name == "L4" else 0 for name in names]
        budget = widgets.ImageNetBudget(prices=prices, gpu="L4", utilisation=2)
        assert budget.dollars == 2.5 * budget.gpu_hours
        assert budget.gpu_hours == widgets.ImageNetBudget(gpu="L4").gpu_hours / 2
        assert widgets.ImageNetBudget(prices=prices).dollars is None
        with pytest.raises(InputError, match=r"prices\[0\] -1.0 is no number from 0 to 1000"):
            widgets.ImageNetBudget(prices=[-1.0, *prices[1:]])
        with pytest.raises(InputError, match=f"must be a list of {len(names)} numbers"):
            widgets.ImageNetBudget(prices=[1.0])

    def test_every_figure_of_the_table_says_where_and_when(self) -> None:
        assert len(cost.GPUS) == 10
        for g in cost.GPUS:
            assert g.board and re.search(r"compared 20\d\d-\d\d-\d\d", cost.BANDWIDTHS)
            assert bool(g.price or g.spot) == bool(re.search(r"read 20\d\d-\d\d-\d\d$", g.prices))

    def test_more_gpus_than_networks_do_not_help(self) -> None:
        days = [widgets.ImageNetBudget(n=4, gpus=gpus).days for gpus in (2, 4, 64)]
        assert days[0] == pytest.approx(2 * days[1]) and days[1] == days[2]


class TestBook:
    def test_a_page_of_the_book_carries_what_is_shared_once(self) -> None:
        one, two = widgets.RegNetExplorer(), widgets.BlockExplorer()
        body = extension.once(one.to_html() + "<p>between</p>" + two.to_html() + one.to_html())
        marks = re.findall(r'data-regnet="([\w-]+)"', body)
        assert len(marks) == len(set(marks)) and "between" in body
        assert body.count('class="rni"') == 3 and body.count("mountAll(globalThis") == 3
        assert kilobytes(body) < kilobytes(one.to_html()) + kilobytes(two.to_html())

    def test_the_modules_become_scripts_that_all_pages_share(self, tmp_path: Path) -> None:
        body = extension.once(widgets.RegNetExplorer().to_html())
        mended = extension.file_modules(tmp_path, tmp_path / "book" / "page.html", body)
        assert extension.file_modules(tmp_path, tmp_path / "book" / "page.html", mended) == mended
        scripts = re.findall(r'<script defer data-regnet="[\w-]+" src="\.\./([^"]+)"></script>', mended)
        assert [Path(s).stem for s in scripts] == [bundle.key_of(n) for n in bundle.needed("regnet_explorer")]
        assert (tmp_path / scripts[-1]).read_text().split() == bundle.wrapped("regnet_explorer").split()
        assert mended.count('<script type="module">') == 1  # the call that brings them to life


class TestBundle:
    def test_a_page_with_all_of_them_is_light(self) -> None:
        modules = dict.fromkeys(m for name in NAMES for m in bundle.needed(made(name)._module))
        assert kilobytes("".join(map(bundle.wrapped, modules)) + bundle.style()) < ALL_KB

    def test_a_script_can_hold_any_text(self) -> None:
        assert "</script>" not in bundle.as_json({"a": "</script><b>"})

    def test_comments_stay_at_home_and_what_runs_does_not_change(self) -> None:
        text = bundle.wrapped("kit")
        assert not re.search(r"^ *(//|/\*\*| \*)", text, re.M)
        lines = [line for name in bundle.needed("constraint_funnel") for line in bundle.read(f"{name}.js").split("\n")]
        assert not [line for line in lines if line.count("`") % 2]  # no text of several lines, whose indent would count

    def test_a_module_s_name_changes_with_what_it_imports(self) -> None:
        assert bundle.needed("regnet_explorer")[-1] == "regnet_explorer"
        assert {"controls", "handles", "state", "kit"} <= set(bundle.needed("kit"))
        assert len(bundle.needed("kit")) == len(set(bundle.needed("kit")))
        assert len({bundle.key_of(n) for n in bundle.needed("regnet_explorer")}) == len(
            bundle.needed("regnet_explorer")
        )

    def test_no_file_is_longer_than_the_limit(self) -> None:
        assert not [p.name for p in FOLDER.glob("*.js") if len(p.read_text().splitlines()) > 300]
