"""The theme's few icons as pictures in the page, in place of a script with two thousand of them.

The theme marks an icon as an empty element and loads all of Font Awesome, half a megabyte compressed, to draw it. Here
the dozen that a page shows are taken out of that script when the book is built, just as the script would draw them.
(Font Awesome Free, icons under CC BY 4.0.)
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from sphinx.application import Sphinx

from .finished import mend_pages

ELEMENT = re.compile(r'<(i|span) class="((?:[\w-]+ +)*fa[sb]?(?:-solid|-brands)? [^"]*)"([^>]*)>\s*</\1>')
LOADED = re.compile(r"\s*<(script|link)\b[^>]*scripts/fontawesome\.js[^>]*>(?:</script>)?")
STYLES = {"fa-solid", "fa-brands", "fas", "fab", "fa-lg", "fa-fw"}


@cache
def drawings(script: Path) -> dict[str, tuple[int, int, str]]:
    """Every icon of Font Awesome's script, by name and alias: width, height and path.

    The script lists brands, outlined and filled icons in this order. The theme uses filled ones, so the last counts.
    """
    entry = re.compile(r'"?([a-z][\w-]*)"?:\[(\d+),(\d+),\[([^\]]*)\],"[0-9a-f]+","([^"]+)"\]')
    found: dict[str, tuple[int, int, str]] = {}
    for name, width, height, aliases, path in entry.findall(script.read_text(encoding="utf-8")):
        for known in (name, *re.findall(r'"([a-z][\w-]*)"', aliases)):
            found[known] = int(width), int(height), path
    return found


def draw(html: str, known: dict[str, tuple[int, int, str]]) -> str:
    """Return a page with its icons drawn, and without the script if all of them are known."""
    unknown: set[str] = set()

    def picture(element: re.Match[str]) -> str:
        classes = element[2].split()
        names = [c.removeprefix("fa-") for c in classes if c.startswith("fa-") and c not in STYLES]
        if len(names) != 1 or names[0] not in known:
            unknown.update(names)
            return element[0]
        width, height, path = known[names[0]]
        return (
            f'<svg class="svg-inline--fa {" ".join(classes)}"{element[3].rstrip()} aria-hidden="true" role="img" '
            f'viewBox="0 0 {width} {height}"><path fill="currentColor" d="{path}"></path></svg>'
        )

    drawn = ELEMENT.sub(picture, html)
    return drawn if unknown else LOADED.sub("", drawn)


def _draw_pages(app: Sphinx, exception: Exception | None) -> None:
    script = Path(app.outdir) / "_static" / "scripts" / "fontawesome.js"
    if exception is None and script.is_file():
        mend_pages(app, lambda page, html: draw(html, drawings(script)))


def setup(app: Sphinx) -> None:
    # After the mends of the theme, which look for its icons.
    app.connect("build-finished", _draw_pages, priority=600)
