"""Every page of the built book in a real browser with the network blocked, and its links without one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin

import pytest
from browser import HTML, ROOT, load_tool, pages, serve

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1800)]

SCREENSHOTS = ROOT / "artifacts" / "pages"
PATIENCE = 180_000  # milliseconds; for a machine that is busy with something else
WIDE, NARROW = (1280, 800), (360, 740)
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "experimental"]
UNRENDERED = """() => [...document.querySelectorAll(".math")].filter(m => !m.querySelector("mjx-container"))
    .map(m => m.textContent.slice(0, 80))"""
MATH_ERRORS = "() => [...document.querySelectorAll('mjx-merror, [data-mjx-error]')].map(e => e.outerHTML.slice(0, 200))"
MATH_IS_DONE = """() => !document.querySelector(".math") ||
    Boolean(window.MathJax?.startup?.promise && document.querySelector(".math mjx-container"))"""
TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
    [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 5).map(e => e.outerHTML.slice(0, 150))"""
# Without preload: axe would fetch the theme's imported styles from where they are not.
VIOLATIONS = """async tags =>
    (await axe.run(document, {runOnly: {type: "tag", values: tags}, preload: false})).violations
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
        result.page.wait_for_function(MATH_IS_DONE)
        result.page.evaluate("() => window.MathJax?.startup?.promise")
        return result

    yield open_page
    for context in contexts:
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
        assert page.evaluate(UNRENDERED) == [] and page.evaluate(MATH_ERRORS) == []
        page.evaluate(axe)
        assert page.evaluate(VIOLATIONS, AXE_RULES) == []
        page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
        page.emulate_media(color_scheme="dark")
        page.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
        page.wait_for_timeout(400)  # colours change in a transition
        keep_screenshot(page, name, "narrow-dark")
        assert page.evaluate(TOO_WIDE) == []
        assert page.evaluate(VIOLATIONS, AXE_RULES) == []
        assert not opened.troubles

    def test_works_from_a_file(self, name: str, book: Path, visit: Any) -> None:
        opened = visit((book / name).as_uri())
        assert not opened.troubles
        assert opened.page.evaluate(UNRENDERED) == []


class TestSearch:
    @pytest.mark.parametrize("kind", ["http", "file"])
    def test_finds_a_word_of_the_book(self, kind: str, site: str, book: Path, visit: Any) -> None:
        start = site if kind == "http" else book.as_uri() + "/"
        opened = visit(start + "search.html?q=population")
        opened.page.wait_for_selector("#search-results li a")
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


def test_no_page_names_a_script_or_style_of_another_host(book: Path) -> None:
    for name in pages():
        html = (book / name).read_text(encoding="utf-8")
        parts = [
            p.split(">")[0]
            for tag in ("<script", '<link rel="stylesheet"', "<img", "<iframe")
            for p in html.split(tag)[1:]
        ]
        assert not [p for p in parts if "://" in p], name
