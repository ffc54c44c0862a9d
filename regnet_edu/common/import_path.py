"""Functions and classes of one's own by their import path, "package.module:name": what records and workers know.

What a notebook or a script defines has the module `__main__`, which no other process can import. It travels with the
job instead (`pack`, `unpack`), by cloudpickle.
"""

from __future__ import annotations

import base64
import importlib
import inspect
import pickle
import re
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from .errors import InputError, first_line

HERE = "__main__"
_asked: dict[str, None] = {}  # the paths that were asked for, in order, except for those of this package and torch
_sent: dict[str, Any] = {}  # what came to this process with its job


def path_of(thing: Any) -> str:
    """Return the import path of a function or class; a text must be one already.

    Raises:
        InputError: it has no name at the top level of a module.
    """
    if isinstance(thing, str):
        path = thing
    else:
        path = f"{getattr(thing, '__module__', None)}:{getattr(thing, '__qualname__', '?')}"
    if not re.fullmatch(r"\w+(\.\w+)*:\w+(\.\w+)*", path):
        shown = " ".join(f"{thing!r:.60}".split())
        raise InputError(
            f"{shown} has no import path; give a function or class with a name at the top level of a module, "
            'or its path as text, "my_module:my_name"'
        )
    if not path.startswith((f"{__package__.partition('.')[0]}.", "torch.")):
        _asked[path] = None
    return path


def find(path: str) -> Any:
    """Return the object of an import path.

    Raises:
        InputError: it cannot be imported.
    """
    if path in _sent:
        return _sent[path]
    module, _, name = path_of(path).partition(":")
    try:
        found = sys.modules.get(module) or importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except Exception as error:
        if module == HERE:
            rule = "it was defined in a notebook or script; run that again first, or put it into a module and import it"
        else:
            rule = f"{module} must be a module that this process can import ({first_line(error)})"
        raise InputError(f"{path} is not found: {rule}") from error
    return found


def given(function: Callable[..., Any], offered: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the offered arguments that a function names; all of them where it has **options."""
    names = named(function)
    return {k: v for k, v in offered.items() if k in names or "**" in names}


@lru_cache(maxsize=1024)
def named(function: Callable[..., Any]) -> tuple[str, ...]:
    """Return the names of a function's arguments, "**" for any others."""
    arguments = inspect.signature(function).parameters.values()
    return tuple("**" if a.kind is a.VAR_KEYWORD else a.name for a in arguments if a.kind is not a.VAR_POSITIONAL)


def own_code() -> bool:
    """Whether anything was asked for that may be another the next time, because somebody is at work on it."""
    return bool(_asked)


def defined_here() -> list[str]:
    """Return the paths of what this notebook or script defines and was asked for."""
    return [path for path in _asked if path.startswith(f"{HERE}:")]


def folders() -> list[str]:
    """Return the folders from which this process imported what was asked for, for another process to look there too."""
    tops = dict.fromkeys(path.partition(":")[0].partition(".")[0] for path in _asked)
    files = [Path(file) for top in tops if (file := getattr(sys.modules.get(top), "__file__", None)) and top != HERE]
    return [str(file.parent.parent if file.name == "__init__.py" else file.parent) for file in files]


def pack() -> str:
    """Return what this notebook or script defines and was asked for, as text for another process; "" for nothing.

    Raises:
        InputError: it cannot be sent.
    """
    mine = {}
    for path in defined_here():
        with suppress(InputError):  # deleted meanwhile
            mine[path] = find(path)
    if not mine:
        return ""
    try:
        import cloudpickle

        return base64.b64encode(cloudpickle.dumps(mine)).decode()
    except Exception as error:
        raise InputError(
            f"{', '.join(mine)} cannot be sent to worker processes ({first_line(error)}); "
            "put it into a module (a .py file) and import it from there"
        ) from error


def unpack(packed: str) -> None:
    """Take what `pack` returned elsewhere, in the place of what came before."""
    _sent.clear()
    _sent.update(pickle.loads(base64.b64decode(packed)) if packed else {})
