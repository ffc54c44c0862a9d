"""Fit game: match a network's widths with three numbers, then see what a search finds (section 3.3, figure 8)."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..networks import zoo
from ..networks.regnet import quantized_linear_widths
from ..networks.regnet_fit import fit_quantized_linear
from ..sweeps.population import populations as recorded
from .base import Interactive, named, number, switch
from .populations import chosen_populations
from .still import Steps, Ticks, picture

RANKS = ("best", "second best", "third best")
PUBLISHED = ("RegNetX-400MF", "RegNetY-1.6GF")
WM_RANGE = (1.1, 4.0)


class FitGame(Interactive):
    """Drag w0, wa and wm until the quantised line lies on a network's staircase, and read e_fit.

    Args:
        populations: names of recorded populations or paths, or a table of names and populations, whose best networks
            are to be matched; all recorded ones if not given.
        target: name of the network that is shown, such as "AnyNetXA, best"; if not given, the one with the least e_fit,
            so that the game can be won.
        w0: width of the first block, a multiple of 8 up to 512.
        wa: slope, 0 to 256 channels a block.
        wm: ratio of the widths of neighbouring stages, 1.1 to 4.
        answer: whether the rule that `fit_quantized_linear` finds is shown.
        link_id: names it in the page's address.

    Raises:
        InputError: a population is missing or empty, or a value is outside its limits.
    """

    _module = "fit_game"
    _title = "Fit game"

    target = named()
    w0 = number(48, 8, 512, step=8)
    wa = number(4, 0, 256)
    wm = number(2, *WM_RANGE)
    answer = switch(False)

    def __init__(self, populations: Any = None, *, link_id: str = "", **state: Any) -> None:
        chosen = chosen_populations(populations) if populations is not None or recorded() else {}
        ours, published = [t for name, p in chosen.items() for t in _best_of(name, p, chosen)], _published()
        self._targets = ours + published
        first = min(ours or published, key=lambda target: target["answer"]["error"])
        super().__init__(link_id=link_id, **{"target": first["name"], **state})

    def known(self, key: str) -> list[str]:
        return [t["name"] for t in self._targets]

    def parts(self) -> dict[str, Any]:
        return {"targets": self._targets}

    def still(self) -> str:
        shown = next(t for t in self._targets if t["name"] == self.target)
        given = np.repeat(shown["widths"], shown["depths"])
        mine = quantized_linear_widths(len(given), self.w0, self.wa, self.wm)
        places = list(range(len(given) + 1))
        curves = [
            Steps(name, places, np.log2(np.append(w, w[-1])).tolist())  # the last step has its full length
            for name, w in (("the network", given), ("the rule", mine))
        ]
        octaves = range(int(np.log2(min(given.min(), mine.min()))), int(np.ceil(np.log2(max(*given, *mine)))) + 1)
        x_axis = Ticks("block j", (0, len(given)), ("0", str(len(given))))
        y_axis = Ticks("width, channels", list(octaves), [str(2**k) for k in octaves])
        told = (
            f"The widths of the {len(given)} blocks of {self.target}, and of the rule with w0 {self.w0}, wa {self.wa}"
        )
        return picture(curves, x_axis, y_axis, f"{told} and wm {self.wm}, on a logarithmic axis.")


def _best_of(name: str, population: dict[str, Any], others: dict[str, Any]) -> list[dict[str, Any]]:
    """The best networks of one population; they carry the space's name where that says enough."""
    alone = [p["space"] for p in others.values()].count(population["space"]) == 1
    called = population["space"] if alone else name
    order = np.argsort(population["errors"], kind="stable")[: len(RANKS)]
    return [
        _target(f"{called}, {rank}", population["depths"][i], population["widths"][i], population["source"])
        for rank, i in zip(RANKS, order.tolist(), strict=False)
    ]


def _published() -> list[dict[str, Any]]:
    configs = [(name, zoo.get(name).config) for name in PUBLISHED]
    return [_target(n, c.depths, c.widths, f"{n}, nominal widths (figures 15 and 16)") for n, c in configs]


def _target(name: str, depths: Any, widths: Any, source: str) -> dict[str, Any]:
    fit = fit_quantized_linear(np.repeat(widths, depths), wm_range=WM_RANGE)
    answer = {"w0": fit.w0, "wa": fit.wa, "wm": fit.wm, "error": fit.error}
    return {"name": name, "depths": list(depths), "widths": list(widths), "source": source, "answer": answer}
