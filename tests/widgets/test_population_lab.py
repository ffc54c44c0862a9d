"""The Population lab in a browser with no network, from a file: trained, resumed, exported, loaded in Python."""
# ruff: noqa: F811 (fixtures are imported, and named again by who uses them)

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("anywidget", reason="the interactives need anywidget; `make setup` installs it")
pytest.importorskip("axe_playwright_python", reason="the browser tests need playwright; `make setup` installs it")

from widget_pages import browser  # noqa: F401

import regnet_edu as rn

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
ABSENT = {"simd": "WebAssembly.validate = () => false", "sharing": "delete globalThis.SharedArrayBuffer"}


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lab") / "lab.html"
    html = rn.widgets.PopulationLab(n=2).to_html()
    path.write_text(f"<!doctype html><meta charset=utf-8><title>lab</title>{html}", encoding="utf-8")
    return path


def opened(browser: Any, path: Path, script: str = "") -> Any:
    page = browser.new_context(offline=True).new_page()
    page.add_init_script(script)
    page.goto(path.as_uri())
    page.locator(".rni-summary").wait_for()
    return page


def train(page: Any) -> None:
    page.get_by_role("button", name="Train / stop").click()


def says(page: Any, words: str) -> None:
    page.wait_for_function(
        "w => document.querySelector('.rni-summary').innerText.includes(w)", arg=words, timeout=400_000
    )


@pytest.mark.heavy
def test_a_population_is_trained_stopped_resumed_and_read_in_python(
    browser: Any, page_file: Path, tmp_path: Path
) -> None:
    page = opened(browser, page_file)
    says(page, "Nothing runs yet")
    train(page)
    says(page, "Training: 3 networks to go")
    page.reload()  # as when the tab is killed
    says(page, "Stopped with 3 networks to go")
    train(page)
    says(page, "All are trained")
    says(page, "too few to tell")
    with page.expect_download(lambda d: d.suggested_filename == "anynetxd-page-0.jsonl") as download:
        page.get_by_role("button", name="Export records").click()
    download.value.save_as(tmp_path / "trained.jsonl")
    found, regime = rn.load_population(tmp_path / "trained.jsonl"), rn.regime.get("page")
    space = regime.with_ranges(rn.AnyNetXD())
    nets = space.sample(2, rng=0, flops=regime.flops, resolution=16, num_classes=10)
    assert (found["error"] < 0.9).all()
    assert [tuple(w) for w in found["widths"]] == [n.widths for n in nets]
    page.get_by_role("button", name="Forget these").click()
    says(page, "Nothing runs yet")


@pytest.mark.heavy
@pytest.mark.parametrize("name", ABSENT)
def test_a_browser_without_it_trains_too(name: str, browser: Any, page_file: Path) -> None:
    page = opened(browser, page_file, ABSENT[name])
    train(page)
    says(page, "Training: 3 networks to go")


def test_where_no_worker_starts_the_page_says_so(browser: Any, page_file: Path) -> None:
    page = opened(browser, page_file, "globalThis.Worker = class { constructor() { throw new Error('no') } }")
    train(page)
    says(page, "starts no workers")
