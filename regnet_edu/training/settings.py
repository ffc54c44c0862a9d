"""The settings of a regime, each checked by its type: from Python, the command line, a file or a record alike."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..common.errors import InputError, nearest_name
from ..common.import_path import path_of
from ..common.validation import LARGEST, Resolution, number, whole

PRECISIONS = ("fp32", "bf16", "fp16")
VARIABLE = ("lr", "weight_decay", "momentum", "warmup")  # settings that a network can draw for itself
TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def truth(name: str, value: Any) -> bool:
    """Return True or False; true, false, yes, no, 1 and 0 will do, in any case."""
    found = TRUTH.get(str(value).strip().lower())
    if found is None or isinstance(value, (float, np.floating)):
        raise InputError(f"{name} {value!r:.60} must be true or false (yes, no, 1 and 0 will do)")
    return found


def count(least: int = 1, most: int = LARGEST, why: str = "") -> Callable[[str, Any], int]:
    """Return the check of a whole number; 2.0 will do for 2. `why` says what the smallest is good for."""

    def check(name: str, value: Any) -> int:
        try:
            return whole(name, _read(value), least, most, whole_floats=True)
        except InputError as error:
            raise InputError(f"{error}{why and f': {why}'}") from None

    return check


def amount(least: float = 0, most: float = math.inf) -> Callable[[str, Any], float]:
    """Return the check of a number, which stays the int that it is, since a fingerprint tells 1 from 1.0."""

    def check(name: str, value: Any) -> float:
        value = _read(value)
        found = number(name, value)
        if not least <= found <= most:
            raise InputError(f"{name} {value} is out of range; the nearest is {min(max(found, least), most):g}")
        return value.item() if isinstance(value, np.generic) else value

    return check


def resolution(name: str, value: Any) -> Resolution:
    """Return the height and width of images: one number where they are equal, as every older record has it."""
    sides = [_read(side) for side in (value if isinstance(value, (tuple, list)) else (value, value))]
    if len(sides) != 2 or any(isinstance(side, str) for side in sides):
        raise InputError(f"{name} {value!r:.60} must be a number of pixels, or height and width, such as [180, 260]")
    height, width = (count(8, 4096)(name, side) for side in sides)
    return height if height == width else (height, width)


def optional(check: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
    """Return a check that lets None pass, which is none or null as text."""

    def checked(name: str, value: Any) -> Any:
        missing = value is None or (isinstance(value, str) and value.lower() in ("none", "null"))
        return None if missing else check(name, value)

    return checked


def text(name: str, value: Any) -> str:
    """Return a text; a path will do."""
    value = os.fspath(value) if isinstance(value, os.PathLike) else value
    if not isinstance(value, str) or not value:
        raise InputError(f"{name} {value!r:.60} must be text")
    return value


def title(name: str, value: Any) -> str:
    """Return a text for figures and terminals."""
    if not text(name, value).isprintable():
        raise InputError(f"{name} {value!r:.60} must be text that can be printed on one line")
    return value


def precision(name: str, value: Any) -> str:
    """Return the name of a precision."""
    if value not in PRECISIONS:
        raise InputError(f"{name} {value!r:.60} is unknown; {nearest_name(value, PRECISIONS)}")
    return value


def band(name: str, value: Any, example: str = "[360e6, 400e6], or null for no band") -> tuple[float, float]:
    """Return (low, high), two numbers of at least 0, low first."""
    value = value.tolist() if isinstance(value, np.ndarray) else value
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)) and len(value) == 2:
        low, high = (amount()(f"{name}[{k}]", end) for k, end in enumerate(value))
        if low <= high:
            return low, high
    raise InputError(f"{name} {value!r:.60} must be two numbers, low first, such as {example}")


def ranges(name: str, value: Any) -> dict[str, Any]:
    """Return the options of design spaces by family, such as {"AnyNet": {"max_width": 512}}."""
    families: dict[Any, Any] = dict(value) if isinstance(value, Mapping) else {"": None}
    if not all(isinstance(f, str) and isinstance(options, Mapping) for f, options in families.items()):
        raise InputError(f'{name} {value!r:.60} must be a table such as {{"AnyNet": {{"max_width": 512}}}}')
    try:
        json.dumps(families)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} {value!r:.60} cannot be written as JSON ({error})") from None
    return {family: dict(options) for family, options in families.items()}


def vary(name: str, value: Any) -> dict[str, tuple[float, float]]:
    """Return what each network draws for itself: for each setting two numbers above 0, low first."""
    if not isinstance(value, Mapping):
        raise InputError(f'{name} {value!r:.60} must be a table such as {{"lr": [0.015, 1.5]}}')
    for setting in value:
        if setting not in VARIABLE:
            raise InputError(f"{name} {setting!r:.60} is no setting to be drawn; {nearest_name(setting, VARIABLE)}")
    found = {setting: band(f"{name} {setting}", ends, "[0.015, 1.5]") for setting, ends in value.items()}
    for setting, (low, high) in found.items():
        if not low:
            raise InputError(f"{name} {setting} {[low, high]} is drawn log-uniformly, so it must begin above 0")
        CHECKS[setting](f"{name} {setting}", high)
    return found


def own_callable(name: str, value: Any) -> str:
    """Return the import path of a function or class of one's own; nothing is imported yet."""
    if not isinstance(value, str) and not callable(value):
        raise InputError(f'{name} {value!r:.60} must be a function, or its import path such as "my_module:my_{name}"')
    return path_of(value)


def _read(value: Any) -> Any:
    """Read a number that was given as text, as a command line gives it; anything else stays as it is."""
    for kind in (int, float):
        if isinstance(value, str):
            try:
                return kind(value)
            except ValueError:
                pass
    return value


CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "name": title,
    "data": text,
    "resolution": resolution,
    "flops": optional(band),
    "ranges": ranges,
    "train_images": optional(count()),
    "test_images": optional(count()),
    "batch_size": count(2, why="batch norm needs two images to compare"),
    "epochs": count(),
    "lr": amount(),
    "warmup": amount(0, 1),
    "momentum": amount(0, 1),
    "nesterov": truth,
    "weight_decay": amount(),
    "decay_norm_and_bias": truth,
    "flip": truth,
    "crop_padding": count(0),
    "zero_init_last": truth,
    "precision": precision,
    "vary": vary,
    "params": optional(band),
    "activations": optional(band),
    **dict.fromkeys(("optimizer", "loss", "schedule", "train"), optional(own_callable)),
}
