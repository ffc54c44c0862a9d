"""The local engine: worker processes on this machine, each with one network at a time."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from .dataset import DataSet
from .errors import InputError
from .tries import Tries
from .worker import OUT_OF_MEMORY, save_data

# glibc gives large blocks back to the system when they are freed, so a step of training pays again and again for pages
# filled with zeros: measured, up to 1.3 million page faults and 2.4 of 24 CPU seconds for a network of regime "cpu",
# against 600 and none when blocks are kept. The highest memory is the same.
KEEP_MEMORY = "glibc.malloc.mmap_threshold=4294967296:glibc.malloc.trim_threshold=8589934592"
FALSE_STARTS = 3  # so many workers in a row that die before they are ready, and there is no use in starting more


@dataclass(eq=False)
class _Worker:
    process: subprocess.Popen[bytes]
    errors: IO[bytes]
    task: Mapping[str, Any] | None = None
    ready: bool = False
    unread: bytes = b""

    def give(self, task: Mapping[str, Any]) -> None:
        self.task = task
        self.tell(task)

    def tell(self, what: Mapping[str, Any]) -> None:
        try:
            assert self.process.stdin is not None
            self.process.stdin.write(json.dumps(what).encode() + b"\n")
            self.process.stdin.flush()
        except OSError:
            pass  # it is dead already; the end of its output will say so

    def last_words(self) -> str:
        """Say how the process ended, with the last line that it wrote to its standard error."""
        code = self.process.wait()
        how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
        self.errors.seek(0)
        lines = self.errors.read()[-2000:].decode(errors="replace").strip().splitlines()
        return f"its worker died ({how}{': ' + lines[-1][:200] if lines else ''})"


def run(
    tasks: Iterable[Mapping[str, Any]],
    regime: Mapping[str, Any],
    data: DataSet,
    device: str,
    workers: int,
    threads: int,
) -> Iterator[dict[str, Any]]:
    """Train every task in one of `workers` processes; yield the outcomes as they come.

    Closing the iterator stops the workers at once.

    Args:
        tasks: tables with "index", "seed" and "config".
        regime: `Regime.to_dict()`.
        data: the images.
        device: "cpu" or "cuda".
        workers: number of processes.
        threads: threads of each process.

    Raises:
        InputError: the workers refuse the job, or none can be started.
    """
    with tempfile.TemporaryDirectory(prefix="regnet-edu-") as folder:
        job = {"regime": regime, "data": save_data(data, Path(folder)), "device": device, "threads": threads}
        pool = _Pool(tasks, job)
        try:
            yield from pool.outcomes(workers)
        finally:
            pool.close()


class _Pool:
    """Worker processes, the tasks that wait for them, and how often each was tried."""

    def __init__(self, tasks: Iterable[Mapping[str, Any]], job: Mapping[str, Any]) -> None:
        self.job = job
        self.waiting = deque(tasks)
        self.alone: deque[Mapping[str, Any]] = deque()  # ran out of memory: tried again when all others are done
        self.tries = Tries()
        self.alive: set[_Worker] = set()
        self.false_starts = 0
        self.selector = selectors.DefaultSelector()

    def outcomes(self, workers: int) -> Iterator[dict[str, Any]]:
        for _ in range(min(workers, len(self.waiting))):
            self.start()
        while self.waiting or self.alone or any(worker.task for worker in self.alive):
            for key, _ in self.selector.select():
                worker: _Worker = key.data
                if worker not in self.alive:
                    continue  # dismissed a moment ago
                chunk = os.read(key.fd, 1 << 16)
                *lines, rest = (worker.unread + chunk).split(b"\n")
                worker.unread = rest
                for line in lines:
                    yield from self.heard(worker, json.loads(line))
                if not chunk:
                    yield from self.lost(worker)

    def start(self) -> None:
        worker = _start(self.job)
        self.alive.add(worker)
        self.selector.register(worker.process.stdout, selectors.EVENT_READ, worker)  # type: ignore[arg-type]

    def heard(self, worker: _Worker, answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Deal with one line of a worker: it refuses the job, is ready for a task, or has an outcome."""
        if "refused" in answer:
            raise InputError(answer["refused"])
        self.false_starts = 0
        worker.ready = True
        if worker.task:
            yield from self.judged(worker.task, answer)
        worker.task = None
        self.give_next(worker)

    def give_next(self, worker: _Worker) -> None:
        """Give a worker what is next; a network that ran out of memory only when nobody else is at work."""
        if self.waiting:
            worker.give(self.waiting.popleft())
        elif self.alone and not any(other.task for other in self.alive):
            for idle in self.alive - {worker}:
                self.dismiss(idle)  # nothing waits any more, and its memory is wanted
            worker.give(self.alone.popleft())

    def dismiss(self, worker: _Worker) -> None:
        self.selector.unregister(worker.process.stdout)  # type: ignore[arg-type]
        self.alive.discard(worker)
        _stop(worker)

    def lost(self, worker: _Worker) -> Iterator[dict[str, Any]]:
        """Deal with the end of a worker that nobody asked to end: put another in its place."""
        self.selector.unregister(worker.process.stdout)  # type: ignore[arg-type]
        self.alive.discard(worker)
        words = worker.last_words()
        _stop(worker)
        self.false_starts += not worker.ready
        if self.false_starts >= FALSE_STARTS:
            raise InputError(f"no worker could be started: {words}")
        if worker.task:
            yield from self.judged(worker.task, {"index": worker.task["index"], "status": "failed", "reason": words})
        if self.waiting or (self.alone and not self.alive):
            self.start()
        elif ready := [other for other in self.alive if other.ready and not other.task]:
            self.give_next(ready[0])

    def judged(self, task: Mapping[str, Any], outcome: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the outcome, unless the network failed and gets another attempt."""
        if self.tries.settled(task, outcome):
            yield outcome
        else:
            short = outcome["reason"].startswith(OUT_OF_MEMORY)
            (self.alone if short else self.waiting).append(task)

    def close(self) -> None:
        for worker in self.alive:
            _stop(worker)
        self.selector.close()


def _start(job: Mapping[str, Any]) -> _Worker:
    errors = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the worker
    paths = [p for p in sys.path if p]
    environment = {
        "GLIBC_TUNABLES": KEEP_MEMORY,  # unless whoever runs this has set it
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *paths]),
        "OMP_NUM_THREADS": str(job["threads"]),
        "MKL_NUM_THREADS": str(job["threads"]),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "regnet_edu.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        env=environment,
        start_new_session=True,  # Ctrl-C reaches the driver only, which then stops its workers
    )
    worker = _Worker(process, errors)
    worker.tell(job)
    return worker


def _stop(worker: _Worker) -> None:
    worker.process.kill()
    worker.process.wait()
    for stream in (worker.process.stdin, worker.process.stdout, worker.errors):
        try:
            if stream:
                stream.close()
        except OSError:
            pass  # a broken pipe of a process that is gone
