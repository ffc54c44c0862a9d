"""Every page says in a sentence what it is about, for search engines and for whoever shares its address.

It is the first paragraph of the page, unless the page has a `description` of its own.
"""

from __future__ import annotations

from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

OTHERS = {
    "search": "Search all pages of this book.",
    "genindex": "The index: every term of this book and where it stands.",
}
LONGEST = 155  # letters that a search engine shows


def describe(doctree: nodes.document) -> str:
    """The first paragraph of a page that stands in no box, cut at a word."""
    for paragraph in doctree.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.section) and len(text := " ".join(paragraph.astext().split())) > 40:
            return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0].rstrip(",;:.") + " ..."
    return ""


def _add(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    tags = context.get("metatags", "")
    text = describe(doctree) if doctree else OTHERS.get(pagename, "")
    if 'name="description"' not in tags and text:
        context["metatags"] = f'{tags}\n<meta name="description" content="{escape(text, quote=True)}" />'


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", _add)
