"""Good and bad gallery: error against a property, and any network beside the best and the worst (figures 2 and 6)."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets

from ..errors import InputError, nearest_name
from .base import Interactive, choice, number
from .populations import chosen_populations, usual_pair
from .still import Steps, Ticks, picture


class GoodBadGallery(Interactive):
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

    shown = traitlets.Unicode().tag(sync=True, state=True)
    against = choice("smallest_width", ["smallest_width", "last_width", "growth", "depth", "params", "activations"])
    rank = number(1, 1, 100_000, step=1)

    def __init__(self, populations: Any = None, *, link_id: str = "", **state: Any) -> None:
        self._populations = chosen_populations(populations)
        state.setdefault("shown", usual_pair(list(self._populations))[0])
        if state["shown"] in self._populations:
            state.setdefault("rank", -(-len(self._populations[state["shown"]]["errors"]) // 2))
        super().__init__(link_id=link_id, **state)

    @traitlets.validate("shown")
    def _check_name(self, proposal: Any) -> str:
        name, known = proposal["value"], list(self._populations)
        if name not in known:
            raise InputError(f"population {name!r:.60} is not among those given; {nearest_name(name, known)}")
        return str(name)

    def parts(self) -> dict[str, Any]:
        return self._populations

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
