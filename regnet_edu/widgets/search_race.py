"""Random-search race: the best of m networks from one space against the best of m from another (figure 9, right)."""

from __future__ import annotations

from typing import Any

import numpy as np

from .base import named, number
from .populations import OfPopulations, usual_pair
from .resampling import best_of_draws
from .still import Bars, Ticks, error_axis, picture

RACES, BINS = 2000, 53


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
        """How low the best of m networks was in many races, as two histograms; the same draws as in the page."""
        names = (self.first, self.second)
        axis = error_axis([e for name in names for e in self.errors(name)])
        edges = np.linspace(axis.places[0], axis.places[-1], BINS + 1)
        bars = []
        for i, name in enumerate(names):
            errors = self.errors(name)
            best = best_of_draws(errors, min(self.m, len(errors)), RACES, 2 * self.seed + i)
            share = np.histogram(np.minimum(best, edges[-1]), edges)[0] / RACES
            told = f"{self._populations[name]['space']}: best {100 * np.mean(best):.1f} % on average"
            bars.append(Bars(told, edges.tolist(), ((-1) ** i * share).tolist()))
        high = max(abs(y) for bar in bars for y in bar.y)
        y_axis = Ticks(
            f"{RACES} races of {self.m} networks a side: where the best ended", (-high, 0, high), ("", "", "")
        )
        label = f"Two histograms of the lowest error of {self.m} networks. {'; '.join(bar.name for bar in bars)}."
        return picture(bars, axis, y_axis, label)
