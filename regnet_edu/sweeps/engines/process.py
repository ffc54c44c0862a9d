"""Worker processes as the driver sees them: started, told, stopped, and kept for the next sweep of the same program.

A worker spends two to four processor seconds on importing torch before its first network. In a notebook, where one
short sweep follows another, that is as much as training; so workers rest when a sweep is over, and the next one begins
at once. They rest without their data, and end with the program, or when nothing came for `worker.PATIENCE` seconds.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ...common.instruction_set import environment_of

# glibc gives large blocks back to the system when they are freed, so a step of training pays again and again for pages
# filled with zeros: measured, up to 1.3 million page faults and 2.4 of 24 CPU seconds for a network of regime "cpu",
# against 600 and none when blocks are kept. The highest memory is the same.
KEEP_MEMORY = "glibc.malloc.mmap_threshold=4294967296:glibc.malloc.trim_threshold=8589934592"

MOST_AT_REST = 8  # each holds about 0.3 GB


@dataclass(eq=False)
class Worker:
    """One process, and the task that it is at.

    Args:
        process: with pipes to its standard input and from its standard output.
        errors: the file that it writes its standard error to.
        surroundings: what it was started in; a worker is of use again only where nothing of that has changed.
        task: the network that it trains.
        ready: whether it took the job.
        unread: the beginning of its next answer.
    """

    process: subprocess.Popen[bytes]
    errors: IO[bytes]
    surroundings: Mapping[str, Any]
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

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.errors):
            with suppress(OSError):  # a broken pipe of a process that is gone
                if stream:
                    stream.close()


def start(job: Mapping[str, Any]) -> Worker:
    """Return a worker that was told the job: one that rests, if it was started as this one would be, or a new one."""
    surroundings = _surroundings(job["threads"], job.get("vectors"))
    while worker := _next_resting():
        if worker.process.poll() is None and worker.surroundings == surroundings:
            break
        worker.stop()
    worker = worker or _new(surroundings)
    worker.tell({"job": job})
    return worker


def rest(worker: Worker) -> None:
    """Keep a worker that has no task for the next sweep, or stop it where enough of them rest."""
    if len(_resting) >= MOST_AT_REST:
        worker.stop()
        return
    worker.tell({"rest": True})
    worker.ready = False
    worker.errors.seek(0)
    worker.errors.truncate()  # its last words, should it have any, will be about another sweep
    _resting.append(worker)


def dismiss_all() -> None:
    """Stop the workers that rest."""
    while worker := _next_resting():
        worker.stop()


_resting: list[Worker] = []
atexit.register(dismiss_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_resting.clear)  # they are its parent's


def _next_resting() -> Worker | None:
    try:
        return _resting.pop()
    except IndexError:  # none, or a sweep in another thread was faster
        return None


def _surroundings(threads: int, vectors: str | None) -> dict[str, Any]:
    paths = [p for p in sys.path if p]
    environment = {
        "GLIBC_TUNABLES": KEEP_MEMORY,  # unless whoever runs this has set it
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *paths]),
        "OMP_NUM_THREADS": str(threads),
        "MKL_NUM_THREADS": str(threads),
        **environment_of(vectors),
    }
    return {"python": sys.executable, "folder": os.getcwd(), "environment": environment}


def _new(surroundings: Mapping[str, Any]) -> Worker:
    errors = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the worker
    process = subprocess.Popen(
        [surroundings["python"], "-m", "regnet_edu.sweeps.engines.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        env=surroundings["environment"],
        start_new_session=True,  # Ctrl-C reaches the driver only, which then stops its workers
    )
    return Worker(process, errors, surroundings)
