"""The build as a whole, on a book of one page: a cell that fails stops it, and no page is older than its sources."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from types import ModuleType

import pytest
from browser import ROOT, load_extension, load_tool

import regnet_edu as rn

PAGE = """---
jupytext:
  text_representation: {{extension: .md, format_name: myst}}
kernelspec: {{display_name: Python 3, language: python, name: python3}}
---

# A book of one page

It says what the package says.

```{{code-cell}} ipython3
from pathlib import Path
{code}
```
"""
READ = 'print("the package says", Path("regnet_edu/value.txt").read_text())'


@pytest.fixture
def small_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The tool that builds the book, for a book of one page with this book's settings."""
    for name in ("_config.yml", "pyproject.toml", "README.md", "LICENSE", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("_ext", "_static", "references.bib"):
        source = ROOT / "book" / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        (tmp_path / "book").mkdir(exist_ok=True)
        copy(source, tmp_path / "book" / name)
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: index\n")
    (tmp_path / "regnet_edu").mkdir()
    (tmp_path / "regnet_edu" / "__init__.py").touch()
    (tmp_path / "regnet_edu" / "value.txt").write_text("one")
    tool = load_tool("build_book")
    html = tmp_path / "_build" / "html"
    for name, value in {"ROOT": tmp_path, "HTML": html, "STAMP": tmp_path / "_build" / "built"}.items():
        monkeypatch.setattr(tool, name, value)
    monkeypatch.setenv("REGNET_EDU_REPOSITORY", "")
    return tool


def write(tool: ModuleType, code: str) -> None:
    (tool.ROOT / "index.md").write_text(PAGE.format(code=code))


@pytest.mark.heavy
def test_a_cell_that_fails_stops_the_build_and_is_named(
    small_book: ModuleType, capfd: pytest.CaptureFixture[str]
) -> None:
    write(small_book, 'raise ValueError("this cell fails")')
    assert small_book.main() != 0
    assert "this cell fails" in capfd.readouterr().err
    assert not small_book.is_fresh()


@pytest.mark.heavy
def test_a_page_follows_its_text_and_the_package(small_book: ModuleType) -> None:
    page = small_book.HTML / "index.html"
    write(small_book, READ)
    assert small_book.main() == 0 and "the package says one" in page.read_text()
    assert small_book.is_fresh()
    (small_book.ROOT / "regnet_edu" / "value.txt").write_text("two")
    assert not small_book.is_fresh()
    assert small_book.main() == 0 and "the package says two" in page.read_text()
    write(small_book, READ.replace("says", "shouts"))
    assert small_book.main() == 0 and "the package shouts two" in page.read_text()


@pytest.mark.heavy
def test_two_chapters_run_at_the_same_time_and_leave_their_outputs_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from myst_nb.core.config import NbParserConfig
    from myst_parser.config.main import MdParserConfig

    ahead = load_extension("ahead")
    monkeypatch.setattr(ahead, "at_once", lambda: 2)
    wait = 'import time\nPath("{own}").touch()\nend = time.time() + 100\nwhile not Path("{other}").exists():\n'
    wait += (
        '    assert time.time() < end, "the other chapter did not run meanwhile"\n    time.sleep(0.1)\nprint("met")\n'
    )
    wait += 'import os\nprint(sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else Path.cwd())'
    pages = [tmp_path / "a.md", tmp_path / "b.md", tmp_path / "plain.md"]
    pages[0].write_text(PAGE.format(code=wait.format(own="a", other="b")))
    pages[1].write_text(PAGE.format(code=wait.format(own="b", other="a")))
    pages[2].write_text("# No notebook\n")
    cache = tmp_path / "cache"
    settings = NbParserConfig(execution_mode="cache", execution_cache_path=str(cache), execution_timeout=200)
    ahead.run(pages, MdParserConfig(), settings)
    kept = [path.read_text() for path in cache.glob("executed/*/base.ipynb")]
    assert len(kept) == 2 and all('"met\\n"' in text for text in kept)
    if hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) > 1:
        shares = [set(json.loads(re.findall(r"\[[\d, ]+\]", text)[0])) for text in kept]
        assert shares[0] and shares[1] and not shares[0] & shares[1]


def test_the_picture_of_the_opening_page_shows_the_records_as_they_are() -> None:
    opening = load_tool("draw_opening")
    drawn = set(re.findall(r"<!-- (\w+: mean .*?) -->", opening.OUT.read_text(encoding="utf-8")))
    for name, recorded in opening.SHOWN.items():
        errors = 100 * rn.load_population(recorded)["error"].dropna()
        assert f"{name}: mean {errors.mean():.1f} %, n = {len(errors)}" in drawn, "a record has grown: make figures"
