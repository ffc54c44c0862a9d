"""Space workbench: sixteen numbers, what each constraint leaves of them, and a crowd to stand in (section 3.2)."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import numpy as np
import traitlets

from ..common.errors import InputError
from ..networks.config import AnyNetConfig
from ..spaces.anynet import AnyNetXA, AnyNetXB, AnyNetXC, AnyNetXD, AnyNetXE
from ..spaces.regnet import RegNetX
from ..spaces.staged_space import StagedSpace
from . import bundle
from .base import choice, number, numbers, switch
from .population_lab import TRIAL, setting
from .populations import OfPopulations

SPACES: dict[str, type[StagedSpace]] = {
    s.__name__: s for s in (AnyNetXA, AnyNetXB, AnyNetXC, AnyNetXD, AnyNetXE, RegNetX)
}
COLUMNS = ("depths", "widths", "bottleneck_ratios", "group_widths")
Columns = tuple[tuple[int, ...], tuple[int, ...], tuple[float, ...], tuple[int, ...]]
COUNTS = np.repeat([1, 1, 0.5, 0.25], 4)  # how much a doubling of each number counts in a shape; as in neighbours.js


class Neighbour(NamedTuple):
    """A recorded network: its population, its place among those with an error, its error, and how far its shape is."""

    population: str
    place: int
    error: float
    distance: float


class SpaceWorkbench(OfPopulations):
    """Drag the sixteen numbers of a network, and switch on one constraint after another.

    Its network is `config`, a trait both ways: what is dragged shows there, and what is set there is shown.

    Args:
        populations: names of recorded populations or paths; or a table of names and populations. Those of the six
            spaces under the regime "cpu" if not given.
        config: the network to begin with, of four stages; instead of the four lists.
        space: "AnyNetXA" to "AnyNetXE" or "RegNetX": what holds when something is dragged.
        against: the space whose recorded errors are shown for comparison.
        depths, widths, bottleneck_ratios, group_widths: the numbers of the network, stage by stage.
        hold: whether the flops stay in the band of the records while one number moves.
        judged: whether the page says where the network would lie among the recorded ones.
        seed: of the next network that is drawn, or of the next mutation.
        link_id: names it in the page's address.

    Raises:
        InputError: a population is missing or empty, or a value is outside its limits.
    """

    _module = "space_workbench"
    _title = "Space workbench"

    space = choice("AnyNetXA", list(SPACES))
    against = choice("RegNetX", list(SPACES))
    depths = numbers([6, 8, 11, 10], range(1, 64))
    widths = numbers([16, 8, 8, 864], range(8, 2049, 8))
    bottleneck_ratios = numbers([4, 4, 1, 2], (1, 2, 4))
    group_widths = numbers([2, 8, 1, 16], (1, 2, 4, 8, 16, 32))
    hold = switch(True)
    judged = switch(False)
    seed = number(0, 0, 999_999, step=1)

    config = traitlets.Instance(AnyNetConfig)

    def __init__(self, populations: Any = None, *, config: Any = None, link_id: str = "", **state: Any) -> None:
        self._usual = populations is None
        if self._usual:
            populations = [f"{name.lower()}-cpu" for name in SPACES]
        lists = {} if config is None else lists_of(config)
        super().__init__(populations, link_id=link_id, **{**state, **lists})

    @traitlets.default("config")
    def _made(self) -> AnyNetConfig:
        return AnyNetConfig(*self._columns())

    def _columns(self) -> Columns:
        return self.depths, self.widths, self.bottleneck_ratios, self.group_widths

    @traitlets.observe(*COLUMNS)
    def _follow(self, _change: Any) -> None:
        self.config = self._made()

    @traitlets.validate("config")
    def _checked(self, proposal: Any) -> AnyNetConfig:
        for name, values in lists_of(proposal["value"]).items():  # each is checked before the first is changed
            self.traits()[name].validate(self, values)
        return proposal["value"]

    @traitlets.observe("config")
    def _show(self, change: Any) -> None:
        if change["new"] != self._made():
            with self.hold_trait_notifications():
                for name, values in lists_of(change["new"]).items():
                    setattr(self, name, values)

    def start(self, given: dict[str, Any]) -> dict[str, Any]:
        return {}

    def parts(self) -> dict[str, Any]:
        trained = json.loads(bundle.read("stills/space_workbench.json"))
        return {**super().parts(), "trial": {**setting(TRIAL), "reference": trained}}

    @property
    def design_space(self) -> StagedSpace:
        """The space that is chosen, with the paper's ranges."""
        return SPACES[self.space]()

    @property
    def belongs(self) -> bool:
        """Whether the network is one of the chosen space; the dials of the page see to that, Python does not."""
        return self.config in self.design_space

    def nearest(self, count: int = 8) -> list[Neighbour]:
        """Return the recorded networks with the nearest shapes, over all populations that are shown.

        A shape is the sixteen numbers on logarithmic axes, b counted half and g a quarter; the distance is the square.
        """
        return nearest_in(self.state, self._populations, count)

    def _drawn(self) -> str:
        return super()._drawn() if self._usual else ""


def lists_of(config: AnyNetConfig) -> dict[str, list[int]]:
    """Return the four lists of a network of four stages that differs in nothing else from what the page shows."""
    if not isinstance(config, AnyNetConfig) or config.num_stages != 4:
        raise InputError(f"config {config!r:.60} must be an AnyNetConfig of four stages")
    lists = {name: list(getattr(config, name)) for name in COLUMNS}
    if config != AnyNetConfig(config.depths, config.widths, config.bottleneck_ratios, config.group_widths):
        raise InputError("config has another stem, stride or block than the recorded networks; leave those out")
    return lists


def nearest_in(columns: dict[str, Any], populations: dict[str, dict[str, Any]], count: int = 8) -> list[Neighbour]:
    """Return the networks of some populations with the nearest shapes, the nearest first."""
    own, found = shape(columns), []
    for name, p in populations.items():
        for place, error in enumerate(p["errors"]):
            other = shape({column: p[column][place] for column in COLUMNS})
            if len(other) == len(own):
                found.append(Neighbour(name, place, error, round(float(np.sum((own - other) ** 2)), 6)))
    return sorted(found, key=lambda n: n.distance)[:count]


def shape(columns: dict[str, Any]) -> np.ndarray:
    values = np.concatenate([np.log2(np.array(columns[name], float)) for name in COLUMNS])
    return values * COUNTS if len(values) == len(COUNTS) else values
