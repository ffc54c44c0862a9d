"""Ending in order: how much time there is, and who handles a signal."""

import math
import signal
import threading

import pytest
from each import each

from regnet_edu.common.errors import InputError
from regnet_edu.common.stopping import TimeLimit, handled


def test_a_limit_says_whether_something_fits_and_remembers_that_it_did_not():
    limit = TimeLimit(1)
    assert not limit(3500) and not limit.reached
    assert limit(3601) and limit.reached and limit(0)
    assert not TimeLimit()(1e300)


@each("hours", (0, -1, math.nan, math.inf, "two", True))
def test_hours_are_a_number_above_0(hours):
    with pytest.raises(InputError, match="max_hours"):
        TimeLimit(hours)


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="there are no such signals")
def test_signals_are_handled_until_the_block_ends_and_those_ignored_stay_ignored():
    came = []
    before = signal.signal(signal.SIGUSR2, signal.SIG_IGN)
    try:
        with handled(("SIGUSR1", "SIGUSR2", "SIGNONE"), lambda number, _: came.append(number)) as old:
            signal.raise_signal(signal.SIGUSR1)
            signal.raise_signal(signal.SIGUSR2)
        assert came == [signal.SIGUSR1] and list(old) == [signal.SIGUSR1]
        assert signal.getsignal(signal.SIGUSR1) is old[signal.SIGUSR1]
    finally:
        signal.signal(signal.SIGUSR2, before)


def test_another_thread_handles_none():
    found = []

    def look():
        with handled(("SIGTERM",), print) as before:
            found.append(before)

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found == [{}]
