"""What the reader does in a page: predictions, quiz, exercises and progress, in a page of its own from a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import ROOT, load_extension, load_tool

STATIC = ROOT / "book" / "_static"
SCRIPTS = ("book", "store", "quiz", "guesses", "exercises", "progress")
SHEETS = ("face", "book", "landing", "study", "phone")
QUIZ = """<div class="quiz" role="group" aria-label="Question {n}"><p><strong>Question {n}.</strong> Why?</p>
<details class="quiz-answer"><summary>No</summary><p>Not this one.</p></details>
<details class="quiz-answer quiz-right"><summary>Yes</summary><p>Right.</p></details></div>"""
CHAPTER = f"""<section id="chapter"><h1>1. A chapter</h1>
<section id="predict-before-you-run"><h2>Predict before you run</h2>
<ol><li><p>How many?</p></li><li><p>Why?</p></li></ol>
</section><p class="guess" data-guess="1" hidden></p><p>The answer to the first question is six.</p>
<div style="height: 3000px"><pre>{"wide " * 500}</pre></div>
<div class="admonition tip"><p class="admonition-title">Exercise 05.1, which checks itself</p><p>Do it.</p></div>
<div class="exercise admonition" id="ex-one"><p class="admonition-title">Exercise</p></div>
<section id="quiz"><h2>Quiz</h2>{QUIZ.format(n=1)}{QUIZ.format(n=2)}</section>
<section id="in-the-paper"><h2>In the paper</h2><p>Section 3.</p></section></section>"""
LANDING = """<section><h1>The book</h1><div class="opening-start"><p>Start</p></div>
<section id="three-ways-to-use-this-book"><h2>Three ways</h2></section></section>"""


def page(body: str, up: str) -> str:
    heads = "".join(f'<link rel="stylesheet" href="{(STATIC / name).as_uri()}.css">' for name in SHEETS)
    heads += "".join(f'<script defer src="{(STATIC / name).as_uri()}.js"></script>' for name in SCRIPTS)
    links = f'<nav class="bd-links"><a class="reference internal" href="{up}book/01_one.html">One</a></nav>'
    whole = f'<meta charset="utf-8"><title>T</title>{heads}<body>{links}<article class="bd-article">{body}</article>'
    return f'<!doctype html><html lang="en" data-theme="light" data-content_root="{up}">{whole}</html>'


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("book")
    (root / "book").mkdir()
    chapter = load_extension("worth").mend(CHAPTER, {"05.1": (3, 15)})
    (root / "book" / "01_one.html").write_text(page(chapter, "../"), encoding="utf-8")
    (root / "index.html").write_text(page(LANDING, "./"), encoding="utf-8")
    return root


@pytest.fixture
def reader(chromium: Any, book: Path) -> Iterator[Any]:
    """Open pages of the small book in one browser, as one reader does."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})

    def read(name: str = "book/01_one.html") -> Any:
        opened = context.new_page()
        opened.on("pageerror", lambda error: pytest.fail(str(error)))
        opened.goto((book / name).as_uri(), wait_until="load")
        return opened

    read.context = context  # type: ignore[attr-defined]
    yield read
    context.close()


def strip(opened: Any) -> list[str]:
    return opened.locator(".progress-strip li").all_inner_texts()


@pytest.mark.browser
class TestReader:
    def test_a_prediction_is_kept_and_shown_beside_the_answer(self, reader: Any) -> None:
        first = reader()
        assert first.locator(".guess").inner_text() == "You predicted (1): nothing yet"
        first.get_by_label("Your prediction 1").fill("<b>seven</b>")
        first.get_by_label("Your prediction 1").blur()
        again = reader()
        assert again.locator(".guess").inner_text() == "You predicted (1): <b>seven</b>"
        assert again.get_by_label("Your prediction 1").input_value() == "<b>seven</b>"
        assert strip(again)[1] == "1 of 2 predicted"

    def test_the_first_answer_counts_and_the_score_is_told(self, reader: Any) -> None:
        opened = reader()
        opened.locator("summary", has_text="No").first.click()
        opened.locator("summary", has_text="Yes").first.click()
        opened.locator("summary", has_text="Yes").last.press("Enter")
        score = opened.get_by_role("status")
        assert score.inner_text() == "1 of 2 right at the first try."
        assert strip(opened)[2] == "2 of 2 quizzed, 1 right"
        opened.get_by_role("button", name="Take it again").click()
        assert strip(opened)[2] == "0 of 2 quizzed" and not opened.locator("details[open]").count()

    def test_exercises_show_points_and_keep_what_was_reached(self, reader: Any) -> None:
        opened = reader()
        assert "3 points, about 15 minutes" in opened.locator(".admonition.tip .admonition-title").inner_text()
        opened.get_by_label("Points that the check gave me").select_option("2")
        opened.get_by_label("I solved it").check()
        again = reader()
        assert again.get_by_label("Points that the check gave me").input_value() == "2"
        assert again.get_by_label("I solved it").is_checked()
        assert [box.get_attribute("data-solved") for box in again.locator("[data-solved]").all()] == ["part", "whole"]

    def test_the_opening_page_leads_on_and_forgets_everything(self, reader: Any) -> None:
        assert not reader("index.html").locator("#your-progress").is_visible()
        chapter = reader()
        assert strip(chapter)[0] == "not yet read"
        chapter.locator("#in-the-paper").scroll_into_view_if_needed()
        chapter.wait_for_function("() => document.querySelector('.progress-strip li').textContent === 'read'")
        home = reader("index.html")
        assert home.get_by_role("link", name="Continue: 1. A chapter").get_attribute("href") == "./book/01_one.html"
        assert home.locator(".bd-links a").inner_text() == "One\u00a0(14 % done)"
        home.on("dialog", lambda dialog: dialog.accept())
        home.get_by_role("button", name="Forget everything").click()
        assert not home.locator("#your-progress").is_visible()
        assert home.evaluate("localStorage.length") == 0

    def test_it_works_where_nothing_may_be_kept_or_something_else_was(self, reader: Any) -> None:
        reader.context.add_init_script("localStorage.setItem('regnet-edu-book', '{\"pages\": 3}')")
        assert strip(reader())[0] == "not yet read"
        forbid = "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no'); }})"
        reader.context.add_init_script(forbid)
        opened = reader()
        opened.locator("summary", has_text="Yes").first.click()
        assert strip(opened)[2] == "1 of 2 quizzed, 1 right"

    def test_what_scrolls_on_a_phone_says_so(self, reader: Any) -> None:
        opened = reader()
        opened.set_viewport_size({"width": 390, "height": 844})
        opened.wait_for_function("() => document.querySelector('pre').hasAttribute('data-scrolls')")
        said = "getComputedStyle(document.querySelector('pre'), '::after').content"
        assert "scrolls sideways" in opened.evaluate(said)

    def test_without_scripts_questions_and_answers_can_be_read(self, chromium: Any, book: Path) -> None:
        context = chromium.new_context(java_script_enabled=False)
        opened = context.new_page()
        opened.goto((book / "book/01_one.html").as_uri())
        assert not opened.locator(".guess").is_visible() and opened.get_by_text("How many?").is_visible()
        opened.locator("summary").first.click()
        assert opened.get_by_text("Not this one.").first.is_visible()
        context.close()


@pytest.mark.browser
def test_the_search_quotes_the_section_that_has_the_words(chromium: Any, tmp_path: Path) -> None:
    words = (
        "One network in a crowd of " + "many " * 60 + "networks; then <b>the group width</b> is shared by all stages."
    )
    (tmp_path / "data.js").write_text(
        f'window.bookExcerpts = {{"book/one": [["top", "Top", "Nothing."], ["part", "A part", {words!r}]]}};'
    )
    scripts = [(STATIC / "search.js").as_uri(), "data.js", (STATIC / "store.js").as_uri()]
    tags = "".join(f'<script defer src="{src}"></script>' for src in scripts)
    results = '<ul class="search"><li><a href="book/one.html?highlight=x">One</a></li></ul>'
    (tmp_path / "search.html").write_text(
        f'<html><meta charset="utf-8">{tags}<div id="search-results">{results}</div></html>'
    )
    opened = chromium.new_page()
    opened.goto((tmp_path / "search.html").as_uri() + "?q=Group+Widths")
    quoted = opened.locator("p.context")
    assert quoted.inner_text().startswith("A part: …") and quoted.inner_text().endswith("by all stages.")
    assert quoted.locator("mark").all_inner_texts() == ["group", "width"] and "<b>the" in quoted.inner_text()
    opened.close()


def test_a_guess_must_have_a_number_and_leaves_nothing_in_a_notebook() -> None:
    markdown = load_extension("markdown")
    shown = markdown.convert("Before.\n\n:::{guess} 2\n:::\n\nAfter.", markdown.Page(Path("x.md"), ""))
    assert shown.split() == ["Before.", "After."]


@pytest.mark.parametrize("chapter", sorted((ROOT / "book").glob("[01]?_*.md")), ids=lambda path: path.stem[:2])
def test_every_prediction_meets_its_answer(chapter: Path) -> None:
    text = chapter.read_text(encoding="utf-8")
    asked = text.split("## Predict before you run")[1].split("\n## ")[0]
    questions = re.findall(r"^(\d)\. ", asked, re.M)
    assert questions and sorted(re.findall(r"^:::\{guess\} (\d)$", text, re.M)) == questions


def test_the_pictures_of_the_chapters_are_drawn_from_the_records_as_they_are() -> None:
    headers = load_tool("draw_headers")
    old = [
        k for k in headers.PICTURES if (headers.FOLDER / f"{k:02}.svg").read_text(encoding="utf-8") != headers.draw(k)
    ]
    assert old == [], "a record has grown: make figures"


def test_the_typefaces_are_light_and_have_their_licence() -> None:
    fonts = list((STATIC / "fonts").glob("*.woff2"))
    assert sum(font.stat().st_size for font in fonts) <= 90_000
    assert (STATIC / "fonts" / "OFL.txt").read_text(encoding="utf-8").count("SIL OPEN FONT LICENSE Version 1.1") == 2
    named = set(re.findall(r"url\(fonts/([\w-]+\.woff2)\)", (STATIC / "face.css").read_text(encoding="utf-8")))
    assert named == {font.name for font in fonts}
