"""Stand-ins for training whose truth is known: a method is tested where one can tell whether it is right."""

from __future__ import annotations

import hashlib
from statistics import NormalDist
from typing import Any

import numpy as np

from ..networks.config import AnyNetConfig

MOST_STAGES = 64  # whoever asks about a network of more wants to keep the grader busy


def plain(value: Any) -> Any:
    """A value in which lists, tuples and arrays, whole numbers and floats that are whole, are all the same."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    return int(value) if isinstance(value, float) and value == int(value) else value


def noise(*what: Any) -> float:
    """A standard normal number that belongs to these values; the same on every machine."""
    digest = hashlib.sha256(repr(plain(list(what))).encode()).digest()
    return NormalDist().inv_cdf((int.from_bytes(digest[:7], "big") + 0.5) / 2**56)


def build(network: Any) -> AnyNetConfig:
    """The config of (depths, widths, ratios, groups), as a learner writes a network."""
    four: list[Any] = [tuple(v) if isinstance(v, (list, tuple)) else v for v in network]
    if len(four) != 4:
        raise ValueError(f"{len(four)} entries instead of 4")
    longest = max(len(v) if isinstance(v, tuple) else 1 for v in four)
    if longest > MOST_STAGES:
        raise ValueError(f"{longest} stages, which is more than {MOST_STAGES}")
    return AnyNetConfig(four[0], four[1], four[2], four[3])
