"""The local engine: worker processes on this machine, each with one network at a time."""

from __future__ import annotations

import json
import os
import selectors
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ...common.errors import InputError
from ...data.dataset import DataSet
from .process import Worker, rest, start
from .retries import RetryPolicy
from .worker import OUT_OF_MEMORY, save_data

FALSE_STARTS = 3  # so many workers in a row that die before they are ready, and there is no use in starting more


def run(
    tasks: Iterable[Mapping[str, Any]],
    regime: Mapping[str, Any],
    data: DataSet,
    device: str,
    workers: int,
    threads: int,
    vectors: str | None = None,
) -> Iterator[dict[str, Any]]:
    """Train every task in one of `workers` processes; yield the outcomes as they come.

    Closing the iterator stops the workers at once; when it ends by itself, those on CPUs rest (`process`).

    Args:
        tasks: tables with "index", "seed" and "config".
        regime: `Regime.to_dict()`.
        data: the images.
        device: "cpu" or "cuda".
        workers: number of processes.
        threads: threads of each process.
        vectors: the vector instructions that the processes are held to; all that there are if left out.

    Raises:
        InputError: the workers refuse the job, or none can be started.
    """
    with tempfile.TemporaryDirectory(prefix="regnet-edu-") as folder:
        facts = {"device": device, "threads": threads, "vectors": vectors}
        job = {"regime": regime, "data": save_data(data, Path(folder)), **facts}
        pool = _Pool(tasks, job)
        try:
            yield from pool.outcomes(workers)
            pool.rest()
        finally:
            pool.close()


class _Pool:
    """Worker processes, the tasks that wait for them, and how often each was tried."""

    def __init__(self, tasks: Iterable[Mapping[str, Any]], job: Mapping[str, Any]) -> None:
        self.job = job
        self.waiting = deque(tasks)
        self.alone: deque[Mapping[str, Any]] = deque()  # ran out of memory: tried again when all others are done
        self.tries = RetryPolicy()
        self.alive: set[Worker] = set()
        self.false_starts = 0
        self.selector = selectors.DefaultSelector()

    def outcomes(self, workers: int) -> Iterator[dict[str, Any]]:
        for _ in range(min(workers, len(self.waiting))):
            self.start()
        while self.waiting or self.alone or any(worker.task for worker in self.alive):
            for key, _ in self.selector.select():
                worker: Worker = key.data
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
        worker = start(self.job)
        self.alive.add(worker)
        self.selector.register(worker.process.stdout, selectors.EVENT_READ, worker)  # type: ignore[arg-type]

    def heard(self, worker: Worker, answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Deal with one line of a worker: it refuses the job, is ready for a task, or has an outcome."""
        if "refused" in answer:
            raise InputError(answer["refused"])
        self.false_starts = 0
        worker.ready = True
        if worker.task:
            yield from self.judged(worker.task, answer)
        worker.task = None
        self.give_next(worker)

    def give_next(self, worker: Worker) -> None:
        """Give a worker what is next; a network that ran out of memory only when nobody else is at work."""
        if self.waiting:
            worker.give(self.waiting.popleft())
        elif self.alone and not any(other.task for other in self.alive):
            for idle in self.alive - {worker}:
                self.dismiss(idle)  # nothing waits any more, and its memory is wanted
            worker.give(self.alone.popleft())

    def dismiss(self, worker: Worker) -> None:
        self.selector.unregister(worker.process.stdout)  # type: ignore[arg-type]
        self.alive.discard(worker)
        worker.stop()

    def lost(self, worker: Worker) -> Iterator[dict[str, Any]]:
        """Deal with the end of a worker that nobody asked to end: put another in its place."""
        self.selector.unregister(worker.process.stdout)  # type: ignore[arg-type]
        self.alive.discard(worker)
        words = worker.last_words()
        worker.stop()
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

    def rest(self) -> None:
        """Keep the workers for the next sweep; not those that hold a GPU's memory."""
        for worker in [w for w in self.alive if w.ready and self.job["device"] == "cpu"]:
            self.alive.discard(worker)
            rest(worker)

    def close(self) -> None:
        for worker in self.alive:
            worker.stop()
        self.selector.close()
