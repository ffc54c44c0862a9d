"""From the JavaScript files of this folder to one text: for anywidget, and for a page.

Each file is an ES module that node and a browser can load as it is. Here each becomes a function that runs once and
whose exports lie in a table of the page, under the name of the file and a fingerprint of its content, so that several
interactives share what they have in common, and two versions in one page do not mix. A page may therefore drop every
later copy of a `data-regnet` element; the extension of the book does.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from importlib import resources
from typing import Any

IMPORT = re.compile(r'^import \{ (.+) \} from "\./(\w+)\.js";\n', re.M)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|const|class) (\w+))", re.M)
COMMENT = re.compile(r"^ *(?://.*|/\*\*(?:.|\n)*?\*/)\n", re.M)  # with lines to itself
REMARK = re.compile(r"(?<=[;,{}()\]]) +// [^\"'`\n]*$", re.M)  # after code, and with nothing in it that could be code
TABLE = "globalThis.regnetEdu"


@cache
def read(name: str) -> str:
    """Return the text of a file of this folder."""
    return (resources.files(__package__) / name).read_text(encoding="utf-8")


def has(name: str) -> bool:
    """Whether there is such a file in this folder."""
    return (resources.files(__package__) / name).is_file()


def fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:10]


@cache
def needed(module: str) -> tuple[str, ...]:
    """Return the modules that `module` needs, and itself, in the order in which they must run."""
    order: list[str] = []
    for name in IMPORT.findall(read(f"{module}.js")):
        order += [n for n in needed(name[1]) if n not in order]
    return (*order, module)


@cache
def key_of(module: str) -> str:
    """Return the name of a module in the page's table: it changes with the module and all that it imports."""
    return f"{module}-{fingerprint(''.join(read(f'{name}.js') for name in needed(module)))}"


@cache
def wrapped(module: str) -> str:
    """Return a module as a statement that runs it unless it has run, and keeps its exports."""
    text = REMARK.sub("", COMMENT.sub("", read(f"{module}.js")))
    text = re.sub(r"^ +", "", text, flags=re.M)  # in all a quarter less to load
    exports = ", ".join(EXPORT.findall(text))
    body = IMPORT.sub(lambda m: f'const {{ {m[1]} }} = {TABLE}["{key_of(m[2])}"];\n', text)
    body = re.sub(r"^export default \w+;\n", "", EXPORT.sub("", body), flags=re.M)
    return f'({TABLE} ??= {{}})["{key_of(module)}"] ??= (() => {{\n{body}return {{ {exports} }};\n}})();\n'


@cache
def notebook_module(module: str) -> str:
    """Return the ES module that anywidget loads: everything it needs, and `render` as its export."""
    parts = [wrapped(name) for name in needed(module)]
    return "".join(parts) + f'export default {{ render: {TABLE}["{key_of(module)}"].widget.render }};\n'


@cache
def style() -> str:
    """Return the style of all interactives without comments and needless blanks; one before a colon may be needed."""
    text = re.sub(r"/\*.*?\*/", "", read("kit.css"), flags=re.S)
    return re.sub(r"\s+(?=[{}])", "", re.sub(r"(?<=[{};:,])\s+", "", text)).strip()


def page_html(module: str, link_id: str, state: dict[str, Any], data: dict[str, Any], still: str, caption: str) -> str:
    """Return the HTML of one interactive with all that it needs, the shared parts marked as such.

    Args:
        module: name of its JavaScript file.
        link_id: names it in the page's address.
        state: the values that it starts with.
        data: name -> plain values.
        still: an SVG for where scripts are off.
        caption: HTML that says what the SVG shows.
    """
    texts = {name: as_json(values) for name, values in data.items()}
    keys = {name: f"data-{fingerprint(text)}" for name, text in texts.items()}
    start = as_json({"state": state, "data": keys, "link": link_id})
    lines = [
        f'<style data-regnet="style-{fingerprint(style())}">{style()}</style>',
        f'<div class="rni" data-rni="{key_of(module)}"><figure class="rni-still">{still}',
        f"<figcaption>{caption} Where scripts are allowed, it moves.</figcaption></figure>",
        f'<script type="application/json">{start}</script></div>',
    ]
    for name, text in texts.items():
        lines.append(f'<script type="application/json" data-regnet="{keys[name]}">{text}</script>')
    for name in needed(module):
        lines.append(f'<script type="module" data-regnet="{key_of(name)}">\n{wrapped(name)}</script>')
    lines.append(f'<script type="module">{TABLE}["{key_of("kit")}"].mountAll({TABLE});</script>')
    # Blank lines would end the HTML block where a page is made from Markdown.
    return re.sub(r"\n\s*\n", "\n", "\n".join(lines))


def as_json(values: Any) -> str:
    """Return JSON that can stand inside a script element."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("</", "<\\/")
