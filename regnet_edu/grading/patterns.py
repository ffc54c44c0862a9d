"""What wrong numbers have in common with the right ones: a factor, a shift, their order, a rounding."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .compare import is_number, is_row

PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
FACTORS = {
    100.0: "in percent, where a fraction is asked for",
    0.01: "a fraction, where percent is asked for",
    -1.0: "the right one with the other sign",
    2.0: "twice the right one",
    0.5: "half of the right one",
    1e6: "a million times the right one: is it a matter of units?",
    1e-6: "a millionth of the right one: is it a matter of units?",
    1e3: "a thousand times the right one: is it a matter of units?",
    1e-3: "a thousandth of the right one: is it a matter of units?",
}
RELATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "one divided by the right one": lambda e: 1 / e,
    "one minus the right one": lambda e: 1 - e,
    "the square of the right one": lambda e: e**2,
    "the square root of the right one": np.sqrt,
    "the logarithm of the right one": np.log,
    "the right one without its decimals": np.trunc,
    "the right one rounded to a whole number": np.round,
    "the right one rounded to two decimals": lambda e: np.round(e, 2),
}


def entries(value: Any) -> dict[Any, Any] | None:
    """The entries of a row by their places, or of a dict by their names, if they are few enough to speak of each."""
    found = value if isinstance(value, dict) else dict(enumerate(value)) if is_row(value) else {}
    return found if 0 < len(found) <= len(PLACES) else None


def in_words(names: list[Any], size: int) -> str:
    """Some of the `size` entries of a row or a dict, as the start of a sentence that goes on with what they are."""
    known = [PLACES[j] if isinstance(j, int) else f'"{j}"' for j in names]
    listed = known[0] if len(known) == 1 else f"{', '.join(known[:-1])} and {known[-1]}"
    verb = "is" if len(known) == 1 else "are"
    return f"The {listed} of the {size} {verb}" if isinstance(names[0], int) else f"{listed} {verb}"


def pattern(pairs: list[tuple[Any, Any]]) -> str | None:
    """A sentence that holds for every (answer, right answer), if there are enough of them to believe it."""
    arrays = [(_flat(a), _flat(e)) for a, e in pairs]
    if not arrays or any(a is None or e is None for a, e in arrays):
        return None
    known = [(a, e) for a, e in arrays if a is not None and e is not None]
    if any(len(a) != len(e) for a, e in known):
        return None
    if all(len(a) > 1 for a, _ in known):
        if all(np.allclose(a, e[::-1]) for a, e in known):
            return "What came back is in the reverse order."
        if all(np.allclose(np.sort(a), np.sort(e)) for a, e in known):
            return "The right numbers came back in another order."
    mine, right = (np.concatenate(side) for side in zip(*known, strict=True))
    different = ~np.isclose(mine, right, rtol=1e-7, atol=1e-9)
    mine, right = mine[different], right[different]
    if len(np.unique(right)) < 3:
        return None
    return _relation(mine, right)


def _relation(mine: np.ndarray, right: np.ndarray) -> str | None:
    every = "Every number that is wrong is"
    with np.errstate(all="ignore"):
        factors = mine / right
        for factor, words in FACTORS.items():
            if np.allclose(factors, factor, rtol=1e-6):
                return f"{every} {words}."
        if np.allclose(factors, factors[0], rtol=1e-6) and math.isfinite(factors[0]):
            return f"{every} {factors[0]:.6g} times the right one."
        shift = mine - right
        if np.allclose(shift, shift[0], rtol=1e-6, atol=1e-9):
            return f"{every} the right one {'plus' if shift[0] > 0 else 'minus'} {abs(shift[0]):.6g}."
        for words, relation in RELATIONS.items():
            if np.allclose(mine, relation(right), rtol=1e-6, atol=1e-9):
                return f"{every} {words}."
        if np.all(np.abs(factors - 1) < 0.05) and np.any(factors > 1) and np.any(factors < 1):
            return (
                "What came back is nearly right, now above and now below: was it simulated? It can be computed exactly."
            )
        if np.all(np.abs(factors - 1) < 0.01):
            return (
                "Every number that is wrong is nearly right: is something rounded too early, or counted once too often?"
            )
    return None


def _flat(value: Any) -> np.ndarray | None:
    """The numbers of a value, one after the other; none if it holds anything else."""
    if is_number(value):
        return None if isinstance(value, (bool, np.bool_)) else np.array([float(value)])
    if isinstance(value, np.ndarray):
        return None if value.dtype.kind == "b" else value.ravel()[:1000].astype(float)
    if not is_row(value):
        return None
    parts = [_flat(v) for v in value[:1000]]
    held = [p for p in parts if p is not None]
    return np.concatenate(held) if held and len(held) == len(parts) else None
