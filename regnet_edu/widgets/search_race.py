"""Random-search race: the best of m networks from one space against the best of m from another (figure 9, right)."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..analysis.random_search import random_search_curve
from .base import named, number
from .populations import OfPopulations, usual_pair
from .still import Steps, Ticks, picture


class SearchRace(OfPopulations):
    """Draw m networks from each of two populations, again and again, and see whose best is better.

    Args:
        populations: names of recorded populations or paths; or a table of names and populations. All recorded ones if
            not given.
        first, second: names of the two that race.
        m: networks in each search, drawn without replacement.
        seed: of the draws.
        link_id: names it in the page's address.

    Raises:
        InputError: a population is missing or empty, or a value is outside its limits.
    """

    _module = "search_race"
    _title = "Random-search race"

    first, second = named(), named()
    m = number(8, 1, 1000, step=1)
    seed = number(0, 0, 2**31, step=1)

    def start(self, given: dict[str, Any]) -> dict[str, Any]:
        first, second = usual_pair(list(self._populations))
        most = max(2, min(len(p["errors"]) for p in self._populations.values()))
        return {"first": first, "second": second or first, "m": min(8, most)}

    def still(self) -> str:
        """The expected best of m networks against m, for both."""
        curves = []
        for name in dict.fromkeys((self.first, self.second)):
            found = random_search_curve(self._populations[name]["errors"])
            curves.append(
                Steps(self._populations[name]["space"], np.log2(found.draws).tolist(), found.expected.tolist())
            )
        low, high = min(min(c.y) for c in curves), max(max(c.y) for c in curves)
        octaves = range(int(max(c.x[-1] for c in curves)) + 1)
        x_axis = Ticks("m, networks in the search", list(octaves), [str(2**k) for k in octaves])
        shown = np.linspace(np.floor(100 * low) / 100, np.ceil(100 * high) / 100, 5)
        y_axis = Ticks("expected lowest error, %", shown.tolist(), [f"{100 * e:.1f}" for e in shown])
        names = " and ".join(c.name for c in curves)
        return picture(curves, x_axis, y_axis, f"The expected lowest error of m random networks falls with m: {names}.")
