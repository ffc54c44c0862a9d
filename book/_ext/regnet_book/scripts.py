"""A page is shown before its scripts run, and brings none that it does not use.

Sphinx and its extensions name their scripts in the head of a page, where each keeps the reader waiting. They run in the
same order once the page is there, but for the settings that scripts within the page change: these few lines are written
into the page. The index of the words of the whole book is for the page of the search alone.

A page has the reader's colours from its first line on. The theme would give it none of its two at a first visit, find
out later which one the reader's system asks for, and have the browser style every element a second time.
"""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx

from .finished import mend_pages

SETTINGS = re.compile(r'<script[^>]*\bsrc="[^"]*\bdocumentation_options\.js[^>]*></script>')
WAITS = re.compile(r'<script(?![^>]*\b(?:defer|async|type="module"))(?=[^>]*\bsrc=")')
HURRY = re.compile(r'\s*<link rel="preload" as="script"[^>]*>')  # scripts that wait need not come before the styles
THEME = re.compile(r'(document\.documentElement\.dataset\.theme = )localStorage\.getItem\("theme"\) \|\| "\w*"')
SYSTEM = 'matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"'
CHOSEN = "document.documentElement.dataset.mode"
SEARCH = re.compile(r'\s*<script[^>]*\bsrc="[^"]*\b(?:searchtools|language_data|searchindex)\.js[^>]*></script>')


def mend(html: str, settings: str, is_search: bool) -> str:
    """Return a page with the settings in it, whose scripts wait; those of the search are left out of the others."""
    html = SETTINGS.sub(lambda _: f"<script>{settings}</script>", html)
    html = THEME.sub(rf"\1/^(light|dark)$/.test({CHOSEN}) ? {CHOSEN} : {SYSTEM}", html)
    return WAITS.sub("<script defer", HURRY.sub("", html if is_search else SEARCH.sub("", html)))


def _mend_pages(app: Sphinx, exception: Exception | None) -> None:
    options = Path(app.outdir) / "_static" / "documentation_options.js"
    if exception is None and options.is_file():
        settings = options.read_text(encoding="utf-8").strip()
        mend_pages(app, lambda page, html: mend(html, settings, page.name == "search.html"))


def setup(app: Sphinx) -> None:
    app.connect("build-finished", _mend_pages)
