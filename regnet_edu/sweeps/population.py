"""A population as a table: n networks of one design space, trained under one regime, with their errors."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from dataclasses import fields
from importlib import resources
from itertools import chain
from typing import TYPE_CHECKING, Any

from ..common.environment import describe_hardware
from ..common.errors import InputError, nearest_name
from ..common.validation import shown_size
from ..networks.config import AnyNetConfig
from ..networks.module_config import Config, ModuleConfig
from . import records

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "index", "seed", "status", "error", "errors", "epochs", "loss", "seconds", "cpu_seconds", "images_per_second",
    "flops", "params", "activations", "depths", "widths", "bottleneck_ratios", "group_widths",
    "stem_width", "stem_stride", "strides", "block", "se_ratio", "activation", "reason", "hardware",
)  # fmt: skip
OF_ANYNETS = (
    *("depths", "widths", "bottleneck_ratios", "group_widths"),
    *("stem_width", "stem_stride", "strides", "block", "se_ratio", "activation"),
)
LISTS = ("errors", "depths", "widths", "bottleneck_ratios", "group_widths", "strides")


def populations() -> list[str]:
    """Return the names of the populations that are recorded in the package."""
    shipped = resources.files("regnet_edu") / "recorded"
    if not shipped.is_dir():
        return []
    return sorted(f.name.removesuffix(".jsonl") for f in shipped.iterdir() if f.name.endswith(".jsonl"))


def load_population(path_or_name: str | os.PathLike[str]) -> pd.DataFrame:
    """Read a population, recorded in the package or in a file.

    Args:
        path_or_name: a name of `populations()`, or the path of a record file.

    Returns:
        One row a network, in index order, with the columns `COLUMNS`, and one for each setting that every network drew
        for itself (`Regime.vary`). `error` is a top-1 error in [0, 1]; a failed
        network has none (NaN), a diverged one that of guessing. `hardware` says in words what trained the
        network: times compare only where it is the same. `df.attrs["header"]` says where the data come from.

    Raises:
        InputError: there is no such population, or the file has no header.

    Warns:
        UserWarning: a line is torn, changed or foreign; it is named by its number and left out.
    """
    import pandas as pd

    name = os.fspath(path_or_name)
    path = name
    if not os.path.exists(name):
        if os.sep in name or name.endswith(".jsonl"):
            raise InputError(f"record file {name} does not exist; recorded in the package: {', '.join(populations())}")
        if name not in populations():
            raise InputError(f"population {name!r} is unknown; {nearest_name(name, populations())}")
        path = str(resources.files("regnet_edu") / "recorded" / f"{name}.jsonl")
    found = records.read_sweep(path)
    header = found.header or {}
    for bad in found.bad:
        warnings.warn(f"line {bad.number} of {name} is left out: {bad.reason}", stacklevel=2)
    with records.no_search_for_cycles():
        trained_on = [
            describe_hardware(part.get("hardware")) for part in (*found.sessions, header)
        ]  # -1: before any session
        rows = [row_of(found.networks[index], trained_on[found.session_of[index]]) for index in sorted(found.networks)]
        varied = header["regime"].get("vary") or {}
        table = pd.DataFrame(rows, columns=list(dict.fromkeys(chain(COLUMNS, varied, *rows))))
    if rows and all("build" in row for row in rows):
        named = {name for row in rows for name, _ in row["parameters"]}
        table = table.drop(columns=[name for name in OF_ANYNETS if name not in named])
    table = table.astype({"error": float, "loss": float, "seconds": float})
    header = {k: v for k, v in header.items() if k != "kind"}
    header["n"] = found.sessions[-1]["n"] if found.sessions else len(rows)
    header["sessions"] = [{k: v for k, v in s.items() if k != "kind"} for s in found.sessions]
    table.attrs["header"] = header
    return table


def as_population(population: Any) -> Any:
    """Return a table as it is, and that of a name or path: what every function takes that takes a population.

    Raises:
        InputError: it is neither, or there is no such population.
    """
    if isinstance(population, (str, os.PathLike)):
        return load_population(population)
    if not hasattr(population, "columns"):
        raise InputError(f"{population!r:.60} is no population; give a DataFrame of load_population, a path or a name")
    return population


def row_of(record: dict[str, Any], hardware: str) -> dict[str, Any]:
    """Flatten a network's record to one row; lists become tuples so that rows can be hashed and grouped."""
    settings, config = record.get("settings") or {}, dict(record["config"])
    if "parameters" in config:
        config = {**config, "parameters": tuple(config["parameters"].items()), **config["parameters"]}
    row = {**record, **config, "hardware": hardware or None}
    for name in LISTS:
        row[name] = tuple(row.get(name) or ())
    others = {k: v for k, v in {**config, **settings}.items() if k not in COLUMNS}
    return {**{name: row.get(name) for name in COLUMNS}, **others}


def config_of(row: Mapping[Any, Any]) -> Config:
    """Return the network of a row of a population, such as `population.iloc[0]`."""
    if isinstance(build := row.get("build"), str):
        cost = row.get("cost")
        return ModuleConfig(build, dict(row["parameters"]), cost if isinstance(cost, str) else None)
    known = {f.name: row[f.name] for f in fields(AnyNetConfig) if f.name in row}
    return AnyNetConfig(**{k: v for k, v in known.items() if v is not None and v == v})  # NaN: not in this row


def provenance(population: pd.DataFrame | str | os.PathLike[str]) -> str:
    """Return one line on where a population, a table, name or path, comes from: the small print of every figure.

    Raises:
        InputError: the table has no header; those that `load_population` returns have one.
    """
    table = as_population(population)
    header = table.attrs.get("header")
    if not header:
        raise InputError("this table has no header; take it from load_population")
    said = facts(table)
    parts = [(header["space"], said["n"], said["seed"]), (f"{said['regime']}: {said['data']}", said["training"])]
    parts.append((said["date"], said["versions"], said["hardware"]))
    return "; ".join(", ".join(filter(None, part)) for part in parts)


def facts(population: pd.DataFrame) -> dict[str, str]:
    """Return what is known of a population, by topic and ready to print; an empty text where nothing is."""
    header, failed = population.attrs.get("header") or {}, int(population["error"].isna().sum())
    said = {"n": f"n = {len(population)}" + (f" ({failed} failed)" if failed else "")}
    if not header:
        return {**said, "origin": "origin unknown"}
    regime, data = header.get("regime") or {}, header.get("data") or {}
    said["seed"] = f"seed {header['seed']}" if "seed" in header else ""
    said["regime"] = f"regime {regime['name']}" if "name" in regime else ""
    named = str(data.get("name", "")) + (f" ({data['note']})" if data.get("note") else "")
    if changes := sum("data" in session for session in header.get("sessions") or []):
        named += f", changed {changes} time{'s' * (changes != 1)} since"
    said["data"] = named.encode(errors="backslashreplace").decode()  # the name of a folder need not be UTF-8
    images = min((n for n in (regime.get("train_images"), data.get("train")) if isinstance(n, int)), default=None)
    epochs = regime.get("epochs")
    said["training"] = ""
    if images and epochs:
        size = f" at {shown_size(regime['resolution'])} px" if "resolution" in regime else ""
        said["training"] = f"{images:,} images x {epochs} epoch{'s' * (epochs != 1)}{size}"
    said["date"] = str(header.get("date", ""))[:10]
    torch = versions_of(header, "torch")
    said["versions"] = f"torch {torch}" if torch else ""
    short = [describe_hardware(machine, short=True) for machine in hardware_of(population)]
    said["hardware"] = " then ".join(dict.fromkeys(short))
    return said


def hardware_of(population: pd.DataFrame) -> tuple[str, ...]:
    """Return what trained the networks of a table, in words and each once: several where a sweep went on elsewhere."""
    recorded = list(population["hardware"].dropna().unique()) if "hardware" in population else []
    recorded = recorded or [part.get("hardware") for part in _parts(population.attrs.get("header") or {})]
    return tuple(dict.fromkeys(filter(None, map(describe_hardware, recorded))))


def versions_of(header: dict[str, Any], package: str) -> str:
    """Return the version of a package, or several if the sweep was resumed with another one."""
    found = [(p.get("versions") or {}).get(package) for p in _parts(header)]
    return " then ".join(dict.fromkeys(str(version) for version in found if version))


def _parts(header: dict[str, Any]) -> list[dict[str, Any]]:
    return [header, *(header.get("sessions") or [])]
