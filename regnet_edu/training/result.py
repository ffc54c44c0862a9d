"""What training one network takes from its seed, and what it gives back."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from ..common.errors import InputError
from ..common.validation import whole


@dataclass(frozen=True)
class TrainResult:
    """What training one network gave.

    `status` is "ok" or "diverged" (a loss that is not finite; the error is then that of guessing). `errors` holds the
    top-1 test error after each epoch, as a fraction; `error` is the last of them. `seconds` is wall time and
    `cpu_seconds` processor time, both with evaluation; `images_per_second` counts training images over training time.
    `losses` holds the mean training loss of each epoch, with that at which it diverged.
    `note` says what went otherwise than planned, with the same result: steps that a GPU could not record as a graph.
    `network` is the trained `AnyNet`, on the processor, if `keep` asked for it.
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
    losses: tuple[float, ...] = ()
    network: Any = field(default=None, repr=False)


def own_result(train: Callable[[], Any], num_classes: int) -> TrainResult:
    """Call a training of somebody's own, and return what it gave as a `TrainResult`.

    Args:
        train: returns a `TrainResult`, the error alone, or a table with "error" and any other field of one.
        num_classes: of the images; a training whose error is not finite has diverged, to that of guessing.

    Raises:
        InputError: it returns anything else.
    """
    started, cpu_started = time.perf_counter(), time.process_time()
    found = train()
    took = {"seconds": time.perf_counter() - started, "cpu_seconds": time.process_time() - cpu_started}
    if isinstance(found, TrainResult):
        return found
    table = dict(found) if isinstance(found, Mapping) else {"error": found}
    known = [f.name for f in fields(TrainResult)]
    wrong = next((name for name in table if name not in known), None)
    if wrong is not None or "error" not in table:
        said = f"has {wrong!r}" if wrong is not None else "has no error"
        raise InputError(f"what train returned {said}; it may have {', '.join(known)}, and must have error")
    try:
        error = float(table["error"])
    except (TypeError, ValueError):
        raise InputError(f"train returned {table['error']!r:.60} for the error, which is no number") from None
    diverged = not math.isfinite(error)
    if diverged:
        table, error = {**table, "reason": f"error {error}"}, 1 - 1 / num_classes
    usual = {"status": "diverged" if diverged else "ok", "errors": (error,), "loss": math.nan, **took}
    return TrainResult(**{**usual, "images_per_second": math.nan, **table, "error": error})


def seeds(seed: int) -> tuple[int, int]:
    """Return two independent seeds made from one: for the initial weights, and for the order of the images."""
    weights, order = np.random.SeedSequence(whole("seed", seed, least=0)).generate_state(2, np.uint64) >> np.uint64(1)
    return int(weights), int(order)
