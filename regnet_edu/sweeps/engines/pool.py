"""Worker processes of this machine: started, given one network at a time, watched, and kept for the next sweep.

Why this is no library's pool (tried on 2026-11-28: loky 3.7.0, pebble 5.2.3; `tests/sweeps/test_pool.py` holds it):

- loky ends all its workers when one is killed: every network in training is lost, not one.
- pebble replaces a killed worker, but starts it by multiprocessing's "spawn", which runs the user's script once more:
  one without `if __name__ == "__main__":`, as learners write them, ends in "Unexpected error within the Pool".
- pebble with loky's processes runs such a script, but these cannot wait for their parent: 10 s after the driver got
  SIGKILL they still trained. And Ctrl-C prints two to three tracebacks of workers.

A worker is a plain subprocess that reads lines of JSON, served by one thread; it ends when its standard input does.
Only what every system has is used.

A worker spends seconds on importing torch before its first network. In a notebook, where one short sweep follows
another, that is as much as training; so workers rest when a sweep is over, without their data, and the next one begins
at once. They end with the program, or when nothing came for `worker.PATIENCE` seconds.
"""

from __future__ import annotations

import atexit
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import suppress
from operator import length_hint
from pathlib import Path
from typing import Any

from ...common.errors import InputError
from .engine import TIMED_OUT, Outcome, Task, say

# glibc gives large blocks back to the system when they are freed, so a step of training pays again and again for pages
# filled with zeros: measured, up to 1.3 million page faults and 2.4 of 24 CPU seconds for a network of regime "cpu",
# against 600 and none when blocks are kept. The highest memory is the same.
KEEP_MEMORY = "glibc.malloc.mmap_threshold=4294967296:glibc.malloc.trim_threshold=8589934592"

FALSE_STARTS = 3  # so many workers in a row that die before they are ready, and there is no use in starting more
MOST_AT_REST = 8  # each holds about 0.3 GB
SILENT = 60.0  # seconds without a sign of life (`worker.BEAT`) after which a worker is named
clock = time.monotonic


class Worker:
    """One process, spoken to in lines of JSON."""

    def __init__(self, surroundings: Mapping[str, Any]) -> None:
        self.surroundings = surroundings  # a worker is of use again only where nothing of that has changed
        self.task: Task | None = None  # the network that it trains
        self.since = self.heard = clock()  # when it began with that, and when it was last heard of
        self.named = False  # whether it was said that it is silent
        self.reading = False  # whether a thread waits for its answer, and closes the pipe in the end
        self.ended = ""  # why we ended it, if we did
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the worker
        self.process = subprocess.Popen(
            [surroundings["python"], "-m", "regnet_edu.sweeps.engines"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=surroundings["environment"],
            # Ctrl-C reaches the driver only, which then stops its workers. Each system heeds one of these.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )

    def tell(self, message: Mapping[str, Any]) -> None:
        with suppress(OSError):  # it is dead already; the end of its output will say so
            self.process.stdin.write(json.dumps(message).encode() + b"\n")  # type: ignore[union-attr]
            self.process.stdin.flush()  # type: ignore[union-attr]

    def ask(self, message: Mapping[str, Any]) -> dict[str, Any] | None:
        """Send a message and wait for the answer; None says that the process ended."""
        self.since = self.heard = clock()
        self.named, self.reading, self.ended = False, True, ""
        self.tell(message)
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.heard = clock()
            if line.endswith(b"\n") and (answer := json.loads(line)):  # nothing in it: a sign of life
                self.reading = False
                return answer
        self.process.stdout.close()
        return None

    def last_words(self) -> str:
        """Say how the process ended, with the last line that it wrote to its standard error."""
        code = self.process.wait()
        how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
        self._errors.seek(0)
        lines = self._errors.read()[-2000:].decode(errors="replace").strip().splitlines()
        return self.ended or f"its worker died ({how}{': ' + lines[-1][:200] if lines else ''})"

    def rest(self) -> None:
        """Let go of the data and wait for another job."""
        self.tell({"rest": True})
        self._errors.seek(0)
        self._errors.truncate()  # its last words, should it have any, will be about another sweep

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self._errors, None if self.reading else self.process.stdout):
            with suppress(OSError):  # a broken pipe of a process that is gone
                if stream:
                    stream.close()


_resting: list[Worker] = []
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_resting.clear)  # they are its parent's


@atexit.register
def dismiss_all() -> None:
    """Stop the workers that rest."""
    while _resting:
        with suppress(IndexError):  # a sweep in another thread was faster
            _resting.pop().stop()


class Pool:
    """Up to so many workers for one job, from the call to `close`.

    Args:
        job: what every worker is told first, as `worker.Trainer` takes it.
        workers: how many.
        network_timeout: seconds after which the training of a network is ended; None for no limit.
    """

    def __init__(self, job: Mapping[str, Any], workers: int, network_timeout: float | None = None) -> None:
        self.job, self.workers, self.network_timeout = job, workers, network_timeout
        self._surroundings = surroundings_of(job["threads"])
        self._lock = threading.Lock()
        self._closed = False
        self._alive: set[Worker] = set()
        self._idle: list[Worker] = []

    def train(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """Yield the outcome of every task as it comes; a single one has the machine to itself.

        Raises:
            InputError: the workers refuse the job, or none can be started.
        """
        todo, done = (task for task in tasks), queue.SimpleQueue[Outcome | BaseException | None]()
        count = min(self.workers, length_hint(tasks, self.workers))
        while count == 1 and len(self._idle) > 1:
            self._stop(self._idle.pop())
        for _ in range(count):
            threading.Thread(target=self._serve, args=(todo, done), daemon=True).start()
        try:
            while count:
                with suppress(queue.Empty):
                    outcome = done.get(timeout=1)  # no longer: on Windows Ctrl-C is noticed only in between
                    if isinstance(outcome, BaseException):
                        raise outcome
                    if outcome is None:
                        count -= 1
                    else:
                        yield outcome
                self._watch()
        finally:
            with self._lock:
                todo.close()
            for worker in list(self._alive):
                if worker.task:  # none has, unless this ends before its time
                    self._stop(worker)

    def close(self, rest: bool = False) -> None:
        """Stop the workers, or keep them for the next sweep."""
        with self._lock:
            self._closed = True
        for worker in list(self._alive):
            if rest and worker in self._idle and len(_resting) < MOST_AT_REST:
                worker.rest()
                _resting.append(worker)
            else:
                worker.stop()
        self._alive.clear()

    def _serve(
        self, todo: Generator[Task, None, None], done: queue.SimpleQueue[Outcome | BaseException | None]
    ) -> None:
        """Give one worker a task after the other, and put another in its place if it dies. Runs in its own thread."""
        worker = None
        try:
            task = self._next(todo, None)
            while task:
                worker = worker or self._ready_worker()
                worker.task = task
                outcome = worker.ask(task)
                worker.task = None
                if outcome is None:
                    outcome = {"index": task["index"], "status": "failed", "reason": worker.last_words()}
                    self._stop(worker)
                    worker = None
                if "refused" in outcome:
                    raise InputError(outcome["refused"])
                task = self._next(todo, worker)
                done.put(outcome)
            done.put(None)
        except BaseException as error:
            done.put(error)

    def _next(self, todo: Generator[Task, None, None], worker: Worker | None) -> Task | None:
        """Return the next task; without one the worker is idle, before its last outcome is told."""
        with self._lock:
            task = next(todo, None)
        if worker and not task:
            self._idle.append(worker)
        return task

    def _ready_worker(self) -> Worker:
        """Return a worker that took the job: one of this pool, one that rests, or a new one."""
        words = ""
        for _ in range(FALSE_STARTS):
            with self._lock:
                if self._closed:
                    raise InputError("the sweep is over")  # heard by nobody
                if self._idle:
                    return self._idle.pop()
                worker = self._resting() or Worker(self._surroundings)
                self._alive.add(worker)
            answer = worker.ask({"job": self.job})
            if answer is not None:
                if "refused" in answer:
                    raise InputError(answer["refused"])
                return worker
            words = worker.last_words()
            self._stop(worker)
        raise InputError(f"no worker could be started: {words}")

    def _resting(self) -> Worker | None:
        """Return a worker that rests and was started as this pool's are; stop those that were not."""
        while _resting:
            with suppress(IndexError):
                worker = _resting.pop()
                if worker.process.poll() is None and worker.surroundings == self._surroundings:
                    return worker
                worker.stop()
        return None

    def _stop(self, worker: Worker) -> None:
        self._alive.discard(worker)
        worker.stop()

    def _watch(self) -> None:
        """End the networks that take too long, and name the workers of which nothing is heard."""
        now = clock()
        for worker in list(self._alive):
            if not (task := worker.task):
                continue
            if self.network_timeout and now - worker.since > self.network_timeout:
                worker.ended = TIMED_OUT.format(self.network_timeout)
                worker.process.kill()  # its thread reads the end of its output
            elif now - worker.heard > SILENT and not worker.named:
                worker.named = True
                say(
                    f"network {task['index']}: its worker, process {worker.process.pid}, has given no sign of life "
                    f"for {SILENT:g} s; --network-timeout SECONDS ends and retries a network that takes longer"
                )


def surroundings_of(threads: int) -> dict[str, Any]:
    """Return what a worker is started in."""
    paths = [str(Path(__file__).parents[3]), *filter(None, sys.path)]
    environment = {
        "GLIBC_TUNABLES": KEEP_MEMORY,  # unless whoever runs this has set it
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "OMP_NUM_THREADS": str(threads),
        "MKL_NUM_THREADS": str(threads),
    }
    return {"python": sys.executable, "folder": os.getcwd(), "environment": environment}
