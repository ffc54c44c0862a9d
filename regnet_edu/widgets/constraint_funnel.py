"""Constraint funnel: what rules B to E leave of a population, and of the space (section 3.2, table 1)."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..spaces.anynet import AnyNetXA
from ..spaces.design_space import DesignSpace
from ..spaces.distributions import in_order
from .base import choice, named, switch
from .populations import OfPopulations
from .still import Dots, Ticks, error_axis, picture

COLUMNS = {"ratio": "bottleneck_ratios", "group": "group_widths", "width": "widths", "depth": "depths"}
NAMED = {
    "AnyNetXA": "free free free free", "AnyNetXB": "equal free free free", "AnyNetXC": "equal equal free free",
    "AnyNetXD": "equal equal non-decreasing free", "AnyNetXE": "equal equal non-decreasing non-decreasing",
    "AnyNetXEqualWidths": "equal equal equal free", "AnyNetXDecreasingWidths": "equal equal non-increasing free",
    "AnyNetXEqualDepths": "equal equal non-decreasing equal",
    "AnyNetXDecreasingDepths": "equal equal non-decreasing non-increasing",
}  # fmt: skip
ORDERS = ["free", "non-decreasing", "equal", "non-increasing"]


class Round(NamedTuple):
    """One rule, asked of the networks of one population: their places before, and of those that keep it."""

    rule: str
    population: str
    asked: list[int]
    kept: list[int]


class ConstraintFunnel(OfPopulations):
    """Switch the rules of AnyNetX_B to E on and off, and see which networks of a population fall out.

    Args:
        populations: names of recorded populations or paths; or a table of names and populations. All recorded ones if
            not given.
        population: name of the one that it starts from, of an AnyNetX space if there is one; AnyNetXC if not given.
        shared_ratio: rule B, one bottleneck ratio for all stages.
        shared_group: rule C, one group width for all stages.
        widths: "free"; "non-decreasing", rule D; or, the controls of figure 7, "equal" or "non-increasing".
        depths: the same for depths; "non-decreasing" is rule E.
        sampled: whether each rule is asked of a new sample of the space so far, where one is recorded; if not, of
            those that the rules before it have left.
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
        known = self.known("population")
        return {"population": next((n for n in known if self._populations[n]["space"] == "AnyNetXC"), known[0])}

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
        return space_of(self.orders, num_stages=len(self._populations[self.population]["depths"][0]))

    @property
    def survivors(self) -> list[int]:
        """The places of the networks that keep all the rules, among those with an error, in index order."""
        p = self._populations[self.population]
        kept = range(len(p["errors"]))
        return [i for i in kept if all(in_order(p[COLUMNS[key]][i], order) for key, order in self.orders.items())]

    @property
    def rounds(self) -> list[Round]:
        """Rule by rule, those that the first population does not have already: who is asked, and who keeps it."""
        name, orders = self.population, self._had()
        asked, found = list(range(len(self.errors(name)))), []
        for letter, (key, order) in zip("BCDE", self.orders.items(), strict=True):
            if order in ("free", orders[key]):
                continue
            kept = [i for i in asked if in_order(self._populations[name][COLUMNS[key]][i], order)]
            found.append(Round(letter, name, asked, kept))
            orders[key] = order
            name, asked = self._recorded(orders) or name, kept
            if name != found[-1].population:
                asked = list(range(len(self.errors(name))))
        return found

    def _had(self) -> dict[str, str]:
        """The orders that the first population's own space has already."""
        named = NAMED.get(self._populations[self.population]["space"], NAMED["AnyNetXA"])
        return dict(zip(COLUMNS, named.split(), strict=True))

    def _recorded(self, orders: dict[str, str]) -> str:
        """The population of exactly these rules, if new samples are wanted; of the same regime and number of stages."""
        own, wanted = self._populations[self.population], " ".join(orders[key] for key in COLUMNS)
        alike = [
            name
            for name, p in self._populations.items()
            if NAMED.get(p["space"]) == wanted
            and p["regime"] == own["regime"]
            and len(p["depths"][0]) == len(own["depths"][0])
        ]
        return alike[0] if self.sampled and alike else ""

    def still(self) -> str:
        """The networks as dots by their error, rule by rule: above those that keep it, below those that fell out."""
        p, rounds = self._populations[self.population], self.rounds
        if not rounds:
            rounds = [Round("A", self.population, *[list(range(len(p["errors"])))] * 2)]
        x_axis = error_axis([e for name in {r.population for r in rounds} for e in self.errors(name)])
        dots, lanes = [], 2 * len(rounds)
        for k, (rule, name, asked, kept) in enumerate(rounds):
            errors, fallen = self.errors(name), sorted({*asked} - {*kept})
            told = f"{rule} keeps {len(kept)} of {len(asked)} {self._populations[name]['space']}"
            for lane, called, places in ((0, told, kept), (1, "", fallen)):
                x = [min(errors[i], x_axis.places[-1]) for i in places]
                y = [lanes - 2 * k - lane - 0.25 - i * 0.618034 % 0.5 for i in places]
                dots.append(Dots(called, x, y, "rni-fa" if lane == 0 else "rni-fs rni-dim", lanes - 2 * k))
        label = f"Networks by their error, rule by rule: {'; '.join(d.name for d in dots if d.name)}."
        y_axis = Ticks("rule by rule: blue keep it, grey fell out", range(0, lanes + 1, 2), [""] * (lanes // 2 + 1))
        return picture(dots, x_axis, y_axis, label)


def space_of(orders: dict[str, str], **ranges: Any) -> DesignSpace:
    """Return the AnyNetX space whose stages have these orders, `AnyNetXB` to `AnyNetXE` and all between.

    Args:
        orders: "ratio", "group", "width", "depth" -> "free", "equal", "non-decreasing" or "non-increasing".
        ranges: those that differ from the paper's.
    """
    kind = type("AnyNetXRules", (AnyNetXA,), {f"{name}_order": order for name, order in orders.items()})
    return kind(**ranges)
