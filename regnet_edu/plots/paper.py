"""The figures of the paper, each by one call, from populations that are recorded in the package or by the reader."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..common.errors import InputError
from ..common.validation import whole
from ..networks import zoo
from ..sweeps.population import load_population, populations
from ..sweeps.runtimes import runtimes_recorded, with_runtimes
from .distributions import edfs, random_search
from .fits import fit_error, linear_fits, quantized_fits
from .networks import width_profiles
from .published import field_comparison, model_diagrams
from .scatter import property_scatter
from .trends import complexity_relations, parameter_trends

if TYPE_CHECKING:
    from .study_figure import StudyFigure


@dataclass(frozen=True)
class Panel:
    """One drawing of a figure: which function draws which populations.

    Args:
        title: printed above it.
        draw: a function of `regnet_edu.plots`.
        populations: names of the plan, in the order of the legend; none for drawings of published networks.
        options: further arguments of the function.
        least: how many of the populations must be recorded for the drawing to say something.
        timed: whether it needs their measured runtimes.
    """

    title: str
    draw: Callable[..., Any]
    populations: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)
    least: int = 1
    timed: bool = False


@dataclass(frozen=True, eq=False)
class PaperFigure:
    """A figure of the paper, drawn again: its panels, and the populations that were not recorded."""

    number: int
    panels: tuple[StudyFigure, ...]
    missing: tuple[str, ...] = ()

    @property
    def alt_text(self) -> str:
        """What all panels show, in numbers."""
        return " ".join(panel.alt_text for panel in self.panels)

    def save(self, folder: str | os.PathLike[str], kind: str = "pdf") -> list[Path]:
        """Write the panels as figure_5a.pdf, figure_5b.pdf, ... into a folder that exists; return their paths."""
        paths = [Path(folder) / f"figure_{self.number}{chr(97 + k)}.{kind}" for k in range(len(self.panels))]
        for path, panel in zip(paths, self.panels, strict=True):
            panel.savefig(path)
        return paths

    def _repr_html_(self) -> str:
        gap = f"<p>Not recorded yet, and left out: {', '.join(self.missing)}.</p>" if self.missing else ""
        return "".join(panel._repr_html_() for panel in self.panels) + gap


def _edfs(title: str, *names: str) -> Panel:
    return Panel(title, edfs, names, least=min(2, len(names)))


BANDS = ("regnetx-quick", "regnetx-cpu-4mf", "regnetx-cpu", "regnetx-cpu-16mf")
FIGURES: dict[int, tuple[Panel, ...]] = {
    1: (_edfs("Three spaces, each inside the one before", "anynetxa-cpu", "anynetxc-cpu", "anynetxe-cpu"),),
    2: (
        _edfs("AnyNetX", "anynetxa-cpu"),
        Panel("Depth and last width", property_scatter, ("anynetxa-cpu",), {"properties": ("depth", "w4")}),
    ),
    5: (
        _edfs("A shared bottleneck ratio", "anynetxa-cpu", "anynetxb-cpu"),
        _edfs("A shared group width", "anynetxb-cpu", "anynetxc-cpu"),
        Panel("Which b and g are best", property_scatter, ("anynetxc-cpu",), {"properties": ("b", "g")}),
    ),
    6: (Panel("Good and bad networks", width_profiles, ("anynetxc-cpu",)),),
    7: (
        _edfs("Widths", "anynetxc-cpu", "anynetxd-cpu", "anynetxequalwidths-cpu", "anynetxdecreasingwidths-cpu"),
        _edfs("Depths", "anynetxd-cpu", "anynetxe-cpu", "anynetxequaldepths-cpu", "anynetxdecreasingdepths-cpu"),
    ),
    8: (
        Panel("The best networks, and a line", linear_fits, ("anynetxe-cpu",)),
        Panel("Their quantised linear fits", quantized_fits, ("anynetxe-cpu",), {"count": 2}),
        Panel("Error of the fit", fit_error, ("anynetxc-cpu", "anynetxd-cpu", "anynetxe-cpu")),
    ),
    9: (
        _edfs("RegNetX", "anynetxa-cpu", "anynetxe-cpu", "regnetx-cpu"),
        _edfs("Two simplifications", "regnetx-cpu", "regnetxwm2-cpu", "regnetxw0wa-cpu"),
        Panel("Random search", random_search, ("anynetxa-cpu", "anynetxe-cpu", "regnetx-cpu")),
    ),
    10: (
        _edfs("Higher flops", *(f"{s}-cpu-16mf" for s in ("anynetxa", "anynetxe", "regnetx"))),
        _edfs("More epochs", *(f"{s}-quick-3epochs" for s in ("anynetxa", "anynetxe", "regnetx"))),
        *(
            _edfs(title, *(f"{s}-{variant}-quick" for s in ("anynetxa", "anynetxe", "regnetx")))
            for title, variant in (("Five stages", "5stages"), ("R block", "r"), ("V block", "v"), ("VR block", "vr"))
        ),
        _edfs("For comparison: four stages, X block", "anynetxa-quick", "anynetxe-quick", "regnetx-quick"),
    ),
    11: (Panel("Best parameters", parameter_trends, BANDS, least=2),),
    12: (
        Panel("Complexity and inference", complexity_relations, BANDS, {"runtime": "runtime"}, timed=True),
        Panel("Complexity and training", complexity_relations, BANDS),
    ),
    13: tuple(
        _edfs(f"{flops} MF", f"regnetx-{regime}", f"regnetxc-{regime}")
        for flops, regime in ((2, "quick"), (4, "cpu-4mf"), (8, "cpu"), (16, "cpu-16mf"))
    ),
    14: (
        _edfs("Bottlenecks", "regnetx-b1-quick", "regnetxinverted-quick", "regnetxdepthwise-quick"),
        _edfs("Resolution", "regnetx-quick-24px", "regnetx-quick", "regnetx-quick-48px"),
        _edfs("Squeeze and excitation", "regnetx-quick", "regnety-quick"),
    ),
    15: (Panel("RegNetX", model_diagrams, (), {"names": [n for n in zoo.names() if n.startswith("regnetx")]}),),
    16: (Panel("RegNetY", model_diagrams, (), {"names": [n for n in zoo.names() if n.startswith("regnety")]}),),
    17: (Panel("ResNe(X)t", field_comparison, (), {"families": ("RegNetX", "ResNet", "ResNeXt")}),),
    18: (Panel("EfficientNet", field_comparison, (), {"families": ("RegNetX", "RegNetY", "EfficientNet")}),),
    19: (
        _edfs("Fixed depth, 2 MF", "regnetx-quick", "regnetx-d20-quick"),
        _edfs("Fixed depth, 8 MF", "regnetx-cpu", "regnetx-d20-cpu"),
        _edfs("Three stages, 2 MF", "regnetx-quick", "regnetx-3stages-quick"),
        _edfs("Three stages, 8 MF", "regnetx-cpu", "regnetx-3stages-cpu"),
    ),
    20: (
        _edfs("SiLU in RegNetY", "regnety-quick", "regnety-silu-quick"),
        _edfs("SiLU where g = 1", "regnety-g1-quick", "regnety-g1-silu-quick"),
    ),
    21: (
        Panel(
            "Learning rate and weight decay",
            property_scatter,
            ("regnetx-quick-lrwd",),
            {"properties": ("lr", "weight_decay", "lr_wd")},
        ),
    ),
    23: (_edfs("Four blocks", "regnetx-quick", "regnetx-r-quick", "regnetx-v-quick", "regnetx-vr-quick"),),
}
NOT_DRAWN = {
    3: "is a drawing of the network's structure, not of data",
    4: "is a drawing of the X block, not of data",
    22: "needs populations of EfficientNets, which are no AnyNets",
}


def paper_figure(number: int, folder: str | os.PathLike[str] | None = None) -> PaperFigure:
    """Draw one figure of the paper again, from recorded populations.

    Args:
        number: of the figure in the paper, 1 to 23.
        folder: where to look for NAME.jsonl first, such as "runs"; the package's own populations are used otherwise.

    Returns:
        a `PaperFigure` with one drawing a panel. A panel whose populations are not recorded is left out.

    Raises:
        InputError: there is no such figure, it shows no populations, or none of its panels can be drawn.
    """
    whole("number", number)
    if number in NOT_DRAWN:
        raise InputError(f"figure {number} of the paper {NOT_DRAWN[number]}")
    if number not in FIGURES:
        raise InputError(f"figure {number} is not in the paper; its figures are 1 to 23")
    drawn, missing = [], []
    for panel in FIGURES[number]:
        found = {name: _find(name, folder) for name in panel.populations}
        there = [path for path in found.values() if path and (not panel.timed or runtimes_recorded(path))]
        lacking = [name for name, path in found.items() if path not in there]
        missing += [f"runtimes of {name}" if panel.timed and found[name] else name for name in lacking]
        if len(there) >= panel.least or not panel.populations:
            load = with_runtimes if panel.timed else load_population
            arguments = [[load(path) for path in there]] if panel.populations else []
            drawn.append(panel.draw(*arguments, title=panel.title, **panel.options))
    missing = list(dict.fromkeys(missing))
    if not drawn:
        raise InputError(
            f"figure {number} needs populations that are not recorded yet: {', '.join(missing)}; "
            "`make populations` records what the plan of the study lacks"
        )
    return PaperFigure(number, tuple(drawn), tuple(missing))


def _find(name: str, folder: str | os.PathLike[str] | None) -> str:
    """Return the path or the name by which a population can be loaded, or nothing."""
    if folder is not None and (path := Path(folder) / f"{name}.jsonl").exists():
        return str(path)
    return name if name in populations() else ""
