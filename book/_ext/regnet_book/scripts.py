"""A page is shown before its scripts run, and brings none that it does not use.

Sphinx and its extensions name their scripts in the head of a page, where each keeps the reader waiting. They run in the
same order once the page is there, but for the settings that scripts within the page change. The index of the words of
the whole book is for the page of the search alone.
"""

from __future__ import annotations

import re

from sphinx.application import Sphinx

from .finished import mend_pages

SETTINGS = r"documentation_options\.js"
WAITS = re.compile(rf'<script(?![^>]*\b(?:defer|async|type="module"))(?=[^>]*\bsrc="(?![^"]*{SETTINGS}))')
HURRY = re.compile(r'\s*<link rel="preload" as="script"[^>]*>')  # scripts that wait need not come before the styles
SEARCH = re.compile(r'\s*<script[^>]*\bsrc="[^"]*\b(?:searchtools|language_data|searchindex)\.js[^>]*></script>')


def mend(html: str, is_search: bool) -> str:
    """Return a page whose scripts wait for it, and without those of the search if it is another page."""
    return WAITS.sub("<script defer", HURRY.sub("", html if is_search else SEARCH.sub("", html)))


def _mend_pages(app: Sphinx, exception: Exception | None) -> None:
    if exception is None:
        mend_pages(app, lambda page, html: mend(html, page.name == "search.html"))


def setup(app: Sphinx) -> None:
    app.connect("build-finished", _mend_pages)
