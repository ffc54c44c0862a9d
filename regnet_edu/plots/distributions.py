"""Figures of error distributions: EDFs (figures 2, 5, 7, 9, 10) and random-search efficiency (figure 9, right)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..analysis.edf import EDF, edf, summary
from ..analysis.measure import Measure
from ..analysis.random_search import random_search_curve
from .canvas import finish, look, measure_limits, new_figure, plain_log_axis, styled
from .source import Source, small_print, sources

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@styled
def edfs(
    populations: Any,
    *,
    weights: Any = None,
    measure: Measure | str | None = None,
    title: str = "",
    note: bool = True,
    size: tuple[float, float] = (5.4, 3.9),
) -> Figure:
    """Error distribution functions with the [min | mean] legend in percent (figures 2, 5, 7, 9, 10).

    Args:
        populations: one or several populations.
        weights: sequence of (n,) weights, one array a population, for a complexity-matched comparison.
        measure: what networks are judged by, if not the error: a `Measure`, or the name of a column such as "loss".
        title: printed above.
        note: whether to print where the data come from.
        size: width and height in inches, without the small print.

    Raises:
        InputError: there is no population, or one has no network with an error.
    """
    shown = sources(populations, measure=measure)
    judged = shown[0].measure
    weights = [None] * len(shown) if weights is None else list(weights)
    labels = [f"{_legend(s)} {s.name}, n = {len(s.known)}" for s in shown]
    low, high, outside = measure_limits(np.concatenate([s.errors[~np.isnan(s.errors)] for s in shown]), judged)
    curves = [edf(source.errors, weights=weight, measure=judged) for source, weight in zip(shown, weights, strict=True)]
    crowded = not _corner_is_empty(curves, (low / judged.scale, high / judged.scale), max(map(len, labels)), size)
    height = size[1] + (0.17 * (len(shown) + 1) if crowded else 0)
    fig, ax = new_figure(size[0], height, small_print(shown) + outside if note else "")
    words = []
    for k, (source, curve) in enumerate(zip(shown, curves, strict=True)):
        facts = summary(source.errors, judged)
        # F jumps just after each error, so the step ends at it; the last step goes up to 1
        x = np.append(judged.scale * np.append(curve.error, curve.error[-1]), max(100.0, high))
        y = np.concatenate([curve.fraction, [1.0], [1.0]])
        ax.step(
            np.concatenate([[min(0.0, low)], x]), np.concatenate([[0.0], y]), where="pre", label=labels[k], **look(k)
        )
        known = source.errors[~np.isnan(source.errors)]
        quartiles = [judged.text(x) for x in np.quantile(known, [0.25, 0.5, 0.75])]
        failed = f", {facts.failed} failed" if facts.failed else ""
        words.append(
            f"{source.name}: {facts.n} networks{failed}, {judged.best} {judged.name} {judged.text(_best(source))}, "
            f"mean {judged.text(facts.mean)}, a quarter below {quartiles[0]}, half below {quartiles[1]}, three "
            f"quarters below {quartiles[2]}."
        )
    ax.set_xlim(low, high)
    ax.set_ylim(0, 1.01)
    ax.set_xlabel(judged.label)
    ax.set_ylabel("cumulative probability")
    ax.set_title(title)
    least = "min" if judged.lower_is_better else "max"
    heading = {"title": f"[{least} | mean] {judged.name}{judged.in_brackets}", "title_fontsize": 8, "alignment": "left"}
    if crowded:
        fig.legend(loc="outside upper left", **heading)
    else:
        ax.legend(loc="lower right", **heading)
    what = "Error d" if judged.is_error else "D"
    return finish(fig, f"{what}istribution functions of {_count(len(shown))}. {' '.join(words)}{outside}")


def _best(source: Source) -> float:
    return float(source.known[source.measure.column].iloc[0])


def _legend(source: Source) -> str:
    """Return the best value and the mean, such as "[38.7 | 43.2]"."""
    number = source.measure.number
    return f"[{number(_best(source))} | {number(summary(source.errors, source.measure).mean)}]"


def _corner_is_empty(curves: list[EDF], limits: tuple[float, float], letters: int, size: tuple[float, float]) -> bool:
    """Whether a legend fits at the lower right: a curve only rises, so it must be above it where the legend begins."""
    # in points: a letter of 8 points is 4.3 wide on average, a line with its gap 12.5 high; the axes lack 0.7 inches
    width = (4.3 * letters + 45) / 72 / (size[0] - 0.7)
    height = (12.5 * (len(curves) + 1) + 10) / 72 / (size[1] - 0.75)
    start = limits[1] - width * (limits[1] - limits[0])
    there = [curve.fraction[curve.error <= start].max(initial=0) for curve in curves]
    return width < 1 and min(there) > height


@styled
def random_search(
    populations: Any,
    *,
    level: float = 0.95,
    measure: Measure | str | None = None,
    title: str = "",
    note: bool = True,
    size: tuple[float, float] = (5.4, 3.9),
) -> Figure:
    """The expected error of the best of m random networks, with its band (figure 9, right).

    Args:
        populations: one or several populations.
        level: level of the band.
        measure, title, note, size: as for `edfs`.

    Raises:
        InputError: there is no population, or one has no network with an error.
    """
    shown = sources(populations, measure=measure)
    judged = shown[0].measure
    fig, ax = new_figure(*size, small_print(shown) if note else "")
    words = []
    for k, source in enumerate(shown):
        curve = random_search_curve(source.errors, level=level, measure=judged)
        mean, low, high = (judged.scale * values for values in curve[1:])
        style = look(k)
        ax.plot(curve.draws, mean, label=source.name, **style)
        ax.fill_between(curve.draws, low, high, color=style["color"], alpha=0.15, linewidth=0)
        marks = [m for m in (1, 4, 16, 32, 64, 256) if m <= curve.draws[-1]]
        words.append(
            f"{source.name}: "
            + ", ".join(
                f"{judged.text(curve.expected[m - 1])} with {m} "
                f"({judged.number(curve.low[m - 1])} to {judged.number(curve.high[m - 1])})"
                for m in marks
            )
            + "."
        )
    most = max(len(s.known) for s in shown)
    plain_log_axis(ax, "x", np.array([1, max(2, most)], dtype=float))
    steps = [m for m in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096) if m <= most]
    ax.set_xticks(steps, [str(m) for m in steps])
    ax.set_xlabel("networks drawn at random, m")
    ax.set_ylabel(f"{judged.best} {judged.name} among m{judged.in_brackets}")
    ax.set_title(title)
    corner = "upper right" if judged.lower_is_better else "lower right"
    ax.legend(loc=corner, title=f"mean, and {100 * level:g} % of searches", title_fontsize=8, alignment="left")
    start = f"Expected {judged.best} {judged.name} of m random networks, {100 * level:g} % band in brackets."
    return finish(fig, f"{start} {' '.join(words)}")


def _count(number: int) -> str:
    return "1 population" if number == 1 else f"{number} populations"
