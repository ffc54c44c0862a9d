"""Every chapter keeps the contract of the book. Nothing is executed here; `make book` does that."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import chapter_lint as lint
import pytest
import yaml

ROOT = Path(__file__).parent.parent
BOOK = ROOT / "book"
FILES = sorted(BOOK.glob("[0-9][0-9]_*.md"))
BIB_KEYS = set(re.findall(r"^@\w+\{(\S+),", (BOOK / "references.bib").read_text(encoding="utf-8"), re.M))
GLOSSARY = {
    term.strip().lower()
    for term in re.findall(r"^(\w[^\n]*)\n  ", (BOOK / "glossary.md").read_text(encoding="utf-8"), re.M)
}
RULES: dict[str, Callable[[lint.Chapter], list[str]]] = {
    "header": lint.header,
    "sections": lint.sections,
    "contract": lint.contract,
    "cells": lint.cells,
    "text alternatives": lint.text_alternatives,
    "leftovers": lint.leftovers,
    "disagreements": lint.disagreements,
    "exercises": lint.exercises,
    "measured numbers": lint.measured_numbers,
    "symbols": lint.undefined_symbols,
    "citations": lambda chapter: lint.citations(chapter, BIB_KEYS),
    "terms": lambda chapter: lint.terms(chapter, GLOSSARY),
}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_chapter_keeps_the_contract(path: Path, rule: str) -> None:
    assert RULES[rule](lint.Chapter.read(path)) == []


def _entries(node: object) -> list[str]:
    if isinstance(node, dict):
        own = [str(node["file"])] if "file" in node else []
        return own + [entry for value in node.values() for entry in _entries(value)]
    return [entry for item in node for entry in _entries(item)] if isinstance(node, list) else []


def test_table_of_contents_lists_exactly_the_chapters_that_exist_in_order() -> None:
    entries = _entries(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))
    listed = [Path(entry).name for entry in entries if re.match(r"\d\d_", Path(entry).name)]
    assert [name.removesuffix(".md") for name in listed] == [path.stem for path in FILES]


def test_every_work_in_the_bibliography_is_cited() -> None:
    pages = "".join(path.read_text(encoding="utf-8") for path in BOOK.glob("*.md"))
    cited = {key.strip() for group in re.findall(r"\{cite(?::\w+)?\}`([^`]+)`", pages) for key in group.split(",")}
    assert BIB_KEYS - cited == set()


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_every_local_figure_exists_and_describes_itself(path: Path) -> None:
    for name in re.findall(r"^:::\{(?:figure|image)\} (\S+)", path.read_text(encoding="utf-8"), re.M):
        picture = (BOOK / name).read_text(encoding="utf-8")
        assert "<title" in picture and "<desc" in picture


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_a_chapter_runs_without_the_network(path: Path) -> None:
    code = "\n".join(cell.code for cell in lint.Chapter.read(path).cells)
    assert not re.search(r"FashionMNIST\(|load\(\"(cifar10|fashion_mnist)|urllib|requests|download|pip install", code)


BROKEN = {
    "header": "# Title\n",
    "sections": "# One\n\n# Two\n",
    "contract": "## A live population\n\nNone.\n",
    "cells": "```{code-cell} ipython3\n" + "x = 1\n" * 26 + "```\n",
    "text alternatives": "```{code-cell} ipython3\nplt.show()\n```\n",
    "leftovers": "This is a TODO.\n",
    "disagreements": ":::{admonition} Where sources disagree: yes or no\nHm.\n:::\n\n## Next\n",
    "exercises": ":::{exercise}\n:label: ex-1\nWhy?\n:::\n",
    "measured numbers": "RegNetX is better by 3.9 points.\n",
    "symbols": "The depth is $d$.\n\n| symbol | meaning |\n| --- | --- |\n| $d$ | depth |\n",
    "citations": "As shown {cite}`nobody1999nothing`.\n",
    "terms": "A {term}`thing that nobody defined`.\n",
}


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_finds_what_it_is_there_to_find(rule: str) -> None:
    assert RULES[rule](lint.Chapter("broken", BROKEN[rule])) != []


def test_symbols_in_a_table_and_after_it_are_accepted() -> None:
    good = "| symbol | meaning |\n| --- | --- |\n| $w_i$, $b$ | width |\n\nThen $w_i / b \\le \\text{many}$.\n"
    assert lint.undefined_symbols(lint.Chapter("good", good)) == []
