"""Good and bad gallery: error against a property, and any network beside the best and the worst (figures 2 and 6)."""

from __future__ import annotations

from typing import Any

import numpy as np

from .base import choice, named, number
from .populations import OfPopulations, usual_pair
from .still import Steps, Ticks, picture


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
    against = choice("smallest_width", ["smallest_width", "last_width", "growth", "depth", "params", "activations"])
    rank = number(1, 1, 100_000, step=1)

    def start(self, given: dict[str, Any]) -> dict[str, Any]:
        shown = given.get("shown", usual_pair(list(self._populations))[0])
        return {"shown": shown, "rank": max(1, -(-len(self.errors(shown)) // 2))}

    def still(self) -> str:
        """The widths of the best and the worst network, block by block."""
        shown = self._populations[self.shown]
        order = np.argsort(shown["errors"], kind="stable")
        curves = []
        for called, i in (("best", order[0]), ("worst", order[-1])):
            widths = np.repeat(shown["widths"][i], shown["depths"][i])
            steps = np.log2(np.append(widths, widths[-1])).tolist()  # the last step has its full length
            curves.append(Steps(f"{called}: {100 * shown['errors'][i]:.1f} %", list(range(len(steps))), steps))
        longest = max(len(c.x) for c in curves) - 1
        octaves = list(range(int(min(min(c.y) for c in curves)), int(max(max(c.y) for c in curves)) + 2))
        x_axis = Ticks("block j", (0, longest), ("0", str(longest)))
        label = (
            f"The widths of the best and the worst network of {shown['space']}, block by block, on a logarithmic axis."
        )
        return picture(curves, x_axis, Ticks("width, channels", octaves, [str(2**k) for k in octaves]), label)
