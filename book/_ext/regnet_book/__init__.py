"""What this book adds to Sphinx: fresh pages that ask no other host, formulas, quizzes, an accessible theme.

Each concern has its file, with a `setup(app)` of its own.
"""

from __future__ import annotations

from sphinx.application import Sphinx

from . import (
    accessibility,
    ahead,
    descriptions,
    downloads,
    elements,
    excerpts,
    formulas,
    freshness,
    guess,
    headers,
    icons,
    interactives,
    offline,
    quiz,
    repository,
    scripts,
    styles,
    worth,
)


def setup(app: Sphinx) -> dict[str, bool]:
    sources = (freshness, ahead, offline, interactives, quiz, guess, excerpts, repository, downloads, descriptions)
    finished = (formulas, headers, worth, elements, accessibility, icons, scripts, styles)
    for concern in (*sources, *finished):
        concern.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
