"""Properties of the networks of a population, by the names that the paper gives them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..common.errors import InputError, nearest_name
from ..networks.regnet_fit import QuantizedLinearFit, fit_quantized_linear
from ..sweeps.population import as_population
from .measure import as_measure, as_numbers


class Property(NamedTuple):
    """One number for each network, and how to show it."""

    name: str
    values: np.ndarray
    label: str
    log: bool = False


MILLION = 1e6
TIMES = ("seconds", "cpu_seconds", "images_per_second")
# name -> column, divisor, label
COLUMNS = {
    "flops": ("flops", MILLION, "flops (million multiply-adds)"),
    "params": ("params", MILLION, "parameters (million)"),
    "activations": ("activations", MILLION, "activations (million)"),
    "seconds": ("seconds", 1, "training time (seconds)"),
    "cpu_seconds": ("cpu_seconds", 1, "training time (CPU-seconds)"),
    "images_per_second": ("images_per_second", 1, "training speed (images per second)"),
}
# letter -> column, what it is, on a logarithmic axis
PER_STAGE = {
    "d": ("depths", "depth", False),
    "w": ("widths", "width", True),
    "b": ("bottleneck_ratios", "bottleneck ratio", True),
    "g": ("group_widths", "group width", True),
}
# name -> how it follows from a row's (depths, widths), its label, on a logarithmic axis
SHAPES: dict[str, tuple[Callable[[tuple, tuple], float], str, bool]] = {
    "depth": (lambda d, w: sum(d), "depth d (blocks)", False),
    "stages": (lambda d, w: len(d), "number of stages", False),
    "min_width": (lambda d, w: min(w), "smallest width", True),
    "max_width": (lambda d, w: max(w), "largest width", True),
    "width_ratio": (lambda d, w: w[-1] / w[0], "last width / first width", True),
    "depth_ratio": (lambda d, w: d[-1] / d[0], "last depth / first depth", True),
}
FITTED = {
    "e_fit": ("error", "e_fit (mean absolute log ratio)", False),
    "w0": ("w0", "initial width w₀", True),
    "wa": ("wa", "slope wₐ", True),
    "wm": ("wm", "width multiplier wₘ", False),
}
# what networks drew for themselves -> the columns whose product it is, label
VARIED = {
    "lr": (("lr",), "learning rate"),
    "weight_decay": (("weight_decay",), "weight decay"),
    "lr_wd": (("lr", "weight_decay"), "learning rate x weight decay"),
}
NAMES = (*SHAPES, *COLUMNS, "b", "g", "d1", "w1", "b1", "g1", "d4", "w4", *FITTED)


def property_values(population: Any, name: str | Callable[[Any], Any]) -> Property:
    """Return one property of every network of a population.

    Args:
        population: its table, name or path.
        name: "depth", "flops", "params", "activations", "seconds", "width_ratio", "min_width", ...; "d2", "w4", "b1" or
            "g3" of one stage; "b" or "g" where all stages share it (where they do not, the geometric mean);
            "w0", "wa", "wm" or "e_fit" of the quantised linear fit. Widths and group widths are nominal. The label of a
            time says so where not all networks were trained on the same hardware. Any other column of numbers, such as
            "loss" or "runtime"; or a function of the population that returns a number for each network.

    Raises:
        InputError: there is no such property, a column is missing, or a network has no such stage.
    """
    population = as_population(population)
    if callable(name):
        values = as_numbers(name(population), "property")
        if len(values) != len(population):
            raise InputError(f"property {name!r:.60} gives {len(values)} numbers for {len(population)} networks")
        label = getattr(name, "__name__", "property").replace("_", " ").replace("<lambda>", "property")
        return Property(label, values, label)
    key = re.sub(r"^([dwbg])_([0-9am])", r"\1\2", str(name).lower())  # w_4 is w4
    key = {"d": "depth", "acts": "activations"}.get(key, key)
    if key in COLUMNS:
        column, divisor, label = COLUMNS[key]
        values = np.array([np.nan if v is None else v for v in _column(population, column)], dtype=np.float64)
        if key in TIMES and "hardware" in population and population["hardware"].nunique() > 1:
            label += ", on different hardware"
        return Property(key, values / divisor, label, log=True)
    if key in VARIED:
        varied, label = VARIED[key]
        return Property(key, np.prod([_column(population, name) for name in varied], axis=0), label, log=True)
    columns = population.columns
    if key in SHAPES and not ("build" in columns and name in columns):  # there the parameter of another kind of network
        rule, label, log = SHAPES[key]
        rows = zip(_column(population, "depths"), _column(population, "widths"), strict=True)
        return Property(
            key, np.array([rule(d, w) if len(d) else np.nan for d, w in rows], dtype=np.float64), label, log
        )
    if key in FITTED:
        attribute, label, log = FITTED[key]
        return Property(key, np.array([getattr(f, attribute) for f in fits(population)]), label, log)
    if match := re.fullmatch(r"([dwbg])(\d*)", key):
        return _stage_property(population, key, match[1], match[2])
    if name in columns:
        no_texts(population, name)
        return Property(name, as_numbers(population[name], f"column {name}"), as_measure(name).label)
    raise InputError(f"property {name!r} is unknown; {nearest_name(name, NAMES)}")


def _stage_property(population: Any, key: str, letter: str, stage: str) -> Property:
    column, words, log = PER_STAGE[letter]
    rows = _column(population, column)
    if not stage:
        if letter not in "bg":
            raise InputError(f"{letter} differs from stage to stage; ask for {letter}1, {letter}2, ...")
        shared = all(len(set(row)) == 1 for row in rows)
        values = np.array([np.exp(np.mean(np.log(row))) for row in rows])
        if shared:
            values = np.array([float(row[0]) for row in rows])
        return Property(key, values, f"{words} {letter}{'' if shared else ' (mean of the stages)'}", log)
    number = int(stage)
    fewest = min((len(row) for row in rows), default=number)
    if not 1 <= number <= fewest:
        raise InputError(f"{letter}{number} is no property of all networks: the stages they all have are 1 to {fewest}")
    subscript = stage.translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
    values = np.array([float(row[number - 1]) for row in rows])
    return Property(key, values, f"{words} {letter}{subscript} of stage {number}", log)


def fits(population: Any) -> list[QuantizedLinearFit]:
    """Return the quantised linear fit of every network (figure 8), as `fit_quantized_linear` gives it."""
    rows = zip(_column(population, "depths"), _column(population, "widths"), strict=True)
    known: dict[tuple, QuantizedLinearFit] = {}
    result = []
    for depths, widths in rows:
        blocks = tuple(w for d, w in zip(depths, widths, strict=True) for _ in range(d))
        if blocks not in known:
            known[blocks] = fit_quantized_linear(blocks)
        result.append(known[blocks])
    return result


def _column(population: Any, name: str) -> list:
    if name not in getattr(population, "columns", ()):
        raise InputError(f"this is no population: it has no column {name!r}")
    no_texts(population, name)
    return list(population[name])


def no_texts(population: Any, column: str) -> None:
    """Refuse a table that was read from a CSV file, in which (2, 4, 7, 1) has become the text "(2, 4, 7, 1)".

    Raises:
        InputError: there is a text in the column.
    """
    if any(isinstance(value, str) for value in population[column]):
        raise InputError(
            f"column {column!r} holds texts, as in a table read from a CSV file; "
            "load_population reads the records themselves, and Parquet keeps lists"
        )


def rank_correlation(x: Any, y: Any) -> float:
    """Spearman's rank correlation, with mean ranks for ties; NaN if either is constant."""
    ranks = [_ranks(np.asarray(v, dtype=np.float64)) for v in (x, y)]
    if any(r.size < 2 or np.ptp(r) == 0 for r in ranks):
        return float("nan")
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def _ranks(values: np.ndarray) -> np.ndarray:
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return (last - (count - 1) / 2)[place]
