"""Each chapter opens with a picture of its own data, drawn by tools/draw_headers.py, in the colours of the page."""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx

from .finished import mend_pages

FOLDER = "book/images/headers"
TITLE = re.compile(r"<section[^>]*>\s*<h1>.*?</h1>\n", re.S)  # the theme has another h1, for print


def with_picture(html: str, picture: str) -> str:
    """Return a page with a picture below its title, once."""
    if 'class="chapter-picture"' in html:
        return html
    return TITLE.sub(lambda title: f"{title[0]}{picture}", html, count=1)


def _mend_pages(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None:
        return
    folder = Path(app.srcdir) / FOLDER

    def mend(page: Path, html: str) -> str:
        picture = folder / f"{page.name[:2]}.svg"
        return with_picture(html, picture.read_text(encoding="utf-8")) if picture.is_file() else html

    mend_pages(app, mend)


def setup(app: Sphinx) -> None:
    app.connect("build-finished", _mend_pages)
