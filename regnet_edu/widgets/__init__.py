"""Interactives: one Python class and one JavaScript module each, the same in a notebook and in a built page.

A cell that ends with an interactive shows it. Its traits are its state, both ways:

    explorer = rn.widgets.RegNetExplorer(depth=13, w0=24, wa=36.44, wm=2.49, group_width=8)
    explorer.observe(lambda change: print(change["name"], change["new"]), names=explorer.state_names())
    explorer

`live` puts controls around a function of your own.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "SpaceWorkbench": "space_workbench",
    "RegNetExplorer": "regnet_explorer",
    "EDFExplorer": "edf_explorer",
    "BlockExplorer": "block_explorer",
    "ComplexityCalculator": "complexity_calculator",
    "FitGame": "fit_game",
    "GoodBadGallery": "good_bad_gallery",
    "SearchRace": "search_race",
    "ConstraintFunnel": "constraint_funnel",
    "AgainstTheField": "against_the_field",
    "ImageNetBudget": "imagenet_budget",
    "PopulationLab": "population_lab",
}

INTERACTIVES = list(_HOMES)
_HOMES["live"] = "callback"

__all__ = [*INTERACTIVES, "live"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        home = importlib.import_module(f"{__name__}.{_HOMES[name]}")
    except ModuleNotFoundError as error:
        if error.name not in ("anywidget", "ipywidgets", "traitlets"):
            raise
        raise ImportError(f"rn.widgets.{name} needs the package anywidget; `pip install anywidget` brings it") from None
    globals()[name] = getattr(home, name)
    return globals()[name]


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
