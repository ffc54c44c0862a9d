"""The published networks: diagrams of the RegNets (figures 15, 16), and RegNets in the field (figures 17, 18)."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..common.errors import InputError, nearest_name
from ..networks import zoo
from .canvas import INK, LINES, MARKERS, PALETTE, finish, new_figure, plain_log_axis, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SOURCE = (
    "ImageNet top-1 error, mean of five runs of 100 epochs without training enhancements; inference of 64 images on "
    "one V100: Radosavovic et al. 2020, figures 15 and 16, tables 3 and 4. Flops, parameters and activations: the "
    "authors' model zoo."
)
# attribute of a published network -> divisor, label
MEASURES = {
    "flops": (1e9, "flops (GF)"),
    "params": (1e6, "parameters (million)"),
    "activations": (1e6, "activations (million)"),
    "inference_ms": (1, "inference of 64 images (ms)"),
    "training_hours": (1, "training, 8 GPUs, 100 epochs (hours)"),
}


@styled
def model_diagrams(
    names: Sequence[str] | None = None,
    *,
    columns: int = 4,
    title: str = "",
    note: bool = True,
    size: tuple[float, float] = (1.6, 1.65),
) -> Figure:
    """The width of every block of published RegNets, and the line that makes them (figures 15 and 16, top).

    Widths are those that are built, after the compatibility rule; the dotted line is w_0 + w_a j. All panels share
    their axes.

    Args:
        names: of RegNets, as `zoo.get` takes them; the twelve RegNetX if not given.
        columns: panels a row.
        title: printed above.
        note: whether to print the source.
        size: width and height of one panel in inches.

    Raises:
        InputError: a name is unknown or not that of a RegNet, or there is none.
    """
    if names is None:
        names = [name for name in zoo.names() if name.startswith("regnetx")]
    models = [zoo.get(name) for name in ([names] if isinstance(names, str) else names)]
    if not models:
        raise InputError("names is empty; name at least one RegNet, such as 'regnetx_400mf'")
    columns = min(columns, len(models))
    rows = -(-len(models) // columns)
    fig, axes = new_figure(
        size[0] * columns + 0.4,
        size[1] * rows + 0.2,
        f"Dotted: the line w₀ + wₐ j that is quantised. {SOURCE}" if note else "",
        rows,
        columns,
        squeeze=False,
        sharex=True,
        sharey=True,
    )
    words, widest, narrowest = [], 0, 10**9
    for ax, model in zip(axes.flat, models, strict=False):
        stages, rule = model.config.stages, model.regnet_params
        assert rule is not None  # model.config has refused what is no RegNet
        widths = np.repeat([s.width for s in stages], [s.depth for s in stages])
        edges = np.arange(len(widths) + 1) - 0.5
        ax.stairs(widths, edges, baseline=1, fill=True, color=PALETTE[0], alpha=0.22, linewidth=0)
        ax.stairs(widths, edges, baseline=None, color=PALETTE[0], linewidth=1.6)
        x = np.arange(len(widths))
        ax.plot(x, rule.w0 + rule.wa * x, color=INK, linestyle=":", linewidth=1.2)
        ax.set_title(
            f"{model.title}\n{100 * model.top1_error_mean:.1f} %, d {rule.depth}, g {rule.group_width}", fontsize=7.5
        )
        widest, narrowest = max(widest, int(widths.max())), min(narrowest, int(widths.min()))
        depths, built = (" ".join(str(getattr(s, f)) for s in stages) for f in ("depth", "width"))
        error = f"error {100 * model.top1_error_mean:.1f} %"
        words.append(f"{model.title}: depths {depths}, widths {built}, g {rule.group_width}, {error}")
    for ax in axes.flat[len(models) :]:
        ax.set_visible(False)
    plain_log_axis(axes[0, 0], "y", np.array([narrowest, widest], dtype=float))
    for ax in axes[-1]:
        ax.set_xlabel("block j")
    for ax in axes[:, 0]:
        ax.set_ylabel("width")
    if title:
        fig.suptitle(title, fontsize=10)
    count = "1 published RegNet" if len(models) == 1 else f"{len(models)} published RegNets"
    start = f"Block widths of {count}; dotted, the line w0 + wa j that makes them."
    return finish(fig, f"{start} {'; '.join(words)}.")


@styled
def field_comparison(
    measures: str | Sequence[str] = ("flops", "activations", "inference_ms"),
    *,
    families: Sequence[str] | None = None,
    title: str = "",
    note: bool = True,
    size: tuple[float, float] = (2.25, 2.7),
) -> Figure:
    """Error of the published RegNets and of their competitors against what they cost (figures 17 and 18).

    Args:
        measures: one or several of "flops", "params", "activations", "inference_ms" and "training_hours".
        families: which to show, such as ("RegNetX", "ResNet"); all if not given.
        title: printed above.
        note: whether to print the source.
        size: width and height of one panel in inches.

    Raises:
        InputError: a measure or a family is unknown.
    """
    wanted = [measures] if isinstance(measures, str) else list(measures)
    for measure in wanted:
        if measure not in MEASURES:
            raise InputError(f"measure {measure!r} is unknown; {nearest_name(measure, MEASURES)}")
    if not wanted:
        raise InputError("measures is empty; name at least one, such as 'flops'")
    known = _families()
    for family in families or ():
        if family not in known:
            raise InputError(f"family {family!r} is unknown; {nearest_name(family, list(known))}")
    chosen = {family: models for family, models in known.items() if families is None or family in families}
    if not chosen:
        raise InputError("families is empty; name at least one, such as 'RegNetX'")
    fig, axes = new_figure(
        size[0] * len(wanted) + 0.3, size[1], SOURCE if note else "", 1, len(wanted), squeeze=False, sharey=True
    )
    for ax, measure in zip(axes[0], wanted, strict=True):
        divisor, label = MEASURES[measure]
        seen = []
        for family, models in chosen.items():
            k = list(known).index(family)  # a family looks the same in every figure
            points = sorted((getattr(m, measure) / divisor, 100 * m.top1_error_mean) for m in models)
            x, y = np.array(points).T
            seen += points
            ax.plot(
                x,
                y,
                marker=MARKERS[k],
                color=PALETTE[k],
                linestyle=LINES[k],
                linewidth=1.2,
                markersize=4.5,
                label=family,
            )
        plain_log_axis(ax, "x", np.array([p[0] for p in seen]))
        ax.set_xlabel(textwrap.fill(label, int(13 * size[0])))
    axes[0, 0].set_ylabel("ImageNet top-1 error (%)")
    axes[0, -1].legend(loc="upper right")
    if title:
        fig.suptitle(title, fontsize=10)
    return finish(fig, f"ImageNet top-1 error of published networks. {' '.join(_in_words(chosen, wanted))}")


def _families() -> dict[str, list[zoo.Published]]:
    known: dict[str, list[zoo.Published]] = {}
    for name in (*zoo.names(), *zoo.baselines()):
        model = zoo.get(name)
        known.setdefault(_family(model.title), []).append(model)
    return known


def _family(title: str) -> str:
    """RegNetX-400MF is a RegNetX, ResNeXt-50 a ResNeXt, EfficientNet-B0 an EfficientNet."""
    return re.split(r"-\d|-B\d", title)[0].rstrip("-")


def _in_words(families: dict[str, list[zoo.Published]], measures: list[str]) -> list[str]:
    sentences = []
    for family, models in families.items():
        ordered = sorted(models, key=lambda m: m.flops)
        ends = [
            f"{m.title} {100 * m.top1_error_mean:.1f} % at "
            + ", ".join(f"{getattr(m, name) / MEASURES[name][0]:.3g} {_unit(name)}" for name in measures)
            for m in (ordered[0], ordered[-1])
        ]
        sentences.append(f"{family}, {len(models)} networks: from {ends[0]} to {ends[1]}.")
    return sentences


def _unit(measure: str) -> str:
    return {"flops": "GF", "inference_ms": "ms", "training_hours": "hours"}.get(measure, f"million {measure}")
