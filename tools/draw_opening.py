"""Draw the picture of the README and of the opening page (`make figures`), from the records and the rule themselves.

Left: the quantised linear rule of RegNetX-400MF (section 3.3, equations 2 to 4). Right: the error distributions of the
recorded populations AnyNetXA and RegNetX, where the package has them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np

import regnet_edu as rn
from regnet_edu.networks.regnet import quantized_linear_widths
from regnet_edu.plots.canvas import PALETTE, new_figure, styled

OUT = Path(__file__).resolve().parent.parent / "book" / "images" / "opening.svg"
DEPTH, W0, WA, WM = 22, 24, 24.48, 2.54  # RegNetX-400MF, from the model zoo of the paper's authors
SHOWN = {"AnyNetXA": "anynetxa-cpu", "RegNetX": "regnetx-cpu"}


def draw_staircase(ax: Any) -> None:
    """Widths u_j on the line and w_j on the steps, for each of the blocks."""
    blocks = np.arange(DEPTH)
    line = W0 + WA * blocks
    steps = quantized_linear_widths(DEPTH, W0, WA, WM)
    ax.plot(blocks, line, "o", color=PALETTE[6], markersize=3.5, label="$u_j = w_0 + w_a\\,j$")
    ax.step(blocks, steps, where="mid", color=PALETTE[1], linewidth=2.2, label="$w_j$, quantised")
    for width in np.unique(steps):
        first = int(np.argmax(steps == width))
        ax.annotate(f"{width:.0f}", (first, width), (-3, 4), textcoords="offset points", ha="right", fontsize=9)
    ax.set(title="One rule makes the widths", xlabel="block $j$", ylabel="width (channels)")
    ax.set_ylim(0, 620)
    ax.legend(loc="upper left")


def draw_distributions(ax: Any, populations: dict[str, Any]) -> None:
    """F(e), the share of networks with an error below e."""
    for k, (name, population) in enumerate(populations.items()):
        errors = np.sort(100 * population["error"].dropna().to_numpy())
        steps = np.concatenate([[0.0], np.arange(1, errors.size + 1) / errors.size, [1.0]])
        x = np.concatenate([[errors[0]], errors, [100.0]])
        label = f"{name}: mean {errors.mean():.1f} %, n = {errors.size}"
        ax.step(x, steps, where="post", color=PALETTE[k], label=label, linestyle=["--", "-"][k % 2])
    ends = np.concatenate([100 * p["error"].dropna().to_numpy() for p in populations.values()])
    ax.set_xlim(ends.min() - 1, np.quantile(ends, 0.97) + 2)
    ax.set(title="and better networks on the whole", xlabel="top-1 error (%)", ylabel="share of networks below")
    ax.set_ylim(0, 1.01)
    ax.legend(loc="lower right")


@styled
def draw() -> Any:
    populations = {n: rn.load_population(r) for n, r in SHOWN.items() if r in rn.populations()}
    complete = len(populations) == len(SHOWN)
    figure, axes = new_figure(8.2 if complete else 5.4, 3.1, columns=2 if complete else 1)
    draw_staircase(axes[0] if complete else axes)
    if complete:
        draw_distributions(axes[1], populations)
    matplotlib.rcParams["svg.fonttype"] = "path"  # the same letters wherever the file is shown
    figure.savefig(OUT, format="svg", metadata={"Date": None})
    return figure


if __name__ == "__main__":
    draw()
    sys.stdout.write(f"{OUT}\n")
