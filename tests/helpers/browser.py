"""The built book and a real browser for the tests of its pages: what they share."""

from __future__ import annotations

import functools
import http.server
import importlib.util
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build" / "html"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
INSTALL = "sudo apt-get install chromium"


def find_browser() -> str:
    """The path of a browser, or a skip that says how to get one; where CI is set, a missing one is a failure."""
    found = os.environ.get("REGNET_EDU_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return found
    message = f"no browser was found; install one: {INSTALL}"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


def load_tool(name: str) -> ModuleType:
    """Import tools/NAME.py, which is no package."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load_extension(name: str) -> ModuleType:
    """Import book/_ext/regnet_book/NAME.py."""
    folder = str(ROOT / "book" / "_ext")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return importlib.import_module(f"regnet_book.{name}")


def pages() -> list[str]:
    """Every page of the book as a path below the built folder: those of the table of contents, search and index."""

    def files(entry: dict) -> Iterator[str]:
        for key in ("root", "file"):
            if key in entry:
                yield entry[key]
        for key in ("parts", "chapters", "sections"):
            for below in entry.get(key, []):
                yield from files(below)

    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    return [f"{name.removesuffix('.md')}.html" for name in files(toc)] + ["search.html", "genindex.html"]


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder on a free port of 127.0.0.1 and give its address, with a slash at the end."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
