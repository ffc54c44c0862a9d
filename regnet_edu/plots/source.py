"""What a figure is drawn from: named populations, and the small print that says where they come from."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..analysis.measure import ERROR, Measure, as_measure
from ..analysis.properties import no_texts
from ..common.errors import InputError
from ..sweeps.population import as_population, facts, hardware_of, versions_of
from ..sweeps.runtimes import with_runtimes

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Source:
    """One population, what to call it, and what its networks are judged by."""

    name: str
    table: pd.DataFrame
    measure: Measure = ERROR

    @property
    def header(self) -> dict[str, Any]:
        return self.table.attrs.get("header") or {}

    @property
    def sessions(self) -> list[dict[str, Any]]:
        """The runs of the sweep that made it: a sweep may be resumed, with other versions or on another machine."""
        return list(self.header.get("sessions") or [])

    @property
    def hardware(self) -> str:
        return " then ".join(hardware_of(self.table))

    @property
    def machines(self) -> set[str]:
        """The hardware that trained the networks, as recorded."""
        return set(hardware_of(self.table))

    @property
    def torch(self) -> str:
        return versions_of(self.header, "torch")

    @property
    def errors(self) -> np.ndarray:
        """(n,) errors, or values of another measure; NaN where a network failed."""
        return self.table[self.measure.column].to_numpy(dtype=np.float64)

    @property
    def known(self) -> pd.DataFrame:
        """The networks that have an error, the best first."""
        table, column = self.table[self.table[self.measure.column].notna()], self.measure.column
        first = [self.measure.lower_is_better, True]
        by = [column, "index"] if "index" in table else [column]
        return table.sort_values(by, ascending=first[: len(by)], kind="stable")

    def count(self, status: str) -> int:
        """Number of networks with a status, "ok", "diverged" or "failed"."""
        return int((self.table["status"] == status).sum()) if "status" in self.table else 0


def sources(populations: Any, least: int = 1, measure: Measure | str | None = None) -> list[Source]:
    """Return named populations from whatever a figure function is given.

    Args:
        populations: a DataFrame, path or name; a sequence of these; or a mapping from names to them.
        least: how many networks with an error each population must have.
        measure: what networks are judged by, if not the error: a `Measure`, or the name of a column.

    Raises:
        InputError: there is none, one is no population, or one has too few networks with an error.
    """
    judged = as_measure(measure)
    if isinstance(populations, Mapping):
        pairs = [(str(name), _table(value, judged)) for name, value in populations.items()]
    else:
        several = isinstance(populations, Iterable) and not hasattr(populations, "columns")
        single = isinstance(populations, (str, os.PathLike)) or not several
        items = [populations] if single else list(populations)
        tables = [_table(item, judged) for item in items]
        pairs = list(zip(_names(items, tables), tables, strict=True))
    if not pairs:
        raise InputError("there is no population to draw; give at least one")
    for name, table in pairs:
        if judged.column not in table.columns:
            raise InputError(f"{name} is no population: it has no column {judged.column!r}")
        judged.clean(table[judged.column], f"population {name}", least=least)
    return [Source(name, table, judged) for name, table in pairs]


def one_source(population: Any, function: str, measure: Measure | str | None = None) -> Source:
    """Return the only population of a figure that draws one.

    Raises:
        InputError: there are several, or its lists have become texts.
    """
    shown = sources(population, measure=measure)
    if len(shown) != 1:
        raise InputError(f"{function} draws 1 population at a time and was given {len(shown)}")
    if "depths" in shown[0].table:
        no_texts(shown[0].table, "depths")
    return shown[0]


def anynets(population: Any, function: str, measure: Measure | str | None = None) -> Source:
    """Return the only population of a figure that draws the stages of AnyNets.

    Raises:
        InputError: there are several, or its networks are of another kind.
    """
    source = one_source(population, function, measure)
    if "widths" not in source.table:
        raise InputError(f"{function} draws the stages of AnyNets, and the networks of {source.name} have none")
    return source


def _table(item: Any, measure: Measure) -> pd.DataFrame:
    if isinstance(item, Source):
        return item.table
    if isinstance(item, (str, os.PathLike)) and measure.column == "runtime":
        return with_runtimes(item)
    return as_population(item)


def _names(items: list[Any], tables: list[pd.DataFrame]) -> list[str]:
    """Name populations by their space; where that is not enough also by regime, then file, then number."""
    headers = [table.attrs.get("header") or {} for table in tables]
    spaces = [str(h.get("space", f"population {k + 1}")) for k, h in enumerate(headers)]
    regimes = [str((h.get("regime") or {}).get("name", "")) for h in headers]
    files = [Path(item).stem if isinstance(item, (str, os.PathLike)) else "" for item in items]
    names = [item.name if isinstance(item, Source) else space for item, space in zip(items, spaces, strict=True)]
    for more in (regimes, files):
        kinds = {name: {extra for n, extra in zip(names, more, strict=True) if n == name} for name in names}
        names = [  # what all of one name share does not tell them apart
            f"{name} ({extra})" if len(kinds[name]) > 1 and extra and extra not in name else name
            for name, extra in zip(names, more, strict=True)
        ]
    return [f"{name}, {names[:k].count(name) + 1}" if names.count(name) > 1 else name for k, name in enumerate(names)]


def small_print(shown: list[Source]) -> str:
    """Say where populations come from; what they have in common is said once."""
    said = [facts(source.table) for source in shown]
    common = {key: value for key, value in said[0].items() if all(f.get(key) == value for f in said)}
    if len(shown) == 1:
        return f"{shown[0].name}: {_joined(common)}."
    own = [
        f"{source.name}: {_joined({k: v for k, v in fact.items() if k not in common})}"
        for source, fact in zip(shown, said, strict=True)
    ]
    own = [line for line in own if not line.endswith(": ")]
    lines = ["; ".join(own)] * bool(own) + [f"All: {_joined(common)}"] * bool(common)
    return ". ".join(lines) + "."


def _joined(said: Mapping[str, str]) -> str:
    return ", ".join(value for value in said.values() if value)
