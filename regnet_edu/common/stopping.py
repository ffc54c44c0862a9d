"""Ending in order before the work is done: because the time is up, or because a signal asks for it."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from .errors import InputError
from .validation import number


class UnfinishedError(Exception):
    """The work was stopped in order before its end; done again, it goes on from what is recorded."""


class TimeLimit:
    """How much time there is, as `stop` of a sweep or of a training: nothing is begun that would not be done in time.

    Args:
        hours: from now on; None for no limit.

    Attributes:
        reached: whether it said that the time is up, or was told so.

    Raises:
        InputError: the hours are no number above 0.
    """

    def __init__(self, hours: float | None = None) -> None:
        if hours is not None and number("max_hours", hours) <= 0:
            raise InputError(f"max_hours {hours!r} must be above 0; leave it out for no limit")
        self.end = math.inf if hours is None else time.monotonic() + 3600 * hours
        self.reached = False

    def __call__(self, seconds: float) -> bool:
        """Return whether so many seconds are no longer there."""
        self.reached = self.reached or time.monotonic() + seconds >= self.end
        return self.reached


@contextmanager
def handled(names: Iterable[str], handler: Callable[[int, Any], object]) -> Iterator[dict[int, Any]]:
    """Handle signals until the block ends, and yield what handled them before.

    Only those are handled that this system has and, as under nohup, does not ignore; and only in the main thread.

    Args:
        names: of the signals, such as "SIGTERM".
        handler: called with the number of the signal and the frame that it interrupts.
    """
    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        kinds = [getattr(signal, name) for name in names if hasattr(signal, name)]
        before = {kind: old for kind in kinds if (old := signal.getsignal(kind)) not in (signal.SIG_IGN, None)}
    for kind in before:
        signal.signal(kind, handler)
    try:
        yield before
    finally:
        for kind, old in before.items():
            signal.signal(kind, old)
