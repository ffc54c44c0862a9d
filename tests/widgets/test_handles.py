"""What can be taken hold of in the pictures of the interactives, in a real browser; and how soon they answer."""
# ruff: noqa: F811 (fixtures are imported, and named again by who uses them)

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("anywidget", reason="the interactives need anywidget; `make setup` installs it")
pytest.importorskip("axe_playwright_python", reason="the browser tests need playwright; `make setup` installs it")

from widget_pages import NAMES, SHOTS, Opened, browser, first_slider, folder, made  # noqa: F401

import regnet_edu as rn
from regnet_edu.widgets import bundle

pytestmark = pytest.mark.browser
# what is moved where there is no slider
MOVED = {"AgainstTheField": "x", "ConstraintFunnel": "depths", "SpaceWorkbench": "space"}

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
VIEWS = """([number, module, key, times]) => {
  const { description } = globalThis.regnetEdu[module].widget;
  const { _data: data, ...state } = document.querySelectorAll("[data-rni]")[number].model.values;
  const rule = (description.prepare?.(data, description.schema) ?? description.schema)[key];
  for (let k = 0; k < times; k++) {
    const share = (k * 7919 % 100) / 100;
    const at = rule.choices ? Math.floor(share * rule.choices.length) : rule.min + share * (rule.max - rule.min);
    const value = rule.choices ? rule.choices[at] : Math.round(at);
    description.view({ ...state, [key]: value }, { width: 800, data });
  }
}"""
TIMES = 40
LIMIT = 50  # milliseconds at the 95th percentile


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
                key = MOVED.get(name, first_slider(name)[0])
                before = processor()
                opened.page.evaluate(VIEWS, [number, bundle.key_of(made(name)._module), key, TIMES])
                view = (processor() - before) / TIMES
                place = int(0.95 * TIMES)
                report[name] = {
                    "cpu_of_view_ms": round(view, 1),
                    "cpu_p95_ms": round(sorted(busy)[place], 1),
                    "clock_p95_ms": round(sorted(clock)[place], 1),
                }
        SHOTS.mkdir(parents=True, exist_ok=True)
        (SHOTS / "speed.json").write_text(json.dumps(report, indent=1))
        assert all(times["cpu_p95_ms"] < LIMIT for times in report.values()), report


class TestPictures:
    @pytest.mark.parametrize(("name", "handle", "key"), [
        ("RegNetExplorer", "wa", "wa"), ("RegNetExplorer", "w0", "w0"), ("EDFExplorer", "threshold", "threshold"),
        ("ComplexityCalculator", "factor", "factor"), ("SpaceWorkbench", "stage3", "widths"),
        ("SpaceWorkbench", "stage2", "depths"), ("SpaceWorkbench", "group4", "group_widths"),
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
            ("SpaceWorkbench", "group4", "group_widths", "group width"),
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


class TestWorkbench:
    def test_a_grip_stays_under_the_pointer_and_going_back_undoes_all(self, browser: Any, folder: Path) -> None:
        with Opened(browser, (folder / "SpaceWorkbench.html").as_uri()) as opened:
            page, start = opened.page, opened.state()

            def middle() -> tuple[float, float]:
                box = page.locator("[data-drag=stage3] .rni-grip").bounding_box()
                assert box
                return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

            x, y = middle()
            page.mouse.move(x, y)
            page.mouse.down()
            for up in (20, 40, 60):
                page.mouse.move(x, y - up)
                page.wait_for_timeout(60)
                assert abs(middle()[1] - (y - up)) < 8 and 7.4e6 <= flops(opened.state()) <= 8.2e6
            page.mouse.move(x, y)
            page.mouse.up()
            assert opened.state() == start

    def test_a_click_on_a_space_snaps_the_dials_and_the_keys_go_on(self, browser: Any, folder: Path) -> None:
        with Opened(browser, (folder / "SpaceWorkbench.html").as_uri()) as opened:
            page = opened.page
            box = page.locator("[data-drag=pick]").bounding_box()
            assert box
            page.mouse.click(box["x"] + 1.5 * box["width"] / 6, box["y"] + 20)
            state = opened.state()
            assert (state["space"], state["against"]) == ("AnyNetXB", "AnyNetXA")
            assert len(set(state["bottleneck_ratios"])) == 1 < len(set(state["group_widths"]))
            page.locator("[data-drag=pick]").focus()
            page.keyboard.press("ArrowRight")
            assert len(set(opened.state()["group_widths"])) == 1
            page.get_by_role("button", name="Make it RegNet").click()
            opened.settle()
            assert opened.state()["space"] == "RegNetX" and "on the line" in page.locator(".rni-summary").inner_text()

    def test_the_crowd_is_seen_on_its_way_unless_no_motion_is_wanted(self, browser: Any, folder: Path) -> None:
        for motion, least in (("no-preference", 3), ("reduce", 1)):
            with Opened(browser, (folder / "SpaceWorkbench.html").as_uri(), reduced_motion=motion) as opened:
                seen = opened.page.evaluate(FRAMES)
                assert seen == 1 if least == 1 else seen >= least


FRAMES = """async () => {
  const pictures = new Set();
  const picture = document.querySelector(".rni-picture");
  const watch = new MutationObserver(() => pictures.add(picture.querySelector(".rni-la").getAttribute("d")));
  watch.observe(picture, { childList: true });
  [...document.querySelectorAll("button")].find((b) => b.textContent === "Make it RegNet").click();
  await new Promise((done) => setTimeout(done, 900));
  return pictures.size;
}"""


def flops(state: dict[str, Any]) -> int:
    lists = (state[key] for key in ("depths", "widths", "bottleneck_ratios", "group_widths"))
    return rn.complexity(rn.AnyNetConfig(*map(tuple, lists)), 32, 3, 10).flops
