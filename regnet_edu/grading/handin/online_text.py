"""The code in a page that Moodle makes of what a learner pasted into its editor.

Not by `html.parser`: on "<!--<!--<!-- ..." it takes the square of the length, and on "<![" it raises AssertionError
(Python 3.11), so that one learner could stop the grading of all.
"""

from __future__ import annotations

import html
import re

BLOCKS = {"p", "div", "br", "li", "pre", "tr", "h1", "h2", "h3", "h4", "body"}
UNSEEN = {"head", "style", "script", "title"}
# Nothing in it looks further than to the next "<", so that it is linear whatever it reads.
_TOKEN = re.compile(
    r"<(?P<end>/?)(?P<tag>[a-zA-Z][a-zA-Z0-9]*)[^<>]*>|<[!?][^<>]*>|(?P<text>(?:[^<]|<(?![a-zA-Z/!?]))+)"
)
_NO_CHARACTER = re.compile(r"&#(?:\d{8,}|[xX][0-9a-fA-F]{8,});?")


def text_of_page(page: str) -> str:
    """Return the text of a page as one reads it, with its lines and the spaces before them."""
    parts: list[str] = []
    kept = hidden = 0  # how many `pre` and how many unseen elements are open
    for token in _TOKEN.finditer(_without_comments(page)):
        tag, step = (token["tag"] or "").lower(), -1 if token["end"] else 1
        kept = max(0, kept + step * (tag == "pre"))
        hidden = max(0, hidden + step * (tag in UNSEEN))
        if (tag in BLOCKS and parts and not parts[-1].endswith("\n")) or (tag == "br" and step > 0):
            parts.append("\n")
        if token["text"] and not hidden:
            text = html.unescape(_NO_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", token["text"]))
            parts += [text] if kept else _flowing(text)
    return "".join(parts).replace("\N{NO-BREAK SPACE}", " ").strip("\n") + "\n"


def _flowing(text: str) -> list[str]:
    """Text outside `pre`, where a line of the source is no line of the page; nothing if it is all spaces."""
    return [text.strip("\r\n").replace("\r", "").replace("\n", " ")] if text.strip(" \t\r\n") else []


def _without_comments(page: str) -> str:
    first, *others = page.split("<!--")
    return first + "".join(part.partition("-->")[2] for part in others)
