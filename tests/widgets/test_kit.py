"""What every interactive has from its frame: readouts, presets, sources, motion, a picture that stays, a score."""
# ruff: noqa: F811 (fixtures are imported, and named again by who uses them)

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("anywidget", reason="the interactives need anywidget; `make setup` installs it")
pytest.importorskip("axe_playwright_python", reason="the browser tests need playwright; `make setup` installs it")

from widget_pages import NAMES, Opened, browser, folder  # noqa: F401

from regnet_edu.widgets import bundle

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
CURVES = {"RegNetExplorer": "width w: ", "EDFExplorer": "AnyNetXA: ", "ComplexityCalculator": "flops: ×",
          "FitGame": "the network: ", "ConstraintFunnel": "AnyNetXA: "}  # fmt: skip
MARKS = {"ImageNetBudget": "on 8 V100", "BlockExplorer": "numbers", "SearchRace": "of the races"}
GLIDING = "document.getAnimations().filter(a => a.effect.target.closest('.rni-picture')).length"


def opened_at(browser: Any, folder: Path, name: str, **context: Any) -> Opened:
    return Opened(browser, (folder / f"{name}.html").as_uri(), **context)


class TestReadouts:
    @pytest.mark.parametrize("name", CURVES)
    def test_the_value_of_every_curve_is_shown_under_the_mouse(self, name: str, browser: Any, folder: Path) -> None:
        with opened_at(browser, folder, name) as opened:
            page, tip = opened.page, opened.page.locator(".rni-tip")
            assert not tip.is_visible()
            box = page.locator(".rni-picture > svg").bounding_box()
            assert box
            height = 0.75 if name == "ConstraintFunnel" else 0.3
            page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + height * box["height"])
            assert CURVES[name] in tip.inner_text(), tip.inner_text()
            page.mouse.move(2, 2)
            assert not tip.is_visible()

    @pytest.mark.parametrize("name", MARKS)
    def test_a_mark_says_what_it_is(self, name: str, browser: Any, folder: Path) -> None:
        with opened_at(browser, folder, name) as opened:
            page = opened.page
            mark = page.locator(f"[data-say*='{MARKS[name]}']").last
            mark.dispatch_event(
                "pointermove", {"pointerType": "mouse", "bubbles": True, "clientX": 200, "clientY": 200}
            )
            assert page.locator(".rni-tip").inner_text() == mark.get_attribute("data-say")

    def test_a_finger_reads_too(self, browser: Any, folder: Path) -> None:
        with opened_at(browser, folder, "EDFExplorer", **PHONE) as opened:
            box = opened.page.locator(".rni-picture").bounding_box()
            assert box
            opened.page.touchscreen.tap(box["x"] + 0.8 * box["width"], box["y"] + 0.5 * box["height"])
            assert "RegNetX: " in opened.page.locator(".rni-tip").inner_text()


class TestFrame:
    @pytest.mark.parametrize("name", NAMES)
    def test_the_preset_that_is_shown_is_named(self, name: str, browser: Any, folder: Path) -> None:
        with opened_at(browser, folder, name) as opened:
            select = opened.page.get_by_label("Start from")
            options = select.locator("option")
            for k in range(1, min(4, options.count())):
                title = options.nth(k).inner_text()
                select.select_option(label=title)
                opened.page.wait_for_timeout(60)
                shown = select.evaluate("e => e.selectedOptions[0].textContent")
                assert shown == title

    def test_sources_stand_behind_one_button(self, browser: Any, folder: Path) -> None:
        with opened_at(browser, folder, "ImageNetBudget") as opened:
            text = opened.page.locator(".rni-source p")
            assert not text.is_visible()
            opened.page.get_by_text("Source", exact=True).click()
            assert text.is_visible() and "NVIDIA" in text.inner_text()

    @pytest.mark.parametrize("name", NAMES)
    def test_on_a_phone_the_picture_stays_beside_the_control(self, name: str, browser: Any, folder: Path) -> None:
        with opened_at(browser, folder, name, **PHONE) as opened:
            page = opened.page
            page.evaluate("document.querySelector('.rni').insertAdjacentHTML('afterend', '<div style=height:2000px>')")
            last = page.locator(".rni-control:visible").last
            last.evaluate("e => e.scrollIntoView({ block: 'end' })")
            picture, control = page.locator(".rni-picture").bounding_box(), last.bounding_box()
            assert picture and control
            assert picture["y"] >= 0 and picture["y"] + picture["height"] <= control["y"] + 1


class TestMotion:
    def test_dots_fall_out_when_a_rule_is_switched_on(self, browser: Any, folder: Path) -> None:
        with opened_at(browser, folder, "ConstraintFunnel") as opened:
            page, rule = opened.page, opened.page.locator("select[id$='-depths']")
            page.get_by_label("Start from").select_option(label="Depths alone: enough survive to compare")
            rule.select_option("free")
            page.wait_for_timeout(900)
            assert page.evaluate(GLIDING) == 0
            rule.select_option("non-decreasing")
            page.wait_for_timeout(60)
            assert page.evaluate(GLIDING) > 5

    def test_nothing_moves_by_itself_where_motion_is_not_wanted(self, browser: Any, folder: Path) -> None:
        with opened_at(browser, folder, "ConstraintFunnel", reduced_motion="reduce") as opened:
            opened.page.locator("select[id$='-depths']").select_option("free")
            opened.page.wait_for_timeout(60)
            assert opened.page.evaluate(GLIDING) == 0
        with opened_at(browser, folder, "SearchRace", reduced_motion="reduce") as opened:
            opened.page.get_by_role("button", name="Race").click()
            opened.page.wait_for_timeout(60)
            assert opened.state()["seed"] == 1 and "2000 races" in opened.page.locator(".rni-more").inner_text()

    def test_the_race_is_drawn_step_by_step_and_a_change_ends_it(self, browser: Any, folder: Path) -> None:
        with opened_at(browser, folder, "SearchRace") as opened:
            page = opened.page
            dots = page.locator(".rni-picture circle.rni-soft")
            page.get_by_role("button", name="Race").click()
            page.wait_for_timeout(100)
            early = dots.count()
            page.wait_for_timeout(700)
            assert 2 <= early < dots.count() <= 16 and opened.state()["seed"] == 0
            page.locator("input[id$='-m-number']").fill("5")
            page.wait_for_timeout(500)
            assert dots.count() == 10 and opened.state()["seed"] == 0


class TestMemory:
    def test_a_score_stays_on_the_device(self, browser: Any, folder: Path) -> None:
        with opened_at(browser, folder, "FitGame") as opened:
            page = opened.page
            assert "Your score" not in page.locator(".rni-more").inner_text()
            page.locator("input[id$='-wa-number']").fill("12")
            opened.settle()
            score = page.locator(".rni-more table").last.inner_text()
            assert "Your score" in score
            page.reload()
            page.keyboard.press("Shift")
            page.wait_for_selector(".rni-live")
            assert page.locator(".rni-more table").last.inner_text() == score

    def test_a_network_is_handed_to_another_interactive_of_the_page(self, browser: Any, folder: Path) -> None:
        with opened_at(browser, folder, "GoodBadGallery") as opened:
            page, module = opened.page, bundle.key_of("handover")
            page.evaluate(
                f"""() => globalThis.regnetEdu["{module}"].offer(document.querySelector("h1"), "Workbench",
                (network) => (globalThis.taken = network))"""
            )
            page.locator("input[id$='-rank-number']").fill("1")
            opened.settle()
            page.get_by_role("button", name="Open in Workbench").click()
            taken = page.evaluate("globalThis.taken")
            widths = re.search(r"best\s[\d.]+\s%\s[\d, ]+\s([\d, ]+)\s", page.locator(".rni-more").inner_text())
            assert widths and ", ".join(map(str, taken["widths"])) in page.locator(".rni-more").inner_text()
            assert set(taken) == {"depths", "widths", "ratios", "groups"}
