"""A population as a table: n networks of one design space, trained under one regime, with their errors."""

from __future__ import annotations

import os
import warnings
from importlib import resources
from typing import TYPE_CHECKING, Any

from . import records
from .errors import InputError, nearest_name

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "index", "seed", "status", "error", "errors", "epochs", "loss", "seconds", "cpu_seconds", "images_per_second",
    "flops", "params", "activations", "depths", "widths", "bottleneck_ratios", "group_widths",
    "stem_width", "stem_stride", "strides", "block", "se_ratio", "activation", "reason",
)  # fmt: skip
LISTS = ("errors", "depths", "widths", "bottleneck_ratios", "group_widths", "strides")


def populations() -> list[str]:
    """Return the names of the populations that are recorded in the package."""
    shipped = resources.files("regnet_edu") / "populations"
    if not shipped.is_dir():
        return []
    return sorted(f.name.removesuffix(".jsonl") for f in shipped.iterdir() if f.name.endswith(".jsonl"))


def load_population(path_or_name: str | os.PathLike[str]) -> pd.DataFrame:
    """Read a population, recorded in the package or in a file.

    Args:
        path_or_name: a name of `populations()`, or the path of a record file.

    Returns:
        One row a network, in index order, with the columns `COLUMNS`. `error` is a top-1 error in [0, 1]; a failed
        network has none (NaN), a diverged one that of guessing. `df.attrs["header"]` says where the data come from.

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
        path = str(resources.files("regnet_edu") / "populations" / f"{name}.jsonl")
    found = records.read(path)
    if found.header is None:
        raise InputError(f"{name} is not a record file: its first line is no header of `regnet-edu sweep`")
    for bad in found.bad:
        warnings.warn(f"line {bad.number} of {name} is left out: {bad.reason}", stacklevel=2)
    rows = [row_of(found.networks[index]) for index in sorted(found.networks)]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table = table.astype({"error": float, "loss": float, "seconds": float})
    header = {k: v for k, v in found.header.items() if k != "kind"}
    header["n"] = found.sessions[-1]["n"] if found.sessions else len(rows)
    header["sessions"] = [{k: v for k, v in s.items() if k != "kind"} for s in found.sessions]
    table.attrs["header"] = header
    return table


def row_of(record: dict[str, Any]) -> dict[str, Any]:
    """Flatten a network's record to one row; lists become tuples so that rows can be hashed and grouped."""
    row = {**record, **record["config"]}
    for name in LISTS:
        row[name] = tuple(row.get(name) or ())
    return {name: row.get(name) for name in COLUMNS}


def provenance(population: pd.DataFrame) -> str:
    """Return one line on where a population comes from: the small print of every figure.

    Raises:
        InputError: the table has no header; those that `load_population` returns have one.
    """
    header = population.attrs.get("header")
    if not header:
        raise InputError("this table has no header; take it from load_population")
    regime, data, versions = header["regime"], header["data"], header["versions"]
    images = min(regime["train_images"] or data["train"], data["train"])
    data_name = f"{data['name']} ({data['note']})" if data.get("note") else data["name"]
    return (
        f"{header['space']}, n = {len(population)}, seed {header['seed']}; regime {regime['name']}: {data_name}, "
        f"{images:,} images x {regime['epochs']} epoch{'s' * (regime['epochs'] != 1)} at {regime['resolution']} px; "
        f"{header['date'][:10]}, torch {versions['torch']}, {header['hardware']}"
    )
