r"""Formulas are drawn when the book is built: a page needs no script for them.

Sphinx leaves a formula as TeX, for MathJax to draw in the reader's browser: 676 kB of script on every page that has
one. Here the same MathJax, out of a Python package, draws it once, in a V8 out of another. The page then holds a
picture in the colour and size of the text around it, and beside it MathML, which only a screen reader meets.
A formula that MathJax does not know fails the build.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from html import unescape
from importlib.util import find_spec
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from .finished import pages

# What Sphinx writes: an element of the class "math" with the number of the formula, if it has one, and its TeX. And
# what follows it without a space.
ELEMENT = re.compile(
    r'(<(span|div) class="[^"]*\bmath\b[^"]*"[^>]*>(?:\s*<span class="eqno">.*?</span>)?)([^<]+)(</\2>)([,.;:!?)]*)',
    re.S,
)
PATH = re.compile(r'<path d="([^"]*)"></path>')
DELIMITERS = re.compile(r"\s*\\[(\[](.*)\\[)\]]\s*", re.S)
SMALLEST = 0.7
# For MathJax's own scripts in the page; here they would only make it longer.
UNUSED = re.compile(r' (?:data-[\w-]+|xmlns(?::\w+)?|role|focusable)="[^"]*"')

PARTS = ("core", "adaptors/liteDOM", "input/tex-base", "input/tex/extensions/ams", "input/tex/extensions/newcommand")
PARTS += ("output/svg", "output/svg/fonts/tex", "a11y/assistive-mml")
START = """
const {TeX} = MathJax._.input.tex_ts, {SVG} = MathJax._.output.svg_ts, {TeXFont} = MathJax._.output.svg.fonts.tex_ts;
const page = MathJax._.adaptors.liteAdaptor.liteAdaptor();
MathJax._.a11y["assistive-mml"].AssistiveMmlHandler(MathJax._.handlers.html_ts.RegisterHTMLHandler(page));
const fail = (_, error) => { throw Error(error.message); };
const maths = MathJax._.mathjax.mathjax.document("", {
  InputJax: new TeX({packages: ["base", "ams", "newcommand"], formatError: fail}),
  OutputJax: new SVG({fontCache: "none", font: new TeXFont()}),
});
const draw = (tex, display) => {
  try { return page.innerHTML(maths.convert(tex, {display})); } catch (error) { return error.message; }
};
"""


def draw(formulas: Iterable[tuple[str, bool]]) -> dict[tuple[str, bool], str]:
    r"""Draw formulas: the TeX of each, and whether it stands on a line of its own.

    Returns:
        The HTML of each: an <svg>, and its MathML for screen readers.

    Raises:
        ValueError: MathJax does not understand a formula, or its font lacks a letter of one; all such are named.
    """
    from py_mini_racer import MiniRacer

    package = find_spec("sphinx-mathjax-offline")
    assert package is not None and package.origin is not None
    folder = Path(package.origin).parent / "static" / "mathjax"
    drawn, faults = {}, []
    with MiniRacer() as engine:  # to be closed, or Python waits for its thread for ever
        engine.eval("var MathJax = {}; var console = {warn() {}};")
        for part in PARTS:
            engine.eval((folder / f"{part}.js").read_text(encoding="utf-8") + ";0")
        engine.eval(START + ";0")
        for tex, display in formulas:
            html = str(engine.eval(f"draw({json.dumps(tex)}, {json.dumps(display)})"))
            if not html.startswith("<svg"):
                faults.append(f"the formula {tex!r}: {html}")
            elif letters := re.findall(r"<text\b[^>]*>([^<]*)</text>", html):
                faults.append(f"the formula {tex!r}: no font for formulas has the letter {letters[0]!r}")
            drawn[tex, display] = _lighten(_shrinking(html) if display else html)
    if faults:
        raise ValueError("\n".join(faults))
    return drawn


def _shrinking(html: str) -> str:
    """Let a formula shrink on a narrow screen to SMALLEST of its width; from there on its frame scrolls."""
    return re.sub(
        r'style="([^"]*)" (?=[^>]*\bwidth="([\d.]+)ex")',
        lambda found: f'style="{found[1]} min-width: {SMALLEST * float(found[2]):.3f}ex;" ',
        html,
        count=1,
    )


def _lighten(html: str) -> str:
    picture, close, spoken = html.partition("</svg>")
    spoken = re.sub(r"<mjx-assistive-mml[^>]*>", '<span class="formula-spoken">', spoken)
    return UNUSED.sub("", picture) + close + UNUSED.sub("", spoken).replace("</mjx-assistive-mml>", "</span>")


def find(html: str) -> set[tuple[str, bool]]:
    """The formulas of a page that are not drawn yet: TeX, and whether each stands on a line of its own."""
    return {_formula(found) for found in ELEMENT.finditer(html)}


def replace(html: str, drawn: dict[tuple[str, bool], str]) -> str:
    """Return a page with its formulas drawn; the outline of a letter is in the page once, at its end."""
    letters: dict[str, str] = {}

    def letter(path: re.Match[str]) -> str:
        return f'<use href="#{letters.setdefault(path[1], f"letter-{len(letters)}")}"></use>'

    def picture(found: re.Match[str]) -> str:
        whole = found[1] + PATH.sub(letter, drawn[_formula(found)]) + found[4]
        # a line may break after a picture, but no line shall begin with a comma
        return f'<span class="formula-kept">{whole}{found[5]}</span>' if found[5] else whole

    page = ELEMENT.sub(picture, html)
    outlines = "".join(f'<path id="{name}" d="{path}"></path>' for path, name in letters.items())
    body, end, rest = page.rpartition("</body>") if "</body>" in page else (page, "", "")
    return f'{body}<svg class="formula-letters" aria-hidden="true"><defs>{outlines}</defs></svg>{end}{rest}'


def _formula(found: re.Match[str]) -> tuple[str, bool]:
    tex = DELIMITERS.fullmatch(found[3])
    return unescape(tex[1] if tex else found[3]).strip(), found[2] == "div"


def _draw_pages(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None:
        return
    found = {page: page.read_text(encoding="utf-8") for page in pages(app)}
    wanted = {page: formulas for page, html in found.items() if (formulas := find(html))}
    if not wanted:
        return
    try:
        drawn = draw(sorted(set().union(*wanted.values())))
    except ValueError as error:
        raise ExtensionError(str(error)) from None
    for page in wanted:
        page.write_text(replace(found[page], drawn), encoding="utf-8")


def setup(app: Sphinx) -> None:
    app.connect("build-finished", _draw_pages)
