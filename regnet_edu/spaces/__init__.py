"""All design spaces by name (sections 3.2 to 4)."""

from __future__ import annotations

import inspect
from dataclasses import fields
from typing import Any

from ..common import import_path
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


def get(name: str, /, **ranges: Any) -> Any:
    """Return the space of that name, with ranges other than the paper's where they are given.

    The name of a space of one's own is its import path, "my_module:my_space"; a class or function that makes one is
    called with the ranges.

    Raises:
        InputError: the name or a range is unknown, or a range is invalid.
    """
    if isinstance(name, str) and ":" in name:
        return _own(name, ranges)
    if not isinstance(name, str) or name not in _SPACES:
        own = 'one of your own is "my_module:my_space"'
        raise InputError(f"design space {name!r} is unknown; {nearest_name(name, _SPACES)}; {own}")
    space = _SPACES[name]
    known = [p for p in inspect.signature(space).parameters if p != "refinements"]
    for entry in ranges:
        if entry not in known:
            raise InputError(f"{name} has no range {entry!r}; {nearest_name(entry, known)}")
    return space(**ranges)


def _own(path: str, options: dict[str, Any]) -> Any:
    space = import_path.find(path)
    if callable(space):
        try:
            space = space(**options)
        except TypeError as error:
            raise InputError(f"{path} does not make a space of these options: {error}") from error
    elif options:
        raise InputError(f"{path} is a space already and takes no options; {', '.join(options)} is for a class")
    if not (isinstance(getattr(space, "name", None), str) and callable(getattr(space, "sample", None))):
        raise InputError(f"{path} is {space!r:.60}, not a design space: it needs a name and a function sample")
    return space


def title(space: DesignSpace) -> str:
    """Return the name of a space, with the options that differ from the usual ones, such as "RegNetX (block R)"."""
    mine = {f.name: getattr(space, f.name) for f in fields(space) if f.repr and getattr(space, f.name) != f.default}
    words = [f"{k} {v[0] if isinstance(v, tuple) and len(v) == 1 else v}" for k, v in mine.items()]
    return space.name + (f" ({', '.join(words)})" if words else "")
