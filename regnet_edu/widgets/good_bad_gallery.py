"""Good and bad gallery: error against a property, and any network beside the best and the worst (figures 2 and 6)."""

from __future__ import annotations

from typing import Any

import numpy as np

from .base import choice, named, number
from .populations import OfPopulations, usual_pair
from .still import Dots, Ticks, error_limits, picture

PROPERTIES = {
    "smallest_width": "smallest width",
    "last_width": "width of the last stage",
    "growth": "last width / first width",
    "depth": "d, total depth",
    "params": "parameters",
    "activations": "activations",
}


class GoodBadGallery(OfPopulations):
    """Move over the networks of a population and see the widths and depths of each beside the best and the worst.

    Args:
        populations: names of recorded populations or paths; or a table of names and populations. All recorded ones if
            not given.
        shown: name of the one that is shown.
        against: "smallest_width", "last_width", "growth" (last width / first width), "depth", "params" or
            "activations".
        rank: which network is chosen; 1 has the lowest error. The middle one if not given.
        link_id: names it in the page's address.

    Raises:
        InputError: a population is missing or empty, or a value is outside its limits.
    """

    _module = "good_bad_gallery"
    _title = "Good and bad gallery"

    shown = named()
    against = choice("smallest_width", list(PROPERTIES))
    rank = number(1, 1, 100_000, step=1)

    def start(self, given: dict[str, Any]) -> dict[str, Any]:
        shown = given.get("shown", usual_pair(list(self._populations))[0])
        return {"shown": shown, "rank": max(1, -(-len(self.errors(shown)) // 2))}

    def still(self) -> str:
        """Error against the property, every network a dot, with the best, the chosen and the worst by name."""
        shown = self._populations[self.shown]
        values, errors = np.log2(self._values(shown)), np.array(shown["errors"])
        order = np.argsort(errors, kind="stable")
        ends = error_limits(errors.tolist())
        heights = np.minimum(errors, ends[1])
        dots = [Dots("", values.tolist(), heights.tolist(), "rni-fs rni-soft", ends[1])]
        for called, i, fill in (
            ("worst", order[-1], "rni-fs"),
            ("best", order[0], "rni-fa"),
            ("chosen", order[min(self.rank, len(order)) - 1], "rni-fb"),
        ):
            told = f"{called}: {100 * errors[i]:.1f} %"
            dots.append(Dots(told, [float(values[i])], [float(heights[i])], fill, ends[1]))
        name = PROPERTIES[self.against]
        octaves = [values.min() - 0.2, *range(int(np.ceil(values.min())), int(values.max()) + 1), values.max() + 0.2]
        texts = ["", *(f"{2**k:,}" for k in octaves[1:-1]), ""]
        label = f"Error against {name} of {len(errors)} networks of {shown['space']}; {dots[1].name}, {dots[2].name}."
        errors_axis = Ticks("error, %", ends, [f"{100 * e:.0f}" for e in ends])
        return picture(dots, Ticks(name, octaves, texts), errors_axis, label)

    def _values(self, shown: dict[str, Any]) -> list[float]:
        """The property of every network that errors are drawn against."""
        if self.against in ("params", "activations"):
            return list(shown[self.against])
        widths, depths = shown["widths"], shown["depths"]
        return {
            "smallest_width": [min(w) for w in widths],
            "last_width": [w[-1] for w in widths],
            "growth": [w[-1] / w[0] for w in widths],
            "depth": [sum(d) for d in depths],
        }[self.against]
