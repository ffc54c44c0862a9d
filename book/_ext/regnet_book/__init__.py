"""What this book adds to Sphinx: fresh pages that ask no other host, quizzes, its address, an accessible theme.

Each concern has its file, with a `setup(app)` of its own.
"""

from __future__ import annotations

from sphinx.application import Sphinx

from . import accessibility, descriptions, downloads, freshness, interactives, offline, quiz, repository


def setup(app: Sphinx) -> dict[str, bool]:
    for concern in (freshness, offline, interactives, quiz, repository, downloads, descriptions, accessibility):
        concern.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
