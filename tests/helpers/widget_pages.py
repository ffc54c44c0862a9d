"""Pages with interactives, as the book makes them, and a browser that notices what goes wrong on them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import load_extension
from fake_populations import population
from playwright.sync_api import Page

from regnet_edu import widgets

ROOT = Path(__file__).resolve().parents[2]
extension = load_extension("interactives")
POPULATIONS = {"left": population(60, 1, "AnyNetXA", 0.04), "right": population(50, 2, "RegNetX")}
NAMES = sorted(widgets.INTERACTIVES)
ARGUMENTS: dict[str, Any] = {
    n: {"populations": POPULATIONS}
    for n in ("ConstraintFunnel", "EDFExplorer", "FitGame", "GoodBadGallery", "SearchRace", "SpaceWorkbench")
}
LIVE = ".rni-live"
PATIENCE = 180_000  # milliseconds; for a machine that is busy with something else
SHOTS = ROOT / "artifacts" / "widgets"


def made(name: str, **state: Any) -> Any:
    return getattr(widgets, name)(**ARGUMENTS.get(name, {}), **state)


def page_of(*interactives: Any) -> str:
    """A page as the book makes it: the second copy of what is shared is dropped."""
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
    """A page, and everything that went wrong on it; its interactives live at once, unless they are to wait for us."""

    def __init__(self, browser: Any, address: str, wait: bool = False, **context: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 900, "height": 900}, **context})
        self.wrong: list[str] = []
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", lambda m: self.wrong.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda e: self.wrong.append(str(e)))
        self.page.route(re.compile("^(https?|ws)"), self._refuse)
        self.page.goto(address)
        if context.get("java_script_enabled", True):
            if not wait:
                self.page.keyboard.press("Shift")
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
    key = {"EDFExplorer": "n", "ComplexityCalculator": "width_in", "SpaceWorkbench": "none"}.get(name, "")
    found = ((k, t) for k, t in widget.traits().items() if t.metadata.get("step") and key in ("", k))
    return next(found, ("", None))


def shots(page: Page, kind: str) -> None:
    """Keep a picture of every interactive, for people to look at."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    for name, live in zip(NAMES, page.locator(LIVE).all(), strict=True):
        live.screenshot(path=SHOTS / f"{name}-{kind}.png")


def axe(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found]
