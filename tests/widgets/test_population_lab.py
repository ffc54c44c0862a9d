"""Training in a browser with no network, from a file: trained, stopped, resumed, exported, loaded in Python.

The regime is shortened to two steps, so that it takes seconds; LAB_NETWORKS=20 runs the heavy one on two times twenty.
"""
# ruff: noqa: F811 (fixtures are imported, and named again by who uses them)

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("anywidget", reason="the interactives need anywidget; `make setup` installs it")
pytest.importorskip("axe_playwright_python", reason="the browser tests need playwright; `make setup` installs it")

from widget_pages import browser, made  # noqa: F401

import regnet_edu as rn
from regnet_edu.widgets.population_lab import setting

pytestmark = [pytest.mark.browser, pytest.mark.timeout(3600)]
PAGE = rn.regime.get("page")
SHORT = PAGE.replace(train_images=64, test_images=64)
PATIENCE = 3_000_000  # milliseconds; for the whole of a real population
NETWORKS = int(os.environ.get("LAB_NETWORKS", "3"))

# What a page and its workers find in a browser that lacks something: `inside` stands before a worker's own source.
INSIDE = """const Whole = Blob;
globalThis.Blob = class extends Whole {
  constructor(parts, how) { super(how?.type === "text/javascript" ? ["INSIDE;", ...parts] : parts, how); }
};"""
NO_SIMD = "WebAssembly.validate = () => false; WebAssembly.Memory = class { constructor() { throw new Error('none') } }"
NO_SHARING = "delete globalThis.SharedArrayBuffer"
NO_MODULES = """const Real = Worker;
globalThis.Worker = class extends Real {
  constructor(url, how) { if (how?.type === "module") throw new Error("no module workers"); super(url); }
};"""
ONE_WORKER = "Object.defineProperty(navigator, 'hardwareConcurrency', { get: () => 2 });"
ABSENT = {
    "SIMD": INSIDE.replace("INSIDE", NO_SIMD),
    "SharedArrayBuffer": f"{NO_SHARING}; {INSIDE.replace('INSIDE', NO_SHARING)}",
    "module workers": NO_MODULES,
}

Open = Callable[..., Any]


@pytest.fixture
def page_of(browser: Any, tmp_path: Path) -> Iterator[Open]:
    context = browser.new_context(offline=True)

    def opened(widget: Any, script: str = "", **parts: Any) -> Any:
        """A page from a file with this interactive, some of its data replaced, after this script has run."""
        widget._data = {**widget._data, **parts}
        path = tmp_path / f"{len(context.pages)}.html"
        path.write_text(f"<!doctype html><meta charset=utf-8><title>lab</title>{widget.to_html()}", encoding="utf-8")
        page = context.new_page()
        page.add_init_script(script)
        page.goto(path.as_uri())
        page.locator(".rni-summary").wait_for()
        return page

    yield opened
    context.close()


def lab(n: int = 3, **state: Any) -> Any:
    return rn.widgets.PopulationLab(n=n, **state)


def press(page: Any, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def says(page: Any, words: str) -> None:
    page.wait_for_function(
        "w => document.querySelector('.rni-summary').innerText.includes(w)", arg=words, timeout=PATIENCE
    )


def has(page: Any, least: int) -> int:
    """Wait until so many networks are kept; return how many there are."""
    count = "() => Object.values(JSON.parse(localStorage['regnet-edu.population_lab'] ?? '{}')).flat().length"
    page.wait_for_function(f"n => ({count})() >= n", arg=least, timeout=PATIENCE)
    return page.evaluate(count)


def exported(page: Any, path: Path) -> Any:
    with page.expect_download(lambda d: d.suggested_filename == "anynetxd-page-0.jsonl") as download:
        press(page, "Export records")
    download.value.save_as(path)
    return rn.load_population(path)


@pytest.mark.parametrize("regime", [SHORT, pytest.param(PAGE, marks=pytest.mark.heavy)], ids=["short", "page"])
def test_a_population_is_trained_stopped_resumed_and_read_in_python(regime: Any, page_of: Open, tmp_path: Path) -> None:
    n = 3 if regime is SHORT else NETWORKS
    page = page_of(lab(n), ONE_WORKER, **setting(regime))
    says(page, "A recorded example")
    press(page, "Train")
    has(page, 1)
    press(page, "Stop")
    says(page, f"Stopped with {2 * n - has(page, 1)} networks to go")
    press(page, "Go on")
    has(page, 2)
    page.reload()  # as when the tab is killed: what was in hand is trained again, what was done is not
    says(page, f"Stopped with {2 * n - has(page, 2)} networks to go")
    press(page, "Go on")
    says(page, "All are trained")
    says(page, "there are too few to tell" if n < 10 else "With these")
    found = exported(page, tmp_path / "trained.jsonl")
    space = PAGE.with_ranges(rn.AnyNetXD())
    nets = space.sample(n, rng=0, flops=PAGE.flops, resolution=16, num_classes=10)
    assert [tuple(w) for w in found["widths"]] == [net.widths for net in nets]
    assert found["error"].between(0.1, 1).all() and list(found["index"]) == list(range(n))
    assert found.attrs["header"]["regime"] == regime.to_dict()
    press(page, "Forget these")
    says(page, "A recorded example")


@pytest.mark.parametrize("name", ABSENT)
def test_a_browser_without_it_trains_too(name: str, page_of: Open) -> None:
    page = page_of(lab(), ABSENT[name], **setting(SHORT))
    press(page, "Train")
    assert has(page, 1)


def test_where_no_worker_starts_the_page_says_so(page_of: Open) -> None:
    page = page_of(lab(), "globalThis.Worker = class { constructor() { throw new Error('no') } }")
    press(page, "Train")
    says(page, "starts no workers")


def test_the_page_itself_trains_nothing(page_of: Open) -> None:
    """With a worker that never answers nothing comes about: all that is heavy is in workers."""
    silent = "globalThis.sent = []; globalThis.Worker = class { postMessage(m) { sent.push(m) } terminate() {} }"
    page = page_of(lab(), silent, **setting(SHORT))
    assert page.evaluate("sent.length") == 0  # and nothing starts before it is asked for
    press(page, "Train")
    says(page, "Training: 6 networks to go")
    page.wait_for_timeout(1000)
    says(page, "Training: 6 networks to go")
    crew = max(1, page.evaluate("navigator.hardwareConcurrency") - 1)
    assert page.evaluate("sent.length") == min(6, crew)


def test_two_pages_at_once_lose_nothing(page_of: Open) -> None:
    one, two = page_of(lab(2), **setting(SHORT)), page_of(lab(2, seed=1), **setting(SHORT))
    press(one, "Train")
    says(one, "All are trained")
    press(two, "Train")
    says(two, "All are trained")
    one.reload()
    says(one, "All are trained")


def test_the_network_of_the_workbench_becomes_a_space_in_the_lab(page_of: Open) -> None:
    bench = page_of(made("SpaceWorkbench", depths=[4, 3, 2, 1], widths=[8, 16, 16, 32]))
    bench.get_by_role("slider", name="stage 1: bottleneck ratio b").press("ArrowUp")
    bench.wait_for_function("localStorage['regnet-edu.space_workbench']")
    page = page_of(lab(2, second="AnyNetXA"), **setting(SHORT))
    press(page, "Rules of my workbench")
    assert page.get_by_label("my widths w").input_value() == "rise"
    assert page.get_by_label("my depths d").input_value() == "fall"
    press(page, "Train")
    says(page, "All are trained")
    kept = page.evaluate("JSON.parse(localStorage['regnet-edu.population_lab'])")
    own = next(nets for name, nets in kept.items() if name.startswith("Own (d fall, w rise"))
    assert [n["depths"] == sorted(n["depths"], reverse=True) for n in own] == [True, True]


def test_the_workbench_trains_its_network(page_of: Open) -> None:
    bench = made("SpaceWorkbench", depths=[1, 1, 1, 1], widths=[16, 16, 32, 64], hold=False)
    trial = {**bench.parts()["trial"], **setting(SHORT)}
    page = page_of(bench, trial=trial)
    press(page, "Train it now")
    says(page, "Trained in this page (drawn pictures of 16 pixels, 2 steps")
    says(page, f"of {len(trial['reference'])} recorded networks trained the same way")
    press(page, "Train it now")
    page.wait_for_function(
        "() => /it errs in [\\d.]+ %, [\\d.]+ %/.test(document.querySelector('.rni-summary').innerText)"
    )
