"""Every page of the built book in a real browser with the network blocked, and its links without one."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin

import pytest
from browser import HTML, ROOT, load_tool, pages, serve
from PIL import Image

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1800)]

SCREENSHOTS = ROOT / "artifacts" / "pages"
PATIENCE = 180_000  # milliseconds; for a machine that is busy with something else
WIDE, NARROW = (1280, 800), (360, 740)
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "experimental"]
NOT_DRAWN = """() => [...document.querySelectorAll(".math")].filter(m => {
    const box = m.querySelector("svg")?.getBoundingClientRect(), shown = m.getClientRects().length > 0;
    return !m.querySelector("math") || !box || (shown && !(box.width > 0 && box.height > 0));
}).map(m => m.textContent.slice(0, 80))"""
TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
    [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 5).map(e => e.outerHTML.slice(0, 150))"""
CUT_OFF = """() => [...document.querySelectorAll("div.math")].filter(m =>
    m.querySelector("svg").getBoundingClientRect().left < m.getBoundingClientRect().left - 0.5)
    .map(m => m.textContent.slice(0, 80))"""
SCROLLS = """() => [...document.querySelectorAll(".cell_input pre")].filter(e => e.scrollWidth > e.clientWidth + 1)
    .map(e => e.textContent.slice(0, 80))"""
BLACK = """() => [...document.querySelectorAll(".cell_output svg[role=img] text")].filter(t =>
    getComputedStyle(t).fill === "rgb(0, 0, 0)").map(t => t.textContent)"""  # ink that does not follow the theme
ALL_LIVE = "() => [...document.querySelectorAll('[data-rni]')].every(e => e.querySelector('.rni-live'))"
# Without preload: axe would fetch the theme's imported styles from where they are not.
NARROW_RULES = ["color-contrast", "target-size", "scrollable-region-focusable"]  # what may change with size and colours
VIOLATIONS = """async ([type, values]) =>
    (await axe.run(document, {runOnly: {type, values}, preload: false})).violations
    .flatMap(v => v.nodes.map(n => `${v.id}: ${n.html.slice(0, 200)}`))"""


@dataclass
class Visit:
    """A page that was opened, and what went wrong on the way."""

    page: Any
    troubles: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def book() -> Path:
    """The built book; built now if it is missing or older than anything it depends on."""
    build_book = load_tool("build_book")
    if not build_book.is_fresh():
        assert build_book.main() == 0, "the book could not be built; the warnings are in the captured output"
    return HTML


@pytest.fixture(scope="session")
def site(book: Path) -> Iterator[str]:
    with serve(book) as address:
        yield address


@pytest.fixture(scope="session")
def axe() -> str:
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def visit(chromium: Any) -> Iterator[Any]:
    """Open a page with everything blocked that is not the site itself."""
    contexts = []

    def open_page(address: str) -> Visit:
        context = chromium.new_context(viewport={"width": WIDE[0], "height": WIDE[1]}, color_scheme="light")
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        own = address[: address.index("/", len("http://"))] if address.startswith("http") else "file:"
        result = Visit(context.new_page())

        def guard(route: Any) -> None:
            if route.request.url.startswith((own, "data:", "blob:")):
                route.continue_()
            else:
                result.troubles.append(f"request to another host: {route.request.url}")
                route.abort()

        def note(message: Any) -> None:
            if message.type in ("error", "warning"):
                result.troubles.append(f"console {message.type}: {message.text} ({message.location['url']})")

        context.route("**/*", guard)
        result.page.on("console", note)
        result.page.on("pageerror", lambda error: result.troubles.append(f"exception: {error}"))
        result.page.on("requestfailed", lambda request: result.troubles.append(f"not loaded: {request.url}"))
        result.page.goto(address, wait_until="load")
        result.page.keyboard.press("Shift")  # interactives further down wait for the reader
        result.page.wait_for_function(ALL_LIVE)
        return result

    yield open_page
    for context in contexts:
        context.close()


class TestQuiz:
    NAME = "book/01_designing_spaces.html"

    def test_an_answer_opens_with_the_keyboard_and_says_whether_it_is_right(self, site: str, visit: Any) -> None:
        page = visit(site + self.NAME).page
        answer = page.locator("details.quiz-answer").first
        explanation = answer.locator("p strong").first
        assert not explanation.is_visible()
        answer.locator("summary").focus()
        page.keyboard.press("Enter")
        assert explanation.is_visible() and explanation.inner_text() in ("Right.", "Not this one.")
        page.keyboard.press("Enter")
        assert not explanation.is_visible()

    def test_print_shows_every_explanation_in_light_colours_and_puts_all_back(self, site: str, visit: Any) -> None:
        page = visit(site + self.NAME).page
        page.emulate_media(color_scheme="dark")
        theme = "document.documentElement.dataset.theme"
        page.wait_for_function(f"{theme} === 'dark'")
        closed = "() => document.querySelectorAll('details.quiz-answer:not([open])').length"
        answers = page.locator("details.quiz-answer").count()
        assert page.evaluate(closed) == answers >= 9
        page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
        assert page.evaluate(closed) == 0 and page.evaluate(theme) == "light"
        page.evaluate("() => dispatchEvent(new Event('afterprint'))")
        assert page.evaluate(closed) == answers and page.evaluate(theme) == "dark"

    def test_it_works_without_scripts(self, chromium: Any, site: str) -> None:
        context = chromium.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(site + self.NAME)
        answer = page.locator("details.quiz-answer").first
        answer.locator("summary").click()
        assert answer.locator("p strong").first.is_visible()
        context.close()


def keep_screenshot(page: Any, name: str, kind: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name.removesuffix('.html').replace('/', '-')}-{kind}.png")


@pytest.mark.parametrize("name", pages())
class TestEveryPage:
    def test_opens_without_a_fault_wide_and_light_and_on_a_phone_in_the_dark(
        self, name: str, site: str, visit: Any, axe: str
    ) -> None:
        opened = visit(site + name)
        page = opened.page
        keep_screenshot(page, name, "wide")
        assert page.evaluate(NOT_DRAWN) == [] and page.evaluate(SCROLLS) == []
        page.evaluate(axe)
        assert page.evaluate(VIOLATIONS, ["tag", AXE_RULES]) == []
        page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
        page.emulate_media(color_scheme="dark")
        page.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
        page.wait_for_timeout(400)  # colours change in a transition
        keep_screenshot(page, name, "narrow-dark")
        assert page.evaluate(TOO_WIDE) == [] and page.evaluate(CUT_OFF) == [] and page.evaluate(BLACK) == []
        assert page.evaluate(VIOLATIONS, ["rule", NARROW_RULES]) == []
        assert not opened.troubles

    def test_works_from_a_file(self, name: str, book: Path, visit: Any) -> None:
        opened = visit((book / name).as_uri())
        assert not opened.troubles
        assert opened.page.evaluate(NOT_DRAWN) == []


# Notes every change of the theme, with what the page was doing then.
WATCH_THEME = """window.themes = [];
new MutationObserver(() => themes.push([document.readyState, document.documentElement.dataset.theme]))
  .observe(document, {attributes: true, subtree: true, attributeFilter: ["data-theme"]});"""


@pytest.mark.parametrize(
    ("system", "kept", "shown"), [("dark", None, "dark"), ("light", "dark", "dark"), ("light", "auto", "light")]
)
def test_a_page_has_its_colours_before_it_is_read(
    chromium: Any, site: str, system: str, kept: str | None, shown: str
) -> None:
    context = chromium.new_context(color_scheme=system)
    page = context.new_page()
    page.add_init_script(WATCH_THEME + (f"localStorage.setItem('mode', '{kept}')" if kept else ""))
    page.goto(f"{site}/book/cite.html")
    page.wait_for_function("() => document.readyState === 'complete'")
    assert page.evaluate("document.documentElement.dataset.theme") == shown
    assert {tuple(change) for change in page.evaluate("themes")} <= {("loading", shown), ("interactive", shown)}
    context.close()


def test_a_drawing_has_the_ground_of_the_page_in_the_dark(chromium: Any, site: str) -> None:
    page = chromium.new_page(color_scheme="dark")
    page.goto(f"{site}/book/02_anynet.html")
    drawing = Image.open(io.BytesIO(page.locator("img[src*=x_block]").screenshot())).convert("RGB")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb({}, {}, {})".format(*drawing.getpixel((3, 3)))
    page.close()


def test_folds_of_the_paper_map_open_without_moving_its_columns(site: str, visit: Any) -> None:
    page = visit(site + "book/paper_map.html").page
    widths = "() => [...document.querySelectorAll('.paper-map th')].map(e => e.getBoundingClientRect().width)"
    before = page.evaluate(widths)
    page.evaluate("document.querySelectorAll('.paper-map details').forEach(e => { e.open = true; })")
    assert page.evaluate(widths) == before and min(before) > 0
    assert not page.evaluate(TOO_WIDE)


class TestSearch:
    @pytest.mark.parametrize("kind", ["http", "file"])
    def test_finds_a_word_of_the_book_and_quotes_it(self, kind: str, site: str, book: Path, visit: Any) -> None:
        start = site if kind == "http" else book.as_uri() + "/"
        opened = visit(start + "search.html?q=population")
        opened.page.wait_for_selector("#search-results li p.context mark")
        opened.page.wait_for_timeout(500)
        assert not opened.troubles


class _Anchors(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.ids |= {v for k in ("id", "name") if (v := values.get(k))}
        for key in ("href", "src"):
            if (link := values.get(key)) and not (tag == "link" and values.get("rel") == "canonical"):
                self.links.append(link)


def _read(path: Path) -> _Anchors:
    parser = _Anchors()
    parser.feed(path.read_text(encoding="utf-8"))
    return parser


@pytest.mark.parametrize("name", pages())
def test_no_output_is_a_warning_or_the_name_of_an_object(name: str, book: Path) -> None:
    odd = re.compile(r"Warning: |object at 0x|&lt;IPython\.|it stopped with")
    said = [line[:200] for line in (book / name).read_text(encoding="utf-8").splitlines() if odd.search(line)]
    assert said == []


def test_every_internal_link_and_anchor_leads_somewhere(book: Path) -> None:
    read = {name: _read(book / name) for name in pages()}
    broken = []
    for name, parsed in read.items():
        for link in parsed.links:
            if link.startswith(("http:", "https:", "mailto:", "data:", "javascript:")):
                continue
            target, anchor = urldefrag(unquote(urljoin(name, link.split("?")[0] if "#" not in link else link)))
            target = target.split("?")[0] or name
            if not (book / target).exists():
                broken.append(f"{name}: {link}")
            elif anchor and target in read and anchor not in read[target].ids:
                broken.append(f"{name}: {link} (no such anchor)")
    assert not broken


MOST_BYTES = 1_500_000


@pytest.mark.parametrize("name", pages())
def test_a_page_with_all_that_it_loads_is_light(name: str, book: Path) -> None:
    """Compressed as a host of pages does it; fonts and pictures are counted as they are."""
    html = (book / name).read_text(encoding="utf-8")
    loaded = re.findall(
        r'<(?:script|img)\b[^>]*?\bsrc="([^"]+)"|<link\b[^>]*?\brel="(?:stylesheet|preload)"[^>]*?\bhref="([^"]+)"',
        html,
    )
    files = {
        book / unquote(urljoin(name, (a or b).split("?")[0])) for a, b in loaded if not (a or b).startswith("data:")
    }
    bytes_of = {path: _compressed(path) for path in {book / name, *files}}
    heaviest = sorted(((size, path.name) for path, size in bytes_of.items()), reverse=True)[:3]
    assert sum(bytes_of.values()) <= MOST_BYTES, heaviest


def _compressed(path: Path) -> int:
    data = path.read_bytes()
    return len(data if path.suffix in {".woff2", ".png", ".jpg"} else gzip.compress(data))


@pytest.mark.heavy
def test_a_chapter_runs_in_three_minutes_and_the_book_in_twenty(book: Path) -> None:
    """Measured when the cells last ran; it means something on a machine that did nothing else then."""
    took = load_tool("build_book").run_seconds()
    assert {Path(name).stem for name in pages() if re.match(r"book/\d\d_", name)} <= set(took)
    assert max(took.values()) <= 180 and sum(took.values()) <= 1200, took


def test_every_chapter_offers_its_notebook_and_the_site_serves_the_wheel(book: Path) -> None:
    for name in (n for n in pages() if re.match(r"book/\d\d_", n)):
        html = (book / name).read_text(encoding="utf-8")
        link = f"../notebooks/{Path(name).stem}.ipynb"
        assert f'href="{link}" download' in html, name
        assert json.loads((book / "book" / link).read_text(encoding="utf-8"))["cells"]
    assert list((book / "wheels").glob("regnet_edu-*-py3-none-any.whl"))


def test_every_page_has_a_title_and_a_description_of_its_own(book: Path) -> None:
    titles, described = Counter(), Counter()
    for name in pages():
        html = (book / name).read_text(encoding="utf-8")
        titles.update(re.findall(r"<title>(.+?)</title>", html)[:1])  # pictures have titles, too
        told = [m for m in re.findall(r"<meta [^>]*>", html) if 'name="description"' in m]
        described.update(re.findall(r'content="([^"]{20,})"', "".join(told)) or [""])
    assert max(titles.values()) == max(described.values()) == 1 and "" not in described


def test_formulas_are_drawn_in_the_page_and_no_script_draws_them(book: Path) -> None:
    formulas = 0
    for name in pages():
        html = (book / name).read_text(encoding="utf-8")
        formulas += html.count('<span class="formula-spoken"><math')
        assert not re.search(r"<script[^>]*mathjax|window\.MathJax", html, re.I), name
    assert formulas > 300 and not list(book.rglob("*mathjax*"))


def test_no_page_names_a_script_or_style_of_another_host(book: Path) -> None:
    for name in pages():
        html = (book / name).read_text(encoding="utf-8")
        parts = [
            p.split(">")[0]
            for tag in ("<script", '<link rel="stylesheet"', "<img", "<iframe")
            for p in html.split(tag)[1:]
        ]
        assert not [p for p in parts if "://" in p], name
