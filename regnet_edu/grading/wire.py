"""Plain data between a submission's process and the grader: numbers, text, lists, tables and arrays; never objects.

What a submission returns is written down as plain data in its own process and read back by the grader. No object, no
method and no code crosses, so an answer whose `__eq__` always says True is only the data it holds. This file imports
nothing of the package: the submission's process loads it by its path.
"""

from __future__ import annotations

import array
import base64
import collections
import decimal
import math
import types
from collections.abc import Sequence
from typing import Any

MAX_DEPTH = 20
MAX_ITEMS = 50_000
MAX_KEYS = 2_000  # of a set or dict: keys that collide take the square of their number in the process that reads them
MAX_DIGITS = 1_000  # of a whole number, in base 16
KINDS = "biuf"  # kinds of numpy arrays that cross: booleans, whole and real numbers


DICTS = (collections.defaultdict, collections.OrderedDict, collections.Counter, types.MappingProxyType)
_DICTS: tuple[dict[str, int], ...] = ({}, collections.OrderedDict())
VIEWS = tuple(type(view) for one in _DICTS for view in (one.keys(), one.values(), one.items()))
ROWS = (*VIEWS, collections.deque, array.array)


class UnreadableError(Exception):
    """A value that is no plain data; the message says what it is."""


def encode(value: Any, depth: int = 0) -> Any:
    """Return `value` in a form that JSON can hold.

    Raises:
        UnreadableError: it is, or holds, something that is no number, text, list, tuple, set, dict or array.
    """
    if depth > MAX_DEPTH:
        raise UnreadableError("lists within lists, more than 20 deep")
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    if kind is int:
        if value.bit_length() > 4 * MAX_DIGITS:
            raise UnreadableError(f"a whole number of more than {MAX_DIGITS} digits")
        return value if abs(value) < 2**53 else {"int": hex(value)}
    if kind is float:
        return value if math.isfinite(value) else {"float": repr(value)}
    most = MAX_KEYS if kind in (set, frozenset, dict) else MAX_ITEMS
    if kind in (list, tuple, range, set, frozenset, dict) and len(value) > most:
        raise UnreadableError(f"{len(value)} entries, which is more than anybody asked for")
    if kind in (list, tuple):
        return {"tuple" if kind is tuple else "list": [encode(v, depth + 1) for v in value]}
    if kind is range:
        return {"list": [encode(v, depth + 1) for v in value]}
    if kind in (set, frozenset):
        return {"set": sorted((encode(v, depth + 1) for v in value), key=repr)}
    if kind is dict:
        return {"dict": [[encode(k, depth + 1), encode(v, depth + 1)] for k, v in value.items()]}
    return _encode_other(value, kind, depth)


def _encode_other(value: Any, kind: type, depth: int) -> Any:
    module = (kind.__module__ or "").split(".")[0]
    if kind in DICTS:
        return encode(dict(value.items()), depth)
    if kind in ROWS:
        if len(value) > MAX_ITEMS:
            raise UnreadableError(f"{len(value)} entries, which is more than anybody asked for")
        return encode(list(value), depth)
    if kind is decimal.Decimal:
        return encode(float(value))
    if module == "torch" and hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
        module = "numpy"
    if module == "fractions" and kind.__name__ == "Fraction":
        return encode(float(value))
    if module == "pandas" and hasattr(value, "to_numpy"):
        value = value.to_numpy()
        module = "numpy"
    if module == "numpy" and hasattr(value, "dtype"):
        if value.dtype.kind in "OU":
            return encode(value.tolist(), depth + 1)
        if value.dtype.kind not in KINDS:
            raise UnreadableError(f"an array of {value.dtype}")
        if value.ndim == 0:
            return encode(value.item(), depth + 1)
        if _room(value.shape) > MAX_ITEMS:
            raise UnreadableError(f"an array of shape {value.shape}, which is more than anybody asked for")
        wide = value.astype({"b": "<i8", "i": "<i8", "u": "<i8", "f": "<f8"}[value.dtype.kind])
        content = base64.b64encode(wide.tobytes()).decode()
        return {"array": content, "kind": value.dtype.kind, "shape": list(value.shape)}
    if isinstance(value, tuple):  # a named tuple
        return {"tuple": [encode(v, depth + 1) for v in tuple.__iter__(value)]}
    name = f"{kind.__module__}.{kind.__qualname__}"
    for plain in (bool, int, float, str, list, dict):
        if isinstance(value, plain):
            raise UnreadableError(f"an object of your own type {kind.__qualname__}, not a plain {plain.__name__}")
    raise UnreadableError(f"an object of type {name}")


def _room(shape: Sequence[int]) -> int:
    """Entries of an array, and of the lists that it would be without numbers: shape (10**9, 0) is no small one."""
    return math.prod(max(1, int(n)) for n in shape)


def decode(data: Any, depth: int = 0) -> Any:
    """Return what `encode` was given.

    Raises:
        ValueError: the data was not made by `encode`.
    """
    if depth > MAX_DEPTH + 1:
        raise ValueError("too deep")
    if data is None or isinstance(data, (bool, int, float, str)):
        if isinstance(data, int) and data.bit_length() > 64:
            raise ValueError("such a whole number is written as text")
        return data
    if not isinstance(data, dict) or not data:
        raise ValueError("no plain data")
    key = next(iter(data))
    body = data[key]
    if key in ("set", "dict") and len(body) > MAX_KEYS:
        raise ValueError("too many keys")
    if key == "int":
        if len(body) > MAX_DIGITS + 3:
            raise ValueError("too many digits")
        return int(body, 16)
    if key == "float":
        return float(body)
    if key == "list":
        return [decode(v, depth + 1) for v in body]
    if key == "tuple":
        return tuple(decode(v, depth + 1) for v in body)
    if key == "set":
        return set(decode(v, depth + 1) for v in body)
    if key == "dict":
        return {decode(k, depth + 1): decode(v, depth + 1) for k, v in body}
    if key == "rng":  # an argument only: a numpy Generator made from this seed where it is used
        import numpy as np

        return np.random.default_rng(int(body))
    if key == "array":
        import numpy as np

        shape = [int(n) for n in data["shape"]]
        if min(shape, default=0) < 0 or _room(shape) > MAX_ITEMS:
            raise ValueError("no such array")
        numbers = np.frombuffer(base64.b64decode(body), "<f8" if data["kind"] == "f" else "<i8")
        array = numbers.reshape(shape).copy()
        return array.astype(bool) if data["kind"] == "b" else array
    raise ValueError(f"no plain data: {key!r:.40}")


def is_unused(rng: Any, encoded: Any) -> bool:
    """Whether nothing was drawn from a numpy Generator, nor another made of it, since it was decoded."""
    if not isinstance(encoded, dict) or "rng" not in encoded:
        return False
    sources = rng.bit_generator, decode(encoded).bit_generator
    spawned = getattr(getattr(sources[0], "seed_seq", None), "n_children_spawned", 0)
    return spawned == 0 and str(sources[0].state) == str(sources[1].state)


def facts(data: dict[str, Any]) -> dict[str, Any]:
    """What else is said with an answer, if it has the form that it should have; text on one line, and short."""
    found: dict[str, Any] = {}
    for name, value in data.items():
        if name in ("error", "words", "text", "signature") and isinstance(value, str):
            found[name] = printable(value)[:300]
        elif name in ("line", "offset", "place", "pid") and type(value) is int and abs(value) < 2**31:
            found[name] = value
        elif name in ("found", "layers", "rebound") and isinstance(value, list):
            found[name] = [printable(v)[:80] for v in value[:30] if isinstance(v, str)]
        elif name in ("changed", "unused") and isinstance(value, list):
            found[name] = [v for v in value[:30] if type(v) is int and v >= 0]
    return found


def printable(text: str) -> str:
    """Text for a terminal, on one line: nothing in it moves the cursor, and no half of a character is left."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "?" for c in text[:10_000]).rstrip()
