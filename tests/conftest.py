"""Settings that every test shares."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest

# One thread each: the tests compare numbers, and the networks are too small to gain from more. Before torch starts.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "agg")
# No test may find the data, records or settings of whoever runs it.
os.environ.pop("REGNET_EDU_REPOSITORY", None)

# The same examples in every run: what fails in CI fails on a desk too. HYPOTHESIS_SEARCH=1 looks for new ones.
hypothesis.settings.register_profile("repeatable", derandomize=not os.environ.get("HYPOTHESIS_SEARCH"), deadline=None)
hypothesis.settings.load_profile("repeatable")

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The one browser of all tests: playwright runs only once in a process. Skips where there is none; fails in CI."""
    from browser import find_browser
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        yield started
        started.close()
