"""The interactives in a real browser with the network blocked: every way to use them, on every kind of screen."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("anywidget", reason="the interactives need anywidget; `make setup` installs it")
pytest.importorskip("axe_playwright_python", reason="the browser tests need playwright; `make setup` installs it")

from axe_playwright_python.sync_playwright import Axe
from fake_populations import population
from playwright.sync_api import Page

from regnet_edu import widgets
from regnet_edu.widgets import bundle

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.browser
POPULATIONS = {"left": population(60, 1, "AnyNetXA", 0.04), "right": population(50, 2, "RegNetX")}
NAMES = sorted(widgets.INTERACTIVES)
ARGUMENTS: dict[str, Any] = {
    n: {"populations": POPULATIONS}
    for n in ("ConstraintFunnel", "EDFExplorer", "FitGame", "GoodBadGallery", "SearchRace")
}
MATHEMATICS = ("core", "resampling", "sizes", "imagenet_budget")
LIVE = ".rni-live"
PATIENCE = 180_000  # milliseconds; for a machine that is busy with something else
SHOTS = ROOT / "artifacts" / "widgets"


def made(name: str, **state: Any) -> Any:
    return getattr(widgets, name)(**ARGUMENTS.get(name, {}), **state)


def page_of(*interactives: Any) -> str:
    """A page as the book makes it: the second copy of what is shared is dropped."""
    spec = importlib.util.spec_from_file_location("interactives", ROOT / "book/_ext/regnet_book/interactives.py")
    assert spec and spec.loader
    extension = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(extension)
    body = extension.once("\n".join(i.to_html() for i in interactives))
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>T</title>'
    style = "<style>body{margin:8px} @media (prefers-color-scheme:dark){body{background:#111;color:#eee}}</style>"
    body = f"<body><main><h1>A page</h1>{body}</main></body>"
    return f'<!doctype html><html lang="en"><head>{head}{style}</head>{body}</html>'


@pytest.fixture(scope="module")
def browser(chromium: Any) -> Any:
    return chromium


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One page an interactive and one with all of them twice; opened as files."""
    path = tmp_path_factory.mktemp("pages")
    for name in NAMES:
        (path / f"{name}.html").write_text(page_of(made(name)), encoding="utf-8")
    (path / "once.html").write_text(page_of(*(made(name) for name in NAMES)), encoding="utf-8")
    twice = [made(name) for name in NAMES] * 2
    (path / "all.html").write_text(page_of(*twice), encoding="utf-8")
    return path


class Opened:
    """A page, and everything that went wrong on it."""

    def __init__(self, browser: Any, address: str, **context: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 900, "height": 900}, **context})
        self.wrong: list[str] = []
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", lambda m: self.wrong.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda e: self.wrong.append(str(e)))
        self.page.route(re.compile("^(https?|ws)"), self._refuse)
        self.page.goto(address)
        if context.get("java_script_enabled", True):
            self.page.wait_for_selector(LIVE)

    def _refuse(self, route: Any) -> None:
        self.wrong.append(f"asked for {route.request.url}")
        route.abort()

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, kind: Any, *_: Any) -> None:
        self.context.close()
        assert kind or not self.wrong, self.wrong

    def state(self, number: int = 0) -> dict[str, Any]:
        return self.page.evaluate("i => document.querySelectorAll('[data-rni]')[i].model.values", number)

    def settle(self) -> None:
        self.page.wait_for_timeout(700)


def first_slider(name: str) -> tuple[str, Any]:
    """The first number of the state that has a slider, and its trait; ("", None) if there is none."""
    widget = made(name)
    key = {"EDFExplorer": "n", "ComplexityCalculator": "width_in"}.get(name, "")
    found = ((k, t) for k, t in widget.traits().items() if t.metadata.get("step") and key in ("", k))
    return next(found, ("", None))


MOVED = {"AgainstTheField": "x", "ConstraintFunnel": "depths"}  # what is moved where there is no slider
SLIDING = [name for name in NAMES if first_slider(name)[0]]


@pytest.mark.parametrize("name", sorted({*NAMES} - {*SLIDING}))
class TestInteractivesWithoutSliders:
    def test_choices_by_keyboard_reset_and_link(self, name: str, browser: Any, folder: Path) -> None:
        with Opened(browser, (folder / f"{name}.html").as_uri()) as opened:
            page, start = opened.page, opened.state()
            picture = page.locator(".rni-picture").inner_html()
            for box in page.locator(".rni-controls input[type=checkbox]:visible").all():
                box.focus()
                page.keyboard.press("Space")
            select = page.locator(".rni-controls select:visible").first
            select.focus()
            page.keyboard.press("ArrowDown")
            opened.settle()
            changed = [key for key, value in opened.state().items() if value != start[key]]
            assert len(changed) >= 2 and page.locator(".rni-picture").inner_html() != picture
            assert page.locator("[role=status]").inner_text() == page.locator(".rni-summary").inner_text()
            link, shown = page.url, opened.state()
            with Opened(browser, link) as other:
                assert other.state() == shown
                assert other.page.locator(".rni-summary").inner_text() == page.locator(".rni-summary").inner_text()
            page.get_by_role("button", name="Reset").click()
            opened.settle()
            assert opened.state() == start and "#" not in page.url
            assert page.locator(".rni-picture").inner_html() == picture


@pytest.mark.parametrize("name", SLIDING)
class TestEveryInteractive:
    def test_slider_field_keyboard_reset_and_link(self, name: str, browser: Any, folder: Path) -> None:
        address = (folder / f"{name}.html").as_uri()
        key, trait = first_slider(name)
        low = trait.metadata["low"]
        with Opened(browser, address) as opened:
            page, start = opened.page, opened.state()
            picture = page.locator(".rni-picture").inner_html()
            slider, field = page.locator(f"input[type=range][id$='-{key}']"), page.locator(f"[id$='-{key}-number']")
            # drag: with the pointer, to the left end
            box = slider.bounding_box()
            assert box
            page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            page.mouse.down()
            page.mouse.move(box["x"] + 1, box["y"] + box["height"] / 2, steps=5)
            page.mouse.up()
            page.wait_for_timeout(50)
            assert opened.state()[key] == low and page.locator(".rni-picture").inner_html() != picture
            # keyboard: one step up, from where the slider is
            slider.focus()
            page.keyboard.press("ArrowRight")
            assert opened.state()[key] > low
            # type: a good number, then junk, then one that is too large
            field.fill(str(low + 2 * trait.metadata["step"]))
            assert opened.state()[key] == low + 2 * trait.metadata["step"]
            field.fill("")
            page.wait_for_timeout(60)  # the picture is drawn again meanwhile, and the field left alone
            assert field.input_value() == ""
            field.press("Tab")
            assert opened.state()[key] == low + 2 * trait.metadata["step"]
            assert "not a number" in page.locator(".rni-note").inner_text()
            field.fill("99999999")
            field.press("Tab")
            assert "outside" in page.locator(".rni-note").inner_text()
            field.fill(str(low + 2 * trait.metadata["step"]))
            field.press("Tab")
            assert page.locator(".rni-note").inner_text() == ""
            # a screen reader is told, and the address says it
            opened.settle()
            assert page.locator("[role=status]").inner_text() == page.locator(".rni-summary").inner_text()
            link, shown = page.url, opened.state()
            assert f".{key}=" in link
            with Opened(browser, link) as other:
                assert other.state() == shown
                assert other.page.locator(".rni-summary").inner_text() == page.locator(".rni-summary").inner_text()
            # reset
            page.get_by_role("button", name="Reset").click()
            opened.settle()
            assert opened.state() == start and "#" not in page.url
            assert page.locator(".rni-picture").inner_html() == picture


class TestAllOnOnePage:
    """What does not depend on the interactive is tried on all of them at once: a browser is slow to start."""

    def test_a_phone(self, browser: Any, folder: Path) -> None:
        phone = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "reduced_motion": "reduce"}
        with Opened(browser, (folder / "once.html").as_uri(), **phone) as opened:
            assert opened.page.evaluate("document.documentElement.scrollWidth") == 360
            outside = opened.page.evaluate(
                "[...document.querySelectorAll('.rni button, .rni select, .rni input')].filter(e => e.offsetParent)"
                ".filter(e => { const r = e.getBoundingClientRect(); return r.height < 19 || r.right > 360 })"
                ".map(e => e.outerHTML)"
            )
            assert outside == []
            opened.settle()
            assert axe(opened.page) == []
            shots(opened.page, "phone")

    def test_light_dark_and_print(self, browser: Any, folder: Path) -> None:
        with Opened(browser, (folder / "once.html").as_uri(), color_scheme="dark") as opened:
            page = opened.page
            papers = "[...document.querySelectorAll('.rni-live')].map(e => getComputedStyle(e).backgroundColor)"
            white, black = {"rgb(255, 255, 255)"}, {"rgb(22, 24, 27)"}
            opened.settle()
            assert set(page.evaluate(papers)) == black
            assert axe(page) == []
            shots(page, "dark")
            # the theme's own switch goes before what the system prefers
            page.evaluate("document.documentElement.dataset.theme = 'light'")
            assert set(page.evaluate(papers)) == white
            assert axe(page) == []
            shots(page, "light")
            page.evaluate("document.documentElement.dataset.theme = 'dark'")
            page.emulate_media(media="print", color_scheme="dark")
            assert set(page.evaluate(papers)) == white
            for hidden in (".rni-controls", ".rni-live button", "[data-drag] .rni-grip"):
                assert not any(e.is_visible() for e in page.locator(hidden).all()), hidden
            assert all(e.is_visible() for e in page.locator(".rni-picture svg").all())

    def test_without_scripts_a_still_picture_stands_there(self, browser: Any, folder: Path) -> None:
        with Opened(browser, (folder / "once.html").as_uri(), java_script_enabled=False) as opened:
            stills = opened.page.locator(".rni-still")
            assert stills.count() == len(NAMES)
            for still in stills.all():
                assert still.locator("svg").is_visible()
                assert "still picture" in still.locator("figcaption").inner_text()

    def test_a_damaged_link_is_said_and_what_it_damaged_keeps_its_start(self, browser: Any, folder: Path) -> None:
        wanted = [(made(name).link_id, damageable(name)) for name in NAMES]
        damaged = "&".join(f"{link_id}.{key}=%ZZ&{link_id}.nonsense=<b>" for link_id, key in wanted)
        with Opened(browser, f"{(folder / 'once.html').as_uri()}#{damaged}") as opened:
            opened.settle()
            notes = opened.page.locator(".rni-note").all_inner_texts()
            assert all(note.startswith("The link is damaged:") and "nonsense" in note for note in notes), notes
            for number, (name, (_, key)) in enumerate(zip(NAMES, wanted, strict=True)):
                assert opened.state(number)[key] == made(name).state[key]
                assert opened.page.locator(".rni-picture svg").nth(number).is_visible()


def damageable(name: str) -> str:
    """A value of the state that %ZZ in a link cannot give."""
    return first_slider(name)[0] or made(name).state_names()[0]


def shots(page: Page, kind: str) -> None:
    """Keep a picture of every interactive, for people to look at."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    for name, live in zip(NAMES, page.locator(LIVE).all(), strict=True):
        live.screenshot(path=SHOTS / f"{name}-{kind}.png")


def axe(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found]


class TestSeveralOnOnePage:
    def test_each_has_its_own_state_in_one_address_and_shares_modules(self, browser: Any, folder: Path) -> None:
        with Opened(browser, (folder / "all.html").as_uri()) as opened:
            page = opened.page
            assert page.locator(LIVE).count() == 2 * len(NAMES)
            marks = page.evaluate("[...document.querySelectorAll('[data-regnet]')].map(e => e.dataset.regnet)")
            assert len(marks) == len(set(marks))
            ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
            assert len(ids) == len(set(ids))
            place = NAMES.index("RegNetExplorer")
            fields = page.locator("input[id$='-depth-number']")
            fields.nth(0).fill("5")
            fields.nth(1).fill("9")
            opened.settle()
            assert (opened.state(place)["depth"], opened.state(place + len(NAMES))["depth"]) == (5, 9)
            assert "regnet-explorer.depth=5" in page.url and "regnet-explorer-2.depth=9" in page.url

    def test_the_core_computes_python_s_numbers_in_a_browser_too(
        self, browser: Any, folder: Path, tmp_path: Path
    ) -> None:
        sys.path.insert(0, str(Path(__file__).parent))
        import widget_vectors

        vectors = widget_vectors.vectors()
        compare = (ROOT / "tests/js/compare.js").read_text().replace("export function", "function")
        with Opened(browser, (folder / "once.html").as_uri()) as opened:
            modules = ", ".join(f'globalThis.regnetEdu["{bundle.key_of(name)}"]' for name in MATHEMATICS)
            core = f"Object.assign({{}}, {modules})"
            found = opened.page.evaluate(
                f"v => {{ {compare}; return differences({core}, JSON.parse(v)); }}", json.dumps(vectors)
            )
        assert set(found) == set(vectors) and not [n for n, r in found.items() if r["wrong"] or r["cases"] < 1000]

    def test_where_the_data_are_missing_a_sentence_or_the_rest_stands_in_the_frame(
        self, browser: Any, folder: Path, tmp_path: Path
    ) -> None:
        html = re.sub(r'(data-regnet="data-\w+">).*?(</script>)', r"\1null\2", (folder / "once.html").read_text())
        (tmp_path / "empty.html").write_text(html, encoding="utf-8")
        with Opened(browser, (tmp_path / "empty.html").as_uri()) as opened:
            for name, live in zip(NAMES, opened.page.locator(LIVE).all(), strict=True):
                works = live.locator(".rni-picture svg").count() == 1
                note = live.locator(".rni-note").inner_text()
                assert works == (name in ("BlockExplorer", "ComplexityCalculator", "RegNetExplorer")), name
                assert works or re.fullmatch(r"There is no .* here: the page( or the call)? brought none.*", note), name


MEASURE = """async ([number, key, share]) => {
  const el = document.querySelectorAll('[data-rni]')[number];
  const input = el.querySelector(`.rni-controls [id$='-${key}']`);
  if (input.type === 'range') input.value = Number(input.min) + share * (input.max - input.min);
  else input.selectedIndex = Math.floor(share * input.options.length);
  const start = performance.now();
  input.dispatchEvent(new Event(input.type === 'range' ? 'input' : 'change', { bubbles: true }));
  await new Promise(requestAnimationFrame);  // the picture is drawn in a callback that was asked for earlier
  el.getBoundingClientRect();  // and laid out
  return performance.now() - start;
}"""
TIMES = 40
LIMIT = 100  # milliseconds at the 95th percentile


class TestSpeed:
    def test_whatever_is_moved_is_answered_at_once(self, browser: Any, folder: Path) -> None:
        """Judged by the processor time of the page, which a busy machine does not stretch; the clock is reported."""
        report = {}
        with Opened(browser, (folder / "once.html").as_uri()) as opened:
            session = opened.context.new_cdp_session(opened.page)
            session.send("Performance.enable", {"timeDomain": "threadTicks"})

            def processor() -> float:
                metrics = session.send("Performance.getMetrics")["metrics"]
                return 1000 * next(m["value"] for m in metrics if m["name"] == "TaskDuration")

            for number, name in enumerate(NAMES):
                busy, clock = [], []
                for k in range(TIMES):
                    before = processor()
                    clock.append(
                        opened.page.evaluate(
                            MEASURE, [number, MOVED.get(name, first_slider(name)[0]), k * 7919 % 100 / 100]
                        )
                    )
                    busy.append(processor() - before)
                place = int(0.95 * TIMES)
                report[name] = {
                    "cpu_p95_ms": round(sorted(busy)[place], 1),
                    "clock_p95_ms": round(sorted(clock)[place], 1),
                }
        SHOTS.mkdir(parents=True, exist_ok=True)
        (SHOTS / "speed.json").write_text(json.dumps(report, indent=1))
        assert all(times["cpu_p95_ms"] < LIMIT for times in report.values()), report


class TestPictures:
    @pytest.mark.parametrize(("name", "handle", "key"), [
        ("RegNetExplorer", "wa", "wa"), ("RegNetExplorer", "w0", "w0"), ("EDFExplorer", "threshold", "threshold"),
        ("ComplexityCalculator", "factor", "factor"),
    ])  # fmt: skip
    def test_handles_in_the_picture_can_be_dragged(
        self, name: str, handle: str, key: str, browser: Any, folder: Path
    ) -> None:
        with Opened(browser, (folder / f"{name}.html").as_uri()) as opened:
            before = opened.state()[key]
            box = opened.page.locator(f"[data-drag={handle}] .rni-grip").bounding_box()
            assert box
            x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
            opened.page.mouse.move(x, y)
            opened.page.mouse.down()
            opened.page.mouse.move(x - 60, y - 40, steps=4)
            opened.page.mouse.up()
            assert opened.state()[key] != before

    @pytest.mark.parametrize(
        ("name", "handle", "key", "label"),
        [
            ("RegNetExplorer", "wa", "wa", "slope"), ("RegNetExplorer", "w0", "w0", "first width"),
            ("FitGame", "wa", "wa", "slope"), ("EDFExplorer", "threshold", "threshold", "threshold"),
            ("ComplexityCalculator", "factor", "factor", "factor"), ("ImageNetBudget", "point", "epochs", "population"),
            ("GoodBadGallery", "pick", "rank", "networks"), ("AgainstTheField", "pick", "network", "networks"),
        ],
    )  # fmt: skip
    def test_handles_in_the_picture_are_moved_by_arrow_keys_and_stay_in_focus(
        self, name: str, handle: str, key: str, label: str, browser: Any, folder: Path
    ) -> None:
        with Opened(browser, (folder / f"{name}.html").as_uri()) as opened:
            page, values = opened.page, [opened.state()[key]]
            taken = page.locator(f"[data-drag={handle}]")
            assert label in (taken.get_attribute("aria-label") or "")
            taken.focus()
            for press in ("ArrowLeft", "ArrowLeft", "ArrowRight"):
                page.keyboard.press(press)
                page.wait_for_timeout(60)  # the picture is drawn again
                values.append(opened.state()[key])
                assert page.evaluate("document.activeElement.dataset.drag") == handle
            assert values[1] != values[0] and values[2] != values[1] and values[3] == values[1]

    @pytest.mark.parametrize(("name", "key"), [("GoodBadGallery", "rank"), ("AgainstTheField", "network")])
    def test_what_the_mouse_is_over_is_shown_and_a_click_keeps_it(
        self, name: str, key: str, browser: Any, folder: Path
    ) -> None:
        with Opened(browser, (folder / f"{name}.html").as_uri()) as opened:
            page, start = opened.page, opened.state()[key]
            summary = page.locator(".rni-summary")
            told = summary.inner_text()
            box = page.locator("[data-drag=pick]").bounding_box()
            assert box
            page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.9 * box["height"])
            page.wait_for_timeout(60)
            glimpsed = summary.inner_text()
            assert glimpsed != told and opened.state()[key] == start
            page.mouse.move(box["x"] + 5, box["y"] - 40)
            page.wait_for_timeout(60)
            assert summary.inner_text() == told
            page.mouse.click(box["x"] + 0.2 * box["width"], box["y"] + 0.9 * box["height"])
            page.mouse.move(box["x"] + 5, box["y"] - 40)
            page.wait_for_timeout(60)
            assert summary.inner_text() == glimpsed and opened.state()[key] != start

    def test_a_touched_point_of_the_gallery_is_shown(self, browser: Any, folder: Path) -> None:
        with Opened(browser, (folder / "GoodBadGallery.html").as_uri()) as opened:
            box = opened.page.locator("[data-drag=pick]").bounding_box()
            assert box
            opened.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] - 2)
            opened.page.wait_for_timeout(60)
            best = opened.state()["rank"]
            opened.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 2)
            assert best < 10 and opened.state()["rank"] > 40

    def test_presets_load_published_networks(self, browser: Any, folder: Path) -> None:
        with Opened(browser, (folder / "RegNetExplorer.html").as_uri()) as opened:
            for title in ("RegNetY-32GF", "RegNetX-3.2GF"):
                figure = 16 if "Y" in title[6:] else 15
                opened.page.get_by_label("Start from").select_option(label=f"Figure {figure}: {title}")
                opened.page.wait_for_timeout(60)
                assert f"This is {title}" in opened.page.locator(".rni-summary").inner_text()

    def test_python_s_side_of_the_model_moves_the_picture(self, browser: Any, folder: Path) -> None:
        # What anywidget does when a trait is set: it tells the model, which tells who listens.
        with Opened(browser, (folder / "RegNetExplorer.html").as_uri()) as opened:
            opened.page.evaluate("document.querySelector('[data-rni]').model.set('depth', 7)")
            opened.page.wait_for_timeout(60)
            assert "7 blocks in" in opened.page.locator(".rni-summary").inner_text()
            assert opened.page.locator("input[id$='-depth']").input_value() == "7"
