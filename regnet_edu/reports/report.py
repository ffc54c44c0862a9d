"""One self-contained page about any populations: `regnet-edu report`."""

from __future__ import annotations

import itertools
import os
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from ..analysis.comparison import Comparison, compare
from ..analysis.edf import summary
from ..analysis.properties import property_values
from ..common.errors import InputError
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
from . import page as html
from .facts import origin, warnings_about

PROPERTIES = ("depth", "d4", "w4", "width_ratio", "flops", "params", "activations", "b", "g", "cpu_seconds")
EXTREMES = 5  # networks in the tables of the best and the worst


def report(populations: Any, out: str | os.PathLike[str] = "report.html", title: str = "Populations compared") -> Path:
    """Write one self-contained HTML page about populations: EDFs, comparisons, properties, best and worst networks.

    The page loads nothing: it has no script, and its figures are drawings inside it, each with a text alternative. It
    is written to a temporary file first, so that an old report is replaced only by a whole new one.

    Args:
        populations: one or several DataFrames, paths or names; or a mapping that gives them names.
        out: where to write the page.
        title: its heading.

    Returns:
        the path of the page.

    Raises:
        InputError: there is no population, one cannot be read, or `out` cannot be written.
    """
    target = Path(out)
    _check_writable(target)  # before the work, not after
    shown, notes = _load(populations)
    alive = [source for source in shown if len(source.known)]
    parts = [*_overview(shown, notes), *_distributions(alive), *_comparisons(alive)]
    for number, source in enumerate(alive):
        parts += _networks(source, f"p{number}-")
    parts += [*_provenance(shown), *_reading()]
    _write(target, html.page(title, parts))
    return target


def _check_writable(target: Path) -> None:
    folder = target.parent
    if os.path.isdir(target):
        raise InputError(f"{target} is a folder; give a file, such as {target / 'report.html'}")
    if not os.path.isdir(folder):
        raise InputError(f"folder {folder} does not exist, so {target.name} cannot be written there")
    if not os.access(folder, os.W_OK) or (os.path.exists(target) and not os.access(target, os.W_OK)):
        raise InputError(f"{target} cannot be written: permission denied")


def _write(target: Path, text: str) -> None:
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}.", suffix=".part")
        try:
            with open(handle, "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(name, 0o644 & ~_umask())
            os.replace(name, target)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        raise InputError(f"{target} cannot be written: {error.strerror or error}") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _load(populations: Any) -> tuple[list[Source], list[str]]:
    """Return the populations, and what was wrong with their files: said on the page and, as usual, as warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        shown = sources(populations, least=0)
    for warning in caught:
        warnings.warn(warning.message, stacklevel=3)
    return shown, [f"{str(w.message)[:1].upper()}{str(w.message)[1:]}." for w in caught]


def _overview(shown: list[Source], notes: list[str]) -> list[str]:
    parts = [html.paragraph(sentence, "warning") for sentence in [*warnings_about(shown), *notes]]
    parts.append(html.heading(2, "Populations"))
    rows = []
    for source in shown:
        counts = [str(len(source.table)), str(source.count("diverged")), str(int(np.isnan(source.errors).sum()))]
        if not len(source.known):
            rows.append([source.name, *counts, *["none"] * 4])
            continue
        facts = summary(source.errors)
        middle = float(np.median(source.known["error"]))
        rows.append([source.name, *counts, *(f"{100 * x:.2f}" for x in (facts.minimum, facts.mean, middle, facts.sd))])
    columns = ["population", "networks", "diverged", "failed", "min", "mean", "median", "sd"]
    parts.append(html.table("Top-1 error in percent; failed networks have none and are left out", columns, rows))
    return parts


def _distributions(alive: list[Source]) -> list[str]:
    if not alive:
        return [html.paragraph("There is nothing to draw: no network has an error.")]
    tables = {source.name: source.table for source in alive}
    small = {"size": (5.2, 3.9), "note": False}
    charts = [
        (edfs(tables, **small), "edf-", "Error distribution functions: further left is better."),
        (random_search(tables, **small), "rs-", "Lowest error to expect from m random networks."),
    ]
    figures = [html.figure(to_svg(fig, prefix), caption, caption.split(":")[0]) for fig, prefix, caption in charts]
    return [
        html.heading(2, "Error distributions"),
        html.grid(figures, "pair"),
        html.paragraph(small_print(alive), "quiet"),
    ]


def _comparisons(alive: list[Source]) -> list[str]:
    if len(alive) < 2:
        return []
    results = [compare(a.errors, b.errors, (a.name, b.name)) for a, b in itertools.combinations(alive, 2)]
    columns = ["pair", "difference of means", "difference of minima", "KS", "p of KS", "superiority", "detectable"]
    caption = (
        "Differences are the first minus the second, in percentage points, with 95 % intervals (of means, Welch's). "
        "Superiority is the probability that a network of the first beats one of the second. Detectable is the "
        "difference of means that so many networks find with a power of 80 %, in points."
    )
    parts = [
        html.heading(2, "Comparisons"),
        html.bullets(result.sentence for result in results),
        html.table(caption, columns, [_comparison_row(result) for result in results]),
    ]
    if len(results) > 1:
        parts.append(
            html.paragraph(
                f"These are {len(results)} comparisons without a correction: of 20 between equal spaces, one would be "
                "called different by chance.",
                "quiet",
            )
        )
    return parts


def _comparison_row(result: Comparison) -> list[str]:
    points = [
        f"{100 * e.value:+.2f} [{100 * e.low:+.2f}, {100 * e.high:+.2f}]"
        for e in (result.mean_difference, result.minimum_difference)
    ]
    shares = [f"{e.value:.2f} [{e.low:.2f}, {e.high:.2f}]" for e in (result.ks, result.superiority)]
    pair = f"{result.names[0]} - {result.names[1]}"
    return [pair, *points, shares[0], f"{result.ks_p:.3f}", shares[1], f"{100 * result.detectable:.2f}"]


def _networks(source: Source, prefix: str) -> list[str]:
    figures = []
    for name in PROPERTIES:
        try:
            values = property_values(source.known, name).values
        except InputError:  # a stage that not every network has, or a column that an old record lacks
            continue
        if np.isnan(values).all():
            continue
        drawn = property_scatter(source.table, name, note=False, size=(3.0, 2.5))
        figures.append(html.figure(to_svg(drawn, f"{prefix}{name}-")))
    profiles = width_profiles(source.table, note=False)
    parts = [
        html.heading(2, f"Networks of {source.name}"),
        html.heading(3, "Properties and error"),
        html.paragraph(
            "Band: 95 % interval of the empirical bootstrap for the best value. Line: its median, the most likely best "
            "value."
        ),
        html.grid(figures),
        html.heading(3, "Best and worst"),
        html.figure(
            to_svg(profiles, f"{prefix}prof-"),
            "Nominal width of every block; above each panel the error, the bottleneck ratio b and the group width g.",
            f"Best and worst networks of {source.name}",
        ),
    ]
    known = source.known
    parts.append(_network_table(f"The best networks of {source.name}", known.head(EXTREMES)))
    if len(known) > EXTREMES:
        parts.append(_network_table(f"The worst networks of {source.name}", known.iloc[EXTREMES:].tail(EXTREMES)[::-1]))
    parts.append(html.paragraph(small_print([source]), "quiet"))
    return parts


def _network_table(caption: str, networks: Any) -> str:
    columns = ["network", "error %", "depths", "widths", "b", "g", "Mflops", "k params", "k activations"]
    rows = []
    for row in networks.to_dict("records"):
        lists = [" ".join(f"{v:g}" for v in row[c]) for c in ("depths", "widths", "bottleneck_ratios", "group_widths")]
        counts = [f"{row['flops'] / 1e6:.2f}", f"{row['params'] / 1e3:,.0f}", f"{row['activations'] / 1e3:,.0f}"]
        mark = "" if row.get("status", "ok") == "ok" else f" ({row['status']})"
        rows.append([f"{row['index']}{mark}", f"{100 * row['error']:.2f}", *lists, *counts])
    return html.table(caption, columns, rows)


def _provenance(shown: list[Source]) -> list[str]:
    """Return what is the same for all populations as one table, and what differs as another."""
    facts = [origin(source) for source in shown]
    topics = list(dict.fromkeys(topic for fact in facts for topic in fact))
    same = [t for t in topics if len({fact.get(t) for fact in facts}) == 1]
    differ = [t for t in topics if t not in same]
    parts = [html.heading(2, "Where the data come from")]
    if same:
        whose = "all populations" if len(shown) > 1 else shown[0].name
        parts.append(
            html.table(f"Provenance of {whose}", ["what", "value"], [[t, facts[0][t]] for t in same], wide=(1,))
        )
    if differ:
        rows = [
            [source.name, *(fact.get(t, "unknown") for t in differ)] for source, fact in zip(shown, facts, strict=True)
        ]
        wide = [k for k, t in enumerate(differ, 1) if max(len(row[k]) for row in rows) > 20]
        parts.append(html.table("What differs between the populations", ["population", *differ], rows, wide))
    return parts


def _reading() -> list[str]:
    return [
        html.heading(2, "How to read this page"),
        html.bullets(
            [
                "The error distribution function at e is the share of networks with an error below e. A curve further "
                "left and up is a better design space, not only a better best network; the mean error is the area left "
                "of it.",
                "The band in the property plots: draw a quarter of the networks with replacement, keep the best, and "
                "repeat this 10,000 times; the band holds 95 % of the values kept.",
                "Intervals of comparisons resample both populations. Two spaces count as told apart when the interval "
                "of the difference of means leaves out 0. Minima depend on one network each and tell little.",
                "Flops are multiply-adds of one image; activations are the outputs of all convolutions.",
            ]
        ),
    ]
