"""What makes a page light: formulas are drawn when the book is built, and no script keeps the reader waiting."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import pytest
from browser import ROOT, load_extension
from each import each
from sphinx.errors import ExtensionError

formulas, scripts = load_extension("formulas"), load_extension("scripts")

CODE = re.compile(r"```+\{code-cell\}.*?^```+$|`[^`\n]+`", re.S | re.M)
FORMULA = re.compile(r"\$\$(.+?)\$\$|(?<![\\$])\$(?=\S)([^$\n]+?)(?<=\S)\$", re.S)


class TestFormulas:
    page = (
        '<p><span class="math notranslate nohighlight">\\(w_j &lt; 3\\)</span> and</p>'
        '<div class="math notranslate nohighlight" id="equation-x">\n<span class="eqno">(1)<a href="#x">#</a></span>'
        "\\[u_j = w_0\\]</div>"
        '<div class="amsmath math notranslate nohighlight" id="y">\\begin{align} a &amp;= b \\end{align}</div>'
    )
    found: ClassVar = {("w_j < 3", False), ("u_j = w_0", True), (r"\begin{align} a &= b \end{align}", True)}

    def test_every_formula_of_a_page_is_found_as_its_author_wrote_it(self) -> None:
        assert formulas.find(self.page) == self.found

    def test_a_page_shows_each_as_a_picture_that_a_screen_reader_hears_as_mathml(self) -> None:
        drawn = formulas.replace(self.page, formulas.draw(self.found))
        assert drawn.count('<svg style="vertical-align') == drawn.count("<math") == 3
        assert drawn.count("<svg") == drawn.count('aria-hidden="true"') == 4  # the outlines of all letters, too
        assert "\\(" not in drawn and "\\[" not in drawn and "\\begin" not in drawn
        assert '<span class="eqno">(1)' in drawn and "<mi>w</mi><mi>j</mi>" in drawn and "&lt;" in drawn
        assert formulas.find(drawn) == set()

    def test_the_outline_of_a_letter_is_in_a_page_once(self) -> None:
        page = '<body><span class="math">\\(w\\)</span><span class="math">\\(w w\\)</span></body>'
        drawn = formulas.replace(page, formulas.draw(formulas.find(page)))
        assert drawn.count("<path") == 1 and drawn.count('<use href="#letter-0">') == 3
        assert drawn.endswith("</defs></svg></body>")

    def test_no_line_begins_with_what_ends_a_formula(self) -> None:
        page = '<p><span class="math">\\(w\\)</span>), and <span class="math">\\(b\\)</span> too.</p>'
        drawn = formulas.replace(page, formulas.draw(formulas.find(page)))
        assert drawn.startswith('<p><span class="formula-kept"><span class="math"><svg')
        assert "</span>),</span> and" in drawn and drawn.count("formula-kept") == 1

    def test_the_same_formula_gives_the_same_picture_in_the_colour_of_its_text(self) -> None:
        one, other = formulas.draw([("w_m", False), ("b", True)]), formulas.draw([("w_m", False)])
        assert one["w_m", False] == other["w_m", False] and 'fill="currentColor"' in one["w_m", False]

    @each(
        ("tex", "said"),
        [
            (r"\foo", r"Undefined control sequence \foo"),
            (r"\frac{1", "Missing close brace"),
            ("a & b", "Misplaced &"),
            (r"\text{5 €}", "no font for formulas has the letter '€'"),
        ],
    )
    def test_a_formula_that_cannot_be_drawn_is_named_with_what_is_wrong(self, tex: str, said: str) -> None:
        with pytest.raises(ValueError, match=re.escape(f"the formula {tex!r}: {said}")):
            formulas.draw([("w_m", False), (tex, True)])

    def test_such_a_formula_stops_the_build(self, tmp_path: Path) -> None:
        (tmp_path / "page.html").write_text(self.page.replace("w_j", r"\foo"))
        app = SimpleNamespace(builder=SimpleNamespace(format="html"), outdir=tmp_path)
        with pytest.raises(ExtensionError, match="Undefined control sequence"):
            formulas._draw_pages(app, None)

    def test_every_formula_of_the_chapters_can_be_drawn(self) -> None:
        written = set()
        for path in (ROOT / "book").glob("*.md"):
            text = re.sub(
                r"```+\{code-cell\}.*?^```+$|`[^`\n]+`", "", path.read_text(encoding="utf-8"), flags=re.S | re.M
            )
            for block, inline in FORMULA.findall(text):
                written.add((block or inline, bool(block)))
        assert len(written) > 100
        formulas.draw(sorted(written))


class TestScripts:
    options = '<script src="_static/documentation_options.js?v=1"></script>'
    others = (
        '<script data-x="y" src="a.js"></script><script src="searchtools.js"></script><script src="searchindex.js">'
    )
    others += '</script><script defer src="b.js"></script><script>let a = 1;</script><script type="module">x</script>'

    theme = '<script>document.documentElement.dataset.theme = localStorage.getItem("theme") || "auto";</script>'
    settings = "const DOCUMENTATION_OPTIONS = {};"

    def mend(self, html: str, is_search: bool) -> str:
        return scripts.mend(html, self.settings, is_search)

    def test_they_wait_but_for_the_settings_and_only_the_search_brings_the_index_of_words(self) -> None:
        early = '<link rel="preload" as="script" href="b.js" />'
        page = self.mend(self.options + self.others + early, False)
        assert page.startswith(f"<script>{self.settings}</script>") and '<script defer data-x="y" src="a.js">' in page
        assert page.count("defer") == 2 and "<script>let a = 1;</script>" in page
        assert "search" not in page and "preload" not in page
        search = self.mend(self.options + self.others, True)
        assert search.count("defer") == 4 and '<script defer src="searchindex.js">' in search

    def test_mending_twice_changes_nothing_more(self) -> None:
        once = self.mend(self.options + self.others + self.theme, True)
        assert self.mend(once, True) == once
