"""Chapters run side by side before Sphinx reads them one after the other.

A chapter alone leaves processors idle: while its kernel starts and imports, while one network is still in training.
Here as many chapters as there are processors (four at most, for the memory's sake) run at the same time and leave their
outputs in the cache, where myst-nb finds them. Each keeps to its share of the processors, so that two do not start four
workers on two of them. A chapter that fails leaves nothing there: myst-nb runs it again when its turn comes, and says
what is wrong with it.
"""

from __future__ import annotations

import logging
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

MOST = 4


def at_once() -> int:
    """How many chapters run at the same time."""
    return min(MOST, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def keep_to(shares: SimpleQueue[set[int]]) -> None:
    """Let this thread, and the kernels that it starts, use the next of the shares only; where the system can say so."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, shares.get())


def dealt(parts: int) -> SimpleQueue[set[int]]:
    """The processors, dealt out as evenly as it goes."""
    shares: SimpleQueue[set[int]] = SimpleQueue()
    processors = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    for k in range(parts):
        shares.put(set(processors[k::parts]) or set(processors))
    return shares


def run(pages: list[Path], markdown: Any, settings: Any) -> None:
    """Run those of the pages that are notebooks and whose outputs are not in the cache yet.

    Args:
        pages: the texts of the pages.
        markdown: how myst-parser reads them.
        settings: how myst-nb runs them.
    """
    from jupyter_cache import get_cache

    get_cache(settings.execution_cache_path).list_cache_records()  # made here, for two threads may not both make it
    with ThreadPoolExecutor(at_once(), initializer=keep_to, initargs=(dealt(at_once()),)) as pool:
        list(pool.map(partial(_run_one, markdown=markdown, settings=settings), pages))


def _run_one(page: Path, markdown: Any, settings: Any) -> None:
    from myst_nb.core.execute.cache import NotebookClientCache
    from myst_nb.core.read import create_nb_reader

    text = page.read_text(encoding="utf-8")
    if reader := create_nb_reader(str(page), markdown, settings, text):
        notebook = reader.read(text)
        NotebookClientCache(notebook, page, settings, _Silent(__name__), read_fmt=reader.read_fmt).start_client()


class _Silent(logging.Logger):
    """Says nothing: what is to be said, myst-nb says when it reads the page."""

    def warning(self, *_: Any, **__: Any) -> None:
        pass

    info = warning


def _run_ahead(app: Sphinx, env: BuildEnvironment, names: list[str]) -> None:
    settings = env.mystnb_config  # type: ignore[attr-defined]
    if settings.execution_mode == "cache":
        run([Path(env.doc2path(name)) for name in names], env.myst_config, settings)  # type: ignore[attr-defined]


def setup(app: Sphinx) -> None:
    app.connect("env-before-read-docs", _run_ahead)
