"""A page has no elements that change nothing: a phone would have to lay them out.

Pygments wraps every word of a cell in an element, though a name and a comma look like the text around them. Matplotlib
and MathJax group what they draw in a picture, and most of their groups only have a name that nothing calls. Without
these a long page has two fifths fewer elements.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx

from .finished import mend_pages

RULE = re.compile(r"^(.*?)\.highlight(?: \.(\w+))? \{([^}]*)\}", re.M)
GROUP = re.compile(r'<(/?)g\b(?:\s+id="([^"]*)")?\s*(>?)')
EDGE = re.compile(r"<svg\b|</svg>")
NAME = re.compile(r"[\w.:-]+")


def plain_words(css: str) -> set[str]:
    """The classes of words of code that look like the text around them in every theme of Pygments' stylesheet."""
    around: dict[str, str] = {}
    looks: dict[str, dict[str, str]] = {}
    for theme, name, look in RULE.findall(css):
        if name:
            looks.setdefault(name, {})[theme] = look.strip()
        else:
            around[theme] = look
    return {
        name
        for name, of in looks.items()
        if of.keys() == around.keys() and all(_colour_only(look, around[theme]) for theme, look in of.items())
    }


def _colour_only(look: str, around: str) -> bool:
    return re.fullmatch(r"color: [^;]*", look) is not None and look in (part.strip() for part in around.split(";"))


def without_words(html: str, plain: set[str]) -> str:
    """Return a page whose words of code with one of these classes have no element of their own."""
    if not plain:
        return html
    return re.sub(rf'<span class="(?:{"|".join(sorted(plain))})">([^<]*)</span>', r"\1", html)


def without_groups(html: str) -> str:
    """Return a page whose pictures have no groups without attributes, or with only a name that nothing calls."""
    times = Counter(NAME.findall(html))

    def lighter(picture: str) -> str:
        kept: list[bool] = []

        def mend(tag: re.Match[str]) -> str:
            if tag[1]:
                return tag[0] if kept.pop() else ""
            kept.append(not tag[3] or bool(tag[2] and times[tag[2]] > 1))
            return tag[0] if kept[-1] else ""

        return GROUP.sub(mend, picture)

    parts, end = [], 0
    for start, stop in pictures(html):
        parts += [html[end:start], lighter(html[start:stop])]
        end = stop
    return "".join([*parts, html[end:]])


def pictures(html: str) -> Iterator[tuple[int, int]]:
    """Yield where each picture starts and ends; one within another, as MathJax draws tall brackets, is part of it."""
    depth = start = 0
    for edge in EDGE.finditer(html):
        if edge[0] != "</svg>":
            start = start if depth else edge.start()
            depth += 1
        elif depth:
            depth -= 1
            if not depth:
                yield start, edge.end()


def _mend_pages(app: Sphinx, exception: Exception | None) -> None:
    sheet = Path(app.outdir) / "_static" / "pygments.css"
    if exception is None and sheet.is_file():
        plain = plain_words(sheet.read_text(encoding="utf-8"))
        mend_pages(app, lambda page, html: without_groups(without_words(html, plain)))


def setup(app: Sphinx) -> None:
    app.connect("build-finished", _mend_pages, priority=800)  # the formulas are drawn
