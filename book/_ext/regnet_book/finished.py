"""The pages of a book that is built: what a last mend goes over."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from pathlib import Path

from sphinx.application import Sphinx


def pages(app: Sphinx) -> Iterator[Path]:
    """Return the finished pages; a build that makes no HTML has none."""
    if app.builder.format == "html":
        yield from (page for page in sorted(Path(app.outdir).rglob("*.html")) if "_static" not in page.parts)


def way(root: Path, page: Path, name: str) -> str:
    """The address of a file of the book on one of its pages; its name begins at the root of the book."""
    return posixpath.relpath(name, page.parent.relative_to(root).as_posix())


def mend_pages(app: Sphinx, mend: Callable[[Path, str], str]) -> None:
    """Call `mend` with each finished page and its HTML, and write the pages that it changes.

    To be called when the build is finished without an exception.
    """
    for page in pages(app):
        html = page.read_text(encoding="utf-8")
        if (mended := mend(page, html)) != html:
            page.write_text(mended, encoding="utf-8")
