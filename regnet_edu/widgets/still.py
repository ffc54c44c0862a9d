"""Still pictures of interactives whose starting state depends on recorded data, for where scripts are off."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import numpy as np

from ..analysis.edf import summary
from .resampling import quantile

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 640, 340, 56, 40, 16, 46
STROKES = ("rni-la", "rni-lb rni-dash", "rni-lc rni-dots", "rni-ld rni-dash", "rni-le rni-dots", "rni-lf")
FILLS = ("rni-fa", "rni-fb", "rni-fc", "rni-fd", "rni-fe", "rni-ff")


class Steps(NamedTuple):
    """A staircase: at x[k] it goes to y[k], and stays there until x[k + 1]."""

    name: str
    x: Sequence[float]
    y: Sequence[float]


class Line(NamedTuple):
    """Points, joined in their order."""

    name: str
    x: Sequence[float]
    y: Sequence[float]


class Dots(NamedTuple):
    """Points that are not joined, with a fill of their own; the name stands at the right, under height `under`."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    fill: str
    under: float


class Bars(NamedTuple):
    """A histogram: bar k stands between x[k] and x[k + 1], from 0 to y[k]."""

    name: str
    x: Sequence[float]
    y: Sequence[float]


class Region(NamedTuple):
    """What lies within a line, filled; its name stands at its first corner."""

    name: str
    x: Sequence[float]
    y: Sequence[float]


Mark = Steps | Line | Dots | Bars | Region


class Ticks(NamedTuple):
    """An axis: its name, and what is written where; its ends are the first and last place."""

    name: str
    places: Sequence[float]
    texts: Sequence[str]


def error_limits(errors: Sequence[float]) -> tuple[float, float]:
    """Return the ends of an axis of errors, in whole percents, so that a few very bad networks do not squeeze it."""
    ordered = np.sort(errors)
    low, body, high = ordered[0], quantile(ordered.tolist(), 0.95), ordered[-1]
    limit = body + 0.6 * (body - low)
    top = high if high <= limit or limit <= low else limit
    return max(0.0, np.floor(100 * low - 0.5) / 100), min(1.0, np.ceil(100 * top + 0.5) / 100)


def error_axis(errors: Sequence[float]) -> Ticks:
    """Return such an axis."""
    ends = error_limits(errors)
    return Ticks("error e, %", ends, [f"{100 * e:.0f}" for e in ends])


def edf_steps(name: str, errors: Sequence[float], axis: Ticks) -> Steps:
    """Return the EDF of errors along such an axis."""
    share = np.arange(1, len(errors) + 1) / len(errors)
    low, high = axis.places[0], axis.places[-1]
    return Steps(f"{name} {summary(errors)}", [low, *np.minimum(np.sort(errors), high), high], [0, *share, 1])


SHARES = Ticks("F(e), share of networks below e", [k / 5 for k in range(6)], [str(k / 5) for k in range(6)])


def picture(marks: Sequence[Mark], x_axis: Ticks, y_axis: Ticks, label: str, legend_right: bool = False) -> str:
    """Return an SVG in the colours of the interactives.

    Args:
        marks: at most six staircases, lines or histograms; any number of dots and regions.
        x_axis, y_axis: what the axes say; what lies beyond their ends is drawn at the end.
        label: what the picture shows, in words.
        legend_right: whether the names stand at the right; they stand at the left else.
    """
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM

    def across(values: Sequence[float]) -> np.ndarray:
        return np.interp(values, (x_axis.places[0], x_axis.places[-1]), (LEFT, right))

    def up(values: Sequence[float]) -> np.ndarray:
        return np.interp(values, (y_axis.places[0], y_axis.places[-1]), (bottom, TOP))

    parts = [f'<line class="rni-axis" x1="{LEFT}" y1="{bottom}" x2="{right}" y2="{bottom}"/>']
    for x, text in zip(across(x_axis.places), x_axis.texts, strict=True):
        parts.append(_text(x, bottom + 17, text, "middle"))
    for y, text in zip(up(y_axis.places), y_axis.texts, strict=True):
        parts.append(f'<line class="rni-grid" x1="{LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>')
        parts.append(_text(LEFT - 6, y + 4, text, "end"))
    parts += [_text((LEFT + right) / 2, bottom + 34, x_axis.name, "middle"), _text(10, 14, y_axis.name)]
    for k, mark in enumerate(marks):
        parts.append(_drawn(mark, k, across(mark.x), up(mark.y), float(up([0])[0])))
        if isinstance(mark, Dots) and len(mark.x) == 1:
            parts.append(_text(float(across(mark.x)[0]) + 10, float(up(mark.y)[0]) + 4, mark.name))
        elif isinstance(mark, Dots):
            parts.append(_text(right - 4, float(up([mark.under])[0]) + 14, mark.name, "end"))
        elif isinstance(mark, Bars):  # upwards from zero, or downwards
            parts.append(_text(right - 4, TOP + 16 if min(mark.y) >= 0 else bottom - 8, mark.name, "end", FILLS[k]))
        elif isinstance(mark, Region):
            parts.append(_text(float(across(mark.x)[0]) + 6, float(up(mark.y)[0]) + 14, mark.name))
        else:
            left = right - 110 if legend_right else LEFT + 8
            parts.append(f'<rect class="{FILLS[k]}" x="{left}" y="{TOP + 4 + 17 * k}" width="10" height="10"/>')
            parts.append(_text(left + 15, TOP + 13 + 17 * k, mark.name))
    start = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img"'
    return f'{start} aria-label="{escape(label)}">{"".join(parts)}</svg>'


def _drawn(mark: Mark, k: int, xs: np.ndarray, ys: np.ndarray, zero: float) -> str:
    """One mark as SVG, from its places in pixels; `zero` is where a bar stands."""
    pairs = list(zip(xs, ys, strict=False))
    if isinstance(mark, Bars):
        bars = [(a, min(y, zero), b - a, abs(y - zero)) for a, b, y in zip(xs, xs[1:], ys, strict=False)]
        return "".join(
            f'<rect class="{FILLS[k]}" x="{x:.1f}" y="{y:.1f}" width="{w - 1:.1f}" height="{h:.1f}"/>'
            for x, y, w, h in bars
            if h
        )
    dots = "".join(
        f'<circle class="{_fill(mark, k)}" cx="{x:.1f}" cy="{y:.1f}" r="{3 + (isinstance(mark, Line))}"/>'
        for x, y in pairs
    )
    if isinstance(mark, Dots):
        return dots
    corner = "H{:.1f}V{:.1f}" if isinstance(mark, Steps) else "L{:.1f} {:.1f}"
    path = f"M{xs[0]:.1f} {ys[0]:.1f}" + "".join(corner.format(x, y) for x, y in pairs)
    stroke = "rni-fa rni-pale" if isinstance(mark, Region) else STROKES[k]
    return f'<path class="{stroke}" d="{path}"/>' + (dots if isinstance(mark, Line) else "")


def _fill(mark: Mark, k: int) -> str:
    return mark.fill if isinstance(mark, Dots) else FILLS[k % len(FILLS)]


def _text(x: float, y: float, text: str, anchor: str = "start", fill: str = "") -> str:
    style = f"rni-t rni-strong {fill}" if fill else "rni-t"
    return f'<text class="{style}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
