"""A check of an argument that many functions take."""

from __future__ import annotations

from numbers import Integral
from typing import Any

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
