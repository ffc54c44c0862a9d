"""Drawings of networks: good and bad ones as width profiles (figure 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..analysis.measure import Measure
from ..common.validation import whole
from .canvas import INK, PALETTE, finish, new_figure, styled
from .source import anynets, small_print

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GOOD, BAD = PALETTE[0], PALETTE[1]


@styled
def width_profiles(
    population: Any,
    count: int = 4,
    *,
    measure: Measure | str | None = None,
    title: str = "",
    note: bool = True,
    size: tuple[float, float] = (1.6, 1.65),
) -> Figure:
    """The best networks (top row) and the worst (bottom row) as the width of every block (figure 6).

    Widths are nominal, on one logarithmic axis; the height of a step is the width of a stage, its length the depth.

    Args:
        population: one population.
        count: networks a row; of a small population, at most half of it.
        measure, title, note: as for `edfs`.
        size: width and height of one panel in inches.

    Raises:
        InputError: there is not exactly one population, or it has no network with an error.
    """
    source = anynets(population, "width_profiles", measure)
    whole("count", count)
    table = source.known
    each = max(1, min(count, len(table) // 2))
    rows = 1 if len(table) == 1 else 2
    note_text = small_print([source]) if note else ""
    fig, axes = new_figure(
        size[0] * each + 0.5, size[1] * rows + 0.2, note_text, rows, each, squeeze=False, sharex=True, sharey=True
    )
    groups = [("best", table.head(each), GOOD), ("worst", table.tail(each).iloc[::-1], BAD)][:rows]
    words = []
    for row, (kind, networks, color) in enumerate(groups):
        for ax, network in zip(axes[row], networks.to_dict("records"), strict=True):
            _profile(ax, network, color, source.measure, dashed=kind == "worst")
        axes[row, 0].set_ylabel(f"{kind}: width")
        words.append(f"{kind}: " + "; ".join(_in_words(n, source.measure) for n in networks.to_dict("records")) + ".")
    widths = np.concatenate([np.array(w) for w in (*groups[0][1]["widths"], *groups[-1][1]["widths"])])
    ticks = [2**k for k in range(3, 14, 2) if widths.min() / 2 <= 2**k <= 2 * widths.max()] or [int(widths.min())]
    axes[0, 0].set_yscale("log", base=2)
    axes[0, 0].set_ylim(widths.min() / 1.5, widths.max() * 1.4)
    axes[0, 0].set_yticks(ticks, [str(t) for t in ticks])
    axes[0, 0].set_xlim(0, None)
    for ax in axes[-1]:
        ax.set_xlabel("block")
    if title:
        fig.suptitle(title, fontsize=10)
    return finish(fig, f"Widths of the blocks of the {_few(each, rows)} networks of {source.name}: {' '.join(words)}")


def _few(each: int, rows: int) -> str:
    return f"{each} best and {each} worst" if rows == 2 else "only"


def _profile(ax: Axes, network: dict, color: str, judged: Measure, dashed: bool = False) -> None:
    blocks = np.repeat(network["widths"], network["depths"])
    edges = np.arange(len(blocks) + 1)
    ax.stairs(blocks, edges, baseline=1, fill=True, color=color, alpha=0.22, linewidth=0)
    ax.stairs(blocks, edges, baseline=None, color=color, linewidth=1.6, linestyle=(0, (4, 1.2)) if dashed else "-")
    starts = np.cumsum([0, *network["depths"][:-1]])
    ax.plot(starts + 0.5, network["widths"], ".", color=INK, markersize=3)
    ax.set_title(f"{judged.text(network[judged.column])}\n{_shared(network)}", fontsize=7.5)


def _shared(network: dict) -> str:
    """Return b and g of a network, one number where the stages share it."""
    parts = []
    for letter, column in (("b", "bottleneck_ratios"), ("g", "group_widths")):
        values = [f"{v:g}" for v in network[column]]
        parts.append(f"{letter} {values[0] if len(set(values)) == 1 else ' '.join(values)}")
    return ("\n" if max(map(len, parts)) > 6 else ", ").join(parts)


def _in_words(network: dict, judged: Measure) -> str:
    depths, widths = (" ".join(f"{v:g}" for v in network[c]) for c in ("depths", "widths"))
    return f"{judged.name} {judged.text(network[judged.column])} with depths {depths} and widths {widths}"
