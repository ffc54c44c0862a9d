"""The HTML of a report: a page, tables and figures as text, with everything that they need inside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

CSS = """
:root { color-scheme: light dark; --ink: #1a1b1c; --quiet: #55595e; --page: #ffffff; --panel: #f3f5f7; --line: #c3c8ce;
  --accent: #005a8e; --warn: #fff3d6; --warn-line: #9a6700; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaec; --quiet: #aab1b8; --page: #14181e; --panel: #1e242c;
  --line: #454d57; --accent: #7cc0ee; --warn: #3a2f14; --warn-line: #d9a531; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
main, header { max-width: 68rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 1.5rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .5rem; padding-top: .5rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .25rem; }
p, ul { max-width: 46rem; }
a { color: var(--accent); }
.quiet, figcaption, caption { color: var(--quiet); font-size: .9rem; }
.warning { background: var(--warn); border-left: .3rem solid var(--warn-line); padding: .6rem .9rem; max-width: 46rem; }
.scroll { overflow-x: auto; margin: .75rem 0; }
.scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: .4rem; max-width: min(46rem, calc(100vw - 2rem)); position: sticky;
  left: 0; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top;
  white-space: nowrap; }
th[scope=col] { vertical-align: bottom; white-space: normal; border-bottom-width: 2px; }
th[scope=row], .left, .wide { text-align: left; }
td.wide { white-space: normal; min-width: 14rem; }
th[scope=row] { white-space: normal; min-width: 7rem; }
figure { margin: 1rem 0; }
figure svg { display: block; }
.wide-figure svg { min-width: 34rem; }
.pair .wide-figure svg { min-width: 26rem; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(17.5rem, 100%), 1fr)); gap: .5rem 1rem; }
.grid figure { margin: 0; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: .5rem 2rem; }
@media print { :root { --ink: #000; --quiet: #333; --page: #fff; --panel: #fff; --line: #999; --accent: #000;
  --warn: #fff; --warn-line: #000; } .scroll { overflow: visible; } figure, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; } th, td { white-space: normal; padding: .15rem .4rem; }
  td.wide { min-width: 0; } .wide-figure svg { min-width: 0; } }
"""


def page(title: str, parts: Iterable[str]) -> str:
    """Return a whole page; `parts` are the pieces of HTML below its heading."""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="regnet_edu">
<link rel="icon" href="data:,">
<title>{escape(title)}</title>
<style>{CSS}</style>
</head>
<body>
<header><h1>{escape(title)}</h1></header>
<main>
{chr(10).join(parts)}
</main>
</body>
</html>
"""


def heading(level: int, text: str) -> str:
    return f"<h{level}>{escape(text)}</h{level}>"


def paragraph(text: str, kind: str = "") -> str:
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def bullets(items: Iterable[str]) -> str:
    return "<ul>\n" + "\n".join(f"<li>{escape(item)}</li>" for item in items) + "\n</ul>"


def table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]], wide: Sequence[int] = ()) -> str:
    """Return a table that scrolls by itself on a narrow screen; the first cell of each row is its header.

    Args:
        caption: what the table shows.
        columns: the headers.
        rows: cells as text.
        wide: numbers of the columns that hold sentences and may wrap.
    """
    head = "".join(
        f'<th scope="col"{_kind(k, wide, header=True)}>{escape(name)}</th>' for k, name in enumerate(columns)
    )
    body = "\n".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td{_kind(k, wide)}>{escape(cell)}</td>" for k, cell in enumerate(row[1:], 1))
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption, quote=True)}">\n<table>\n'
        f"<caption>{escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n</div>"
    )


def _kind(column: int, wide: Sequence[int], header: bool = False) -> str:
    if column in wide:
        return ' class="wide"'
    return ' class="left"' if header and column == 0 else ""


def figure(svg: str, caption: str = "", scrolls: str = "") -> str:
    """Return a figure; with `scrolls`, a name for it, it keeps a readable size on a narrow screen and scrolls."""
    text = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    if scrolls:
        name = escape(scrolls, quote=True)
        svg = f'<div class="scroll wide-figure" tabindex="0" role="region" aria-label="{name}">{svg}</div>'
    return f"<figure>{svg}{text}</figure>"


def grid(figures: Iterable[str], kind: str = "grid") -> str:
    """Put figures beside each other as the width allows; `kind` "pair" makes them larger."""
    return f'<div class="{kind}">\n' + "\n".join(figures) + "\n</div>"
