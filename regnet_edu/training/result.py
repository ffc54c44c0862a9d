"""What training one network takes from its seed, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..common.validation import whole


@dataclass(frozen=True)
class TrainResult:
    """What training one network gave.

    `status` is "ok" or "diverged" (a loss that is not finite; the error is then that of guessing). `errors` holds the
    top-1 test error after each epoch, as a fraction; `error` is the last of them. `seconds` is wall time and
    `cpu_seconds` processor time, both with evaluation; `images_per_second` counts training images over training time.
    `note` says what went otherwise than planned, with the same result: steps that a GPU could not record as a graph.
    """

    status: str
    error: float
    errors: tuple[float, ...]
    loss: float
    seconds: float
    cpu_seconds: float
    images_per_second: float
    reason: str | None = None
    note: str | None = None


def seeds(seed: int) -> tuple[int, int]:
    """Return two independent seeds made from one: for the initial weights, and for the order of the images."""
    weights, order = np.random.SeedSequence(whole("seed", seed, least=0)).generate_state(2, np.uint64) >> np.uint64(1)
    return int(weights), int(order)
