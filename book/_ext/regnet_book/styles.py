"""A page waits for one stylesheet, which has only the rules that some page of the book can use.

The theme and its helpers bring a dozen; nine tenths of their rules are for what this book does not have. A rule stays
if all classes and names of one of its selectors stand somewhere as a word: in a page, or in a script that may put them
there. So too much may stay, but nothing that is needed goes. The files that Sphinx wrote stay beside the new one.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import tinycss2
from sphinx.application import Sphinx

from . import fonts
from .finished import mend_pages, pages, way

LINK = re.compile(
    r'[ \t]*<link\b(?=[^>]*\brel="stylesheet")[^>]*\bhref="([^":?]*_static/[^"?]*\.css)(?:\?[^"]*)?"[^>]*>\n?'
)
FOLDER = "_static/styles"
WORD = re.compile(r"[\w-]+")
GROUPS = {"media", "supports", "layer", "container"}
Node = tinycss2.ast.Node


def names(selector: Iterable[Node]) -> set[str]:
    """The classes and ids that an element must have; those in the brackets of :not() and its like do not count."""
    found, dot = set(), False
    for token in selector:
        if token.type == "hash" or (dot and token.type == "ident"):
            found.add(token.value)
        dot = token.type == "literal" and token.value == "."
    return found


def split(prelude: Iterable[Node]) -> list[list[Node]]:
    """The selectors between the commas."""
    selectors: list[list[Node]] = [[]]
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            selectors.append([])
        else:
            selectors[-1].append(token)
    return selectors


def used_rules(rules: Iterable[Node], words: set[str]) -> str:
    """Write the rules of which a selector can be met by an element that has its names among the words."""
    kept = []
    for rule in rules:
        if rule.type == "comment" and rule.value.startswith("!"):  # a licence
            kept.append(rule.serialize())
        elif rule.type == "qualified-rule":
            met = [selector for selector in split(rule.prelude) if names(selector) <= words]
            if met:
                selectors = ",".join(tinycss2.serialize(selector).strip() for selector in met)
                kept.append(f"{selectors}{{{tinycss2.serialize(rule.content).strip()}}}")
        elif rule.type == "at-rule" and rule.lower_at_keyword in GROUPS and rule.content is not None:
            inner = used_rules(tinycss2.parse_rule_list(rule.content, skip_comments=True), words)
            if inner:
                kept.append(f"@{rule.at_keyword} {tinycss2.serialize(rule.prelude).strip()}{{{inner}}}")
        elif rule.type == "at-rule" and rule.lower_at_keyword != "charset":
            kept.append(rule.serialize())
    return "\n".join(kept)


def whole(sheet: str, read: Callable[[str], str], folder: str) -> str:
    """Return a stylesheet with what it imports, its addresses made to be read from another folder.

    Args:
        sheet: its path below the book, with forward slashes.
        read: path -> text.
        folder: the other folder, likewise.
    """
    home = posixpath.dirname(sheet)

    def beside(address: str) -> str:
        return posixpath.normpath(posixpath.join(home, address))

    def moved(found: re.Match[str]) -> str:
        return f"url({posixpath.relpath(beside(found[1]), folder)})"

    text = re.sub(r"url\((?![\"']?(?:data:|#|/|\w+:))[\"']?([^\"')]+)[\"']?\)", moved, read(sheet))
    imported = r"@import\s+[\"']([^\"']+)[\"']\s*;"
    return re.sub(imported, lambda found: whole(beside(found[1]), read, folder), text)


def merge(app: Sphinx) -> None:
    """Write one stylesheet for each list of stylesheets that a page has, and have the pages load it."""
    root = Path(app.outdir)
    texts = [page.read_text(encoding="utf-8") for page in pages(app)]
    scripts = [s for s in (root / "_static").rglob("*.js") if s.name != "fontawesome.js"]  # never loaded
    words = set(WORD.findall("\n".join(texts + [s.read_text(encoding="utf-8") for s in scripts])))
    merged: dict[tuple[str, ...], str] = {}

    def address(sheets: tuple[str, ...]) -> str:
        if sheets not in merged:
            css = "\n".join(whole(s, lambda p: (root / p).read_text(encoding="utf-8"), FOLDER) for s in sheets)
            text = fonts.within(used_rules(tinycss2.parse_stylesheet(css), words), root / FOLDER)
            name = f"{FOLDER}/merged-{hashlib.sha256(' '.join(sheets).encode()).hexdigest()[:8]}.css"
            (root / name).write_text(f'@charset "UTF-8";\n{text}\n', encoding="utf-8")
            merged[sheets] = f"{name}?v={hashlib.sha256(text.encode()).hexdigest()[:8]}"
        return merged[sheets]

    def mend(page: Path, html: str) -> str:
        home = page.parent.relative_to(root).as_posix()
        sheets = tuple(posixpath.normpath(posixpath.join(home, href)) for href in LINK.findall(html))
        if len(sheets) < 2:
            return html
        one = f'    <link rel="stylesheet" href="{way(root, page, address(sheets))}" />\n'
        first = True

        def instead(found: re.Match[str]) -> str:
            nonlocal first
            text, first = (one if first else ""), False
            return text

        return LINK.sub(instead, html)

    mend_pages(app, mend)


def _merge(app: Sphinx, exception: Exception | None) -> None:
    if exception is None:
        merge(app)


def setup(app: Sphinx) -> None:
    app.connect("build-finished", _merge, priority=900)  # the other mends are done
