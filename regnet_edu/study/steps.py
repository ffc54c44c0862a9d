"""The steps from AnyNetXA to RegNetX: what the paper found (figures 5 and 7) beside what our records show."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..analysis import compare
from ..plots.canvas import finish, look, new_figure, styled
from ..plots.source import Source, one_source, small_print, sources

# [min | mean] error in percent from the legends of figures 5 and 7: 400 MF, ImageNet, 500 networks a space.
PAPER = {
    "AnyNetXA": (39.0, 49.0),
    "AnyNetXB": (39.0, 49.2),
    "AnyNetXC": (38.9, 49.4),
    "AnyNetXD": (38.7, 43.2),
    "AnyNetXE": (38.7, 42.7),
}


def three_lines(first: Any, second: Any, why: str, paper: str = "") -> str:
    """Return one step of the study in three lines of Markdown: the paper, our records, and why the two may differ.

    Args:
        first, second: the populations before and after the step.
        why: the third line.
        paper: the first line; what the legends of figures 5 and 7 say, where it is empty.
    """
    before, after = (one_source(p, "three_lines") for p in (first, second))
    if not paper:
        (low, mean), (new_low, new_mean) = PAPER[before.name], PAPER[after.name]
        paper = f"The mean error goes from {mean} to {new_mean} %, the lowest from {low} to {new_low} %."
    found = compare(before.errors, after.errors, names=(before.name, after.name))
    change, low, high = (round(100 * v, 1) + 0.0 for v in found.mean_difference)  # no -0.0
    told = f"{found.better} is better" if found.better else "0 lies inside, so these data name no winner"
    means, minima = ([100 * v for v in pair] for pair in (found.means, found.minima))
    records = (
        f"The mean error goes from {means[0]:.1f} to {means[1]:.1f} %, the lowest from {minima[0]:.1f} to "
        f"{minima[1]:.1f} %. The step lowers the mean by {change:.1f} points (95 % interval {low:.1f} to {high:.1f}): "
        f"{told}."
    )
    lines = {"The paper found.": paper, "Our records show.": records, "Why they differ.": why}
    return "\n>\n".join(f"> **{name}** {text}" for name, text in lines.items())


@styled
def picture(populations: Any) -> Any:
    """Draw the story so far: the EDFs of our populations, and beside them lowest and mean error, the paper's and ours.

    The first population sets the axes, so that the picture grows from chapter to chapter on the same ones.

    Args:
        populations: in the order of the study, each trained under the same regime.
    """
    shown: list[Source] = sources(populations)
    first = 100 * shown[0].errors[~np.isnan(shown[0].errors)]
    fig, (curves, theirs, ours) = new_figure(7.4, 3.2, small_print(shown), columns=3, width_ratios=[2, 1, 1])
    words = []
    for k, source in enumerate(shown):
        errors = 100 * np.sort(source.errors[~np.isnan(source.errors)])
        low, mean = errors[0], errors.mean()
        curves.step(errors, np.arange(1, len(errors) + 1) / len(errors), where="post", label=source.name, **look(k))
        ours.plot([low, mean], [k, k], "-o", color=look(k)["color"], markersize=4)
        told = f"{source.name} lowest {low:.1f} %, mean {mean:.1f} %"
        if source.name in PAPER:
            theirs.plot(PAPER[source.name], [k, k], "-o", color=look(k)["color"], markersize=4)
            told += " (the paper {} and {} %)".format(*PAPER[source.name])
        words.append(told)
    curves.set(
        xlim=(first.min() - 2, np.quantile(first, 0.99) + 2),
        ylim=(0, 1.01),
        xlabel="error (%)",
        ylabel="share of networks below",
        title="our EDFs",
    )
    curves.legend(loc="lower right", fontsize=8)
    around = first.min() - 3, first.mean() + 3
    for axes, title, limits in ((theirs, "paper, min to mean", (37, 51)), (ours, "ours, min to mean", around)):
        axes.set(xlim=limits, ylim=(5.5, -0.5), yticks=[], xlabel="error (%)")
        axes.set_title(title, fontsize=9)
    return finish(fig, "The steps so far. " + "; ".join(words) + ".")
