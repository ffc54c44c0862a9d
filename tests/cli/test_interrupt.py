"""Ctrl-C is not lost where Python drops it."""

from __future__ import annotations

import os
import signal
import sys
import time
import weakref
from collections.abc import Iterator

import pytest

from regnet_edu.cli.interrupt import no_interrupt_is_lost

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the test sends the signal as a terminal does")


class Thing:
    pass


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    """A shell that runs the tests in the background has told them to ignore Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupted_in_a_callback() -> None:
    thing = Thing()
    _kept = weakref.ref(thing, lambda _: os.kill(os.getpid(), signal.SIGINT) or time.sleep(0))
    del thing
    time.sleep(3)


def test_a_ctrl_c_within_a_callback_stops_the_program_a_moment_later() -> None:
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt), no_interrupt_is_lost():
        interrupted_in_a_callback()
    assert time.monotonic() - start < 2.5


def test_without_it_python_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    dropped = []
    monkeypatch.setattr(sys, "unraisablehook", lambda what: dropped.append(what.exc_type))
    interrupted_in_a_callback()
    assert dropped == [KeyboardInterrupt]


def test_another_exception_is_told_as_before_and_the_hook_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    monkeypatch.setattr(sys, "unraisablehook", lambda what: told.append(what.exc_type))
    before = sys.unraisablehook
    with no_interrupt_is_lost():
        thing = Thing()
        _kept = weakref.ref(thing, lambda _: 1 / 0)
        del thing
    assert told == [ZeroDivisionError] and sys.unraisablehook is before
