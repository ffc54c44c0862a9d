"""Every chapter keeps the contract of the book. Nothing is executed here; `make book` does that."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import chapter_lint as lint
import yaml
from browser import load_tool
from chapter_text import Chapter
from each import each

from regnet_edu.grading.exercise import exercises, get

ROOT = Path(__file__).resolve().parents[2]
BOOK = ROOT / "book"
FILES = sorted(BOOK.glob("[0-9][0-9]_*.md"))
BIB_KEYS = set(re.findall(r"^@\w+\{(\S+),", (BOOK / "references.bib").read_text(encoding="utf-8"), re.M))
GLOSSARY = {
    term.strip().lower()
    for term in re.findall(r"^(\w[^\n]*)\n  ", (BOOK / "glossary.md").read_text(encoding="utf-8"), re.M)
}
CHECKED = set(exercises())
SKELETON = re.search(r"^`````md\n(.*?)^`````$", (BOOK / "AUTHORS.md").read_text(encoding="utf-8"), re.M | re.S)
RULES: dict[str, Callable[[Chapter], list[str]]] = {
    "header": lint.header,
    "sections": lint.sections,
    "contract": lint.contract,
    "interactive": lint.interactive,
    "recorded": lint.recorded,
    "questions": lint.questions,
    "cells": lint.cells,
    "text alternatives": lint.text_alternatives,
    "leftovers": lint.leftovers,
    "disagreements": lint.disagreements,
    "exercises": lambda chapter: lint.exercises(chapter, CHECKED),
    "measured numbers": lint.measured_numbers,
    "symbols": lint.undefined_symbols,
    "citations": lambda chapter: lint.citations(chapter, BIB_KEYS),
    "terms": lambda chapter: lint.terms(chapter, GLOSSARY),
}


@each("rule", RULES)
@each("path", FILES, ids=lambda p: p.stem)
def test_chapter_keeps_the_contract(path: Path, rule: str) -> None:
    assert RULES[rule](Chapter.read(path)) == []


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


def test_the_glossary_has_every_symbol_of_the_chapters_tables() -> None:
    def symbols(row: str) -> set[str]:
        return set(re.findall(r"\$([^$]+)\$", row.split("|")[1]))

    listed = [row for row in (BOOK / "glossary.md").read_text(encoding="utf-8").splitlines() if row.startswith("| $")]
    for path in FILES:
        table = re.search(r"^\| symbol .*\n\|[ -|]*\n((?:\|.*\n)+)", path.read_text(encoding="utf-8"), re.M)
        assert table is not None, path.stem
        known = set().union(*(symbols(row) for row in listed if f"<{path.stem}>" in row))
        neighbours = {"w_{i+1}", "d_{i+1}", "d_1", "d_4"}  # w_i and d_i of some i
        assert set().union(*map(symbols, table[1].splitlines())) - neighbours <= known, path.stem


@each("path", FILES, ids=lambda p: p.stem)
def test_every_local_figure_exists_and_describes_itself(path: Path) -> None:
    for name in re.findall(r"^:::\{(?:figure|image)\} (\S+)", path.read_text(encoding="utf-8"), re.M):
        picture = (BOOK / name).read_text(encoding="utf-8")
        assert "<title" in picture and "<desc" in picture


@each("path", FILES, ids=lambda p: p.stem)
def test_a_chapter_runs_without_the_network(path: Path) -> None:
    code = "\n".join(cell.code for cell in Chapter.read(path).cells)
    assert not re.search(r"FashionMNIST\(|load\(\"(cifar10|fashion_mnist)|urllib|requests|download|pip install", code)


@each("path", FILES, ids=lambda p: p.stem)
def test_a_name_that_an_exercise_asks_for_is_no_variable_of_its_chapter(path: Path) -> None:
    code = "\n".join(cell.code for cell in Chapter.read(path).cells)
    asked = {name for number in re.findall(r'rn\.check\("([\d.]+)"', code) for name in get(number).functions}
    nodes = (node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name))
    bound = {node.id for node in nodes if isinstance(node.ctx, ast.Store)}
    assert asked & bound == set()  # the check would run that cell too, and all that it needs


BROKEN = {
    "header": "# Title\n",
    "sections": "# One\n\n# Two\n",
    "contract": "## A live population\n\nNone.\n",
    "interactive": "```{code-cell} ipython3\nexplorer = rn.widgets.EDFExplorer()\n```\n",
    "recorded": "```{code-cell} ipython3\npopulation = rn.sweep(3)\n```\n",
    "questions": "## Quiz\n\n:::{quiz}\nWhy?\n\n- [x] Yes\n- [ ] No\n  Why not.\n:::\n",
    "cells": "```{code-cell} ipython3\n" + "x = 1\n" * 26 + "```\n",
    "text alternatives": "```{code-cell} ipython3\nplt.show()\n```\n",
    "leftovers": "This is a TODO.\n",
    "disagreements": ":::{admonition} Where sources disagree: yes or no\nHm.\n:::\n\n## Next\n",
    "exercises": ":::{exercise}\n:label: ex-1\n:nonumber:\nWhy?\n:::\n",
    "measured numbers": "RegNetX is better by 3.9 points.\n",
    "symbols": "The depth is $d$.\n\n| symbol | meaning |\n| --- | --- |\n| $d$ | depth |\n",
    "citations": "As shown {cite}`nobody1999nothing`.\n",
    "terms": "A {term}`thing that nobody defined`.\n",
}


@each("rule", RULES)
def test_each_rule_finds_what_it_is_there_to_find(rule: str) -> None:
    assert RULES[rule](Chapter("broken", BROKEN[rule])) != []


def test_symbols_in_a_table_and_after_it_are_accepted() -> None:
    good = "| symbol | meaning |\n| --- | --- |\n| $w_i$, $b$ | width |\n\nThen $w_i / b \\le \\text{many}$.\n"
    assert lint.undefined_symbols(Chapter("good", good)) == []


@each("rule", RULES)
def test_the_chapter_in_the_guide_for_authors_keeps_the_contract(rule: str) -> None:
    assert SKELETON is not None
    assert RULES[rule](Chapter("skeleton", SKELETON[1])) == []


FAULTS = [
    ("- do the third thing.\n", "", "sections"),
    (" to read, about", ", about", "sections"),
    ("## Quiz", "## Questions", "sections"),
    ("## The idea in a picture", "## The idea", "sections"),
    ("lower mean error?", "lower mean error.", "contract"),
    ("if torch.cuda.is_available() else 6", "if True else 6", "contract"),
    ('rn.sweep("AnyNetXA"', 'rn.load("AnyNetXA"', "contract"),
    ("- The third thing.\n", "", "contract"),
    ("Section 3.2, with", "With", "contract"),
    ("with Figure 5", "in passing", "contract"),
    ("{cite}`radosavovic2019network`", "(2019)", "contract"),
    ("rn.widgets.EDFExplorer([", "explorer = rn.widgets.EDFExplorer([", "interactive"),
    ("rn.widgets.EDFExplorer([", "rn.widgets.live([", "interactive"),
    ("rn.load_population(", "rn.sweep(", "recorded"),
    ("rn.plots.edfs(", "my_plot(", "recorded"),
    ('rn.check("04.1")', "", "exercises"),
    ('rn.check("04.1")', 'rn.check("04.9")', "exercises"),
    (":class: dropdown\nIts answer.", "Its answer.", "exercises"),
    (":nonumber:\n", "", "exercises"),
    ("  Why it is wrong.\n- [x] No.", "- [x] No.", "questions"),
    ("- [x] No.", "- [ ] No.", "questions"),
    (":::{quiz}\nThe third question?", ":::{note}\nThe third question?", "questions"),
    ("live = rn.sweep", "live = (((((" + "\n" * 30 + "rn.sweep", "cells"),
    ("| $b$ | bottleneck ratio |", "The ratio is $b$.", "symbols"),
    ("`zhang2023dive`", "`nobody2023nothing`", "citations"),
]


@each(("there", "instead", "rule"), FAULTS, ids=lambda value: repr(value)[1:31])
def test_a_chapter_that_lacks_one_thing_is_found_out_by_its_rule(there: str, instead: str, rule: str) -> None:
    assert SKELETON is not None and there in SKELETON[1]
    assert RULES[rule](Chapter("faulty", SKELETON[1].replace(there, instead))) != []


def test_the_guide_for_authors_names_every_rule_that_there_is() -> None:
    guide = (BOOK / "AUTHORS.md").read_text(encoding="utf-8")
    assert not [rule for rule in RULES if f"`{rule}`" not in guide and rule not in ("header", "leftovers")]


def test_every_chapter_states_the_time_that_the_model_gives() -> None:
    times = load_tool("chapter_times")
    texts = {path.name: path.read_text(encoding="utf-8") for path in FILES}
    assert [name for name, text in texts.items() if times.told(text) != text] == [], "python tools/chapter_times.py"


def test_reading_and_exercises_are_counted_and_what_is_folded_is_not() -> None:
    shown, folded = "x = 1\n\ny = 2\n", ":tags: [hide-input]\nz = 3\n"
    cells = "".join(f"```{{code-cell}} ipython3\n{code}```\n" for code in (shown, folded, 'rn.check("03.1")\n'))
    found = load_tool("chapter_times").count(f"---\na: b\n---\n{'word ' * 2_000}\n{cells}:::{{exercise}}\n:::\n")
    assert found == {"words": 2_002, "lines": 3, "reading": 10, "exercises": 5 * round((get("03.1").minutes + 10) / 5)}
