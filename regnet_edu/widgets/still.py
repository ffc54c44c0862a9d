"""Still pictures of interactives whose starting state depends on recorded data, for where scripts are off."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import numpy as np

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 640, 340, 56, 40, 16, 46
STROKES = ("rni-la", "rni-lb rni-dash", "rni-lc rni-dots")
FILLS = ("rni-fa", "rni-fb", "rni-fc")


class Steps(NamedTuple):
    """A staircase: at x[k] it goes to y[k], and stays there until x[k + 1]."""

    name: str
    x: Sequence[float]
    y: Sequence[float]


class Ticks(NamedTuple):
    """An axis: its name, and what is written where; its ends are the first and last place."""

    name: str
    places: Sequence[float]
    texts: Sequence[str]


def picture(curves: Sequence[Steps], x_axis: Ticks, y_axis: Ticks, label: str) -> str:
    """Return an SVG in the colours of the interactives.

    Args:
        curves: at most three staircases.
        x_axis, y_axis: what the axes say; what lies beyond their ends is drawn at the end.
        label: what the picture shows, in words.
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
    for k, curve in enumerate(curves):
        xs, ys = across(curve.x), up(curve.y)
        path = f"M{xs[0]:.1f} {ys[0]:.1f}" + "".join(f"H{x:.1f}V{y:.1f}" for x, y in zip(xs, ys, strict=True))
        parts.append(f'<path class="{STROKES[k]}" d="{path}"/>')
        parts.append(f'<rect class="{FILLS[k]}" x="{LEFT + 8}" y="{TOP + 4 + 17 * k}" width="10" height="10"/>')
        parts.append(_text(LEFT + 23, TOP + 13 + 17 * k, curve.name))
    start = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img"'
    return f'{start} aria-label="{escape(label)}">{"".join(parts)}</svg>'


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text class="rni-t" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
