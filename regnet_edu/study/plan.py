"""The plan of the study: every population that the course records, and the one command that records it.

The plan was written down before the populations were: a comparison is made of populations of one regime, with the data
and the recipe of that regime, and no regime is changed because of what a comparison shows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .. import spaces
from ..common.errors import InputError, nearest_name
from ..spaces.design_space import DesignSpace
from ..training import regime as regimes
from ..training.regime import Regime

COMPARISONS = {
    1: "from AnyNetXA to RegNetX, one constraint at a time (figures 2, 5, 6, 7, 8, 9)",
    2: "controls: equal and decreasing widths and depths (figure 7)",
    3: "two further simplifications of RegNetX (figure 9)",
    4: "generalisation: higher flops, more epochs, five stages, other blocks (figures 10 and 23)",
    5: "RegNetX at several flops: trends and complexity (figures 11 and 12)",
    6: "refinements and alternatives: C, inverted, depthwise, resolution, SE; ablations (figures 13, 14, 19, 20)",
    7: "the same networks from several seeds: how much of a difference is luck",
    8: "RegNetX with a learning rate and a weight decay of each network's own (figure 21)",
}

# Regimes that differ from a preset in one respect. The paper's band is (0.9 f, f), and so are these.
_VARIANTS: dict[str, tuple[str, dict[str, Any]]] = {
    "cpu-4mf": ("cpu", {"flops": [3.7e6, 4.1e6]}),
    "cpu-16mf": ("cpu", {"flops": [14.8e6, 16.4e6]}),
    "quick-3epochs": ("quick", {"epochs": 3}),
    "quick-24px": ("quick", {"resolution": 24}),
    "quick-48px": ("quick", {"resolution": 48}),
    # A factor of ten around the regime's own values, each way.
    "quick-lrwd": ("quick", {"vary": {"lr": [0.015, 1.5], "weight_decay": [5e-5, 5e-3]}}),
}


@dataclass(frozen=True)
class Planned:
    """One population of the plan.

    Args:
        comparison: the number of the comparison that it is recorded for first; others use it too.
        space: the name of a design space.
        regime: a preset, or a variant of one such as "cpu-16mf".
        n: how many networks.
        variant: the part of the population's name that says which options differ.
        options: options of the space that differ from the paper's.
        repeats: from how many seeds each network is trained.
    """

    comparison: int
    space: str
    regime: str
    n: int
    variant: str = ""
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)
    repeats: int = 1

    @property
    def name(self) -> str:
        """Name of the recorded population, such as "anynetxa-5stages-quick"."""
        return "-".join(filter(None, [self.space.lower(), self.variant, self.regime]))

    @property
    def design_space(self) -> DesignSpace:
        """The space with its options; the regime's own ranges come in when it is swept."""
        return spaces.get(self.space, **self.options)

    @property
    def trained_under(self) -> Regime:
        """The regime; a variant has a name of its own, so that no figure mixes the two without saying so."""
        preset, changes = _VARIANTS.get(self.regime, (self.regime, {}))
        return regimes.get(preset).replace(name=self.regime, **changes)

    def command(self, out: str, n: int | None = None) -> list[str]:
        """Return the arguments of `regnet-edu` that record it into the file `out`, with n networks instead of all."""
        preset, changes = _VARIANTS.get(self.regime, (self.regime, {}))
        words = ["sweep", self.space, "--n", str(self.n if n is None else n), "--regime", preset]
        if changes:
            words += [f"--set=name={self.regime}", *(f"--set={k}={_text(v)}" for k, v in changes.items())]
        words += [f"--option={k}={_text(v)}" for k, v in self.options.items()]
        words += ["--repeats", str(self.repeats)] * (self.repeats > 1)
        return [*words, "--out", out]


def _text(value: Any) -> str:
    """Write a setting as the command line reads it."""
    return value if isinstance(value, str) else json.dumps(value)


def _three(comparison: int, regime: str, n: int, variant: str = "", **options: Any) -> tuple[Planned, ...]:
    """The three spaces of figure 10."""
    return tuple(Planned(comparison, s, regime, n, variant, options) for s in ("AnyNetXA", "AnyNetXE", "RegNetX"))


# In the order in which they are worth having.
PLAN: tuple[Planned, ...] = (
    *(Planned(1, f"AnyNetX{letter}", "cpu", 200) for letter in "ABCDE"),
    Planned(1, "RegNetX", "cpu", 200),
    Planned(2, "AnyNetXEqualWidths", "cpu", 100),
    Planned(2, "AnyNetXDecreasingWidths", "cpu", 100),
    Planned(2, "AnyNetXEqualDepths", "cpu", 100),
    Planned(2, "AnyNetXDecreasingDepths", "cpu", 100),
    Planned(3, "RegNetXWm2", "cpu", 100),
    Planned(3, "RegNetXW0Wa", "cpu", 100),
    # The quick regime costs less than half, and 27 populations in the CPU regime would be a day's work.
    *_three(4, "quick", 50),
    *_three(4, "quick", 50, "5stages", num_stages=5),
    *_three(4, "quick", 50, "r", block="R"),
    *_three(4, "quick", 50, "v", block="V"),
    *_three(4, "quick", 50, "vr", block="VR"),
    Planned(6, "RegNetY", "quick", 50),
    Planned(6, "RegNetXC", "quick", 50),
    Planned(7, "RegNetX", "cpu", 10, "seeds", repeats=5),
    Planned(6, "RegNetX", "quick", 50, "b1", {"bottleneck_ratios": 1}),
    Planned(6, "RegNetXInverted", "quick", 50),
    Planned(6, "RegNetXDepthwise", "quick", 50),
    Planned(5, "RegNetX", "cpu-4mf", 50),
    Planned(6, "RegNetX", "quick-24px", 50),
    Planned(6, "RegNetX", "quick-48px", 50),
    Planned(6, "RegNetX", "quick", 50, "d20", {"min_depth": 20, "max_depth": 20}),
    Planned(6, "RegNetX", "quick", 50, "3stages", {"num_stages": 3}),
    Planned(6, "RegNetY", "quick", 50, "silu", {"activation": "silu"}),
    Planned(6, "RegNetY", "quick", 50, "g1", {"group_widths": 1}),
    Planned(6, "RegNetY", "quick", 50, "g1-silu", {"group_widths": 1, "activation": "silu"}),
    # Here the regime itself is what the comparison is about, so these are more expensive.
    *_three(4, "cpu-16mf", 50),
    *_three(4, "quick-3epochs", 50),
    Planned(6, "RegNetXC", "cpu", 50),
    Planned(6, "RegNetXC", "cpu-4mf", 50),
    Planned(6, "RegNetXC", "cpu-16mf", 50),
    Planned(6, "RegNetX", "cpu", 50, "d20", {"min_depth": 20, "max_depth": 20}),
    Planned(6, "RegNetX", "cpu", 50, "3stages", {"num_stages": 3}),
    Planned(8, "RegNetX", "quick-lrwd", 100),
)


def planned(name: str) -> Planned:
    """Return the population of the plan that has this name.

    Raises:
        InputError: there is none.
    """
    for population in PLAN:
        if population.name == name:
            return population
    raise InputError(f"population {name!r} is not in the plan; {nearest_name(name, [p.name for p in PLAN])}")


def chosen(only: list[str]) -> list[Planned]:
    """Return the populations with these names or of these comparisons, in the order of the plan; all if none is given.

    Raises:
        InputError: a name or a number is unknown.
    """
    for word in only:
        if not word.isdigit():
            planned(word)
        elif int(word) not in COMPARISONS:
            raise InputError(f"comparison {word} is unknown; they are 1 to {max(COMPARISONS)}")
    return [p for p in PLAN if not only or p.name in only or str(p.comparison) in only]
