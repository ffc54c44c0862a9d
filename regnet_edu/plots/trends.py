"""How things go with complexity: the best parameters (figure 11), activations, parameters and runtime (figure 12)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..analysis.edf import bootstrap_best
from ..analysis.properties import property_values
from ..common.errors import InputError
from .canvas import MARKERS, PALETTE, finish, look, new_figure, plain_log_axis, styled
from .source import Source, small_print, sources

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MILLION = 1e6
NARROW = 2  # values that span less than this factor say nothing about a power
RUNTIMES = {
    "seconds": "training time (seconds)",
    "cpu_seconds": "training time (CPU-seconds)",
    "runtime": "runtime (ms)",
}


@styled
def parameter_trends(
    populations: Any,
    parameters: Sequence[str] = ("depth", "b", "wm", "g", "w0", "wa"),
    *,
    rng: int = 0,
    title: str = "",
    note: bool = True,
    size: tuple[float, float] = (2.25, 2.0),
) -> Figure:
    """The best value of each parameter against complexity, one population a flop band (figure 11).

    A point is the most likely best value by the empirical bootstrap, its bar the 95 % interval; the position is the
    median of the flops of the population. w_0, w_a and w_m are those of the quantised linear fit.

    Args:
        populations: several, of one design space, at different flops.
        parameters: names as `property_values` takes them.
        rng: seed of the bootstrap.
        title, note: as for `edfs`.
        size: width and height of one panel in inches.

    Raises:
        InputError: there is no population, one has no network with an error, or a parameter is unknown.
    """
    shown = sorted(sources(populations), key=lambda s: float(s.known["flops"].median()))
    if not parameters:
        raise InputError("parameters is empty; name at least one, such as 'depth'")
    flops = np.array([float(s.known["flops"].median()) for s in shown]) / MILLION
    columns = min(3, len(parameters))
    rows = -(-len(parameters) // columns)
    text = small_print(shown) if note else ""
    fig, axes = new_figure(size[0] * columns, size[1] * rows, text, rows, columns, squeeze=False, sharex=True)
    words = []
    for ax, name in zip(axes.flat, parameters, strict=False):
        found = [property_values(s.known, name) for s in shown]
        bands = [bootstrap_best(p.values, s.known["error"], rng=rng) for p, s in zip(found, shown, strict=True)]
        low, middle, high = np.array(bands).T
        for k, (x, least, best, most) in enumerate(zip(flops, low, middle, high, strict=True)):
            ax.plot([x, x], [least, most], color=PALETTE[0], linewidth=3, alpha=0.6)
            ax.plot(x, best, MARKERS[k % len(MARKERS)], color=PALETTE[1], markersize=6)
        ax.plot(flops, middle, color=PALETTE[1], linewidth=1)
        if found[0].log and low.min() > 0:
            plain_log_axis(ax, "y", np.concatenate([low, high]))
        else:
            ax.set_ylim(bottom=0)
        ax.set_ylabel(found[0].label.split(" (mean of")[0])
        values = "; ".join(
            f"{best:.3g} at {x:.3g} MF ({least:.3g} to {most:.3g})"
            for x, least, best, most in zip(flops, low, middle, high, strict=True)
        )
        words.append(f"{found[0].label}: {values}.")
    for ax in axes.flat[len(parameters) :]:
        ax.set_visible(False)
    plain_log_axis(axes[0, 0], "x", np.array([flops.min() * 0.9, flops.max() * 1.1]))
    if len(flops) <= 6 and (flops[1:] > 1.3 * flops[:-1]).all():  # where the bands are, rather than round numbers
        axes[0, 0].set_xticks(flops, [f"{x:.2g}" for x in flops])
    for ax in axes[-1]:
        ax.set_xlabel("flops (MF)")
    if title:
        fig.suptitle(title, fontsize=10)
    start = f"Most likely best value against flops in {_listed(shown)}, 95 % interval in brackets."
    return finish(fig, f"{start} {' '.join(words)}")


@styled
def complexity_relations(
    populations: Any,
    runtime: str = "cpu_seconds",
    *,
    best: float = 0.25,
    title: str = "",
    note: bool = True,
    size: tuple[float, float] = (2.9, 2.6),
) -> Figure:
    """Activations, parameters and runtime against flops, and runtime against activations (figure 12).

    Points are all networks; the lines are power laws y = c x^p through the best ones, fitted in logarithms. The paper
    finds p = 0.5 for activations and p = 1 for parameters, and that activations predict runtime better than flops do.
    Correlations are Pearson's, of all networks. No line is drawn through values that span less than a factor of 2, as
    the flops of one band do, and times that were measured on different hardware get neither: they would compare the
    machines.

    Args:
        populations: one or several, best at different flops.
        runtime: the column with the measured time of each network.
        best: the share of each population with the lowest errors that the lines are fitted to, in (0, 1].
        title, note: as for `edfs`.
        size: width and height of one panel in inches.

    Raises:
        InputError: there is no population, one has no network with an error, or the runtime is not recorded.
    """
    shown = sources(populations)
    if not 0 < best <= 1:
        raise InputError(f"best {best} is outside (0, 1]; the share 0.25 is a quarter of each population")
    label = RUNTIMES.get(runtime, runtime.replace("_", " "))
    columns = [_columns(s, runtime) for s in shown]
    kept = [max(2, round(best * len(s.known))) for s in shown]
    panels = [
        ("flops", "activations", "flops (MF)", "activations (million)"),
        ("flops", "params", "flops (MF)", "parameters (million)"),
        ("flops", "runtime", "flops (MF)", label),
        ("activations", "runtime", "activations (million)", label),
    ]
    mixed = len(set().union(*(_measured_on(s, runtime) for s in shown))) > 1
    text = small_print(shown) + (_timed_words(shown) if runtime == "runtime" else "") if note else ""
    fig, axes = new_figure(size[0] * 2, size[1] * 2, text, 2, 2, squeeze=False)
    words = []
    for ax, (across, up, x_label, y_label) in zip(axes.flat, panels, strict=True):
        points = [(c[across], c[up]) for c in columns]
        words.append(_relation(ax, points, kept, shown, fitted=not (mixed and up == "runtime")))
        ax.set_xlabel(x_label)
        ax.set_ylabel(y_label)
        words[-1] = f"{y_label} against {x_label}: {words[-1]}"
    if len(shown) > 1:
        handles, labels = axes[0, 0].get_legend_handles_labels()
        heading = {"title": title or None, "title_fontsize": 10}
        fig.legend(handles, labels, loc="outside upper center", ncols=2, fontsize=7, **heading)
    elif title:
        fig.suptitle(title, fontsize=10)
    start = f"Complexity and runtime of {sum(len(s.known) for s in shown)} networks of {_listed(shown)}"
    return finish(fig, f"{start}; lines fitted to the best {100 * best:g} %. {' '.join(words)}")


def _measured_on(source: Source, runtime: str) -> set[str]:
    """Return the hardware of a column with times: that of training, unless runtimes were measured by themselves."""
    timed = (source.table.attrs.get("runtime") or {}) if runtime == "runtime" else {}
    return {str(timed["hardware"])} if timed.get("hardware") else source.machines


def _timed_words(shown: list[Source]) -> str:
    """Say how and on what runtimes were measured: it need not be the machine that trained the networks."""
    found = []
    for timed in (source.table.attrs.get("runtime") or {} for source in shown):
        device = f"{timed.get('threads')} thread" + "s" * (timed.get("threads") != 1)
        torch = (timed.get("versions") or {}).get("torch")
        said = [f"{timed.get('batch')} images at {timed.get('resolution')} px"]
        said += [device] * (timed.get("device") == "cpu") + [str(timed.get("hardware"))]
        said += [f"torch {torch}"] * bool(torch) + [str(timed.get("date", ""))[:10]]
        found += [f"runtime of {', '.join(filter(None, said))}"] * bool(timed)
    return f" Measured: {'; '.join(dict.fromkeys(found))}." if found else ""


def _listed(shown: list[Source]) -> str:
    return ", ".join(s.name for s in shown)


def _columns(source: Source, runtime: str) -> dict[str, np.ndarray]:
    table = source.known
    if runtime not in table.columns or not np.isfinite(table[runtime].astype(float)).any():
        raise InputError(
            f"{source.name} has no recorded {runtime!r}; columns with a time are {', '.join(_times(table))}"
        )
    found = {name: table[name].to_numpy(dtype=np.float64) / MILLION for name in ("flops", "params", "activations")}
    return found | {"runtime": table[runtime].to_numpy(dtype=np.float64)}


def _times(table: Any) -> list[str]:
    return [c for c in (*RUNTIMES, "images_per_second") if c in table.columns] or ["none"]


def _relation(
    ax: Axes, pairs: list[tuple[np.ndarray, np.ndarray]], kept: list[int], shown: list[Source], fitted: bool
) -> str:
    """Draw one panel and return its power law and correlation in words."""
    for k, ((x, y), source) in enumerate(zip(pairs, shown, strict=True)):
        marker, color = MARKERS[k % len(MARKERS)], look(k)["color"]
        ax.plot(x, y, marker, color=color, markersize=3, alpha=0.8, markeredgewidth=0, label=source.name)
    x, y = (np.concatenate([pair[i] for pair in pairs]) for i in (0, 1))
    fit_x, fit_y = (np.concatenate([pair[i][:n] for pair, n in zip(pairs, kept, strict=True)]) for i in (0, 1))
    known, good = np.isfinite(x * y), np.isfinite(fit_x * fit_y)
    plain_log_axis(ax, "x", x[known])
    plain_log_axis(ax, "y", y[known])
    words = [] if fitted else ["times of different hardware"]
    if fitted and known.sum() > 2 and np.ptp(x[known]) > 0 and np.ptp(y[known]) > 0:
        r = float(np.corrcoef(x[known], y[known])[0, 1])
        words.append(f"correlation {r:+.2f}")
    if fitted and good.sum() > 2 and fit_x[good].max() >= NARROW * fit_x[good].min():
        power, start = np.polyfit(np.log(fit_x[good]), np.log(fit_y[good]), 1)
        ends = np.array([fit_x[good].min(), fit_x[good].max()])
        ax.plot(ends, np.exp(start) * ends**power, color=PALETTE[1], linewidth=2)
        words.append(f"power {power:.2f}")
    ax.set_title(", ".join(words), fontsize=8)
    return f"{', '.join(words) or 'too few values'}."
