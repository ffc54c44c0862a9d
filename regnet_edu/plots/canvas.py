"""The look that all figures share: colours, axes, small print, text alternative, and an SVG that follows the theme.

A figure saved to a file is dark on white. In a notebook or a page it is an inline SVG without background whose ink is
`currentColor`, the colour of the text around it, so that it follows a light or dark theme, even one that is switched
by a button. The colours of the data have a contrast of at least 3 to 1 on white and on near-black.
"""

from __future__ import annotations

import functools
import io
import re
import textwrap
import zlib
from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from ..analysis.measure import ERROR, Measure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's palette; orange and sky blue are darkened to show on white, black and yellow are left out
PALETTE = ("#0072b2", "#d55e00", "#009e73", "#c46ba0", "#b97d00", "#3d94c9", "#808080")
DASHES = ((5, 1.5), (6, 1.5, 1, 1.5), (1.5, 1.2), (9, 2), (3, 1, 1, 1, 1, 1))
LINES: tuple[Any, ...] = ("-", *((0, dash) for dash in DASHES))
MARKERS = ("o", "^", "s", "D", "v", "P", "X")
INK = "#1a1b1c"  # becomes currentColor in an SVG; no colour of the palette is near it
FAINT = "#8a8b8c"  # likewise, at low opacity: grid lines
SMALL = 6.5  # points

STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.labelsize": 9,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "legend.handlelength": 3.2,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "axes.titlecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.unicode_minus": False,
    "grid.color": FAINT,
    "grid.alpha": 0.35,
    "grid.linewidth": 0.5,
    "lines.linewidth": 1.8,
    "lines.markersize": 4,
    "svg.fonttype": "none",
    "svg.hashsalt": "regnet_edu",
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "figure.dpi": 100,
    "savefig.dpi": 200,
    "axes.prop_cycle": None,
}


def styled(draw: Callable[..., Figure]) -> Callable[..., Figure]:
    """Draw with the style of this package and leave the user's matplotlib settings as they were."""

    @functools.wraps(draw)
    def wrapped(*args: Any, **kwargs: Any) -> Figure:
        with _style():
            return draw(*args, **kwargs)

    return wrapped


def _style() -> Any:
    import matplotlib.style
    from cycler import cycler

    # on top of matplotlib's own defaults: in a style of the user our dark ink might lie on a dark ground
    return matplotlib.style.context(["default", {**STYLE, "axes.prop_cycle": cycler(color=PALETTE)}])


def new_figure(width: float, height: float, note: str = "", rows: int = 1, columns: int = 1, **axes: Any) -> Any:
    """Return (figure, axes) with room for small print at the bottom.

    Args:
        width, height: in inches, without the small print.
        note: the small print; wrapped to the width.
        rows, columns: of axes; with 1 x 1 a single Axes is returned, else an array of them.
        axes: passed on to `Figure.subplots`.
    """
    from .study_figure import StudyFigure

    # DejaVu Sans is 0.56 em wide on average, and names of spaces have many capitals
    lines = textwrap.wrap(note, max(20, int(72 * width / (0.6 * SMALL)))) if note else []
    room = (1.45 * SMALL * len(lines) + 4) / 72 if lines else 0.0
    figure = StudyFigure(figsize=(width, height + room))
    share = room / (height + room)
    figure.set_layout_engine("constrained", rect=(0, share, 1, 1 - share), w_pad=0.05, h_pad=0.05)
    if lines:
        place = (4 / 72 / width, 3 / 72 / (height + room))
        figure.text(*place, "\n".join(lines), fontsize=SMALL, va="bottom", linespacing=1.3)
    return figure, figure.subplots(rows, columns, **axes)


def look(k: int) -> dict[str, Any]:
    """Colour and line style of the k-th curve."""
    return {"color": PALETTE[k % len(PALETTE)], "linestyle": LINES[k % len(LINES)]}


def finish(figure: Figure, text: str) -> Figure:
    """Give a figure its text alternative."""
    figure.alt_text = text  # type: ignore[attr-defined]
    return figure


def alt_text(figure: Figure) -> str:
    """Return the text alternative of a figure: what it shows, in numbers."""
    return getattr(figure, "alt_text", "")


def measure_limits(errors: np.ndarray, measure: Measure = ERROR) -> tuple[float, float, str]:
    """Return the limits of an axis, so that a few very bad networks do not squeeze the rest, and who is outside.

    The third is a sentence that begins with a blank, or nothing where all networks are inside.
    """
    if not measure.lower_is_better:
        low, high, outside = measure_limits(-errors, replace(measure, lower_is_better=True))
        return -high, -low, outside.replace("above -", "below ")
    percents = measure.scale * errors
    low, high = float(percents.min()), float(percents.max())
    body = float(np.quantile(percents, 0.95))
    limit = body + 0.6 * (body - low)
    high = high if high <= limit or limit <= low else limit
    pad = 0.04 * (high - low) or (1.0 if measure.is_error else 0.05 * abs(high) or 1.0)
    count = int((percents > high + pad).sum())
    if not count:
        return low - pad, high + pad, ""
    start = "1 network" if count == 1 else f"{count} networks"
    said = "an error" if measure.is_error else measure.name
    above = f"{high + pad:.0f} %" if measure.is_error else measure.text(high + pad)
    return (
        low - pad,
        high + pad,
        f" {start} with {said} above {above} {'lies' if count == 1 else 'lie'} outside the axes.",
    )


def plain_log_axis(axes: Axes, axis: str, values: np.ndarray) -> None:
    """A logarithmic axis labelled with plain numbers; powers of two where the values are made of them.

    A range of less than a factor of 3 that is not made of powers of two stays linear.
    """
    from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator

    low, high = float(values.min()), float(values.max())
    doubling = low > 0 and all(v % 8 == 0 or np.log2(v) % 1 == 0 for v in np.unique(values))
    if low <= 0 or (high < 3 * low and not doubling):
        return
    scale = getattr(axes, f"{axis}axis")
    getattr(axes, f"set_{axis}scale")("log")
    margin = max((high / low) ** 0.06, 1.15)
    getattr(axes, f"set_{axis}lim")(low / margin, high * margin)
    scale.set_major_locator(FixedLocator(_log_steps(low, high, doubling)))
    scale.set_major_formatter(lambda value, _: f"{value:g}" if value < 1e5 else f"{value:.0e}")
    scale.set_minor_locator(NullLocator())
    scale.set_minor_formatter(NullFormatter())


def _log_steps(low: float, high: float, doubling: bool) -> list[float]:
    if doubling:
        steps = [2.0**k for k in range(-6, 21) if low * 0.99 <= 2.0**k <= high * 1.01] or [low]
        return steps[:: -(-len(steps) // 7)]
    exponents = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    for mantissas in ((1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,)):
        inside = [m * 10.0**e for e in exponents for m in mantissas if low * 0.95 <= m * 10.0**e <= high * 1.05]
        if len(inside) <= 7:
            return inside
    return inside[:: -(-len(inside) // 7)]


def to_svg(figure: Figure, prefix: str | None = None) -> str:
    """Return a figure as an SVG element to be put into an HTML page, with its text alternative.

    It has no background, its ink is `currentColor`, and it shrinks with the page but never grows.

    Args:
        figure: a figure of this package (any matplotlib figure will do).
        prefix: put before all ids, which must be unique in a page; made from the content if not given.
    """
    buffer = io.StringIO()
    with _style():
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.S)
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>\s*", "", svg, flags=re.S)  # it would style the whole page
    prefix = prefix or f"f{zlib.crc32(svg.encode()):08x}-"
    svg = re.sub(r'\bid="', f'id="{prefix}', svg)
    svg = svg.replace("url(#", f"url(#{prefix}").replace('xlink:href="#', f'href="#{prefix}')
    # wherever DejaVu Sans is missing, a font that is as wide keeps the labels in their places
    svg = svg.replace("'DejaVu Sans'", "'DejaVu Sans', Verdana, sans-serif")
    svg = svg.replace(INK, "currentColor").replace(FAINT, "currentColor")
    svg = re.sub(r"<g( [^>]*)?>\s*((?:<use [^>]*/>\s*){2,})</g>", _points, svg)
    svg = re.sub(r"\d+\.\d{3,}", lambda m: f"{float(m[0]):.2f}".rstrip("0").rstrip("."), svg)
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    width, height = (float(x) for x in box.groups()) if box else (400.0, 300.0)
    start = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" '
        f'aria-label="{escape(alt_text(figure), quote=True)}" '
        f'style="width:100%;max-width:{width * 4 / 3:.0f}px;height:auto;stroke-linejoin:round;stroke-linecap:butt">'
    )
    return start + svg[svg.index(">") + 1 :].strip()


def _points(found: re.Match[str]) -> str:
    """Write the style of many equal points once, at their group: most of a scatter plot's size."""
    attributes, points = found[1] or "", found[2]
    styles = set(re.findall(r'style="([^"]*)"', points))
    if len(styles) != 1 or points.count("style=") != points.count("<use"):
        return found[0]
    points = re.sub(r"\s*<use ", "\n<use ", re.sub(r' style="[^"]*"', "", points)).strip()
    return f'<g{attributes} style="{styles.pop()}">\n{points}\n</g>'
