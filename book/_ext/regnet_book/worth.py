"""The box of a graded exercise says what it is worth: its points and its minutes, from the catalogue of exercises."""

from __future__ import annotations

import re

from sphinx.application import Sphinx

from .finished import mend_pages

TITLE = re.compile(r'(<p class="admonition-title">Exercise (\d\d\.\d)(?:(?!</p>|<span).)*)(</p>)')


def mend(html: str, worth: dict[str, tuple[int, int]]) -> str:
    """Return a page whose boxes of graded exercises say what these are worth.

    Args:
        html: the page.
        worth: number -> (points, minutes).
    """

    def told(title: re.Match[str]) -> str:
        points, minutes = worth[title[2]]
        words = f"{points} point{'s'[: points != 1]}, about {minutes} minutes"
        data = f'data-exercise="{title[2]}" data-points="{points}"'
        return f'{title[1]} <span class="exercise-worth" {data}>{words}</span></p>'

    return TITLE.sub(told, html)


def _mend_pages(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.format == "html":
        from regnet_edu.grading.exercise import exercises

        worth = {e.number: (e.points, e.minutes) for e in exercises().values()}
        mend_pages(app, lambda page, html: mend(html, worth))


def setup(app: Sphinx) -> None:
    app.connect("build-finished", _mend_pages)
