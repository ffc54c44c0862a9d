"""The quiz: a question whose every answer says, once it is chosen, why it is right or wrong.

    :::{quiz}
    How many numbers describe a stage?

    - [x] Four
      Depth, width, bottleneck ratio and group width.
    - [ ] Three
      The group width is free too.
    :::

An answer is one line; what is indented below it explains it. Each becomes a `<details>`: it opens with a click, the
keyboard or a screen reader, needs no script and no kernel, and stands open in print. `notebook` writes the same
question for a notebook, where it works in the same way.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

RIGHT, WRONG = "Right.", "Not this one."
ITEM = re.compile(r"^- \[([ xX])\] +(.+)\n((?:(?:  .*|[ \t]*)(?:\n|\Z))*)", re.M)


@dataclass(frozen=True)
class Answer:
    """What can be chosen, whether it is right, and why."""

    text: str
    right: bool
    why: str


@dataclass(frozen=True)
class Question:
    """What is asked, and its answers in the order in which they are shown."""

    text: str
    answers: tuple[Answer, ...]


def parse(body: str) -> Question:
    """Read the body of a quiz.

    Raises:
        ValueError: it asks nothing, has fewer than two answers, not exactly one right one, or an answer without a why.
    """
    items = list(ITEM.finditer(body.rstrip() + "\n"))
    question = body[: items[0].start()].strip() if items else body.strip()
    answers = tuple(Answer(m[2].strip(), m[1] != " ", textwrap.dedent(m[3]).strip()) for m in items)
    if not question:
        raise ValueError("a quiz asks a question before its answers")
    if len(answers) < 2:
        raise ValueError("a quiz has two answers or more, each on a line that begins with '- [ ] ' or '- [x] '")
    if sum(answer.right for answer in answers) != 1:
        raise ValueError("a quiz has exactly one right answer, marked '- [x] '")
    if unexplained := [answer.text for answer in answers if not answer.why]:
        raise ValueError(f"the answer {unexplained[0]!r} is not explained; indent why below it by two spaces")
    return Question(question, answers)


def notebook(question: Question, number: int) -> str:
    """Return the question as Markdown for a notebook."""
    parts = [f"**Question {number}.** {question.text}"]
    for answer in question.answers:
        verdict = RIGHT if answer.right else WRONG
        parts.append(f"<details><summary>{answer.text}</summary>\n\n**{verdict}** {answer.why}\n\n</details>")
    return "\n\n".join(parts)


class quiz_question(nodes.General, nodes.Element):  # noqa: N801  docutils names its nodes so
    """One question with its answers."""


class quiz_answer(nodes.General, nodes.Element):  # noqa: N801
    """An answer that can be opened."""


class quiz_choice(nodes.General, nodes.Element):  # noqa: N801
    """The line of an answer that is always shown."""


class QuizDirective(SphinxDirective):
    """`{quiz}`: a question, and its answers as a list."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        try:
            question = parse("\n".join(self.content))
        except ValueError as error:
            raise self.error(str(error)) from None
        number = self.env.new_serialno("regnet_quiz") + 1
        asked = self._parse(question.text)
        asked[0].insert(0, nodes.strong("", f"Question {number}."))
        asked[0].insert(1, nodes.Text(" "))
        whole = quiz_question("", *asked, number=number)
        for answer in question.answers:
            why = self._parse(answer.why)
            why[0].insert(0, nodes.strong("", RIGHT if answer.right else WRONG))
            why[0].insert(1, nodes.Text(" "))
            choice = quiz_choice("", *self._parse(answer.text)[0].children)
            whole += quiz_answer("", choice, *why, right=answer.right)
        return [whole]

    def _parse(self, text: str) -> list[nodes.Element]:
        parsed = nodes.container()
        self.state.nested_parse(text.splitlines(), self.content_offset, parsed)
        if not parsed.children or not isinstance(parsed[0], nodes.paragraph):
            raise self.error(f"a quiz begins its question and its explanations with words, not with {text!r:.40}")
        return list(parsed.children)


def _open_question(writer: Any, node: nodes.Element) -> None:
    writer.body.append(f'<div class="quiz" role="group" aria-label="Question {node["number"]}">\n')


def _open_answer(writer: Any, node: nodes.Element) -> None:
    writer.body.append(f'<details class="quiz-answer{" quiz-right" if node["right"] else ""}">')


def _close(tag: str) -> Callable[[Any, nodes.Element], None]:
    return lambda writer, node: writer.body.append(f"</{tag}>\n")


def _open_choice(writer: Any, node: nodes.Element) -> None:
    writer.body.append("<summary>")


def setup(app: Sphinx) -> None:
    app.add_node(quiz_question, html=(_open_question, _close("div")))
    app.add_node(quiz_answer, html=(_open_answer, _close("details")))
    app.add_node(quiz_choice, html=(_open_choice, _close("summary")))
    app.add_directive("quiz", QuizDirective)
