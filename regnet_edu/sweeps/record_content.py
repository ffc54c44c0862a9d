"""What each kind of record must hold, since programs rely on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

BEYOND = 1e300  # no loss and no time is as large, and no float much larger
DEEPEST = 10_000  # blocks of a network: a table or a figure of more would need all memory


def _whole(value: object) -> bool:
    return type(value) is int and value >= 0


def _share(value: object) -> bool:
    return type(value) in (int, float) and 0 <= value <= 1  # type: ignore[operator]  # NaN is not


def _size(value: object) -> bool:
    return value is None or (_whole(value) and value < BEYOND)  # type: ignore[operator]


def _time(value: object) -> bool:
    return value is None or (type(value) in (int, float) and 0 <= value < BEYOND)  # type: ignore[operator]


def _network(config: object) -> bool:
    """Whether that is the table of a network, at a glance: `AnyNetConfig.from_dict` looks closely, and takes longer."""
    if isinstance(config, dict) and "build" in config:
        return isinstance(config["build"], str) and isinstance(config.get("parameters"), dict)
    names = ("depths", "widths", "bottleneck_ratios", "group_widths")
    lists = [config.get(name) for name in names] if isinstance(config, dict) else [None]
    whole = [v for v in lists if isinstance(v, list) and v and all(type(x) in (int, float) and x > 0 for x in v)]
    return len(whole) == len(lists) and len(set(map(len, whole))) == 1 and sum(whole[0]) <= DEEPEST


_TEXT = (lambda value: isinstance(value, str), "a text")
_TABLE = (lambda value: isinstance(value, dict), "a table of names and values")
_TABLE_OR_NONE = (lambda value: value is None or isinstance(value, dict), _TABLE[1])
_WHOLE = (_whole, "a whole number of at least 0")
_NUMBER = (lambda value: value is None or (type(value) in (int, float) and abs(value) < BEYOND), "a number")
_ORIGIN = {
    "versions": _TABLE_OR_NONE,
    "hardware": (lambda value: value is None or isinstance(value, (str, dict)), "a table of names and values"),
}
FIELDS: dict[str, dict[str, tuple[Callable[[Any], object], str]]] = {
    "header": {"space": _TEXT, "seed": _WHOLE, "regime": _TABLE, "data": _TABLE, **_ORIGIN},
    "session": {
        "n": _WHOLE,
        **dict.fromkeys(("workers", "threads"), _NUMBER),
        "data": _TABLE_OR_NONE,
        **_ORIGIN,
    },
    "network": {
        "index": _WHOLE,
        "seed": _WHOLE,
        "settings": _TABLE_OR_NONE,
        "config": (
            _network,
            "a table with the depths, widths, bottleneck_ratios and group_widths of a network, or its parameters",
        ),
        "status": (lambda value: value in ("ok", "diverged", "failed"), "ok, diverged or failed"),
        "error": (lambda value: value is None or _share(value), "a number in [0, 1]"),
        "errors": (lambda v: v is None or (isinstance(v, list) and all(map(_share, v))), "a list of numbers in [0, 1]"),
        "losses": (lambda v: v is None or (isinstance(v, list) and all(map(_NUMBER[0], v))), "a list of numbers"),
        **dict.fromkeys(("flops", "params", "activations", "epochs"), (_size, _WHOLE[1])),
        **dict.fromkeys(("seconds", "cpu_seconds", "images_per_second"), (_time, "a number of at least 0")),
        "loss": _NUMBER,
    },
}


def check_content(record: Mapping[str, Any]) -> None:
    """Raise `ValueError` with the reason if what a record holds cannot be right."""
    for name, (fits, wanted) in FIELDS[record["kind"]].items():
        if not fits(record.get(name)):
            has = f"{name} {record[name]!r:.60}" if name in record else f"no {name}"
            raise ValueError(f"it has {has}, where {wanted} belongs")
    if record["kind"] == "network" and (record["error"] is None) != (record["status"] == "failed"):
        raise ValueError(f"it has error {record['error']} with status {record['status']!r}: only what failed has none")
