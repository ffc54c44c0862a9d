"""A check of an argument that many functions take."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np

from .errors import InputError


def whole(name: str, value: Any, least: int = 1, of: str = "") -> int:
    """Return `value` as an int if it is a whole number of at least `least`; `of` says of what, such as "pixels".

    Raises:
        InputError: it is not.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        of = f" of {of}" if of else ""
        raise InputError(f"{name} {value!r:.60} must be a whole number{of} of at least {least}")
    return int(value)


def number(name: str, value: object) -> float:
    """Return `value` as a float if it is a finite number; numpy's numbers count, truth values do not."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise InputError(f"{name} {value!r:.60} is not a number")
    if isinstance(value, int) and abs(value) > 2**64:  # Python's whole numbers can be too large even for a float
        raise InputError(f"{name} is a whole number beyond 2^64; the largest is {2**31}")
    found = float(value)
    if not math.isfinite(found):
        raise InputError(f"{name} {value} is not a finite number")
    return found


def whole_number(name: str, value: object) -> int:
    """Return `value` as an int if it is a whole number from 1 to 2^31; 4.0 will do."""
    found = number(name, value)
    if found != int(found):
        raise InputError(f"{name} {value} is not a whole number; the nearest is {max(1, round(found))}")
    if found < 1:
        raise InputError(f"{name} {value} is too small; the smallest is 1")
    if found > 2**31:
        raise InputError(f"{name} {value} is too large; the largest is {2**31}")
    return int(found)


def ratio(name: str, value: object) -> float:
    """Return a bottleneck ratio: a number above 0, an int where it is whole."""
    found = number(name, value)
    if found <= 0:
        raise InputError(f"{name} {value} must be above 0: 1 is no bottleneck, 2 halves the inner width")
    return int(found) if found == int(found) else found


def each(name: str, values: Any, length: int | None, check: Any, scalar: bool = True) -> tuple[Any, ...]:
    """Check every entry of `values`; where that makes sense, one number stands for all `length` stages."""
    if isinstance(values, np.ndarray):
        values = values.tolist()
    if scalar and length is not None and not isinstance(values, (Sequence, str)):
        values = (values,) * length
    if not isinstance(values, Sequence) or isinstance(values, (str, bytes)):
        raise InputError(f"{name} {values!r:.60} must be a sequence of numbers, one a stage")
    if length is not None and len(values) != length:
        raise InputError(f"{name} has {len(values)} entries for {length} stages; it needs {length}")
    return tuple(check(f"{name}[{i}]", v) for i, v in enumerate(values))


def as_generator(rng: Any) -> np.random.Generator:
    """Return `rng` if it is a Generator, else a new one from the seed `rng`.

    Raises:
        InputError: it is neither.
    """
    if isinstance(rng, np.random.Generator):
        return rng
    if isinstance(rng, bool) or not isinstance(rng, (int, np.integer)) or rng < 0:
        raise InputError(f"rng {rng!r:.60} must be a seed, a whole number of at least 0, or a numpy Generator")
    return np.random.default_rng(int(rng))
