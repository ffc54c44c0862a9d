"""The interactives in a live JupyterLab: what the reader moves Python sees, and what Python sets the reader sees."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("anywidget", reason="the interactives need anywidget; `make setup` installs it")
pytest.importorskip("jupyterlab", reason="this needs JupyterLab; `make setup` installs it")
pytest.importorskip("playwright", reason="the browser tests need playwright; `make setup` installs it")

from playwright.sync_api import TimeoutError

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
TOKEN = "tests"
PATIENCE = 120_000  # milliseconds; for a machine that is busy with something else
CELLS = [
    "from regnet_edu import widgets\n"
    "seen = []\n"
    "explorer = widgets.RegNetExplorer()\n"
    "note = lambda change: seen.append([change['name'], change['new']])\n"
    "explorer.observe(note, names=explorer.state_names())\n"
    "explorer",
    "print('python has', explorer.depth, explorer.params.depth, seen)",
    "explorer.depth = 7",
    "def square(side=3):\n    print('the square of', side, 'is', side * side)\nwidgets.live(square, side=(1, 9))",
    "import regnet_edu as rn\nworkbench = rn.widgets.SpaceWorkbench()\nworkbench",
    "print('a RegNet:', workbench.config in rn.RegNetX())",
    "workbench.config = rn.AnyNetConfig((1, 2, 7, 12), (24, 64, 152, 392), 1, 16)",
]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A JupyterLab of its own, with no settings of whoever runs the tests, and one notebook; gives its address."""
    folder = tmp_path_factory.mktemp("lab")
    cells = [
        {"cell_type": "code", "id": f"c{k}", "source": text, "metadata": {}, "outputs": [], "execution_count": None}
        for k, text in enumerate(CELLS)
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    (folder / "two_ways.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    homes = {f"JUPYTER_{name}_DIR": str(folder / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    settings = {
        "--ServerApp.port": port, "--ServerApp.ip": "127.0.0.1", "--IdentityProvider.token": TOKEN,
        "--ServerApp.root_dir": folder, "--LabApp.news_url": "None",
        "--LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    }  # fmt: skip
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"{name}={value}" for name, value in settings.items()]
    environment = {**os.environ, **homes, "PYTHONPATH": str(ROOT), "HOME": str(folder)}
    with (folder / "lab.log").open("w") as log:
        server = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(f"{address}/api/status?token={TOKEN}", server, folder / "lab.log")
            yield f"{address}/lab/tree/two_ways.ipynb?token={TOKEN}"
        finally:
            server.terminate()
            server.wait(30)


def _wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(PATIENCE // 500):
        assert server.poll() is None, log.read_text()[-2000:]
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.5)
    raise AssertionError(f"JupyterLab did not start: {log.read_text()[-2000:]}")


class Notebook:
    """The notebook in a page of the browser."""

    def __init__(self, chromium: Any, address: str) -> None:
        self.context = chromium.new_context(viewport={"width": 1200, "height": 1400})
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.wrong: list[str] = []
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.goto(address)
        self.page.wait_for_selector(".jp-Notebook .jp-Cell")
        self.page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()

    def run(self, number: int) -> Any:
        """Run a cell and return where its output appears; keys that come before Lab is ready are lost: again."""
        cell = self.page.locator(".jp-Notebook .jp-Cell").nth(number)
        prompt = cell.locator(".jp-InputPrompt")
        before = prompt.inner_text()
        for _ in range(20):
            cell.locator(".cm-content").click()
            self.page.keyboard.press("Control+Enter")
            try:
                self.page.wait_for_function(
                    "([e, old]) => e.innerText !== old", arg=[prompt.element_handle(), before], timeout=5000
                )
                break
            except TimeoutError:
                continue
        self.page.wait_for_function("e => /\\d/.test(e.innerText)", arg=prompt.element_handle())
        return cell.locator(".jp-OutputArea").first


class TestTwoWays:
    def test_python_and_the_page_share_one_state(self, chromium: Any, lab: str) -> None:
        book = Notebook(chromium, lab)
        page = book.page
        try:
            shown = book.run(0)
            shown.locator(".rni-live").wait_for()
            summary = shown.locator(".rni-summary")
            assert "22 blocks in 4 stages" in summary.inner_text()
            assert shown.locator(".rni-still").count() == 0  # the widget, not its HTML
            # its colours follow Lab's theme
            paper = "document.querySelector('.rni-live').computedStyleMap().get('background-color').toString()"
            assert page.evaluate(paper) == "rgb(255, 255, 255)"
            page.evaluate("document.body.dataset.jpThemeLight = 'false'")
            assert page.evaluate(paper) == "rgb(22, 24, 27)"
            page.evaluate("document.body.dataset.jpThemeLight = 'true'")
            # from the page to Python, with observe
            field = shown.locator("[id$='-depth-number']")
            field.fill("9")
            field.press("Tab")
            assert "9 blocks in" in summary.inner_text(timeout=PATIENCE)
            told = book.run(1).inner_text()
            assert "python has 9 9" in told and "['depth', 9]" in told
            # from Python to the page
            book.run(2)
            shown.locator(".rni-summary", has_text="7 blocks in").wait_for()
            assert field.input_value() == "7"
            # the slider, dragged
            slider = shown.locator("input[type=range][id$='-depth']")
            slider.scroll_into_view_if_needed()
            box = slider.bounding_box()
            assert box
            page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            page.mouse.down()
            page.mouse.move(box["x"] + 1, box["y"] + box["height"] / 2, steps=4)
            page.mouse.up()
            assert "python has 1 1" in book.run(1).inner_text()
            # a function of the reader's own
            own = book.run(3)
            own.locator(".jp-OutputArea-output", has_text="the square of 3 is 9").first.wait_for()
            own.get_by_text("side", exact=True).first.wait_for()
            readout = own.locator(".widget-readout")
            readout.click()
            page.keyboard.press("Control+A")
            page.keyboard.type("8")
            page.keyboard.press("Enter")
            own.locator(".jp-OutputArea-output", has_text="the square of 8 is 64").first.wait_for()
            assert "#" not in page.url and not book.wrong, book.wrong
        finally:
            shots = ROOT / "artifacts" / "widgets"
            shots.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=shots / "lab.png")
            book.context.close()

    def test_the_network_of_the_workbench_is_a_trait_both_ways(self, chromium: Any, lab: str) -> None:
        book = Notebook(chromium, lab)
        try:
            shown = book.run(4)
            summary = shown.locator(".rni-summary")
            summary.filter(has_text="Yours has 35 blocks").wait_for()
            shown.get_by_role("button", name="Make it RegNet").click()
            summary.filter(has_text="on the line").wait_for()
            book.run(5).get_by_text("a RegNet: True").wait_for()
            book.run(6)
            summary.filter(has_text="Yours has 22 blocks").wait_for()
            assert not book.wrong, book.wrong
        finally:
            book.context.close()
