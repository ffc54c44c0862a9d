"""Networks of different families at equal cost: the Pareto front, and the error of a family between two networks."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..common.errors import InputError


def pareto_front(costs: Any, errors: Any) -> np.ndarray:
    """Return which networks no other one beats (nowhere higher, somewhere lower), as an array of booleans.

    Args:
        costs: one number for each network, lower is better; any number of them.
        errors: of the same networks.

    Raises:
        InputError: the two differ in length, or a value is missing.
    """
    x, y = _pair(costs, errors)
    order = np.lexsort((y, x))  # by cost; among equal costs the lowest error first
    front = np.zeros(len(x), dtype=bool)
    best, at = np.inf, np.nan
    for k in order:
        if y[k] < best or (y[k] == best and x[k] == at):  # a twin of the best is not beaten by it
            front[k], best, at = True, y[k], x[k]
    return front


def error_at(costs: Any, errors: Any, at: Any) -> np.ndarray:
    """Return the error of a family at other costs, on straight lines over the logarithm of the cost.

    Args:
        costs: of the networks of the family, above 0.
        errors: of the same networks.
        at: costs, one or several.

    Returns:
        An array of errors; NaN below the cheapest network of the family and above the most expensive one, where nothing
        is known.

    Raises:
        InputError: the two differ in length, or a cost is missing or not above 0.
    """
    x, y = _pair(costs, errors)
    wanted = np.atleast_1d(np.asarray(at, dtype=np.float64))
    if not len(x):
        raise InputError("a family of no networks has no error; give at least one")
    if (x <= 0).any() or (wanted <= 0).any():
        raise InputError(f"cost {min(x.min(), wanted.min()):g} is not above 0; its logarithm does not exist")
    order = np.argsort(x, kind="stable")
    return np.interp(np.log(wanted), np.log(x[order]), y[order], left=np.nan, right=np.nan)


def above_front(costs: Any, errors: Any) -> np.ndarray:
    """Return by how much the error of each network is above the lowest of those that cost no more; 0 on the front."""
    x, y = _pair(costs, errors)
    order = np.lexsort((y, x))
    lowest = np.minimum.accumulate(y[order])
    # networks of equal cost compete with each other: the last of them has seen all
    last = np.searchsorted(x[order], x, side="right") - 1
    return y - lowest[last]


def _pair(costs: Any, errors: Any) -> tuple[np.ndarray, np.ndarray]:
    x, y = (np.asarray(v, dtype=np.float64).ravel() for v in (costs, errors))
    if x.size != y.size:
        raise InputError(f"{x.size} costs and {y.size} errors; give both of the same networks")
    if np.isnan(x).any() or np.isnan(y).any():
        raise InputError("a cost or an error is missing (NaN); leave such networks out")
    return x, y
