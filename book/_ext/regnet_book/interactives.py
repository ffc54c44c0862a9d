"""The pages share what their interactives have in common.

Each interactive brings its style, its modules and its data with it, so that it works wherever its HTML lands. Here the
later copies within one page are dropped, and the modules become files that a browser loads once for the whole book. The
state that the widgets had in the kernel is dropped too: no widget manager is in the page.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from .finished import mend_pages, way

SHARED = re.compile(r'<(script|style)\b[^>]* data-regnet="([\w-]+)"[^>]*>.*?</\1>\n?', re.S)
MODULE = re.compile(r'<script type="module" data-regnet="([\w-]+)">(.*?)</script>', re.S)
FOLDER = "_static/interactives"
KERNEL_STATE = "application/vnd.jupyter.widget-state+json"


def once(body: str) -> str:
    """Return the HTML with only the first of every shared element."""
    seen: set[str] = set()

    def keep(found: re.Match[str]) -> str:
        if found[2] in seen:
            return ""
        seen.add(found[2])
        return found[0]

    return SHARED.sub(keep, body)


def _share(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    if "data-regnet=" in context.get("body", ""):
        context["body"] = once(context["body"])
    context["script_files"] = [
        s for s in context.get("script_files", []) if getattr(s, "attributes", {}).get("type") != KERNEL_STATE
    ]


def file_modules(root: Path, page: Path, html: str) -> str:
    """Write each module of a page into a file of the book, and return the page with its address in its place.

    A module is wrapped into a statement, so that it may be an ordinary script: browsers load no other from a file.
    """

    def filed(found: re.Match[str]) -> str:
        name = f"{FOLDER}/{found[1]}.js"
        if not (root / name).exists():  # its name changes with its content
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(found[2], encoding="utf-8")
        return f'<script defer data-regnet="{found[1]}" src="{way(root, page, name)}"></script>'

    return MODULE.sub(filed, html)


def _file_modules(app: Sphinx, exception: Exception | None) -> None:
    if exception is None:
        root = Path(app.outdir)
        mend_pages(app, lambda page, html: file_modules(root, page, html))


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", _share, priority=950)
    app.connect("build-finished", _file_modules)
