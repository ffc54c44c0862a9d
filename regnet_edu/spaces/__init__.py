"""All design spaces by name (sections 3.2 to 4)."""

from __future__ import annotations

import inspect
from dataclasses import fields
from typing import Any

from ..common.errors import InputError, nearest_name
from .anynet import (
    AnyNetXA,
    AnyNetXB,
    AnyNetXC,
    AnyNetXD,
    AnyNetXDecreasingDepths,
    AnyNetXDecreasingWidths,
    AnyNetXE,
    AnyNetXEqualDepths,
    AnyNetXEqualWidths,
)
from .design_space import DesignSpace
from .module_space import ModuleSpace
from .parameters import CategoricalDistribution, FloatDistribution, IntDistribution
from .regnet import RegNetX
from .regnet_variants import (
    RegNetXC,
    RegNetXDepthwise,
    RegNetXInverted,
    RegNetXW0Wa,
    RegNetXWm2,
    RegNetY,
)
from .staged_space import StagedSpace
from .validation import Constraint

_ALL: tuple[type[StagedSpace], ...] = (
    AnyNetXA,
    AnyNetXB,
    AnyNetXC,
    AnyNetXD,
    AnyNetXE,
    AnyNetXEqualWidths,
    AnyNetXDecreasingWidths,
    AnyNetXEqualDepths,
    AnyNetXDecreasingDepths,
    RegNetX,
    RegNetY,
    RegNetXWm2,
    RegNetXW0Wa,
    RegNetXC,
    RegNetXInverted,
    RegNetXDepthwise,
)
_SPACES = {space.__name__: space for space in _ALL}

__all__ = [
    "CategoricalDistribution",
    "Constraint",
    "DesignSpace",
    "FloatDistribution",
    "IntDistribution",
    "ModuleSpace",
    "get",
    "names",
    "title",
    *_SPACES,
]


def names() -> list[str]:
    """Return the names of all spaces."""
    return list(_SPACES)


def get(name: str, **ranges: Any) -> StagedSpace:
    """Return the space of that name, with ranges other than the paper's where they are given.

    Raises:
        InputError: the name or a range is unknown, or a range is invalid.
    """
    if not isinstance(name, str) or name not in _SPACES:
        raise InputError(f"design space {name!r} is unknown; {nearest_name(name, _SPACES)}")
    space = _SPACES[name]
    known = [p for p in inspect.signature(space).parameters if p != "refinements"]
    for entry in ranges:
        if entry not in known:
            raise InputError(f"{name} has no range {entry!r}; {nearest_name(entry, known)}")
    return space(**ranges)


def title(space: DesignSpace) -> str:
    """Return the name of a space, with the options that differ from the usual ones, such as "RegNetX (block R)"."""
    mine = {f.name: getattr(space, f.name) for f in fields(space) if f.repr and getattr(space, f.name) != f.default}
    words = [f"{k} {v[0] if isinstance(v, tuple) and len(v) == 1 else v}" for k, v in mine.items()]
    return space.name + (f" ({', '.join(words)})" if words else "")
