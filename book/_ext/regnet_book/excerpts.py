"""The search quotes what it finds, also where the book is opened from files: a browser forbids to fetch pages there.

A script beside the search has the words of every page, section by section, without code and outputs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

SCRIPT = "excerpts.js"


def sections(doctree: nodes.document) -> Iterator[tuple[str, str, str]]:
    """Yield for every section its id, its title and its words, those of its subsections left out."""
    for section in doctree.findall(nodes.section):
        title = section.next_node(nodes.title)
        words = " ".join(" ".join(p.astext().split()) for p in section.findall(_is_text) if _home(p) is section)
        yield section["ids"][0], title.astext() if title else "", words


def _is_text(node: nodes.Node) -> bool:
    return isinstance(node, nodes.paragraph | nodes.term | nodes.caption)


def _home(node: nodes.Node) -> nodes.Node | None:
    while node is not None and not isinstance(node, nodes.section):
        node = node.parent
    return node


def _write(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    found = {name: list(sections(app.env.get_doctree(name))) for name in sorted(app.env.found_docs)}
    text = f"window.bookExcerpts = {json.dumps(found, ensure_ascii=False, separators=(',', ':'))};\n"
    (Path(app.outdir) / "_static" / SCRIPT).write_text(text, encoding="utf-8")


def _add(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    if pagename == "search":
        app.add_js_file(SCRIPT)
        app.add_js_file("search.js")


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", _add)
    app.connect("build-finished", _write)
