"""ImageNet budget: what a population costs on which hardware, and how much it can tell (section 3.1)."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from ..networks import zoo
from ..sweeps import cost
from .base import Interactive, amounts, choice, number
from .still import Dots, Region, Ticks, picture

TIMES = [(1, "an hour"), (24, "a day"), (168, "a week"), (720, "a month"), (8760, "a year"), (87_600, "ten years")]


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
        gpu: a name of `sweeps.cost.GPUS`, such as "V100", "H100" or "RTX 5090".
        gpus: how many of them, 1 to 1024; one network trains on one GPU.
        utilisation: how well their memory is used beside the paper's V100, 0.2 to 4; mixed precision made it 1.5 for
            RegNetX-400MF on an RTX 3090.
        prices: dollars for one GPU-hour of each GPU of that table, 0 to 1000; 0 where nothing is known. They change by
            the week, so put in yours.
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
    utilisation = number(1, 0.2, 4)
    prices = amounts([g.price or 0 for g in cost.GPUS], 0, 1000)

    @property
    def gpu_hours(self) -> float:
        """The hours that one GPU would take for the population."""
        return gpu_hours(self.n, self.megaflops, self.epochs, self.gpu, self.utilisation)

    @property
    def days(self) -> float:
        """The days that the GPUs take together; more GPUs than networks do not help."""
        return self.gpu_hours / min(self.gpus, self.n) / 24

    @property
    def dollars(self) -> float | None:
        """The bill, at its price for each GPU-hour; None where there is no price."""
        price = self.prices[[g.name for g in cost.GPUS].index(self.gpu)]
        return self.gpu_hours * price if price else None

    def parts(self) -> dict[str, Any]:
        return {"cost": cost.table() | {"activations_per_root_flop": activations_per_root_flop()}}

    def still(self) -> str:
        """How long populations of n networks take for so many epochs, as regions; the reader's own is the dot."""
        one, ends = (
            gpu_hours(1, self.megaflops, 1, self.gpu, self.utilisation),
            ((0.0, np.log2(300)), (0.0, np.log2(2000))),
        )
        regions = []
        for hours, name in TIMES:
            edge = self._contour(hours * self.gpus / one)
            corners = [*edge, (ends[0][1], 0.0), (ends[0][1], ends[1][1])]
            x, y = ([float(np.clip(c[i], *ends[i])) for c in corners] for i in (0, 1))
            regions.append(Region(f"over {name}" if 0 < x[0] < ends[0][1] - 1 else "", x, y))
        told = f"{self.days:.2g} days on {self.gpus} {self.gpu}"
        point = Dots(told, [np.log2(self.epochs)], [np.log2(self.n)], "rni-fb", np.log2(self.n))
        epochs, networks = [1, 2, 5, 10, 25, 50, 100, 300], [1, 5, 10, 25, 50, 100, 250, 500, 2000]
        x_axis = Ticks("epochs", np.log2(epochs).tolist(), [str(n) for n in epochs])
        y_axis = Ticks("n, networks", np.log2(networks).tolist(), [str(n) for n in networks])
        chosen = f"{self.n} networks of {self.megaflops} MF for {self.epochs} epochs: {told}."
        label = f"Regions of populations that take hours, days, weeks, months or years: n against epochs. {chosen}"
        return picture([*regions, point], x_axis, y_axis, label)

    def _contour(self, budget: float) -> list[tuple[float, float]]:
        """Points on the line of equal time, in octaves of epochs and networks; n * epochs is `budget` along it."""
        octaves = np.linspace(np.log2(2000), np.log2(min(2000, self.gpus)), 60)
        line = [(float(np.log2(budget) - at), float(at)) for at in octaves]
        return [*line, (line[-1][0], 0.0)]


def gpu_hours(n: int, megaflops: float, epochs: int, gpu: str, utilisation: float = 1.0) -> float:
    """GPU-hours of n RegNets of that size: `cost.gpu_hours` with the activations of figure 12's trend.

    Args:
        n: number of networks.
        megaflops: of each, in millions of multiply-adds at 224 pixels.
        epochs: passes over ImageNet.
        gpu: a name of `cost.GPUS`.
        utilisation: of its memory beside the paper's V100.
    """
    flops = 1e6 * megaflops
    seconds = cost.paper_law().seconds(flops, activations_per_root_flop() * np.sqrt(flops))
    return float(seconds) * n * epochs * cost.IMAGENET.train / 3600 / (cost.gpu(gpu).speed * utilisation)
