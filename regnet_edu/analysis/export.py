"""Populations in other programs: a table for anything (CSV), all of it (Parquet), or a study of Optuna.

Parquet keeps everything, the header too. In a CSV file what differs from stage to stage becomes text and the header is
lost: it is for other programs, and not to be read back.
"""

from __future__ import annotations

import io
import math
import os
from pathlib import Path
from typing import Any

from ..common.errors import InputError, first_line, nearest_name
from ..common.files import output, write_atomically
from ..sweeps.population import as_population, load_population
from .properties import no_texts

SUFFIXES = {"csv": ".csv", "parquet": ".parquet", "optuna": ".db"}
NUMBERS = ("flops", "params", "activations", "seconds", "cpu_seconds", "images_per_second", "epochs", "seed")
PER_STAGE = ("depths", "widths", "bottleneck_ratios", "group_widths")


def export(population: str | os.PathLike[str], to: str, out: str | os.PathLike[str] | None = None) -> Path:
    """Write a population for another program; return the path.

    Args:
        population: a name of `populations()`, or the path of a record file.
        to: "csv" or "parquet", a table with one row a network; or "optuna", an SQLite storage with one study.
        out: the file; if left out, beside the record file with the ending .csv, .parquet or .db.

    Raises:
        InputError: there is no such population or format, a package is missing, or the file cannot be written.
    """
    if to not in SUFFIXES:
        raise InputError(f"format {to!r:.60} is unknown; {nearest_name(to, SUFFIXES)}")
    table, name = load_population(population), os.fspath(population)
    path = Path(name.removesuffix(".jsonl") + SUFFIXES[to]) if out is None else Path(out)
    output(path)
    if to == "optuna":
        try:
            to_optuna(table, storage=f"sqlite:///{path}")
        except InputError:
            raise
        except Exception as error:  # of sqlite3, SQLAlchemy or Optuna, which wrap each other's
            raise InputError(f"{path} cannot be written: {first_line(error)}") from error
    elif to == "csv":
        write_atomically(path, table.to_csv(index=False).encode(errors="backslashreplace"))
    else:
        content = io.BytesIO()
        try:
            table.to_parquet(content, index=False)
        except ImportError:
            raise InputError("Parquet needs the package pyarrow, which is not installed; pip install pyarrow") from None
        write_atomically(path, content.getvalue())
    return path


def to_optuna(population: Any, name: str | None = None, storage: Any = None) -> Any:
    """Return an Optuna study with one trial a network, on which Optuna's EDF plot and dashboard work.

    The value of a trial is the error, a fraction to minimise; its parameters are depth, width, bottleneck ratio and
    group width of each stage (`depth_1`, ...); complexity and times are user attributes. Failed networks become trials
    with the state FAIL. Optuna's EDF counts errors <= e on a grid of 100 points where the paper counts errors < e.

    Args:
        population: its table, name or path.
        name: name of the study; that of the design space if not given.
        storage: an Optuna storage or its address, as `optuna.create_study` takes it; in memory if not given.

    Raises:
        InputError: optuna is not installed, a column is missing, or a study of that name is in the storage already.
    """
    try:
        import optuna
    except ImportError:
        raise InputError("to_optuna needs the package optuna, which is not installed; pip install optuna") from None
    population = as_population(population)
    columns = list(population.columns)
    for column in ("error", *PER_STAGE):
        if column not in columns:
            raise InputError(f"to_optuna needs a population, a table with the column {column!r}")
    for column in PER_STAGE:
        no_texts(population, column)
    rows = population.to_dict("records")
    params = [_parameters(row) for row in rows]
    distributions = _distributions(params, optuna.distributions)
    header = population.attrs.get("header", {})
    called = name or header.get("space")
    try:
        study = optuna.create_study(study_name=called, storage=storage, direction="minimize")
    except optuna.exceptions.DuplicatedStudyError:
        raise InputError(
            f"a study {called!r} is in the storage already; give another name, such as name='{called}-2'"
        ) from None
    trials = []
    for row, values in zip(rows, params, strict=True):
        known = not math.isnan(row["error"])
        attributes = {k: _plain(row[k]) for k in ("index", "status", "reason", *NUMBERS) if k in row}
        trials.append(
            optuna.trial.create_trial(
                state=optuna.trial.TrialState.COMPLETE if known else optuna.trial.TrialState.FAIL,
                value=float(row["error"]) if known else None,
                params=values,
                distributions={key: distributions[key] for key in values},
                user_attrs={k: v for k, v in attributes.items() if v is not None},
            )
        )
    study.add_trials(trials)
    return study


def _parameters(row: dict) -> dict[str, Any]:
    return {
        f"{column[:-1]}_{stage + 1}": _plain(value) for column in PER_STAGE for stage, value in enumerate(row[column])
    }


def _distributions(params: list[dict[str, Any]], kinds: Any) -> dict[str, Any]:
    """Optuna wants one distribution a parameter, the same in all trials: the range that occurs in the population."""
    seen: dict[str, list] = {}
    for values in params:
        for key, value in values.items():
            seen.setdefault(key, []).append(value)
    return {
        key: kinds.IntDistribution(min(values), max(values))
        if all(isinstance(v, int) for v in values)
        else kinds.FloatDistribution(float(min(values)), float(max(values)))
        for key, values in seen.items()
    }


def _plain(value: Any) -> Any:
    """Return a plain Python number or text that JSON can hold, or None for what is missing."""
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and math.isnan(value) else value
