"""One stylesheet a page, with the rules and the signs that the book can use."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from each import each

pytest.importorskip("tinycss2", reason="the book's extension needs tinycss2; `make setup` installs it")

import tinycss2
from browser import load_extension
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

fonts, styles = load_extension("fonts"), load_extension("styles")
WORDS = {"note", "open", "top"}


def used(css: str) -> str:
    return re.sub(r"\s", "", styles.used_rules(tinycss2.parse_stylesheet(css), WORDS))


class TestUsedRules:
    @each(
        ("css", "kept"),
        [
            ("p{a:b}", "p{a:b}"),
            (".note p{a:b}", ".notep{a:b}"),
            (".card{a:b}", ""),
            (".note .card{a:b}", ""),
            ("#top.open{a:b}", "#top.open{a:b}"),
            ("#bottom{a:b}", ""),
            (".card,.note{a:b}", ".note{a:b}"),
            # what must not be there may be missing, and what may be one of several too
            (".note:not(.card){a:b}", ".note:not(.card){a:b}"),
            (":is(.card,.note){a:b}", ":is(.card,.note){a:b}"),
            ("[data-x='.card']{a:b}", '[data-x=".card"]{a:b}'),
            (r".no\74 e{a:b}", ".note{a:b}"),  # an escape is read as what it stands for
            ("@media print{.card{a:b}}", ""),
            ("@media print{.card{a:b}.note{c:d}}", "@mediaprint{.note{c:d}}"),
            ("@keyframes k{from{a:b}}", "@keyframesk{from{a:b}}"),
            ('@charset "UTF-8";p{a:b}', "p{a:b}"),
            ("/* remark */p{a:b}", "p{a:b}"),
            ("/*! licence */p{a:b}", "/*!licence*/p{a:b}"),
            ("@media (min-width: 1.5em){.note{a:b}}", "@media(min-width:1.5em){.note{a:b}}"),
        ],
    )
    def test_a_rule_stays_if_all_names_of_a_selector_are_known(self, css: str, kept: str) -> None:
        assert used(css) == kept


class TestWhole:
    def test_imports_stand_in_their_place_and_addresses_lead_where_they_led(self) -> None:
        one, two = '@import "../two.css";p{b:url(x.png)}', "q{b:url('y.png') url(data:z) url(#i)}"
        css = styles.whole("s/a/one.css", {"s/a/one.css": one, "s/two.css": two}.__getitem__, "t")
        assert css == "q{b:url(../s/y.png) url(data:z) url(#i)}p{b:url(../s/a/x.png)}"


@pytest.fixture
def font(tmp_path: Path) -> Path:
    """A font with three signs, two of them where icon fonts have theirs."""
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "A", "bell", "book"])
    builder.setupCharacterMap({0x41: "A", 0xF0F3: "bell", 0xF02D: "book"})
    pen = TTGlyphPen(None)
    for k, point in enumerate([(0, 0), (0, 500), (500, 500)]):
        pen.lineTo(point) if k else pen.moveTo(point)
    pen.closePath()
    glyph = pen.glyph()
    builder.setupGlyf({name: glyph for name in (".notdef", "A", "bell", "book")})
    builder.setupHorizontalMetrics({name: (600, 0) for name in (".notdef", "A", "bell", "book")})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Signs", "styleName": "Solid"})
    builder.setupOS2()
    builder.setupPost()
    path = tmp_path / "signs.ttf"
    builder.save(path)
    return path


FACE = '@font-face{font-family:Signs;src:url(signs.woff2) format("woff2"),url(signs.ttf) format("truetype")}'


class TestFonts:
    @pytest.mark.parametrize("rule", ['p{content:"\\f0f3"}', 'p{content:"\uf0f3"}'])
    def test_a_font_keeps_the_signs_that_the_styles_name(self, rule: str, font: Path) -> None:
        css = fonts.within(FACE + rule, font.parent)
        found = re.search(r'font-family:Signs;src:url\("data:font/woff;base64,([^"]+)"\) format\("woff"\)\}', css)
        assert found and css.endswith(rule)
        kept = TTFont(io.BytesIO(base64.b64decode(found[1])))
        assert set(kept.getBestCmap()) == {0xF0F3}
        assert kept["glyf"][kept.getBestCmap()[0xF0F3]].numberOfContours == 1

    def test_a_font_without_such_a_sign_goes(self, font: Path) -> None:
        assert fonts.within(FACE + 'p{content:"\\f111"}', font.parent) == 'p{content:"\\f111"}'

    def test_the_same_styles_give_the_same_font(self, font: Path) -> None:
        css = FACE + 'p{content:"\\f0f3"}'
        assert fonts.within(css, font.parent) == fonts.within(css, font.parent)


class TestMerge:
    @pytest.fixture
    def book(self, tmp_path: Path) -> Any:
        static = tmp_path / "_static"
        (static / "styles").mkdir(parents=True)
        (tmp_path / "book").mkdir()
        (static / "a.css").write_text("p{a:b}.never{a:b}")
        (static / "styles" / "b.css").write_text(".by-script{a:b}.note{c:d}")
        (static / "b.js").write_text("element.className = 'by-script'")
        for page, up in (("index.html", ""), ("book/one.html", "../")):
            (tmp_path / page).write_text(
                f'<head>\n  <link rel="stylesheet" type="text/css" href="{up}_static/a.css?v=1" />\n'
                f'<link href="{up}_static/styles/b.css?digest=2" rel="stylesheet" />\n'
                f'<link rel="icon" href="{up}_static/x.svg"/></head><p class="note">Text</p>'
            )
        return SimpleNamespace(outdir=tmp_path, builder=SimpleNamespace(format="html"))

    def test_every_page_loads_one_sheet_with_the_rules_in_their_order(self, book: Any) -> None:
        styles.merge(book)
        (sheet,) = (book.outdir / "_static" / "styles").glob("merged-*.css")
        assert re.sub(r"\s", "", sheet.read_text()) == '@charset"UTF-8";p{a:b}.by-script{a:b}.note{c:d}'
        for page, up in (("index.html", ""), ("book/one.html", "../")):
            html = (book.outdir / page).read_text()
            (address,) = re.findall(r'<link rel="stylesheet" href="([^"]+)" />', html)
            assert address.startswith(f"{up}_static/styles/{sheet.name}?v=") and html.count("<link") == 2

    def test_merging_twice_changes_nothing_more(self, book: Any) -> None:
        styles.merge(book)
        once = (book.outdir / "index.html").read_text()
        styles.merge(book)
        assert (book.outdir / "index.html").read_text() == once

    def test_a_page_that_is_written_again_finds_a_sheet_of_what_is_there_now(self, book: Any) -> None:
        before = (book.outdir / "index.html").read_text()
        styles.merge(book)
        (book.outdir / "index.html").write_text(before.replace("note", "never"))
        styles.merge(book)
        (sheet,) = (book.outdir / "_static" / "styles").glob("merged-*.css")
        assert ".never" in sheet.read_text()

    def test_what_makes_no_pages_is_left_alone(self, book: Any) -> None:
        book.builder.format = "latex"
        styles._merge(book, None)
        assert not list((book.outdir / "_static" / "styles").glob("merged-*.css"))
