"""Checks of arguments that many functions take: whole numbers, numbers, sequences, devices, random generators."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import partial
from numbers import Integral
from typing import Any

import numpy as np

from .errors import InputError

Resolution = int | tuple[int, int]  # height and width of images in pixels, one number where they are equal
LARGEST = 2**31  # of a width, a depth, a number of images: more cannot be meant


def whole(
    name: str, value: Any, least: int = 1, most: int | None = None, of: str = "", whole_floats: bool = False
) -> int:
    """Return `value` as an int: the one check of whole numbers, numpy's too.

    Args:
        name: of the argument, for the sentence.
        value: what was given.
        least, most: the bounds; None is no upper one.
        of: what is counted, such as "pixels".
        whole_floats: whether 4.0 will do for 4, as in tables and JSON.

    Raises:
        InputError: it is no whole number, or out of bounds.
    """
    rule = f"must be a whole number{of and f' of {of}'} of at least {least}"
    if whole_floats and isinstance(value, (float, np.floating)) and math.isfinite(value):
        if value != int(value):
            raise InputError(f"{name} {value} {rule}; the nearest is {max(least, round(value))}")
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, Integral) or int(value) < least:
        raise InputError(f"{name} {value!r:.60} {rule}")
    if most is not None and int(value) > most:
        shown = int(value) if int(value) < 10**15 else "beyond 10^15"
        raise InputError(f"{name} {shown} is too large; the largest is {most}")
    return int(value)


def image_size(name: str, value: Any, least: int = 1, most: int | None = None) -> tuple[int, int]:
    """Return height and width in pixels of what is given as one number, or as two: the one check of resolutions.

    Raises:
        InputError: it is neither, or out of bounds.
    """
    sides = value if isinstance(value, (tuple, list)) else (value, value)
    if len(sides) != 2:
        raise InputError(f"{name} {value!r:.60} must be a number of pixels, or a height and a width such as (180, 260)")
    height, width = (whole(name, side, least, most) for side in sides)
    return height, width


def shown_size(resolution: Resolution | Sequence[int]) -> str:
    """Say a resolution in words: "32", or "180 x 260"."""
    return " x ".join(map(str, resolution)) if isinstance(resolution, Sequence) else str(resolution)


def check_whole(**values: object) -> None:
    """Raise `InputError` unless all values are whole numbers of at least 1."""
    for name, value in values.items():
        whole(name, value)


whole_number = partial(whole, most=LARGEST, whole_floats=True)  # of a network: widths and depths come from tables too


def number(name: str, value: object) -> float:
    """Return `value` as a float if it is a finite number; numpy's numbers count, truth values do not."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise InputError(f"{name} {value!r:.60} is not a number")
    if isinstance(value, int) and abs(value) > 2**64:  # Python's whole numbers can be too large even for a float
        raise InputError(f"{name} is a whole number beyond 2^64; the largest is {LARGEST}")
    found = float(value)
    if not math.isfinite(found):
        raise InputError(f"{name} {value} is not a finite number")
    return found


def device_name(name: object) -> str:
    """Return the name of a device as it was given, without asking torch whether it is there.

    Raises:
        InputError: it is not cpu, cuda, cuda:N or mps.
    """
    if not isinstance(name, str) or not re.fullmatch(r"cpu|mps|cuda(:\d{1,3})?", name, re.ASCII):
        raise InputError(f"device {str(name)!r:.60} is unknown; use cpu, cuda, cuda:1 (the second GPU) or mps")
    return name


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
    return np.random.default_rng(whole("rng", rng, least=0))
