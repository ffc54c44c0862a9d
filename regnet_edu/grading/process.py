"""One process of a submission: what it may use, what goes in, what comes out, and its certain end.

The process gets questions (arguments) and returns plain data. Verdicts are made elsewhere, so nothing that a
submission prints, patches or pretends can be one. What does not come back in time and in form counts as failed.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import select
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
from .surroundings import PACKAGE, environment, hidden_folders, is_home

TIME_LIMIT = (
    10.0  # seconds for all calls of a part, on the clock, less the time in which the process waits for a processor
)
PATIENCE = 8.0  # but never longer on the clock than this many times the limit
START_LIMIT = 60.0
MEMORY = 2 * 2**30
FILE_SIZE = 16 * 2**20
LONGEST_ANSWER = 8 * 2**20
MOST_QUESTIONS = 5_000  # that one call may ask of the grader
MOST_ASKED = 4 * 2**20  # bytes of all of them
KINDS = ("ready", "loaded", "value", "raised", "missing", "signature", "unreadable", "todo", "ask", "syntax")


@dataclass(frozen=True)
class Limits:
    """What a submission may use."""

    seconds: float = TIME_LIMIT
    memory: int = MEMORY
    file_size: int = FILE_SIZE
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


def reply(ask: Any, arguments: tuple) -> dict[str, Any]:
    """What the grader says to a question: {"value": ...}, or {"words": ...} if it makes no sense."""
    try:
        if not isinstance(ask, Ask):
            raise ValueError("there is nothing to ask here")
        return {"value": wire.encode(ask(*arguments))}
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
        self.length = 0  # of the last answer, in bytes
        self.limits = limits
        paths = [p for p in sys.path if p and os.path.isdir(p)]
        if not exercise.uses_package:  # a folder that holds other packages too stays, and only ours is hidden in it
            paths = [p for p in paths if not is_home(p) or os.path.isdir(os.path.join(p, "numpy"))]
        readable = {*paths, sys.prefix, sys.base_prefix, folder}
        if exercise.uses_package:
            readable.add(str(PACKAGE))
        read_end, write_end = os.pipe()
        reply_end, self.replies = os.pipe()
        os.set_blocking(read_end, False)
        os.set_blocking(self.replies, False)
        self.answers = read_end
        self.order = {
            "tag": self.tag,
            "channel": write_end,
            "replies": reply_end,
            "path": paths,
            "folder": folder,
            "readable": sorted(readable),
            "hidden": hidden_folders(exercise.uses_package),
            "memory": limits.memory * (3 if "torch" in exercise.preload else 1),
            "file_size": limits.file_size,
            "preload": list(exercise.preload),
            "file": submission.name,
            "source": submission.source,
            "cells": submission.cells,
            "parts": [_order(part, calls) for part, calls in asked],
        }
        program = str(PACKAGE / "grading" / "student.py")
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-B", program],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env=environment(folder),
                pass_fds=(write_end, reply_end),
                start_new_session=True,
            )
        finally:
            os.close(write_end)
            os.close(reply_end)

    def __enter__(self) -> Process:
        assert self.process.stdin is not None
        self.begin()
        try:
            self.process.stdin.write(json.dumps(self.order).encode())
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        os.close(self.answers)
        os.close(self.replies)

    def begin(self) -> None:
        """Start the clock of a check."""
        self.start, self.waited, self.answering = time.monotonic(), self._all_waited(), 0.0

    def _all_waited(self) -> float:
        """Seconds in which it, or the grader that it may be waiting for, had to wait for a processor."""
        return _waited(self.process.pid) + _waited("thread-self")

    def answer(self, call: tuple, seconds: float) -> Outcome:
        """Return what comes of one call; what it asks of the grader on the way is answered and kept."""
        asked: list[tuple[tuple, Any]] = []
        size = 0
        while True:
            outcome = self.next(seconds)
            if outcome.kind != "ask":
                outcome.asked = asked
                return outcome
            size += self.length
            place, question = outcome.facts.get("place"), outcome.value
            if (
                not isinstance(place, int)
                or not 0 <= place < len(call)
                or not isinstance(question, tuple)
                or len(asked) >= MOST_QUESTIONS
                or size > MOST_ASKED
            ):
                words = f"it asked more than {MOST_QUESTIONS:,} questions, too long ones, or some that nobody can read"
                return Outcome("forged", facts={"words": words})
            began = time.monotonic()
            said = reply(call[place], question)
            self.answering += time.monotonic() - began  # our time, not the learner's
            asked.append((question, wire.decode(said.get("value"))))
            try:
                os.write(self.replies, json.dumps(said).encode() + b"\n")
            except OSError:  # it does not listen: it ended, or asks without waiting for answers
                return Outcome("forged", facts={"words": "it asked and did not wait for the answer"})

    def next(self, seconds: float) -> Outcome:
        """Return the next answer, or why there is none within so many seconds since the clock was started."""
        while b"\n" not in self.buffer:
            ready, _, _ = select.select([self.answers], [], [], 0.1)
            spent = time.monotonic() - self.start
            if self.limits.stop is not None and self.limits.stop.is_set():
                raise StoppedError
            if ready:
                content = os.read(self.answers, 1 << 20)
                if not content:
                    return self._ended()
                self.buffer += content
                if len(self.buffer) > LONGEST_ANSWER:
                    return Outcome("forged", facts={"words": f"it returned more than {LONGEST_ANSWER >> 20} MiB"})
            own = spent - (self._all_waited() - self.waited) - self.answering
            if own > seconds or spent > PATIENCE * seconds:
                return Outcome("timeout", facts={"seconds": seconds})
        line, _, self.buffer = self.buffer.partition(b"\n")
        self.length = len(line)
        try:
            answer = json.loads(line)
            if answer.pop("tag") != self.tag:
                raise ValueError
            kind = str(answer.pop("outcome"))
            if kind not in KINDS:
                raise ValueError
            return Outcome(kind, wire.decode(answer.pop("value", None)), wire.facts(answer))
        except Exception:  # whatever a submission managed to write there: it is no answer
            return Outcome("forged", facts={"words": "something other than an answer came back"})

    def _ended(self) -> Outcome:
        try:
            code = self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            return Outcome("ended", facts={"words": "it closed its way of answering"})
        words = f"the process ended with status {code}"
        if code < 0:
            words = f"the process was ended by {_signal_name(-code)}"
        return Outcome("ended", facts={"words": words, "code": code})


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal has no name
        return f"signal {number}"


def _waited(pid: int | str) -> float:
    """Seconds in which a process could have run but had to wait for a processor; 0 where nobody counts them."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0
