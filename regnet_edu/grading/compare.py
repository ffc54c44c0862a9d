"""When two answers are the same: numbers to nine digits, lists, tuples and arrays by what they hold."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

RELATIVE, ABSOLUTE = 1e-7, 1e-9


def is_number(value: Any) -> bool:
    return isinstance(value, (bool, int, float, np.number, np.bool_))


def is_row(value: Any) -> bool:
    return isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim > 0)


def close(answer: Any, expected: Any) -> bool:
    """Whether two values of plain data are the same, however they are wrapped."""
    if isinstance(expected, np.ndarray) and expected.ndim == 0:
        expected = expected.item()
    if is_number(expected):
        if not is_number(answer):
            return False
        if isinstance(expected, (bool, np.bool_)):
            return bool(answer) == bool(expected) and float(answer) in (0.0, 1.0)
        a, b = float(answer), float(expected)
        if not math.isfinite(b) or not math.isfinite(a):
            return a == b or (math.isnan(a) and math.isnan(b))
        if isinstance(expected, (int, np.integer)) and isinstance(answer, (int, np.integer)):
            return int(answer) == int(expected)
        return math.isclose(a, b, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    if isinstance(expected, np.ndarray) and isinstance(answer, np.ndarray):
        return _close_arrays(answer, expected)
    if is_row(expected):
        return is_row(answer) and len(answer) == len(expected) and all(map(close, answer, expected))
    if isinstance(expected, dict):
        return (
            isinstance(answer, dict)
            and answer.keys() == expected.keys()
            and all(close(answer[k], expected[k]) for k in expected)
        )
    return type(answer) is type(expected) and bool(answer == expected)


def _close_arrays(answer: np.ndarray, expected: np.ndarray) -> bool:
    if answer.shape != expected.shape:
        return False
    return bool(np.allclose(answer, expected, rtol=RELATIVE, atol=ABSOLUTE, equal_nan=True))


def within(relative: float = 1e-7, absolute: float = 1e-9) -> Any:
    """Return a comparison of numbers or arrays with another tolerance."""

    def near(answer: Any, expected: Any) -> bool:
        try:
            a, b = np.asarray(answer, np.float64), np.asarray(expected, np.float64)
        except (TypeError, ValueError):
            return False
        return a.shape == b.shape and bool(np.allclose(a, b, rtol=relative, atol=absolute))

    return near


def show(value: Any, width: int = 160) -> str:
    """Return a value as a reader would type it, shortened in the middle."""
    if isinstance(value, np.ndarray):
        text = f"array({value.tolist()})" if value.size <= 24 else f"array of shape {value.shape}: {_few(value)}"
    elif isinstance(value, (float, np.floating)):
        text = f"{float(value):.10g}"
    elif isinstance(value, tuple):
        text = f"({', '.join(show(v, width) for v in value)}{',' if len(value) == 1 else ''})"
    elif isinstance(value, list):
        text = f"[{', '.join(show(v, width) for v in value)}]"
    else:
        text = repr(value)
    return text if len(text) <= width else f"{text[: width - 30]} ... {text[-24:]}"


def _few(value: np.ndarray) -> str:
    first = ", ".join(show(v) for v in value.ravel()[:6].tolist())
    return f"{first}, ..."
