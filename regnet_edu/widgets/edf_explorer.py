"""EDF explorer: recorded populations, the threshold e under the reader's finger, and what chance does (section 3.1)."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..analysis.edf import summary
from .base import named, named_set, number, switch
from .populations import OfPopulations, usual_pair
from .still import SHARES, edf_steps, error_axis, picture

NONE = "none"


class EDFExplorer(OfPopulations):
    """Drag a threshold over the error distributions of populations; shrink n to feel sampling noise.

    Args:
        populations: names of recorded populations or paths; or a table of names and populations. All recorded ones if
            not given.
        first, second: names of the two that are compared; second may be "none".
        also: names of others that are shown, at most four, such as ["anynetxe-cpu"].
        threshold: e, a fraction in [0, 1]; between the two means if not given.
        n: how many networks are drawn of each population; all if not given.
        bands: whether the bootstrap bands are shown.
        seed: of the drawn networks and the bootstrap.
        link_id: names it in the page's address.

    Raises:
        InputError: a population is missing or empty, or a value is outside its limits.
    """

    _module = "edf_explorer"
    _title = "EDF explorer"

    first, second = named(), named()
    also = named_set()
    threshold = number(0.5, 0, 1)
    n = number(1000, 2, 100_000, step=1)
    bands = switch(True)
    seed = number(0, 0, 2**31, step=1)

    def start(self, given: dict[str, Any]) -> dict[str, Any]:
        first, second = usual_pair(list(self._populations))
        shown = [self.errors(given.get(*pair)) for pair in (("first", first), ("second", second))]
        means = [summary(errors).mean for errors in shown if errors]
        return {
            "first": first,
            "second": second or NONE,
            "threshold": round(float(np.mean(means)), 3) if means else 0.5,
            "n": max(2, *(len(p["errors"]) for p in self._populations.values())),
        }

    def known(self, key: str) -> list[str]:
        return [*super().known(key), *([NONE] if key == "second" else [])]

    def still(self) -> str:
        names = [name for name in dict.fromkeys((self.first, self.second, *self.also)) if name != NONE]
        x_axis = error_axis([e for name in names for e in self.errors(name)])
        curves = [edf_steps(self._populations[name]["space"], self.errors(name), x_axis) for name in names]
        told = "; ".join(curve.name for curve in curves)
        label = f"Error distributions, each with its lowest and mean error in percent: {told}."
        return picture(curves[:6], x_axis, SHARES, label)
