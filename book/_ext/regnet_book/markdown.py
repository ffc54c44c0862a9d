"""The text of a chapter, MyST, as the plain Markdown that Jupyter and Colab show.

Every directive and role of MyST becomes what a notebook can show: a box a quotation, a solution or a quiz something to
open, a citation its authors and year, a picture a part of the notebook. One without a rule is an error, not a riddle
for the reader.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from . import quiz

FENCE = re.compile(r"^(:{3,}|`{3,})(?:\{([\w:-]+)\}[ \t]*(.*)|\w*)$")
OPTION = re.compile(r"^:([\w-]+):[ \t]*(.*)$")
ROLE = re.compile(r"\{([a-z:]+)\}`([^`]+)`")
EXPLICIT = re.compile(r"(.*?)\s*<([^>]+)>", re.S)
EQUATION = re.compile(r"^\$\$[ \t]*\(([\w-]+)\)[ \t]*$", re.M)
HEAD = re.compile(r"\A---\n.*?\n---\n", re.S)
TITLE = re.compile(r"^# (.+)$", re.M)


@dataclass(frozen=True)
class Work:
    """A work of the bibliography: "Xie et al.", "2017", and one line for the list."""

    authors: str
    year: str
    line: str


@cache
def works(bibliography: Path) -> dict[str, Work]:
    """The works of a .bib file by their keys."""
    from pybtex.database import parse_file
    from pybtex.richtext import Text

    def plain(text: str) -> str:
        return str(Text.from_latex(text))

    found = {}
    for key, entry in parse_file(str(bibliography)).entries.items():
        names = [plain(" ".join(person.last_names)) for person in entry.persons["author"]]
        short = " and ".join(names) if len(names) < 3 else f"{names[0]} et al."
        kinds = ("booktitle", "journal", "publisher", "institution", "eprint")
        where = next((plain(entry.fields[kind]) for kind in kinds if kind in entry.fields), "")
        year = entry.fields["year"]
        found[key] = Work(short, year, f"{', '.join(names)} ({year}). *{plain(entry.fields['title'])}.* {where}.")
    return found


@dataclass
class Page:
    """One chapter while it is rewritten: what it may refer to, and what it has shown and cited so far."""

    path: Path
    text: str
    cited: list[str] = field(default_factory=list)
    shown: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        figures = re.findall(r"^:::\{figure\}[^\n]*\n(?::\w+:[^\n]*\n)*?:name: (\S+)", self.text, re.M)
        self.labels = {name: f"Figure {k}" for k, name in enumerate(figures, start=1)}
        self.labels |= {name: f"({k})" for k, name in enumerate(EQUATION.findall(self.text), start=1)}

    def number(self, kind: str) -> int:
        """The next number of a kind of thing, from 1."""
        self.shown[kind] = self.shown.get(kind, 0) + 1
        return self.shown[kind]

    def title(self, target: str) -> str:
        """The title of another page of the book."""
        page = (self.path.parent / f"{target}.md").resolve()
        found = TITLE.search(HEAD.sub("", page.read_text(encoding="utf-8"))) if page.is_file() else None
        if not found:
            raise ValueError(f"{self.path.name} refers to the page {target!r}, which is not there")
        return found[1]


def convert(text: str, page: Page) -> str:
    """Return a piece of MyST as Markdown for a notebook.

    Raises:
        ValueError: it has a directive or a role without a rule, or refers to something that is not there.
    """
    done: list[str] = []
    lines = text.split("\n")
    while lines:
        line = lines.pop(0)
        fence = FENCE.match(line)
        if not fence:
            if not re.match(r"^(%|\([\w-]+\)=\s*$|\+\+\+)", line):
                done.append(line)
            continue
        if fence[1] not in lines:
            raise ValueError(f"{page.path.name}: {line!r} is not closed")
        end = lines.index(fence[1])
        body, lines = lines[:end], lines[end + 1 :]
        done.append(_directive(fence[2], fence[3], body, page) if fence[2] else "\n".join([line, *body, fence[1]]))
    return EQUATION.sub("$$", _inline("\n".join(done), page))


def _directive(name: str, argument: str, body: list[str], page: Page) -> str:
    options = {}
    while body and (option := OPTION.match(body[0])):
        options[option[1]] = option[2]
        body = body[1:]
    if name not in DIRECTIVES:
        raise ValueError(f"{page.path.name}: no rule says how {{{name}}} looks in a notebook; book/_ext has the others")
    return DIRECTIVES[name](argument, options, "\n".join(body).strip(), page)


def _box(argument: str, options: dict[str, str], body: str, page: Page, title: str = "") -> str:
    inner = convert(f"**{argument or title}**\n\n{body}", page)
    return "\n".join(f"> {line}".rstrip() for line in inner.split("\n"))


def _figure(argument: str, options: dict[str, str], body: str, page: Page) -> str:
    kind = {".svg": "svg+xml", ".png": "png", ".jpg": "jpeg"}[Path(argument).suffix]
    picture = base64.b64encode((page.path.parent / argument).read_bytes()).decode()
    name = page.labels.get(options.get("name", ""), "")
    caption = f"*{name}. {convert(body, page)}*" if name else f"*{convert(body, page)}*"
    shown = f"![{options.get('alt', '')}](data:image/{kind};base64,{picture})"
    return f"{shown}\n\n{caption}" if body else shown


def _folded(argument: str, options: dict[str, str], body: str, page: Page, title: str = "") -> str:
    return f"<details><summary>{argument or title}</summary>\n\n{convert(body, page)}\n\n</details>"


def _exercise(argument: str, options: dict[str, str], body: str, page: Page) -> str:
    return convert(f"**Exercise.** {argument + '. ' if argument else ''}{body}", page)


def _solution(argument: str, options: dict[str, str], body: str, page: Page) -> str:
    return _folded("Solution", options, body, page)


def _quiz(argument: str, options: dict[str, str], body: str, page: Page) -> str:
    return convert(quiz.notebook(quiz.parse(body), page.number("question")), page)


def _maths(argument: str, options: dict[str, str], body: str, page: Page) -> str:
    return f"$$\n{body}\n$$"


Rule = Callable[[str, dict[str, str], str, Page], str]


def _titled(rule: Callable[..., str], title: str) -> Rule:
    return lambda argument, options, body, page: rule(argument, options, body, page, title)


DIRECTIVES: dict[str, Rule] = {
    "admonition": _box,
    "dropdown": _folded,
    "exercise": _exercise,
    "figure": _figure,
    "guess": lambda *_: "",  # a page alone shows what was typed into it
    "image": _figure,
    "important": _titled(_box, "Important"),
    "math": _maths,
    "note": _titled(_box, "Note"),
    "quiz": _quiz,
    "solution": _solution,
    "tip": _titled(_box, "Tip"),
    "warning": _titled(_box, "Warning"),
}


def _inline(text: str, page: Page) -> str:
    """Rewrite the roles of a text, but for those inside of code that is fenced."""
    parts = re.split(r"(^```[^\n]*\n.*?^```[ \t]*$)", text, flags=re.M | re.S)
    return "".join(part if k % 2 else ROLE.sub(lambda m: _role(m[1], m[2], page), part) for k, part in enumerate(parts))


def _role(name: str, content: str, page: Page) -> str:
    explicit = EXPLICIT.fullmatch(content)
    shown, target = (explicit[1], explicit[2]) if explicit else ("", content)
    if name in ("cite", "cite:p", "cite:t"):
        return _citation(content, page, in_text=name == "cite:t")
    if name == "term":
        return f"*{shown or target}*"
    if name == "doc":
        return shown or f"*{page.title(target)}*"
    if name in ("eq", "numref", "ref", "prf:ref"):
        if not shown and target not in page.labels:
            raise ValueError(f"{page.path.name}: nothing is called {target!r}")
        return shown or page.labels[target]
    if name == "math":
        return f"${content}$"
    raise ValueError(f"{page.path.name}: no rule says how the role {{{name}}} looks in a notebook")


def _citation(content: str, page: Page, in_text: bool) -> str:
    known = works(page.path.parent / "references.bib")
    told = []
    for key in (k.strip() for k in content.split(",")):
        if key not in known:
            raise ValueError(f"{page.path.name} cites {key!r}, which is not in references.bib")
        if key not in page.cited:
            page.cited.append(key)
        told.append(
            f"{known[key].authors} ({known[key].year})" if in_text else f"{known[key].authors}, {known[key].year}"
        )
    return ", ".join(told) if in_text else f"({'; '.join(told)})"
