"""Checks of what a design space is given: ranges, sets of values, numbers of networks, constraints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..common.errors import InputError
from ..common.validation import each, number, whole_number
from ..networks.batch import ConfigBatch

Constraint = Callable[[ConfigBatch], Any]


def check_range(space: Any, what: str, smallest: float, largest: float, step: int = 1, parts: int = 0) -> None:
    """Check min_what and max_what of a space: multiples of the step, or of 1 / parts, in order, within the limits."""
    for end in ("min", "max"):
        name = f"{end}_{what}"
        value = number(name, getattr(space, name)) if parts else whole_number(name, getattr(space, name))
        nearest = round(value * parts) / parts if parts else round(value / step) * step
        nearest = min(max(smallest, nearest), largest)
        if value != nearest:
            unit = f"{1 / parts if parts else step:g}"
            rule = f"must be a multiple of {unit} in [{smallest:g}, {largest:g}]"
            raise InputError(f"{name} {value:g} {rule}; the nearest is {nearest:g}")
        space._put(name, value)
    low, high = getattr(space, f"min_{what}"), getattr(space, f"max_{what}")
    if low > high:
        raise InputError(f"min_{what} {low:g} is above max_{what} {high:g}; the nearest range is {high:g} to {low:g}")


def value_set(
    name: str, values: Any, check: Callable[[str, Any], Any], smallest: float, largest: float
) -> tuple[Any, ...]:
    """Check a set of values, or one value, and return it sorted."""
    if isinstance(values, (set, frozenset, range)):
        values = sorted(values)
    checked = each(name, [values] if np.isscalar(values) else values, None, check)
    if not checked:
        raise InputError(f"{name} is empty; it needs at least one value")
    if len(set(checked)) < len(checked):
        raise InputError(f"{name} {checked} names a value twice; each may occur once")
    for value in checked:
        if not smallest <= value <= largest:
            nearest = min(max(value, smallest), largest)
            raise InputError(f"{name} {value:g} is outside [{smallest:g}, {largest:g}]; the nearest is {nearest:g}")
    return tuple(sorted(checked))


def number_set(values: tuple[float, ...]) -> str:
    """Return the values as a set in print."""
    return "{" + ", ".join(f"{v:g}" for v in values) + "}"


def check_refinements(refinements: Any) -> None:
    """Check the pairs of a name and a constraint."""
    if not isinstance(refinements, tuple) or not all(
        isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str) and callable(pair[1])
        for pair in refinements
    ):
        raise InputError(
            "refinements must be pairs of a name and a function; add one with space.refine(name, function)"
        )


def checked_mask(name: str, constraint: Constraint, batch: ConfigBatch) -> np.ndarray:
    """Apply a reader's constraint to a batch.

    Raises:
        InputError: it fails, or does not return one True or False for each network.
    """
    try:
        mask = np.asarray(constraint(batch))
    except Exception as error:
        raise InputError(
            f"constraint {name!r} failed on {len(batch)} networks: {type(error).__name__}: {error}"
        ) from error
    if mask.shape != (len(batch),) or mask.dtype != bool:
        raise InputError(
            f"constraint {name!r} returned {mask.dtype} of shape {mask.shape} for {len(batch)} networks;"
            f" it must return one True or False for each, an array of shape ({len(batch)},)"
        )
    return mask
