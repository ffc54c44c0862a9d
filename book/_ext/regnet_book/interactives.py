"""A page carries what its interactives share once.

Each interactive brings its style, its modules and its data with it, so that it works wherever its HTML lands. Here the
later copies within one page are dropped; and so is the state that the widgets had in the kernel, for which no widget
manager is in the page.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

SHARED = re.compile(r'<(script|style)\b[^>]* data-regnet="([\w-]+)"[^>]*>.*?</\1>\n?', re.S)
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


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", _share, priority=950)
