"""Ctrl-C stops the program, whatever it is at."""

from __future__ import annotations

import _thread
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Any

AGAIN = 0.1  # seconds: by then the callback is over


def _interrupt() -> None:
    if os.name == "posix":
        os.kill(os.getpid(), signal.SIGINT)  # also wakes a main thread that waits for its workers
    else:
        _thread.interrupt_main()


@contextmanager
def no_interrupt_is_lost() -> Iterator[None]:
    """Repeat a Ctrl-C that Python drops, as it does with whatever is raised in a callback of its own.

    Such is the callback of a weak reference. Few moments are like that, most of them while modules are imported; but
    who presses Ctrl-C and sees nothing happen waits for ever.
    """
    told = sys.unraisablehook

    def again(dropped: Any) -> None:
        if dropped.exc_type is not KeyboardInterrupt:
            told(dropped)
            return
        timer = Timer(AGAIN, _interrupt)
        timer.daemon = True
        timer.start()

    sys.unraisablehook = again
    try:
        yield
    finally:
        sys.unraisablehook = told
