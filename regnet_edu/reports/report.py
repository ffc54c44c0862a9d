"""One self-contained page about any populations: `regnet-edu report`."""

from __future__ import annotations

import itertools
import os
import warnings
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from ..analysis.comparison import Comparison, compare
from ..analysis.edf import summary
from ..analysis.measure import Measure, as_measure
from ..analysis.properties import property_values
from ..common.errors import InputError
from ..common.files import output, write_atomically
from ..plots import (
    Source,
    edfs,
    property_scatter,
    random_search,
    sources,
    to_svg,
    width_profiles,
)
from ..plots.source import small_print
from .facts import origin, warnings_about

PROPERTIES = ("depth", "d4", "w4", "width_ratio", "flops", "params", "activations", "b", "g", "cpu_seconds")
EXTREMES = 5  # networks in the tables of the best and the worst


def report(
    populations: Any,
    out: str | os.PathLike[str] = "report.html",
    title: str = "Populations compared",
    measure: Measure | str | None = None,
) -> Path:
    """Write one self-contained HTML page about populations: EDFs, comparisons, properties, best and worst networks.

    The page loads nothing: it has no script, and its figures are drawings inside it, each with a text alternative. It
    is written in one step, so that an old report is replaced only by a whole new one.

    Args:
        populations: one or several DataFrames, paths or names; or a mapping that gives them names.
        out: where to write the page.
        title: its heading.
        measure: what networks are judged by, if not the error: a `Measure`, or the name of a column such as "loss".

    Returns:
        the path of the page.

    Raises:
        InputError: there is no population, one cannot be read, or `out` cannot be written.
    """
    import jinja2

    target = output(out)  # said before the work, not after
    if not os.access(target.parent, os.W_OK):
        reason = "permission denied" if target.parent.is_dir() else f"folder {target.parent} does not exist"
        raise InputError(f"{target} cannot be written: {reason}")
    shown, notes = _load(populations, as_measure(measure))
    alive = [source for source in shown if len(source.known)]
    pairs = itertools.combinations(alive, 2)
    compared = [compare(a.errors, b.errors, (a.name, b.name), measure=a.measure) for a, b in pairs]
    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    pages = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined)
    text = pages.get_template("report.html").render(
        title=title,
        measure=as_measure(measure),
        warnings=[*warnings_about(shown), *notes],
        table=_table,
        overview=_frame("population", [_errors(source) for source in shown]),
        charts=_charts(alive) if alive else [],
        source=small_print(alive) if alive else "",
        comparisons=compared,
        differences=_frame("pair", [_difference(result) for result in compared]),
        networks=[_networks(source, f"p{number}-") for number, source in enumerate(alive)],
        provenance=_provenance(shown),
    )
    write_atomically(target, text.encode())
    return Path(out)


def _load(populations: Any, measure: Measure) -> tuple[list[Source], list[str]]:
    """Return the populations, and what was wrong with their files: said on the page and, as usual, as warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        shown = sources(populations, least=0, measure=measure)
    for warning in caught:
        warnings.warn(warning.message, stacklevel=3)
    return shown, [f"{str(w.message)[:1].upper()}{str(w.message)[1:]}." for w in caught]


def _frame(first: str, rows: Sequence[Mapping[str, str]]) -> pd.DataFrame:
    """Return a table of texts whose first column, of that name, holds the headers of the rows."""
    frame = pd.DataFrame(rows, columns=list(rows[0]) if rows else [first]).set_index(first)
    return frame.rename_axis(index=None, columns=first)


def _table(caption: str, frame: pd.DataFrame, kind: str = "") -> Markup:
    """Return a table that scrolls by itself on a narrow screen; `kind` "wide" lets its cells wrap."""
    with pd.option_context("display.max_colwidth", None):
        head, body = frame.to_html(border=0, classes=kind or None).split("<tbody>")
    head = head.replace("<thead>", f"<caption>{escape(caption)}</caption>\n<thead>").replace("<th>", '<th scope="col">')
    body = body.replace("<th>", '<th scope="row">')
    region = f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}">'
    return Markup(f"{region}\n{head}<tbody>{body}\n</div>")


def _drawn(figure: Any, prefix: str) -> Markup:
    return Markup(to_svg(figure, prefix))


def _errors(source: Source) -> dict[str, str]:
    """Return the counts and the errors of a population, in percent, or in the unit of the measure."""
    counts = (len(source.table), source.count("diverged"), int(np.isnan(source.errors).sum()))
    said = {"population": source.name, **dict(zip(("networks", "diverged", "failed"), map(str, counts), strict=True))}
    if not len(source.known):
        return said | dict.fromkeys(("min", "mean", "median", "sd"), "none")
    judged, values = source.measure, source.known[source.measure.column]
    facts, median = summary(source.errors, judged), float(np.median(values))
    least = "min" if judged.lower_is_better else "max"
    figures = {least: float(values.iloc[0]), "mean": facts.mean, "median": median, "sd": facts.sd}
    return said | {name: judged.difference(value, signed=False) for name, value in figures.items()}


def _charts(alive: list[Source]) -> list[tuple[str, Markup]]:
    tables = {source.name: source.table for source in alive}
    judged = alive[0].measure
    small: dict[str, Any] = {"size": (5.2, 3.9), "note": False, "measure": judged}
    side = "left" if judged.lower_is_better else "right"
    what = "Error d" if judged.is_error else "D"
    expected = f"{judged.best.capitalize()} {judged.name} to expect from m random networks."
    return [
        (f"{what}istribution functions: further {side} is better.", _drawn(edfs(tables, **small), "edf-")),
        (expected, _drawn(random_search(tables, **small), "rs-")),
    ]


def _difference(result: Comparison) -> dict[str, str]:
    show = result.measure.difference

    def points(e: Any) -> str:
        return f"{show(e.value)} [{show(e.low)}, {show(e.high)}]"

    def share(e: Any) -> str:
        return f"{e.value:.2f} [{e.low:.2f}, {e.high:.2f}]"

    return {
        "pair": " - ".join(result.names),
        "difference of means": points(result.mean_difference),
        "difference of minima": points(result.minimum_difference),
        "KS": share(result.ks),
        "p of KS": f"{result.ks_p:.3f}",
        "superiority": share(result.superiority),
        "detectable": show(result.detectable, False),
    }


def _networks(source: Source, prefix: str) -> dict[str, Any]:
    """Return what the page shows of the networks of one population."""
    known, judged = source.known, source.measure
    worst = known.iloc[EXTREMES:].tail(EXTREMES)[::-1]
    return {
        "name": source.name,
        "properties": [
            _drawn(
                property_scatter(source.table, name, measure=judged, note=False, size=(3.0, 2.5)), f"{prefix}{name}-"
            )
            for name in PROPERTIES
            if _has(known, name)
        ],
        "profiles": _drawn(width_profiles(source.table, measure=judged, note=False), f"{prefix}prof-")
        if _of_anynets(known)
        else "",
        "best": _network_table(known.head(EXTREMES), judged),
        "worst": _network_table(worst, judged) if len(worst) else None,
        "source": small_print([source]),
    }


def _of_anynets(known: pd.DataFrame) -> bool:
    return "depths" in known and bool(known["depths"].map(len).all())


def _has(known: pd.DataFrame, name: str) -> bool:
    try:
        return not np.isnan(property_values(known, name).values).all()
    except InputError:  # a stage that not every network has, or a column that an old record lacks
        return False


def _network_table(networks: pd.DataFrame, judged: Measure) -> pd.DataFrame:
    def one(row: dict[Any, Any]) -> dict[str, str]:
        lists = {"depths": "depths", "widths": "widths", "b": "bottleneck_ratios", "g": "group_widths"}
        return {
            "network": str(row["index"]) + ("" if row.get("status", "ok") == "ok" else f" ({row['status']})"),
            f"{judged.name} {judged.unit}".rstrip(): judged.difference(row[judged.column], signed=False),
            **{name: " ".join(f"{v:g}" for v in row[column]) for name, column in lists.items() if row.get(column)},
            **{name: str(value) for name, value in (row.get("parameters") or ())},
            "Mflops": f"{row['flops'] / 1e6:.2f}",
            "k params": f"{row['params'] / 1e3:,.0f}",
            "k activations": f"{row['activations'] / 1e3:,.0f}",
        }

    return _frame("network", [one(row) for row in networks.to_dict("records")])


def _provenance(shown: list[Source]) -> list[tuple[str, pd.DataFrame]]:
    """Return what is the same for all populations as one table, and what differs as another."""
    facts = [origin(source) for source in shown]
    topics = list(dict.fromkeys(topic for fact in facts for topic in fact))
    same = [t for t in topics if len({fact.get(t) for fact in facts}) == 1]
    tables = []
    if same:
        whose = "all populations" if len(shown) > 1 else shown[0].name
        rows = [{"what": topic, "value": facts[0][topic]} for topic in same]
        tables.append((f"Provenance of {whose}", _frame("what", rows)))
    if differ := [t for t in topics if t not in same]:
        rows = [
            {"population": source.name, **{t: fact.get(t, "unknown") for t in differ}}
            for source, fact in zip(shown, facts, strict=True)
        ]
        tables.append(("What differs between the populations", _frame("population", rows)))
    return tables
