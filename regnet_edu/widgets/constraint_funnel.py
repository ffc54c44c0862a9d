"""Constraint funnel: what rules B to E leave of a population, and of the space (section 3.2, table 1)."""

from __future__ import annotations

import math
from typing import Any

from ..spaces.anynet import AnyNetXA
from ..spaces.design_space import DesignSpace
from ..spaces.distributions import in_order
from .base import choice, named, switch
from .populations import OfPopulations
from .still import Line, Ticks, picture

COLUMNS = {"ratio": "bottleneck_ratios", "group": "group_widths", "width": "widths", "depth": "depths"}
ORDERS = ["free", "non-decreasing", "equal", "non-increasing"]


class ConstraintFunnel(OfPopulations):
    """Switch the rules of AnyNetX_B to E on and off, and see which networks of a population keep them.

    Args:
        populations: names of recorded populations or paths; or a table of names and populations. All recorded ones if
            not given.
        population: name of the one whose networks are kept or not, of an AnyNetX space if there is one.
        shared_ratio: rule B, one bottleneck ratio for all stages.
        shared_group: rule C, one group width for all stages.
        widths: "free"; "non-decreasing", rule D; or, the controls of figure 7, "equal" or "non-increasing".
        depths: the same for depths; "non-decreasing" is rule E.
        sampled: whether the recorded population of exactly these rules is shown too, where there is one.
        link_id: names it in the page's address.

    Raises:
        InputError: a population is missing or empty, or a value is none of these.
    """

    _module = "constraint_funnel"
    _title = "Constraint funnel"

    population = named()
    shared_ratio = switch(True)
    shared_group = switch(True)
    widths = choice("non-decreasing", ORDERS)
    depths = choice("non-decreasing", ORDERS)
    sampled = switch(True)

    def start(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"population": self.known("population")[0]}

    def known(self, key: str) -> list[str]:
        anynet = [name for name, p in self._populations.items() if p["space"].startswith("AnyNetX")]
        return anynet or super().known(key)

    @property
    def orders(self) -> dict[str, str]:
        """How the stages of one network depend on each other under the rules that are on."""
        ratio, group = ("equal" if on else "free" for on in (self.shared_ratio, self.shared_group))
        return {"ratio": ratio, "group": group, "width": self.widths, "depth": self.depths}

    @property
    def space(self) -> DesignSpace:
        """The space of these rules, with the paper's ranges: `.size()` counts it and `.sample(n)` draws from it."""
        return space_of(self.orders)

    @property
    def survivors(self) -> list[int]:
        """The places of the networks that keep the rules, among those with an error, in index order."""
        return self._ladder()[-1][1]

    def _ladder(self) -> list[tuple[int, list[int]]]:
        """After each rule in the paper's order, first none: the size of the space, and the networks that are left."""
        p, orders = self._populations[self.population], dict.fromkeys(COLUMNS, "free")
        kept = list(range(len(p["errors"])))
        steps = [(space_of(orders).size(), kept)]
        for name, column in COLUMNS.items():
            orders[name] = self.orders[name]
            kept = [i for i in kept if in_order(p[column][i], orders[name])]
            steps.append((space_of(orders).size(), kept))
        return steps

    def still(self) -> str:
        """The size of the space after each rule, and how many networks keep them."""
        steps = self._ladder()
        logs = [math.log10(size) for size, _ in steps]
        ticks = list(range(math.floor(min(logs)), math.ceil(max(logs)) + 1))
        texts = [f"{letter}: {len(kept)}" for letter, (_, kept) in zip("ABCDE", steps, strict=True)]
        n = len(self.errors(self.population))
        x_axis = Ticks(f"rules, one after another, and how many of {n} networks keep them", range(5), texts)
        y_axis = Ticks("networks in the space", ticks, [f"1e{k}" for k in ticks])
        told = f"from {float(steps[0][0]):.3g} to {float(steps[-1][0]):.3g} networks"
        label = f"The space shrinks {told} as rules are added; {len(self.survivors)} of {n} networks keep them all."
        return picture([Line("size of the space", range(5), logs)], x_axis, y_axis, label, legend_right=True)


def space_of(orders: dict[str, str], **ranges: Any) -> DesignSpace:
    """Return the AnyNetX space whose stages have these orders, `AnyNetXB` to `AnyNetXE` and all between.

    Args:
        orders: "ratio", "group", "width", "depth" -> "free", "equal", "non-decreasing" or "non-increasing".
        ranges: those that differ from the paper's.
    """
    kind = type("AnyNetXRules", (AnyNetXA,), {f"{name}_order": order for name, order in orders.items()})
    return kind(**ranges)
