"""One process of a submission: what it may use, what goes in, what comes out, and its certain end.

The process gets questions (arguments) and returns plain data. Verdicts are made elsewhere, so nothing that a
submission prints, patches or pretends can be one. What does not come back in time and in form counts as failed.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import wire
from .exercise import Ask, Exercise, Part, Rng
from .pipes import Reader, Writer
from .surroundings import (
    PACKAGE,
    environment,
    heavy,
    hidden_folders,
    is_home,
    libraries,
    neighbours,
    threads_of,
    too_much_in,
    waited,
)

# Seconds for all calls of a part, on the clock, less the time in which the process waits for a processor,
TIME_LIMIT = 10.0
PATIENCE = 8.0  # and never longer on the clock than this many times the limit
START_LIMIT = 60.0
MEMORY = 2 * 2**30
FILE_SIZE = 16 * 2**20
LONGEST_ANSWER = 2**20  # bytes of one; a right one has an eighth of it at most
MOST_ROWS = 25_000  # lists, tuples, sets and dicts in an answer: each takes the grader's time and memory
MOST_ANSWERED = 8 * 2**20  # bytes of all answers and questions of a part: the grader holds them in its memory
MOST_QUESTIONS = 5_000  # that one call may ask of the grader
MOST_THREADS = 96  # the kernel stops it before, where it counts those of one process
KINDS = ("ready", "loaded", "value", "raised", "missing", "signature", "unreadable", "todo", "ask", "syntax")


@dataclass(frozen=True)
class Limits:
    """What a submission may use.

    Args:
        seconds: for all calls of a part.
        memory: bytes that it may fill.
        file_size: bytes of each file that it writes.
        without: layers of the sandbox to leave out, by their names.
        landlock: the newest version of Landlock to use.
    """

    seconds: float = TIME_LIMIT
    memory: int = MEMORY
    file_size: int = FILE_SIZE
    without: tuple[str, ...] = ()
    landlock: int = 99
    stop: threading.Event | None = None  # once it is set, the process ends and StoppedError is raised


class StoppedError(Exception):
    """Grading was stopped: what came back until then is no verdict."""


@dataclass(frozen=True)
class Submission:
    """What a learner handed in for an exercise.

    Args:
        source: the text of a file.
        name: of the file, as messages use it.
        folder: that it came from.
        cells: the code cells of a notebook, in place of the text.
    """

    source: str
    name: str
    folder: Path | None = None
    cells: tuple[str, ...] | None = None


@dataclass
class Outcome:
    """What came of one call: a value, or the reason why there is none."""

    kind: str
    value: Any = None
    facts: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[tuple, Any]] = field(default_factory=list)


def as_wire(arguments: Sequence[Any]) -> list[Any]:
    """The arguments of a call as the learner's process gets them."""
    special = {Rng: lambda k, a: {"rng": a.seed}, Ask: lambda k, a: {"ask": k}}
    return [special.get(type(a), lambda k, a: wire.encode(a))(k, a) for k, a in enumerate(arguments)]


def reply(ask: Any, arguments: tuple, asked: Sequence[tuple[tuple, Any]]) -> dict[str, Any]:
    """What the grader says to a question: {"value": ...}, or {"words": ...} if it makes no sense."""
    try:
        if not isinstance(ask, Ask):
            raise ValueError("there is nothing to ask here")
        return {"value": wire.encode(ask(*arguments, asked=asked))}
    except Exception as error:  # whatever a learner asks, it is the learner's mistake
        return {"words": f"{getattr(ask, 'name', 'it')} cannot answer that: {error}"[:300]}


def _order(part: Part, calls: list[tuple]) -> dict[str, Any]:
    order: dict[str, Any] = {"function": part.function, "calls": [as_wire(call) for call in calls]}
    if part.script is not None:
        order |= {"script": part.script_source(), "script_name": part.script.__name__}
    return order


class Process:
    """One process of a submission, from start to certain end."""

    def __init__(
        self,
        exercise: Exercise,
        submission: Submission,
        asked: Sequence[tuple[Part, list[tuple]]],
        folder: str,
        limits: Limits,
    ) -> None:
        self.tag = secrets.token_hex(8)
        self.buffer = b""
        self.answered = 0  # bytes of what came back since the clock was started
        self.limits = limits
        self.folder = folder
        paths = [p for p in sys.path if p and os.path.isdir(p)]
        if not exercise.uses_package:  # a folder that holds other packages too stays, and only ours is hidden in it
            paths = [p for p in paths if not is_home(p) or os.path.isdir(os.path.join(p, "numpy"))]
        hidden = hidden_folders(exercise.uses_package)
        paths = [p for p in paths if not any(Path(p).resolve().is_relative_to(h) for h in hidden)]
        readable = {*paths, *libraries(), sys.prefix, sys.base_prefix}
        if exercise.uses_package:
            readable.add(str(PACKAGE))
        self.order = {
            "tag": self.tag,
            "path": paths,
            "folder": folder,
            "readable": sorted(readable),
            "hidden": hidden,
            "memory": limits.memory * (3 if "torch" in exercise.preload else 1),
            "file_size": limits.file_size,
            "without": list(limits.without),
            "landlock": limits.landlock,
            "preload": list(dict.fromkeys([*exercise.preload, *heavy([submission.source, *(submission.cells or ())])])),
            "neighbours": neighbours(submission.folder, submission.name),
            "file": submission.name,
            "source": submission.source,
            "cells": submission.cells,
            "parts": [_order(part, calls) for part, calls in asked],
        }
        self.process = subprocess.Popen(
            [sys.executable, "-s", "-P", "-B", str(PACKAGE / "grading" / "student.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=environment(folder),
            start_new_session=True,
        )
        self.pid = self.process.pid  # of what runs the learner's code; it says when that is another
        assert self.process.stdin is not None and self.process.stdout is not None
        self.reader, self.writer = Reader(self.process.stdout.fileno()), Writer(self.process.stdin.fileno())

    def __enter__(self) -> Process:
        self.begin()
        self.writer.send(json.dumps(self.order).encode() + b"\n")
        return self

    def __exit__(self, *_: object) -> None:
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        ended = self.reader.end(), self.writer.end()
        for pipe, done in zip((self.process.stdout, self.process.stdin), ended, strict=True):
            if done and pipe is not None:  # else what it left behind holds the other end: the thread waits for it
                with contextlib.suppress(OSError):
                    pipe.close()

    def begin(self) -> None:
        """Start the clock of a check."""
        self.start, self.waited, self.answering = time.monotonic(), self._all_waited(), 0.0
        self.looked, self.answered = 0.0, 0

    def _all_waited(self) -> float:
        """Seconds in which it, or the grader that it may be waiting for, had to wait for a processor."""
        return waited(self.pid) + waited("thread-self")

    def answer(self, call: tuple, seconds: float, before: Sequence[tuple[tuple, Any]] = ()) -> Outcome:
        """Return what comes of one call; what it asks of the grader on the way is answered and kept after `before`."""
        asked = list(before)
        while True:
            outcome = self.next(seconds)
            if outcome.kind != "ask":
                outcome.asked = asked
                return outcome
            if time.monotonic() - self.start > PATIENCE * seconds:  # of one that never lets us wait
                return Outcome("timeout", facts={"seconds": seconds})
            place, question = outcome.facts.get("place"), outcome.value
            if (
                not isinstance(place, int)
                or not 0 <= place < len(call)
                or not isinstance(question, tuple)
                or len(asked) >= MOST_QUESTIONS + len(before)
            ):
                words = f"it asked more than {MOST_QUESTIONS:,} questions, or some that nobody can read"
                return Outcome("forged", facts={"words": words})
            began = time.monotonic()
            said = reply(call[place], question, asked)
            self.answering += time.monotonic() - began  # our time, not the learner's
            asked.append((question, wire.decode(said.get("value"))))
            if not self.writer.send(json.dumps(said).encode() + b"\n"):
                return Outcome("forged", facts={"words": "it asked and did not wait for the answer"})

    def next(self, seconds: float) -> Outcome:
        """Return the next answer, or why there is none within so many seconds since the clock was started."""
        while b"\n" not in self.buffer:
            content = self.reader.read(0.1)
            spent = time.monotonic() - self.start
            if self.limits.stop is not None and self.limits.stop.is_set():
                raise StoppedError
            if content is not None:
                if not content:
                    return self._ended()
                self.buffer += content
                if len(self.buffer) > LONGEST_ANSWER:
                    return _too_much(f"{LONGEST_ANSWER >> 20} MiB")
            excess = self._excess(spent)
            if excess:
                return Outcome("ended", facts={"words": excess})
            own = spent - (self._all_waited() - self.waited) - self.answering
            if own > seconds or spent > PATIENCE * seconds:
                return Outcome("timeout", facts={"seconds": seconds})
        line, _, self.buffer = self.buffer.partition(b"\n")
        self.answered += len(line)
        if self.answered > MOST_ANSWERED:
            return _too_much(f"{MOST_ANSWERED >> 20} MiB")
        if line.count(b"{") > MOST_ROWS:
            return _too_much(f"{MOST_ROWS:,} lists")
        try:
            answer = json.loads(line)
            if answer.pop("tag") != self.tag:
                raise ValueError
            kind = str(answer.pop("outcome"))
            if kind not in KINDS:
                raise ValueError
            outcome = Outcome(kind, wire.decode(answer.pop("value", None)), wire.facts(answer))
        except Exception:  # whatever a submission managed to write there: it is no answer
            return Outcome("forged", facts={"words": "something other than an answer came back"})
        if kind == "ready":
            self.pid = outcome.facts.get("pid", self.pid)
        return outcome

    def _excess(self, spent: float) -> str | None:
        """What it uses too much of, where the kernel does not see to it; looked at some ten times a second."""
        if spent - self.looked < 0.1:
            return None
        self.looked = spent
        threads = threads_of(self.pid)
        if threads > MOST_THREADS:
            return f"it started {threads} threads, and {MOST_THREADS} are the most"
        return too_much_in(self.folder)

    def _ended(self) -> Outcome:
        try:
            code = self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            return Outcome("ended", facts={"words": "it closed its way of answering"})
        how = f"was ended by {_signal_name(-code)}" if code < 0 else f"ended with status {code}"
        return Outcome("ended", facts={"words": f"the process {how}", "code": code})


def _too_much(what: str) -> Outcome:
    return Outcome("forged", facts={"words": f"it returned more than {what}, which is more than anybody asked for"})


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal has no name
        return f"signal {number}"
