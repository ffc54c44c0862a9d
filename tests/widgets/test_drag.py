"""Whatever is dragged stays under the pointer, in every interactive, in a real browser."""
# ruff: noqa: F811 (fixtures are imported, and named again by who uses them)

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("anywidget", reason="the interactives need anywidget; `make setup` installs it")
pytest.importorskip("axe_playwright_python", reason="the browser tests need playwright; `make setup` installs it")

from widget_pages import NAMES, Opened, browser, folder  # noqa: F401

pytestmark = pytest.mark.browser
DISTANCES = (4, 10, 20, 32, 45, 60)  # pixels from where the grip was taken
SNAP = 9  # pixels: half of the widest step that a value makes, such as from 1 to 2 on a logarithmic axis
GRIPS = ":is([data-drag]):not([data-drag=pick])"
MIDDLE = """name => {
  const grip = document.querySelector(`[data-drag="${name}"] .rni-grip`).getBoundingClientRect();
  return [grip.x + grip.width / 2, grip.y + grip.height / 2];
}"""
FRAME = """(() => {
  const box = document.querySelector(".rni-picture svg").getBoundingClientRect();
  return [box.x, box.y, box.right, box.bottom];
})()"""
TICKS = """[...document.querySelectorAll(".rni-picture svg [role=img] text:not(.rni-strong)")]
  .filter(t => /^[\\d.,×/]+$/.test(t.textContent))
  .map(t => `${t.textContent} at ${t.getAttribute("x")}, ${t.getAttribute("y")}`)"""


def dragged(opened: Opened, name: str, way: tuple[int, int]) -> list[tuple[int, float, float]]:
    """Drag a grip along `way`: [(distance of the pointer, of the grip along the way, of the grip across)]."""
    page = opened.page
    x, y = page.evaluate(MIDDLE, name)
    page.mouse.move(x + 3, y - 2)  # not in its very middle: it must not jump there
    page.mouse.down()
    page.wait_for_timeout(40)
    ticks, found = page.evaluate(TICKS), []
    for distance in DISTANCES:
        page.mouse.move(x + 3 + way[0] * distance, y - 2 + way[1] * distance)
        page.wait_for_timeout(40)
        a, b = page.evaluate(MIDDLE, name)
        found.append((distance, (a - x) * way[0] + (b - y) * way[1], abs((a - x) * way[1]) + abs((b - y) * way[0])))
        assert page.evaluate(TICKS) == ticks, "an axis moved during the drag"
    page.mouse.up()
    page.wait_for_timeout(400)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_grip_stays_under_the_pointer(name: str, browser: Any, folder: Path) -> None:
    with Opened(browser, (folder / f"{name}.html").as_uri()) as opened:
        page = opened.page
        for handle in page.eval_on_selector_all(GRIPS, "all => all.map(e => e.dataset.drag)"):
            follows = []
            for axis, sign in ((0, 1), (1, 1), (1, -1))[: 3 if name == "SpaceWorkbench" else 2]:
                page.get_by_role("button", name="Reset").click()
                page.wait_for_timeout(400)
                page.locator(f"[data-drag='{handle}']").scroll_into_view_if_needed()
                frame, at = page.evaluate(FRAME), page.evaluate(MIDDLE, handle)
                way = [0, 0]
                way[axis] = sign if at[axis] < (frame[axis] + frame[axis + 2]) / 2 else -sign  # to where there is room
                found = dragged(opened, handle, (way[0], way[1]))
                near = 11 if name == "SpaceWorkbench" else SNAP  # an octave of widths is one step at its foot
                room = found[-1][1] if name == "SpaceWorkbench" else 1000  # a dial stops where its space or flops end
                followed = room > 1 and all(abs(along - min(distance, room)) <= near for distance, along, _ in found)
                stayed = all(abs(along) <= 1 for _, along, _ in found)
                assert (followed or stayed) and all(across <= SNAP for *_, across in found), (handle, axis, found)
                follows.append(followed)
            assert any(follows), handle


def test_a_grip_that_reaches_the_end_of_the_axis_gets_more_room_when_let_go(browser: Any, folder: Path) -> None:
    with Opened(browser, (folder / "RegNetExplorer.html").as_uri()) as opened:
        page, slopes = opened.page, []
        for _ in range(3):
            x, y = page.evaluate(MIDDLE, "wa")
            page.mouse.move(x, y)
            page.mouse.down()
            page.mouse.move(x, y - 400, steps=5)
            page.wait_for_timeout(40)
            assert page.evaluate(MIDDLE, "wa")[1] >= page.evaluate(FRAME)[1]
            page.mouse.up()
            page.wait_for_timeout(400)
            slopes.append(opened.state()["wa"])
        assert 24.48 < slopes[0] < slopes[1] < slopes[2]
