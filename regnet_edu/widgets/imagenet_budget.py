"""ImageNet budget: what a population costs on which hardware, and how much it can tell (section 3.1)."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from ..networks import zoo
from ..sweeps import cost
from .base import Interactive, choice, number
from .still import Line, Ticks, picture


@cache
def activations_per_root_flop() -> float:
    """Return k of activations = k * sqrt(flops), the trend of figure 12, through the 24 published RegNets."""
    published = [zoo.get(name) for name in zoo.names()]
    return float(np.exp(np.mean([np.log(p.activations) - 0.5 * np.log(p.flops) for p in published])))


class ImageNetBudget(Interactive):
    """Choose n, flops, epochs and GPUs: what training that population on ImageNet takes, and what it can tell.

    Args:
        n: number of networks, 1 to 2000.
        megaflops: of each network, in millions of multiply-adds, 200 to 32000.
        epochs: 1 to 300.
        gpu: "V100", "A100", "H100", "H200" or "T4".
        gpus: how many of them, 1 to 1024; one network trains on one GPU.
        link_id: names it in the page's address.

    Raises:
        InputError: a value is outside its limits.
    """

    _module = "imagenet_budget"
    _title = "ImageNet budget"

    n = number(500, 1, 2000, step=1)
    epochs = number(10, 1, 300, step=1)
    megaflops = number(400, 200, 32_000, step=1)
    gpu = choice("V100", [g.name for g in cost.GPUS])
    gpus = number(8, 1, 1024, step=1)

    @property
    def gpu_hours(self) -> cost.Hours:
        """Between which bounds the hours lie that one GPU would take for the population."""
        return gpu_hours(self.n, self.megaflops, self.epochs, self.gpu)

    @property
    def days(self) -> cost.Hours:
        """Between which bounds the days lie that the GPUs together take; more GPUs than networks do not help."""
        return cost.Hours(*(hours / min(self.gpus, self.n) / 24 for hours in self.gpu_hours))

    def parts(self) -> dict[str, Any]:
        return {"cost": cost.table() | {"activations_per_root_flop": activations_per_root_flop()}}

    def still(self) -> str:
        """GPU-hours of n networks of the starting flops and epochs, on three GPUs."""
        n = [10, 20, 50, 100, 200, 500, 1000]
        lines = []
        for name in ("V100", "A100", "H100"):
            hours = [gpu_hours(k, self.megaflops, self.epochs, name) for k in n]
            middles = [float(np.log10(h.low * h.high)) / 2 for h in hours]
            lines.append(
                Line(f"{name}: {hours[5].low:,.0f} to {hours[5].high:,.0f} h for 500", np.log10(n).tolist(), middles)
            )
        x_axis = Ticks("n, networks", np.log10(n).tolist(), [str(k) for k in n])
        y_axis = Ticks("GPU-hours, between their bounds", list(range(5)), [f"{10**k:,}" for k in range(5)])
        label = f"GPU-hours grow with the number of networks of {self.megaflops} MF, {self.epochs} epochs each."
        return picture(lines, x_axis, y_axis, label)


def gpu_hours(n: int, megaflops: float, epochs: int, gpu: str) -> cost.Hours:
    """GPU-hours of n RegNets of that size: `cost.gpu_hours` with the activations of figure 12's trend.

    Args:
        n: number of networks.
        megaflops: of each, in millions of multiply-adds at 224 pixels.
        epochs: passes over ImageNet.
        gpu: a name of `cost.GPUS`.
    """
    flops = 1e6 * megaflops
    seconds = cost.paper_law().seconds(flops, activations_per_root_flop() * np.sqrt(flops))
    on_v100 = float(seconds) * n * epochs * cost.IMAGENET.train / 3600
    speed = cost.gpu(gpu).speed
    return cost.Hours(on_v100 / max(speed), on_v100 / min(speed))
