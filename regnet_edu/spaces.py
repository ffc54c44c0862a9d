"""All design spaces by name (sections 3.2 to 4)."""

from __future__ import annotations

import inspect
from typing import Any

from .anynet_spaces import AnyNetXA
from .design_space import Constraint, DesignSpace
from .errors import InputError, nearest_name
from .regnet_spaces import RegNetX, RegNetY

__all__ = ["AnyNetXA", "Constraint", "DesignSpace", "RegNetX", "RegNetY", "get", "names"]

_SPACES: dict[str, type[DesignSpace]] = {space.__name__: space for space in (AnyNetXA, RegNetX, RegNetY)}


def names() -> list[str]:
    """Return the names of all spaces."""
    return list(_SPACES)


def get(name: str, **ranges: Any) -> DesignSpace:
    """Return the space of that name, with ranges other than the paper's where they are given.

    Raises:
        InputError: the name or a range is unknown, or a range is invalid.
    """
    if name not in _SPACES:
        raise InputError(f"design space {name!r} is unknown; {nearest_name(name, _SPACES)}")
    space = _SPACES[name]
    known = [p for p in inspect.signature(space).parameters if p != "refinements"]
    for entry in ranges:
        if entry not in known:
            raise InputError(f"{name} has no range {entry!r}; {nearest_name(entry, known)}")
    return space(**ranges)
