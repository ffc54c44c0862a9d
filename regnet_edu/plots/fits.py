"""Widths as lines: the best networks, their quantised linear fits, and the error of the fit (figure 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..analysis.edf import bootstrap_best
from ..analysis.properties import fits, rank_correlation
from ..common.validation import whole
from .canvas import (
    INK,
    MARKERS,
    PALETTE,
    finish,
    measure_limits,
    new_figure,
    plain_log_axis,
    styled,
)
from .source import Source, anynets, small_print, sources

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PAPER_LINE = 48  # w_j = 48 (j + 1), the trend of the paper's best 20 networks of AnyNetX_E at 400 MF


@styled
def linear_fits(
    population: Any, best: int = 20, *, title: str = "", note: bool = True, size: tuple[float, float] = (5.4, 3.9)
) -> Figure:
    """The width of every block of the best networks, and the line through them (figure 8, top left).

    The line is the least-squares fit w = a + c j to all blocks of these networks, j = 0, 1, ...; the dotted line is the
    paper's, 48 (j + 1).

    Args:
        population: one population.
        best: how many of the networks with the lowest errors.
        title, note, size: as for `edfs`.

    Raises:
        InputError: there is not exactly one population, or it has no network with an error.
    """
    source = anynets(population, "linear_fits")
    networks = source.known.head(whole("best", best)).to_dict("records")
    fig, ax = new_figure(*size, small_print([source]) if note else "")
    blocks = [np.repeat(n["widths"], n["depths"]) for n in networks]
    for widths in blocks:
        ax.stairs(widths, np.arange(len(widths) + 1) - 0.5, baseline=None, color=INK, alpha=0.35, linewidth=0.9)
    longest = max(map(len, blocks))
    j, w = np.concatenate([np.arange(len(b)) for b in blocks]), np.concatenate(blocks)
    slope, start = np.polyfit(j, w, 1) if longest > 1 else (0.0, float(w.mean()))
    x = np.arange(longest)
    line, paper = start + slope * x, PAPER_LINE * (x + 1)
    ax.plot(x[line > 0], line[line > 0], color=PALETTE[1], label=f"fit: {start:.0f} {_signed(slope)} j", linewidth=2)
    ax.plot(x, paper, color=PALETTE[0], linestyle=":", label="paper: 48 (j + 1)", linewidth=2)
    plain_log_axis(ax, "y", np.concatenate([w, [8]]).astype(float))
    ax.set_xlabel("block j")
    ax.set_ylabel("width")
    ax.set_title(title)
    ax.legend(loc="lower right", title=f"best {len(networks)} of {source.name}", title_fontsize=8, alignment="left")
    middle = float(np.median([n["widths"][-1] / n["widths"][0] for n in networks]))
    errors = [100 * n["error"] for n in networks]
    return finish(
        fig,
        f"Widths of the blocks of the best {len(networks)} of {len(source.known)} networks of {source.name}, errors "
        f"{errors[0]:.1f} to {errors[-1]:.1f} %. The least-squares line is {start:.1f} {_signed(slope, 1)} j; the "
        f"paper's is 48 (j + 1). The last stage is {middle:.3g} times as wide as the first (median).",
    )


@styled
def quantized_fits(
    population: Any, count: int = 4, *, title: str = "", note: bool = True, size: tuple[float, float] = (1.65, 1.7)
) -> Figure:
    """The widths of the best networks and their quantised linear fits (figure 8, top right and bottom left).

    Args:
        population: one population.
        count: how many of the networks with the lowest errors, one panel each.
        title, note: as for `edfs`.
        size: width and height of one panel in inches.

    Raises:
        InputError: there is not exactly one population, or it has no network with an error.
    """
    source = anynets(population, "quantized_fits")
    table = source.known.head(whole("count", count))
    columns = min(4, len(table))
    rows = -(-len(table) // columns)
    text = small_print([source]) if note else ""
    fig, axes = new_figure(
        size[0] * columns + 0.5, size[1] * rows + 0.3, text, rows, columns, squeeze=False, sharex=True, sharey=True
    )
    words, seen = [], []
    for ax, network, fit in zip(axes.flat, table.to_dict("records"), fits(table), strict=False):
        widths = np.repeat(network["widths"], network["depths"])
        predicted = fit.block_widths
        x = np.arange(len(widths))
        ax.stairs(widths, np.arange(len(widths) + 1) - 0.5, baseline=None, color=INK, linewidth=2.4, alpha=0.55)
        ax.plot(x, predicted, color=PALETTE[1], linestyle=(0, (3, 1)), linewidth=1.6)
        ax.plot(x, fit.w0 + fit.wa * x, color=PALETTE[0], linewidth=0.9, linestyle=":")
        ax.set_title(
            f"{100 * network['error']:.1f} %, e_fit {fit.error:.2f}\nw₀ {fit.w0:g}, wₐ {fit.wa:.3g}, wₘ {fit.wm:.3g}",
            fontsize=7.5,
        )
        rule = f"w0 {fit.w0:g}, wa {fit.wa:.3g}, wm {fit.wm:.3g}"
        words.append(f"error {100 * network['error']:.1f} %: {rule}, e_fit {fit.error:.2f}")
        seen += [*widths, *predicted]
    for ax in axes.flat[len(table) :]:
        ax.set_visible(False)
    plain_log_axis(axes[0, 0], "y", np.array(seen, dtype=float))
    for ax in axes[-1]:
        ax.set_xlabel("block j")
    for ax in axes[:, 0]:
        ax.set_ylabel("width")
    if title:
        fig.suptitle(title, fontsize=10)
    return finish(
        fig,
        f"Block widths (solid), quantised linear fits (dashed) and their lines w0 + wa j (dotted) of the {len(table)} "
        f"best networks of {source.name}: {'; '.join(words)}.",
    )


@styled
def fit_error(
    populations: Any, *, rng: int = 0, title: str = "", note: bool = True, size: tuple[float, float] = (2.2, 2.4)
) -> Figure:
    """The error of a network against e_fit, how far its widths are from quantised linear (figure 8, bottom right).

    The paper shows AnyNetX_C, D and E: good networks have a small e_fit. Band and line are the bootstrap of
    `property_scatter`.

    Args:
        populations: one or several, one panel each.
        rng: seed of the bootstrap.
        title, note: as for `edfs`.
        size: width and height of one panel in inches.

    Raises:
        InputError: there is no population, or one has no network with an error.
    """
    shown = sources(populations)
    columns = min(3, len(shown))
    rows = -(-len(shown) // columns)
    low, high, outside = measure_limits(np.concatenate([s.errors[~np.isnan(s.errors)] for s in shown]))
    text = small_print(shown) + outside if note else ""
    fig, axes = new_figure(
        size[0] * columns + 0.3, size[1] * rows, text, rows, columns, squeeze=False, sharex=True, sharey=True
    )
    words = [_fit_error_panel(ax, s, rng, k) for k, (ax, s) in enumerate(zip(axes.flat, shown, strict=False))]
    for ax in axes.flat[len(shown) :]:
        ax.set_visible(False)
    axes[0, 0].set_ylim(low, high)
    axes[0, 0].set_xlim(left=-0.03 * axes[0, 0].get_xlim()[1])  # a network on the line is not cut in half
    for ax in axes[:, 0]:
        ax.set_ylabel("top-1 error (%)")
    for ax in axes[-1]:
        ax.set_xlabel("e_fit")
    if title:
        fig.suptitle(title, fontsize=10)
    return finish(fig, f"Error against the error of the quantised linear fit, e_fit. {' '.join(words)}{outside}")


def _fit_error_panel(ax: Axes, source: Source, rng: int, k: int) -> str:
    values = np.array([fit.error for fit in fits(source.known)])
    errors = source.known["error"].to_numpy(dtype=np.float64)
    band = bootstrap_best(values, errors, rng=rng)
    ax.axvspan(band.low, band.high, color=PALETTE[5], alpha=0.22, linewidth=0)
    ax.axvline(band.median, color=PALETTE[1], linewidth=1.4)
    ax.plot(values, 100 * errors, MARKERS[k % len(MARKERS)], color=INK, markersize=2.8, alpha=0.6, markeredgewidth=0)
    ax.set_title(source.name)
    rho = rank_correlation(values, errors)
    tendency = "" if np.isnan(rho) else f", rank correlation with the error {rho:+.2f}"
    return (
        f"{source.name}: e_fit {values.min():.2f} to {values.max():.2f}, median {np.median(values):.2f}{tendency}; "
        f"most likely best {band.median:.2f}, 95 % interval {band.low:.2f} to {band.high:.2f}."
    )


def _signed(value: float, digits: int = 0) -> str:
    return f"{'-' if value < 0 else '+'} {abs(value):.{digits}f}"
