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
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from .data import ImageData
from .worker import save_data

ATTEMPTS = 2  # a network whose worker dies or fails is tried once more, then recorded as failed


@dataclass(eq=False)
class _Worker:
    process: subprocess.Popen[bytes]
    errors: IO[bytes]
    task: Mapping[str, Any] | None = None
    buffer: bytearray = field(default_factory=bytearray)

    def give(self, task: Mapping[str, Any]) -> None:
        self.task = task
        try:
            assert self.process.stdin is not None
            self.process.stdin.write(json.dumps(task).encode() + b"\n")
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
    data: ImageData,
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
    """
    waiting = deque((task, 1) for task in tasks)
    attempts: dict[int, int] = {}
    selector = selectors.DefaultSelector()
    alive: set[_Worker] = set()
    with tempfile.TemporaryDirectory(prefix="regnet-edu-") as folder:
        job = {"regime": regime, "data": save_data(data, Path(folder)), "device": device, "threads": threads}

        def feed(worker: _Worker) -> None:
            worker.task = None
            if waiting:
                task, attempt = waiting.popleft()
                attempts[task["index"]] = attempt
                worker.give(task)

        def start() -> None:
            worker = _start(job, threads)
            alive.add(worker)
            selector.register(worker.process.stdout, selectors.EVENT_READ, worker)  # type: ignore[arg-type]
            feed(worker)

        def outcome_of(task: Mapping[str, Any], outcome: dict[str, Any]) -> dict[str, Any] | None:
            """Return the outcome, or None where the network gets another attempt."""
            attempt = attempts[task["index"]]
            if outcome["status"] != "failed" or attempt >= ATTEMPTS:
                return outcome
            waiting.append((task, attempt + 1))
            return None

        try:
            for _ in range(min(workers, len(waiting))):
                start()
            while waiting or any(worker.task for worker in alive):
                for key, _ in selector.select():
                    worker: _Worker = key.data
                    chunk = os.read(key.fd, 1 << 16)
                    worker.buffer += chunk
                    while b"\n" in worker.buffer:
                        line, _, rest = worker.buffer.partition(b"\n")
                        worker.buffer = bytearray(rest)
                        task = worker.task
                        outcome = outcome_of(task, json.loads(line)) if task else None
                        feed(worker)
                        if outcome:
                            yield outcome
                    if not chunk:  # the process is gone
                        selector.unregister(key.fileobj)
                        alive.discard(worker)
                        task, words = worker.task, worker.last_words()
                        outcome = None
                        if task:
                            outcome = outcome_of(task, {"index": task["index"], "status": "failed", "reason": words})
                        _stop(worker)
                        if waiting:
                            start()
                        if outcome:
                            yield outcome
        finally:
            for worker in alive:
                _stop(worker)
            selector.close()


def _start(job: Mapping[str, Any], threads: int) -> _Worker:
    errors = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the worker
    paths = [p for p in sys.path if p]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *paths]),
        "OMP_NUM_THREADS": str(threads),
        "MKL_NUM_THREADS": str(threads),
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
    worker.give(job)
    worker.task = None
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
