"""Recorded populations as the interactives carry them: compact, once a page, with the line that says where from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..common.errors import InputError
from ..sweeps.population import load_population, populations, provenance
from .base import Interactive

COLUMNS = ("flops", "params", "activations", "depths", "widths", "bottleneck_ratios", "group_widths")


class OfPopulations(Interactive):
    """An interactive over recorded populations: what those that show them share.

    Args:
        populations: names of recorded populations or paths; or a table of names and populations. All recorded ones if
            not given.
        link_id: names it in the page's address.
        state: values of the traits that it starts with; `start` says the others.

    Raises:
        InputError: a population is missing or empty, or a value is outside its limits.
    """

    def __init__(self, populations: Any = None, *, link_id: str = "", **state: Any) -> None:
        self._populations = chosen_populations(populations)
        super().__init__(link_id=link_id, **{**self.start(state), **state})

    def start(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return the starting values that depend on the populations, where some values are given."""
        raise NotImplementedError

    def known(self, key: str) -> list[str]:
        return list(self._populations)

    def parts(self) -> dict[str, Any]:
        return self._populations

    def errors(self, name: str) -> list[float]:
        """Return the errors of a population; none if it is not there."""
        return self._populations[name]["errors"] if name in self._populations else []


def chosen_populations(chosen: Any = None) -> dict[str, dict[str, Any]]:
    """Return the populations that were asked for, name -> what the JavaScript needs.

    Args:
        chosen: names or paths; or a table of names and populations as `load_population` returns them; or None for
            every population that is recorded in the package.

    Raises:
        InputError: a population does not exist, or none of its networks has an error.
    """
    if chosen is None:
        chosen = populations()
    if isinstance(chosen, Mapping):
        tables = dict(chosen)
    elif isinstance(chosen, Sequence) and not isinstance(chosen, str):
        tables = {str(name): load_population(name) for name in chosen}
    else:
        raise InputError(f"populations must be a list of names or a table of name and population, not {chosen!r:.60}")
    if not tables:
        raise InputError("populations is empty; give at least one, such as 'regnetx-cpu'")
    return {name: compact(name, table) for name, table in tables.items()}


def usual_pair(names: list[str]) -> tuple[str, str]:
    """Return the two populations to begin with: the two ends of the study where both are there; "" if only one is."""
    if {"anynetxa-cpu", "regnetx-cpu"} <= set(names):
        return "anynetxa-cpu", "regnetx-cpu"
    return names[0], names[1] if len(names) > 1 else ""


def compact(name: str, table: Any) -> dict[str, Any]:
    """Return one population column by column, in index order; networks that failed are counted and left out."""
    kept = table[table["error"].notna()]
    if kept.empty:
        raise InputError(f"population {name!r} has no network with an error; train one first")
    header = table.attrs.get("header") or {}
    columns: dict[str, Any] = {c: [plain(x) for x in kept[c]] for c in COLUMNS if c in kept}
    return {
        "space": header.get("space", name),
        "regime": header.get("regime", {}).get("name", ""),
        "source": provenance(table) if header else "",
        "failed": len(table) - len(kept),
        "errors": [round(float(e), 6) for e in kept["error"]],
        **columns,
    }


def plain(x: Any) -> Any:
    return [plain(y) for y in x] if isinstance(x, tuple) else int(x) if float(x).is_integer() else float(x)
