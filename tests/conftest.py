"""Settings that every test shares."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from typing import Any

import hypothesis
import psutil
import pytest

# One thread each: the tests compare numbers, and the networks are too small to gain from more. Before torch starts.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "agg")
# No test may find the data, records or settings of whoever runs it.
os.environ.pop("REGNET_EDU_REPOSITORY", None)

# The same examples in every run: what fails in CI fails on a desk too. HYPOTHESIS_SEARCH=1 looks for new ones.
hypothesis.settings.register_profile("repeatable", derandomize=not os.environ.get("HYPOTHESIS_SEARCH"), deadline=None)
hypothesis.settings.load_profile("repeatable")

# Where a shell runs the tests in the background, Ctrl-C is ignored, and so it would be by what a test starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    with contextlib.suppress(ValueError):  # not in the main thread
        signal.signal(signal.SIGINT, signal.default_int_handler)

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]


@pytest.fixture(scope="module", autouse=True)
def no_code_of_other_tests() -> Iterator[None]:
    """Forget which code of one's own was asked for: as long as there is some, no worker rests until the next sweep."""
    from regnet_edu.common import import_path

    yield
    import_path._asked.clear()


# A browser that does not end by itself is killed: the end of one run waited ten minutes for it.
SECONDS_TO_CLOSE = 30


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The one browser of all tests: playwright runs only once in a process. Skips where there is none; fails in CI."""
    from browser import find_browser
    from playwright.sync_api import Error, sync_playwright

    executable = find_browser()
    before = set(psutil.Process().children())
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        mine = set(psutil.Process().children()) - before
        yield started
        watch = threading.Timer(SECONDS_TO_CLOSE, kill, [mine])
        watch.daemon = True
        watch.start()
        with contextlib.suppress(Error):
            started.close()
    watch.cancel()


def kill(processes: set[psutil.Process]) -> None:
    """Kill these processes and all that they started."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            for one in [*process.children(recursive=True), process]:
                with contextlib.suppress(psutil.NoSuchProcess):
                    one.kill()
