"""The code in a page that Moodle makes of what a learner pasted into its editor."""

from __future__ import annotations

from html.parser import HTMLParser

BLOCKS = {"p", "div", "br", "li", "pre", "tr", "h1", "h2", "h3", "h4", "body"}
UNSEEN = {"head", "style", "script", "title"}


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.kept = self.hidden = 0  # how many `pre` and how many unseen elements are open

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.kept += tag == "pre"
        self.hidden += tag in UNSEEN
        if (tag in BLOCKS and self.parts and not self.parts[-1].endswith("\n")) or tag == "br":
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.kept -= tag == "pre" and self.kept > 0
        self.hidden -= tag in UNSEEN and self.hidden > 0
        if tag in BLOCKS and self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if self.hidden:
            return
        if not self.kept:  # elsewhere a line of the source is no line of the page
            if not data.strip(" \t\r\n"):
                return
            data = data.strip("\r\n").replace("\r", "").replace("\n", " ")
        self.parts.append(data)


def text_of_page(page: str) -> str:
    """Return the text of a page as one reads it, with its lines and the spaces before them."""
    parser = _Text()
    parser.feed(page)
    parser.close()
    return "".join(parser.parts).replace("\N{NO-BREAK SPACE}", " ").strip("\n") + "\n"
