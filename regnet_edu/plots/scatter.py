"""A property of the networks against their error, with the bootstrap of the best value (figures 2, 5)."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..analysis.edf import bootstrap_best
from ..analysis.measure import Measure
from ..analysis.properties import Property, property_values, rank_correlation
from ..common.errors import InputError
from .canvas import INK, PALETTE, finish, measure_limits, new_figure, plain_log_axis, styled
from .source import one_source, small_print

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BAND, MIDDLE = PALETTE[5], PALETTE[1]


@styled
def property_scatter(
    population: Any,
    properties: str | Callable[[Any], Any] | Sequence[str | Callable[[Any], Any]] = ("depth", "w4"),
    *,
    measure: Measure | str | None = None,
    columns: int = 3,
    rng: int = 0,
    title: str = "",
    note: bool = True,
    size: tuple[float, float] | None = None,
) -> Figure:
    """Error against one or several properties, one panel each (figure 2, middle and right; figure 5, right).

    The shaded band is the 95 % interval of the empirical bootstrap for the best value, the vertical line its median.
    Points of a property with few values are moved sideways a little so that they do not hide each other.

    Args:
        population: one population.
        properties: names as `property_values` takes them.
        measure: what networks are judged by, as for `edfs`.
        columns: panels a row.
        rng: seed of the bootstrap.
        title, note: as for `edfs`.
        size: width and height of one panel in inches; larger for a single property.

    Raises:
        InputError: there is not exactly one population, it has no network with an error, or a property is unknown.
    """
    source = one_source(population, "property_scatter", measure)
    judged = source.measure
    names = [properties] if isinstance(properties, str) or callable(properties) else list(properties)
    if not names:
        raise InputError("properties is empty; name at least one, such as 'depth'")
    table = source.known
    size = size or ((3.6, 3.0) if len(names) == 1 else (2.3, 2.2))
    columns = min(columns, len(names))
    rows = math.ceil(len(names) / columns)
    errors = table[judged.column].to_numpy(dtype=np.float64)
    low, high, outside = measure_limits(errors, judged)
    text = small_print([source]) + outside if note else ""
    fig, axes = new_figure(size[0] * columns, size[1] * rows, text, rows, columns, squeeze=False, sharey=True)
    words = [
        _panel(ax, property_values(table, name), errors, int(13 * size[0]), rng, judged)
        for ax, name in zip(axes.flat, names, strict=False)
    ]
    for ax in axes.flat[len(names) :]:
        ax.set_visible(False)
    for ax in axes[:, 0]:
        ax.set_ylabel(judged.label)
    axes[0, 0].set_ylim(low, high)
    if title:
        fig.suptitle(title, fontsize=10)
    start = f"{judged.name.capitalize()} against properties of {len(table)} networks of {source.name}."
    return finish(fig, f"{start} {' '.join(words)}{outside}")


def _panel(ax: Axes, prop: Property, errors: np.ndarray, letters: int, rng: int, judged: Measure) -> str:
    """Draw one panel and return what it shows in words."""
    known = ~np.isnan(prop.values)
    values, errors = prop.values[known], errors[known]
    ax.set_xlabel(textwrap.fill(prop.label, letters))
    if not values.size:
        ax.text(0.5, 0.5, "not recorded", transform=ax.transAxes, ha="center")
        return f"{prop.label}: not recorded."
    log = prop.log and values.min() > 0
    if log:
        plain_log_axis(ax, "x", values)
    if np.ptp(values) < 1e-9 * max(1.0, abs(values).max()):  # all the same, as e_fit of RegNets
        values = np.full(values.size, round(float(values[0]), 9))
        ax.set_xlim(values[0] - 0.5, values[0] + 0.5)
    band = bootstrap_best(values, errors, rng=rng, measure=judged)
    ax.axvspan(band.low, band.high, color=BAND, alpha=0.22, linewidth=0)
    if band.low == band.high:  # a band without width would not be seen
        ax.axvline(band.low, color=BAND, alpha=0.3, linewidth=7)
    ax.axvline(band.median, color=MIDDLE, linewidth=1.4)
    ax.plot(_spread(values, log), judged.scale * errors, "o", color=INK, markersize=2.8, alpha=0.6, markeredgewidth=0)
    distinct = np.unique(values)
    if len(distinct) <= 8 and (distinct == np.round(distinct)).all():
        ax.set_xticks(distinct, [f"{v:.3g}" for v in distinct])
    elif not log and (values == np.round(values)).all():
        ax.locator_params(axis="x", integer=True, nbins=6)
    best = values[(judged.sign * errors).argmin()]
    rho = rank_correlation(values, errors)
    tendency = "" if math.isnan(rho) else f", rank correlation with the {judged.name} {rho:+.2f}"
    return (
        f"{prop.label}: from {values.min():.3g} to {values.max():.3g}{tendency}; the best network has {best:.3g}; most "
        f"likely best value {band.median:.3g}, 95 % interval {band.low:.3g} to {band.high:.3g}."
    )


def _spread(values: np.ndarray, log: bool) -> np.ndarray:
    """Move points of a property with few values sideways, by the golden ratio, so that nothing is random."""
    distinct = np.unique(values)
    if not 2 <= len(distinct) <= 40 or len(distinct) > values.size / 2:
        return values
    scale = np.log(distinct) if log else distinct
    width = 0.3 * np.diff(scale).min()
    offset = width * ((np.arange(values.size) * 0.6180339887 % 1) - 0.5)
    return values * np.exp(offset) if log else values + offset
