"""EDF explorer: recorded populations, the threshold e under the reader's finger, and what chance does (section 3.1)."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets

from ..edf import summary
from ..errors import InputError, nearest_name
from .base import Interactive, number, switch
from .populations import chosen_populations, usual_pair
from .still import Steps, Ticks, picture

NONE = "none"


class EDFExplorer(Interactive):
    """Drag a threshold over the error distributions of two populations; shrink n to feel sampling noise.

    Args:
        populations: names of recorded populations or paths; or a table of names and populations. All recorded ones if
            not given.
        first, second: names of the two that are shown; second may be "none".
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

    first = traitlets.Unicode().tag(sync=True, state=True)
    second = traitlets.Unicode().tag(sync=True, state=True)
    threshold = number(0.5, 0, 1)
    n = number(1000, 2, 100_000, step=1)
    bands = switch(True)
    seed = number(0, 0, 2**31, step=1)

    def __init__(self, populations: Any = None, *, link_id: str = "", **state: Any) -> None:
        self._populations = chosen_populations(populations)
        first, second = usual_pair(list(self._populations))
        start: dict[str, Any] = {"first": first, "second": second or NONE}
        start.update(state)
        shown = [self._populations[start[key]] for key in ("first", "second") if start[key] in self._populations]
        if shown:
            start.setdefault("threshold", round(float(np.mean([summary(p["errors"]).mean for p in shown])), 3))
        start.setdefault("n", max(2, *(len(p["errors"]) for p in self._populations.values())))
        super().__init__(link_id=link_id, **start)

    @traitlets.validate("first", "second")
    def _check_name(self, proposal: Any) -> str:
        name, known = proposal["value"], [*self._populations, *([NONE] if proposal["trait"].name == "second" else [])]
        if name not in known:
            raise InputError(f"population {name!r:.60} is not among those given; {nearest_name(name, known)}")
        return str(name)

    def parts(self) -> dict[str, Any]:
        return self._populations

    def still(self) -> str:
        names = [name for name in (self.first, self.second) if name != NONE]
        shown = [(self._populations[name]["space"], np.sort(self._populations[name]["errors"])) for name in names]
        low = np.floor(100 * min(e[0] for _, e in shown) - 0.5) / 100
        high = np.ceil(100 * max(e[-1] for _, e in shown) + 0.5) / 100
        curves = []
        for space, errors in shown:
            share = np.arange(1, len(errors) + 1) / len(errors)
            curves.append(Steps(f"{space} {summary(errors)}", [low, *errors, high], [0, *share, 1]))
        x_axis = Ticks("error e, %", (low, high), [f"{100 * e:.0f}" for e in (low, high)])
        shares = [k / 5 for k in range(6)]
        told = "; ".join(curve.name for curve in curves)
        label = f"Error distributions, each with its lowest and mean error in percent: {told}."
        return picture(
            curves, x_axis, Ticks("F(e), share of networks below e", shares, [str(f) for f in shares]), label
        )
