"""Mend what axe-core finds in the theme's own HTML.

The theme offers no setting for these, so the finished pages are changed. Each mend is a pattern and its replacement,
and changes nothing when it is applied again (a build writes only the pages that changed).
"""

from __future__ import annotations

import re

from sphinx.application import Sphinx

from .finished import mend_pages

MENDS = [
    # label-content-name-mismatch: the button shows "Search Ctrl+K", so its name may not be "Search" alone.
    (r'(<button class="btn search-button-field[^>]*?) aria-label="[^"]*"', r"\1"),
    # The same: Font Awesome turns these titles into visible text inside a button with another name.
    (r'(<i class="theme-switch [^>]*?) title="[^"]*"', r"\1"),
    # The same: a folded cell says "Show code cell source", so its name may not be another.
    (r'(<summary) aria-label="Toggle hidden content"', r"\1"),
    # region: the logo and the search field of the sidebar lie outside of every landmark.
    (
        r'<div id="pst-primary-sidebar" class="([^"]*)">',
        r'<div id="pst-primary-sidebar" class="\1" role="complementary" aria-label="Book">',
    ),
    # aria-deprecated-role, aria-required-children: what docutils writes for an entry of the bibliography.
    (r'role="doc-biblioentry"', 'role="listitem"'),
    # empty-table-header: the corner that pandas leaves empty above the names of the rows.
    (r"<th></th>", "<td></td>"),
    # definition-list: a signature that is laid out one parameter a line is written as definitions of nothing.
    (r'<dd>(<em class="sig-param">.*?)</dd>', r'<span class="sig-line">\1</span>'),
    (r'<dl>\n((?:<span class="sig-line">.*\n)+)</dl>', r'<span class="sig-lines">\n\1</span>'),
    # A notebook is to be kept, not to be looked at in a new window.
    (r'(<a href="[^"]*\.ipynb") target="_blank"', r"\1 download"),
    # The theme writes the viewport twice.
    (r'(<meta name="viewport"[^>]*>\s*)<meta name="viewport"[^>]*>', r"\1"),
    # The opening page would be called "X — X".
    (r"<title>(.+?) &#8212; \1</title>", r"<title>\1</title>"),
]


def mend(html: str) -> str:
    """Return a page of the theme without the faults listed in MENDS."""
    for pattern, replacement in MENDS:
        html = re.sub(pattern, replacement, html)
    return html


def _mend_pages(app: Sphinx, exception: Exception | None) -> None:
    if exception is None:
        mend_pages(app, lambda page, html: mend(html))


def setup(app: Sphinx) -> None:
    app.connect("build-finished", _mend_pages)
