"""Ctrl-C is not lost where Python drops it."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
import weakref
from collections.abc import Iterator

import pytest

from regnet_edu.cli import interrupt, parser
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


@pytest.fixture
def stopped(tmp_path, monkeypatch, capsys):
    """A command that gets a signal, or waits; returns its status, its last words and what SLURM was asked."""
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    asked = tmp_path / "asked"
    (tmp_path / "scontrol").write_text(
        f"#!/bin/sh\necho $@ >> {asked}\n[ $2 = 7 ] || {{ echo no such job >&2; exit 1; }}"
    )
    (tmp_path / "scontrol").chmod(0o755)

    def run(*words, number=None, at_once=True, job="7"):
        def work(options):
            with interrupt.stopped_in_order(options, at_once) as limit:
                if number:
                    os.kill(os.getpid(), number)
                while not limit(0):
                    time.sleep(0.01)
            return 0

        parser_ = argparse.ArgumentParser()
        interrupt.stop_options(parser_)
        parsed = parser_.parse_args([*words])
        parsed.command, parsed.version = "work", False
        monkeypatch.setitem(parser.COMMANDS, "work", work)
        monkeypatch.setattr(parser, "build_parser", lambda: argparse.Namespace(parse_args=lambda _: parsed))
        monkeypatch.setenv("SLURM_JOB_ID", job)
        asked.unlink(missing_ok=True)
        return parser.main(), capsys.readouterr().err, asked.read_text() if asked.exists() else ""

    return run


def test_a_cluster_s_signals_stop_in_order_and_the_job_is_asked_for_again(stopped) -> None:
    for number in (signal.SIGUSR1, signal.SIGTERM):
        for at_once in (True, False):
            status, said, asked = stopped("--requeue", number=number, at_once=at_once)
            assert status == 75 and said.endswith("SLURM starts job 7 again\n") and asked == "requeue 7\n"
    assert "SLURM does not start job 8 again: no such job" in stopped("--requeue", number=signal.SIGTERM, job="8")[1]
    assert "this is no job of SLURM" in stopped("--requeue", number=signal.SIGTERM, job="")[1]


def test_a_time_limit_stops_in_order_without_asking_for_more(stopped) -> None:
    for at_once in (True, False):
        status, said, asked = stopped("--max-hours", "1e-5", at_once=at_once)
        assert status == 75 and said.endswith("the same command goes on from there\n") and not asked
    status, said, _ = stopped("--max-hours", "-1")
    assert status == 2 and "max_hours -1.0 must be above 0" in said


def test_ctrl_c_is_no_reason_to_start_again(stopped) -> None:
    assert stopped("--requeue", number=signal.SIGINT)[::2] == (130, "")


def interrupted_in_a_callback(seconds: float) -> None:
    thing = Thing()
    _kept = weakref.ref(thing, lambda _: os.kill(os.getpid(), signal.SIGINT) or time.sleep(0))
    del thing
    time.sleep(seconds)


def test_a_ctrl_c_within_a_callback_stops_the_program_a_moment_later() -> None:
    with pytest.raises(KeyboardInterrupt), no_interrupt_is_lost():
        interrupted_in_a_callback(60)


def test_without_it_python_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    dropped = []
    monkeypatch.setattr(sys, "unraisablehook", lambda what: dropped.append(what.exc_type))
    interrupted_in_a_callback(0)
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
