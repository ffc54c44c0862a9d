"""EDF explorer: recorded populations, the threshold e under the reader's finger, and what chance does (section 3.1)."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
import traitlets

from ..edf import summary
from ..errors import InputError, nearest_name
from .base import Interactive, number, switch
from .populations import chosen_populations

NONE = "none"
STILL = (640, 340, 52, 36)  # width, height and margins of the still picture


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
        names = list(self._populations)
        start: dict[str, Any] = {"first": names[0], "second": names[1] if len(names) > 1 else NONE}
        if {"anynetxa-cpu", "regnetx-cpu"} <= set(names):
            start = {"first": "anynetxa-cpu", "second": "regnetx-cpu"}  # the two ends of the study
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
        errors = [np.sort(self._populations[name]["errors"]) for name in names]
        width, height, left, edge = STILL
        low, high = min(e[0] for e in errors), max(e[-1] for e in errors)
        span = (high - low) or 0.01
        x = left + (np.array([low, high]) - low) / span * (width - left - edge)
        bottom = height - edge
        parts = [
            f'<line class="rni-axis" x1="{left}" y1="{bottom}" x2="{width - edge}" y2="{bottom}"/>',
            *(
                f'<text class="rni-t" x="{at:.0f}" y="{bottom + 18}" text-anchor="middle">{100 * e:.0f} %</text>'
                for at, e in zip(x, (low, high), strict=True)
            ),
        ]
        for k, (name, values) in enumerate(zip(names, errors, strict=True)):
            share = np.arange(len(values) + 1) / len(values)
            path = f"M{left} {bottom}"
            for e, f in zip(values, share[1:], strict=True):
                path += f"H{left + (e - low) / span * (width - left - edge):.1f}V{bottom - f * (bottom - edge):.1f}"
            style = ("rni-la", "rni-lb rni-dash")[k]
            space = escape(self._populations[name]["space"])
            parts.append(f'<path class="{style}" d="{path}H{width - edge}"/>')
            parts.append(
                f'<rect class="{("rni-fa", "rni-fb")[k]}" x="{left}" y="{10 + 16 * k}" width="10" height="10"/>'
            )
            parts.append(f'<text class="rni-t" x="{left + 16}" y="{19 + 16 * k}">{space} {summary(values)}</text>')
        told = "; ".join(f"{self._populations[n]['space']} {summary(e)}" for n, e in zip(names, errors, strict=True))
        label = (
            f"Error distributions of {len(names)} populations, each with its lowest and mean error in percent: {told}."
        )
        start = f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img"'
        return f'{start} aria-label="{escape(label)}">{"".join(parts)}</svg>'
