"""The place in a chapter where a question of "Predict before you run" is answered: the reader's guess is shown there.

    :::{guess} 2
    :::

stands before the paragraph with the answer to question 2. Without scripts the page shows nothing there; in a notebook
there is nothing either.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class guess(nodes.General, nodes.Element):  # noqa: N801  docutils names its nodes so
    """Where a guess is shown; its `number` is that of the question."""


class GuessDirective(SphinxDirective):
    """`{guess}` with the number of a question."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        number = self.arguments[0]
        if not number.isdecimal() or number == "0":
            raise self.error(f"a guess names the number of a question, from 1, and not {number!r:.40}")
        return [guess("", number=number)]


def _open(writer: Any, node: nodes.Element) -> None:
    writer.body.append(f'<p class="guess" data-guess="{node["number"]}" hidden></p>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    app.add_node(guess, html=(_open, None))
    app.add_directive("guess", GuessDirective)
