"""The paper map as a table for a page: it stacks on a narrow screen, and every verdict is a word, not only a colour."""

from __future__ import annotations

from collections import Counter
from html import escape
from itertools import groupby

from .families import correction_of
from .paper_map import DEFINITIONS, Row, regimes_tried, rows
from .paper_map import row as by_id
from .rules import MEASURED, NOT_ATTEMPTED, VERDICTS

SECTIONS = {
    "1": "Introduction",
    "3.1": "Tools",
    "3.2": "The AnyNet space",
    "3.3": "The RegNet space",
    "3.4": "Generalisation",
    "4": "Analysis of RegNetX",
    "5": "Comparison with other networks",
    "5.1": "Mobile networks",
    "5.2": "ResNe(X)t",
    "5.3": "EfficientNet",
    "A": "Another test set",
    "B": "Ablations",
    "C": "Settings of the optimiser",
    "D": "Details",
}
MARKS = dict(zip(VERDICTS, "●◐○✕–●◐○✕", strict=True))
STYLE = """<style>
.paper-map { width: 100%; border-collapse: collapse; font-size: 0.85em; margin: 0 0 2em;
  table-layout: fixed !important; /* the theme lets a column of an output grow with its words */ }
.paper-map caption { caption-side: top; text-align: left; font-weight: 600; font-size: 1.15em; color: inherit; }
.paper-map th:nth-child(1) { width: 38%; }
.paper-map th:nth-child(3) { width: 12%; }
.paper-map th:nth-child(4) { width: 22%; }
.paper-map th, .paper-map td { text-align: left; vertical-align: top; padding: 0.45em 0.6em; border: 0;
  border-bottom: 1px solid; border-color: color-mix(in srgb, currentColor 25%, transparent); }
.paper-map td { overflow-wrap: anywhere; }
.paper-map .item { font-weight: 600; display: block; }
.paper-map .verdict { font-weight: 600; }
.paper-map .mind { display: block; margin-top: 0.3em; }
.paper-map details { margin-top: 0.3em; }
.paper-map summary, .paper-map a { line-height: 24px; min-height: 24px; }
.paper-map a { display: inline-block; }
@media (max-width: 46em) {
  .paper-map, .paper-map caption, .paper-map tbody, .paper-map tr, .paper-map td { display: block; }
  .paper-map thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .paper-map tr { border-bottom: 1px solid; padding: 0.5em 0; }
  .paper-map td { border: 0; padding: 0.15em 0; }
  .paper-map td:empty { display: none; }
  .paper-map td[data-label]:not(:empty)::before { content: attr(data-label) ": "; font-weight: 600; }
}
</style>"""
HEAD = ("what the paper says", "our figure", "the paper's", "verdict")


def map_html() -> str:
    """Return the whole map as HTML: one table for each section of the paper, in its order."""
    ordered = sorted(rows(), key=lambda row: list(SECTIONS).index(row.section))
    parts = [STYLE]
    for section, group in groupby(ordered, key=lambda row: row.section):
        place = f"Appendix {section}" if section.isalpha() else f"Section {section}"
        body = "".join(_row(row) for row in group)
        head = "".join(f'<th scope="col" role="columnheader">{word}</th>' for word in HEAD)
        parts.append(
            f'<table class="paper-map" role="table"><caption>{place}: {SECTIONS[section]}</caption>'
            f'<thead role="rowgroup"><tr role="row">{head}</tr></thead><tbody role="rowgroup">{body}</tbody></table>'
        )
    return "".join(parts)


def _row(row: Row) -> str:
    verdict, ours, why = row.outcome
    reason = (f", because {why}" if verdict == NOT_ATTEMPTED else f" ({why})") if why else ""
    cells = [
        f'<span class="item">{escape(row.item)}</span>{escape(row.says)}{_mind(row)}{_where(row)}',
        _lines(ours),
        escape(row.paper),
        f'<span class="verdict"><span aria-hidden="true">{MARKS[verdict]}</span> {verdict}</span>'
        f"{_lines(reason)}{_family(row)}",
    ]
    labels = ("", "ours", "paper", "")
    shown = "".join(
        f'<td role="cell"{f" data-label={label!r}" if label else ""}>{cell}</td>'
        for cell, label in zip(cells, labels, strict=True)
    )
    return f'<tr role="row" id="map-{row.id}">{shown}</tr>'


def _family(row: Row) -> str:
    """What is left of the comparisons of a row once the number of all of the map counts."""
    words = correction_of(row)
    return f'<span class="mind"><b>In the family:</b> {_lines("; ".join(words))}.</span>' if words else ""


def _lines(text: str) -> str:
    """Put what is listed on lines of its own."""
    return ";<br>".join(escape(part) for part in text.split("; "))


def _mind(row: Row) -> str:
    """What a reader of the verdict must know; for a figure, which of its statements have such a thing."""
    cautious = [name for name in row.rule.get("claims", ()) if by_id(name).mind]
    words = escape(row.mind)
    if cautious:
        words = f"what is said at {', '.join(_link(name) for name in cautious)}"
    return f'<span class="mind"><b>Mind:</b> {words}.</span>' if words else ""


def _link(name: str) -> str:
    return f'<a href="#map-{name}">{escape(name)}</a>'


def _where(row: Row) -> str:
    """Where the course does it: chapters as links, the rest folded."""
    links, before = [], ""
    for place in row.chapters:
        file, heading = place.split("#")
        words = heading.replace("-", " ") if file == before else f"chapter {int(file[:2])}"
        links.append(f'<a href="{file}.html#{heading}">{words}</a>')
        before = file
    claims = [_link(name) for name in row.rule.get("claims", ())]
    inside = [
        f"{what}: {', '.join(f'<code>{escape(name)}</code>' for name in names)}"
        for what, names in (("functions", row.functions), ("populations", row.populations), ("tests", row.tests))
        if names
    ]
    inside += [f"statements: {', '.join(claims)}"] if claims else []
    folded = f"<details><summary>where</summary>{'<br>'.join(inside)}</details>" if inside else ""
    return f"{' ' if links else ''}{', '.join(links)}{folded}"


def counts() -> str:
    """Return how many rows have which verdict; definitions and measurements of others are counted by themselves."""
    defined = [row for row in rows() if row.rule["is"] in DEFINITIONS]
    found = Counter(row.outcome.verdict for row in rows() if row not in defined)
    words = [f"{found[verdict]} {verdict}" for verdict in VERDICTS if found[verdict] and MEASURED not in verdict]
    measured = {v.removeprefix(f"{MEASURED}: "): found[v] for v in VERDICTS if found[v] and MEASURED in v}
    parts = ", ".join(f"{verdict}: {count}" for verdict, count in measured.items())
    return (
        f"Of {len(rows())} rows, {len(defined)} are definitions and counts, which tests prove, "
        f"{', '.join(words)}, and {sum(measured.values())} {MEASURED} ({parts})."
    )


def log_html() -> str:
    """Return the log of regimes tried as a list."""
    entries = [
        f"<dt>{escape(entry['when'])}</dt><dd>{''.join(f'<p><b>{k}</b> {escape(entry[k])}</p>' for k in _TOLD)}</dd>"
        for entry in regimes_tried()
    ]
    return f"<dl>{''.join(entries)}</dl>"


_TOLD = ("tried", "seen", "decided")
