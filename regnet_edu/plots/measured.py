"""Networks that others measured: time against counts, families within one recipe, and the front of error against cost.

Each function takes a table of such networks: one row a network, with costs in columns. `table.attrs["labels"]` says
what a column is called on an axis, `table.attrs["source"]` who measured it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..analysis.pareto import above_front, pareto_front
from ..common.errors import InputError, nearest_name
from .canvas import FAINT, INK, LINES, MARKERS, PALETTE, finish, new_figure, plain_log_axis, styled

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

# column -> unit, how it is said with its unit
COUNTS = {
    "flops": (1e9, "flops (GF)"),
    "params": (1e6, "parameters (million)"),
    "activations": (1e6, "activations (million)"),
}
SHOWN = ("RegNetX", "RegNetY", "EfficientNet", "MobileNetV4", "ConvNeXt", "ViT")


@styled
def measured_times(
    table: pd.DataFrame,
    machine: str,
    *,
    counts: Sequence[str] = ("flops", "activations"),
    families: Sequence[str] = SHOWN,
    note: bool = True,
    size: tuple[float, float] = (3.4, 3.1),
) -> Figure:
    """Time an image on one machine against what is counted, for many networks (figure 12, top right).

    Args:
        table: of `study.field.costs()`: columns flops, params, activations, family, and the machine's.
        machine: a column of times in milliseconds.
        counts: one panel each.
        families: to be marked; all other networks are grey.
        note: whether to print the source.
        size: width and height of one panel in inches.

    Raises:
        InputError: a column is missing, or a family has no network.
    """
    _check(table, [machine, "family", *counts])
    known = table[table[machine].notna()]
    _families(known, families)
    fig, axes = new_figure(
        size[0] * len(counts), size[1], _source([table]) if note else "", 1, len(counts), squeeze=False, sharey=True
    )
    words = []
    for ax, count in zip(axes[0], counts, strict=True):
        unit, label = _label(table, count)
        x, y = known[count] / unit, known[machine]
        ax.plot(x, y, ".", color=FAINT, alpha=0.55, markersize=3, label=f"all {len(known)}")
        for k, family in enumerate(families):
            own = known["family"] == family
            ax.plot(
                x[own], y[own], MARKERS[k % len(MARKERS)], color=PALETTE[k % len(PALETTE)], markersize=4, label=family
            )
        rho = float(np.corrcoef(np.log(x), np.log(y))[0, 1])
        ax.set_title(f"correlation {rho:.3f}", fontsize=9)
        ax.set_xlabel(label)
        plain_log_axis(ax, "x", x.to_numpy())
        words.append(f"with {count} {rho:.3f}")
    plain_log_axis(axes[0, 0], "y", known[machine].to_numpy())
    axes[0, 0].set_ylabel(_label(table, machine)[1])
    axes[0, -1].legend(loc="lower right", fontsize=7, handlelength=1)
    return finish(
        fig,
        f"{_label(table, machine)[1]} of {len(known)} networks on logarithmic axes. Correlation of logarithms: "
        f"{', '.join(words)}.",
    )


@styled
def same_recipe(
    tables: Mapping[str, pd.DataFrame],
    *,
    measures: Sequence[str] = ("flops", "activations", "ms"),
    note: bool = True,
    size: tuple[float, float] = (2.4, 2.2),
) -> Figure:
    """Error of families against their cost, one row of panels for each recipe (figure 17, then and now).

    Args:
        tables: by the name of a recipe, with columns family, error and the measures.
        measures: one column of panels each.
        note: whether to print the source.
        size: width and height of one panel in inches.

    Raises:
        InputError: there is no table, or a column is missing.
    """
    if not tables:
        raise InputError("tables is empty; give at least one recipe's networks")
    for table in tables.values():
        _check(table, ["family", "error", *measures])
    shape = (size[0] * len(measures) + 0.3, size[1] * len(tables) + 0.2)
    fig, axes = new_figure(
        *shape, _source(tables.values()) if note else "", len(tables), len(measures), squeeze=False, sharey="row"
    )
    families = list(dict.fromkeys(name for table in tables.values() for name in table["family"]))
    words = []
    for row, (recipe, table) in zip(axes, tables.items(), strict=True):
        for ax, measure in zip(row, measures, strict=True):
            unit, label = _label(table, measure)
            for k, family in enumerate(families):
                own = table[table["family"] == family].sort_values(measure)
                style: dict[str, Any] = {"color": PALETTE[k], "marker": MARKERS[k], "linestyle": LINES[k]}
                if family.startswith("ResNe"):  # several families in one: no curve
                    style["linestyle"] = ""
                ax.plot(own[measure] / unit, 100 * own["error"], markersize=4.5, linewidth=1.2, label=family, **style)
            plain_log_axis(ax, "x", (table[measure] / unit).to_numpy())
            ax.set_xlabel(textwrap.fill(label, int(12 * size[0])))
        row[0].set_ylabel(f"{textwrap.fill(recipe, 20)}\nerror (%)")
        lowest = {f: 100 * table.loc[table["family"] == f, "error"].min() for f in families}
        words.append(f"{recipe}: lowest errors " + ", ".join(f"{f} {e:.1f} %" for f, e in lowest.items()))
    axes[0, -1].legend(loc="upper right", fontsize=7)
    return finish(fig, f"ImageNet error against cost within one recipe a row. {'; '.join(words)}.")


@styled
def error_fronts(
    table: pd.DataFrame,
    measures: Sequence[str] = ("flops", "activations", "ms_rtx4090"),
    *,
    groups: Sequence[str] | None = None,
    highest: float = 0.34,
    note: bool = True,
    size: tuple[float, float] = (2.6, 3.3),
) -> Figure:
    """Error of many networks against each cost, with the Pareto front, and some groups marked (figure 18, today).

    Args:
        table: of `study.field.plainly_trained()`: columns group, error and the measures.
        measures: one panel each.
        groups: to be marked; RegNets by recipe, and some families of today, if not given.
        highest: error above which nothing is drawn, a fraction.
        note: whether to print the source.
        size: width and height of one panel in inches.

    Raises:
        InputError: a column is missing, or a group has no network.
    """
    _check(table, ["group", "error", *measures])
    if groups is None:
        regnets = sorted(g for g in set(table["group"]) if g.startswith(("RegNetX", "RegNetY")))
        groups = [*regnets, *(f for f in SHOWN[2:] if f in set(table["group"]))]
    _families(table, groups, "group")
    shape = (size[0] * len(measures) + 0.3, size[1])
    fig, axes = new_figure(*shape, _source([table]) if note else "", 1, len(measures), squeeze=False, sharey=True)
    words = []
    for ax, measure in zip(axes[0], measures, strict=True):
        unit, label = _label(table, measure)
        known = table[table[measure].notna() & (table["error"] < highest)]
        x, y = known[measure] / unit, 100 * known["error"]
        ax.plot(x, y, ".", color=FAINT, alpha=0.5, markersize=3, label=f"all {len(table)}")
        front = pareto_front(x, y)
        order = np.argsort(x[front].to_numpy())
        ax.step(
            x[front].to_numpy()[order], y[front].to_numpy()[order], where="post", color=INK, linewidth=1, label="front"
        )
        for k, group in enumerate(groups):
            own = known["group"] == group
            regnet = group.startswith("RegNet")
            color = PALETTE[k // 2] if regnet else PALETTE[(k - 2) % len(PALETTE)]
            ax.plot(
                x[own],
                y[own],
                MARKERS[k % len(MARKERS)],
                color=color,
                markersize=5 if regnet else 3,
                zorder=3 if regnet else 2.5,
                markerfacecolor="none" if group.endswith("2020") else color,
                label=group,
            )
        far = above_front(x, y)
        least = {g: far[(known["group"] == g).to_numpy()].min() for g in groups}
        words.append(f"{label}: " + ", ".join(f"{g} {d:.1f}" for g, d in least.items()))
        plain_log_axis(ax, "x", x.to_numpy())
        ax.set_xlabel(textwrap.fill(label, int(12 * size[0])))
    axes[0, 0].set_ylabel("ImageNet top-1 error (%)")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside upper center", ncols=3, fontsize=7, handlelength=1.5)
    return finish(
        fig,
        f"Error of {len(table)} sets of weights against {len(measures)} costs, with the front of the lowest errors. "
        f"Points of the nearest of each group above the front, {'; '.join(words)}.",
    )


def _check(table: pd.DataFrame, columns: Sequence[str]) -> None:
    for column in columns:
        if column not in table:
            raise InputError(f"column {column!r} is not in the table; {nearest_name(column, [str(c) for c in table])}")


def _families(table: pd.DataFrame, names: Sequence[str], column: str = "family") -> None:
    known = sorted(set(table[column]) - {""})
    for name in names:
        if name not in known:
            raise InputError(f"{column} {name!r} has no network here; {nearest_name(name, known)}")


def _source(tables: Iterable[pd.DataFrame]) -> str:
    return " ".join(dict.fromkeys(filter(None, (table.attrs.get("source", "") for table in tables))))


def _label(table: pd.DataFrame, column: str) -> tuple[float, str]:
    if column in COUNTS:
        return COUNTS[column]
    return 1.0, table.attrs.get("labels", {}).get(column, column)
