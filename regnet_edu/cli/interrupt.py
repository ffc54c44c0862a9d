"""Ctrl-C stops the program, whatever it is at; a cluster's signals and a time limit stop it in order."""

from __future__ import annotations

import _thread
import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Any

from ..common.errors import first_line
from ..common.stopping import TimeLimit, UnfinishedError, handled

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


def stop_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of commands that may be stopped before their work is done."""
    stop = parser.add_argument_group("stopping before the end (exit status 75)")
    stop.add_argument("--max-hours", type=float, metavar="H", help="begin nothing that would not be done by then")
    stop.add_argument(
        "--requeue", action="store_true", help="stop on SIGUSR1 and SIGTERM too, and have SLURM start the job again"
    )


@contextmanager
def stopped_in_order(options: argparse.Namespace, at_once: bool, asks: bool = True) -> Iterator[TimeLimit]:
    """Let a command be stopped by the time limit and the signals that its options name, and yield that limit.

    Args:
        options: of the command, with `max_hours` and `requeue`.
        at_once: whether SIGUSR1 stops it wherever it is, as SIGTERM does; else it is only told so by the limit.
        asks: whether this process is the one that asks SLURM to start the job again.

    Raises:
        UnfinishedError: it was stopped.
    """
    limit, over = TimeLimit(options.max_hours), False

    def told(number: int, _: Any) -> None:
        nonlocal over
        limit.reached = True
        if not over and (at_once or signal.Signals(number).name != "SIGUSR1"):
            over = True
            raise KeyboardInterrupt

    with handled(("SIGUSR1", "SIGTERM", "SIGALRM") if options.requeue else ("SIGALRM",), told):
        if options.max_hours and hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 3600 * options.max_hours)
        try:
            yield limit
        except (KeyboardInterrupt, RuntimeError, UnfinishedError):  # RuntimeError: of torch, when its readers are ended
            if not limit.reached:
                raise
        finally:
            if options.max_hours and hasattr(signal, "setitimer"):
                signal.setitimer(signal.ITIMER_REAL, 0)
        if limit.reached:
            raise UnfinishedError(_requeue() if options.requeue and asks else "the same command goes on from there")


def _requeue() -> str:
    """Have SLURM start this job again; return what came of it."""
    job = os.environ.get("SLURM_JOB_ID")
    if not job:
        return "this is no job of SLURM, so nothing starts it again but the same command"
    try:
        done = subprocess.run(["scontrol", "requeue", job], capture_output=True, text=True, check=False, timeout=60)
        said = done.stderr.strip() if done.returncode else ""
    except (OSError, subprocess.TimeoutExpired) as error:
        said = first_line(error)
    return f"SLURM does not start job {job} again: {said}" if said else f"SLURM starts job {job} again"
