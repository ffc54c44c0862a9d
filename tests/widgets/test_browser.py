"""The interactives in a real browser with the network blocked: every way to use them, on every kind of screen."""
# ruff: noqa: F811 (fixtures are imported, and named again by who uses them)

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("anywidget", reason="the interactives need anywidget; `make setup` installs it")
pytest.importorskip("axe_playwright_python", reason="the browser tests need playwright; `make setup` installs it")

from widget_pages import LIVE, NAMES, ROOT, Opened, axe, browser, first_slider, folder, made, shots  # noqa: F401

from regnet_edu.widgets import bundle

pytestmark = pytest.mark.browser
MATHEMATICS = ("core", "resampling", "sizes", "imagenet_budget", "field", "design_spaces", "neighbours")
SLIDING = [name for name in NAMES if first_slider(name)[0]]
# Those that need no data of a population.
ALONE = ("BlockExplorer", "ComplexityCalculator", "PopulationLab", "RegNetExplorer", "SpaceWorkbench")


def assert_that_the_link_and_reset_work(browser: Any, opened: Opened, start: dict[str, Any], picture: str) -> None:
    """The summary is told to screen readers, the address leads to the same state, and Reset back to the `start`."""
    page = opened.page
    assert page.locator("[role=status]").inner_text() == page.locator(".rni-summary").inner_text()
    link, shown = page.url, opened.state()
    with Opened(browser, link) as other:
        assert other.state() == shown
        assert other.page.locator(".rni-summary").inner_text() == page.locator(".rni-summary").inner_text()
    page.get_by_role("button", name="Reset").click()
    opened.settle()
    assert opened.state() == start and "#" not in page.url
    assert page.locator(".rni-picture").inner_html() == picture


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
            assert_that_the_link_and_reset_work(browser, opened, start, picture)


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
            assert f".{key}=" in page.url
            assert_that_the_link_and_reset_work(browser, opened, start, picture)


# Words that begin or end outside of their picture, and tables wider than their frame.
CUT = """() => [
    ...[...document.querySelectorAll(".rni-live svg text")].filter(t => {
        const word = t.getBoundingClientRect(), frame = t.ownerSVGElement.getBoundingClientRect();
        return word.width && (word.left < frame.left - 1 || word.right > frame.right + 1);
    }),
    ...[...document.querySelectorAll(".rni-more")].filter(e => e.scrollWidth > e.clientWidth + 1),
].map(e => e.textContent.slice(0, 60))"""


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
            assert opened.page.evaluate(CUT) == []
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
            assert all(e.is_visible() for e in page.locator(".rni-picture > svg").all())

    def test_without_scripts_a_still_picture_stands_there(self, browser: Any, folder: Path) -> None:
        with Opened(browser, (folder / "once.html").as_uri(), java_script_enabled=False) as opened:
            stills = opened.page.locator(".rni-still")
            assert stills.count() == len(NAMES)
            for still in stills.all():
                assert still.locator("> svg").is_visible()
                assert "still picture" in still.locator("figcaption").inner_text()

    @pytest.mark.parametrize("way", ["scroll", "key", "link", "print"])
    def test_what_is_far_down_starts_when_it_is_wanted(self, way: str, browser: Any, folder: Path) -> None:
        last = made(NAMES[-1]).link_id
        with Opened(browser, (folder / "once.html").as_uri(), wait=True) as opened:
            page = opened.page
            alive = page.locator(LIVE)
            assert 0 < alive.count() < len(NAMES)
            assert page.locator(".rni-still").count() == len(NAMES) - alive.count()
            if way == "scroll":
                page.locator("[data-rni]").last.scroll_into_view_if_needed()
            elif way == "key":
                page.keyboard.press("Tab")
                assert alive.count() == len(NAMES)  # before the key does anything
            elif way == "link":
                page.evaluate("link => { location.hash = `${link}.nonsense=1`; }", last)
            else:
                page.evaluate("dispatchEvent(new Event('beforeprint'))")
                assert alive.count() == len(NAMES)
            page.locator(f"[data-rni-alive={last}] {LIVE}").wait_for()

    def test_a_damaged_link_is_said_and_what_it_damaged_keeps_its_start(self, browser: Any, folder: Path) -> None:
        wanted = [(made(name).link_id, damageable(name)) for name in NAMES]
        damaged = "&".join(f"{link_id}.{key}=%ZZ&{link_id}.nonsense=<b>" for link_id, key in wanted)
        with Opened(browser, f"{(folder / 'once.html').as_uri()}#{damaged}") as opened:
            opened.settle()
            notes = opened.page.locator(".rni-note").all_inner_texts()
            assert all(note.startswith("The link is damaged:") and "nonsense" in note for note in notes), notes
            for number, (name, (_, key)) in enumerate(zip(NAMES, wanted, strict=True)):
                assert opened.state(number)[key] == made(name).state[key]
                assert opened.page.locator(".rni-picture > svg").nth(number).is_visible()


def damageable(name: str) -> str:
    """A value of the state that %ZZ in a link cannot give."""
    return first_slider(name)[0] or made(name).state_names()[0]


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
        import widget_vectors

        vectors = widget_vectors.vectors()
        compare = (ROOT / "tests/widgets/js/compare.js").read_text().replace("export function", "function")
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
                works = live.locator(".rni-picture > svg").count() == 1
                note = live.locator(".rni-note").inner_text()
                assert works == (name in ALONE), name
                assert works or re.fullmatch(r"There is no .* here: the page( or the call)? brought none.*", note), name
