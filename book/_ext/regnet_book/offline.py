"""No page asks another host for anything, and no script of the theme fails.

Jupyter Book loads sphinx-thebe always, which names a host and declares the same constant twice on every page, which
throws. The book has no kernel behind it, so its scripts and styles are left out. So is MathJax, for formulas are drawn
when the book is built (formulas.py).
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

UNUSED = ("thebe", "THEBE_JS_URL", "mathjax", "window.MathJax")


def _is_local(asset: object) -> bool:
    """Whether a script or style of the page's context may stay.

    Sphinx keeps them as objects with a `filename` (None for a script in the page) and `attributes` (its `body`).
    """
    name = str(getattr(asset, "filename", None) or asset)
    body = str(getattr(asset, "attributes", {}).get("body") or "")
    return not (any(word in name + body for word in UNUSED) or name.startswith(("http:", "https:", "//")))


def _keep_local(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    for kind in ("script_files", "css_files"):
        seen: set[tuple[str, str]] = set()
        kept = []
        for asset in context.get(kind, []):
            key = (str(getattr(asset, "filename", asset)), str(getattr(asset, "attributes", {}).get("body") or ""))
            if _is_local(asset) and key not in seen:
                seen.add(key)
                kept.append(asset)
        context[kind] = kept


def setup(app: Sphinx) -> None:
    # Late: the theme and the widgets add their files on the same event.
    app.connect("html-page-context", _keep_local, priority=900)
