"""Several networks at once on one device: worker processes, also under NVIDIA's MPS, or threads with a stream each."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import torch

import regnet_edu as rn
from regnet_edu.sweeps.engines.engine import Job
from regnet_edu.sweeps.engines.pool import Worker, surroundings_of
from regnet_edu.sweeps.engines.worker import save_data

Task = dict[str, Any]
Outcome = dict[str, Any]
MPS = "nvidia-cuda-mps-control"
PATIENCE_UNDER_MPS = 40.0  # seconds: where it starts but does not work, its clients may hang


class CrewError(RuntimeError):
    """Workers could not be had, or a network could not be trained; the message says why."""


class Processes:
    """Worker processes as `rn.sweep` starts them, which stay until `close`.

    Args:
        workers: how many.
        device: "cpu" or "cuda".
        environment: variables for these processes alone, such as those of `mps`.
        patience: seconds after which workers that do not answer are ended.

    Attributes:
        startup: seconds until all had said that they are ready for the first job.
    """

    def __init__(
        self, workers: int, device: str, environment: dict[str, str] | None = None, patience: float = 120
    ) -> None:
        self.device, self.patience, self.startup = device, patience, 0.0
        self.folder = tempfile.TemporaryDirectory()
        surroundings = surroundings_of(1)
        surroundings["environment"] |= environment or {}
        self.pool = [Worker(surroundings) for _ in range(workers)]

    def take(self, regime: rn.Regime, images: rn.ImageData) -> None:
        """Give all workers a job.

        Raises:
            CrewError: one refuses it, or died.
        """
        begin = time.perf_counter()
        data = save_data(images, Path(tempfile.mkdtemp(dir=self.folder.name)))
        job = {"regime": regime.to_dict(), "data": data, "device": self.device, "threads": 1}
        with self._watched(), ThreadPoolExecutor(len(self.pool)) as threads:
            answers = list(threads.map(lambda worker: worker.ask({"job": job}) or {}, self.pool))
        for answer in answers:
            if not answer.get("ready"):
                reason = answer.get("refused", "one died or did not answer")
                raise CrewError(f"{len(self.pool)} workers cannot be had: {reason}")
        self.startup = self.startup or time.perf_counter() - begin

    def train(self, tasks: Sequence[Task], at_once: int) -> list[Outcome]:
        """Train networks, so many at once, each worker one after the other; return their outcomes.

        Raises:
            CrewError: a worker died, or a network failed.
        """
        lines = [tasks[k::at_once] for k in range(at_once)]

        def one(worker: Worker, line: Sequence[Task]) -> list[Outcome]:
            return [checked(worker.ask(task)) for task in line]

        with self._watched(), ThreadPoolExecutor(at_once) as threads:
            return [outcome for found in threads.map(one, self.pool, lines) for outcome in found]

    @contextlib.contextmanager
    def _watched(self) -> Iterator[None]:
        """End the workers when patience does, so that whoever waits for them goes on."""
        timer = threading.Timer(self.patience, lambda: [worker.process.kill() for worker in self.pool])
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def close(self) -> None:
        for worker in self.pool:
            worker.stop()
        self.folder.cleanup()


class Threads:
    """Threads of this process, each with a CUDA stream of its own: one context, and the images on the GPU once.

    Args:
        device: "cpu" or "cuda".
    """

    startup = 0.0

    def __init__(self, device: str) -> None:
        self.device = device

    def take(self, regime: rn.Regime, images: rn.ImageData) -> None:
        """Put the images on the device."""
        config = rn.AnyNetConfig((1,), (8,), 1, 8)  # which only an engine that looks for a number of workers uses
        self.trainer = Job(regime, images, config).trainer(self.device)

    def stream(self, tasks: Sequence[Task], at_once: int) -> Iterator[Outcome]:
        """Train networks, so many at once, and yield each outcome as it comes."""

        def one(task: Task) -> Outcome:
            if self.device == "cpu":
                return self.trainer(task)
            with torch.cuda.stream(torch.cuda.Stream(self.device)):
                return self.trainer(task)

        with ThreadPoolExecutor(at_once) as threads:
            waiting = [threads.submit(one, task) for task in tasks]
            try:
                yield from (done.result() for done in as_completed(waiting))
            finally:
                threads.shutdown(wait=False, cancel_futures=True)

    def train(self, tasks: Sequence[Task], at_once: int) -> list[Outcome]:
        """Train networks, so many at once; return their outcomes.

        Raises:
            CrewError: a network failed.
        """
        return [checked(outcome) for outcome in self.stream(tasks, at_once)]

    def close(self) -> None:
        pass


def checked(outcome: Outcome | None) -> Outcome:
    """Return what came of a network that was trained; raise `CrewError` if it was not."""
    if outcome is None or outcome.get("status") not in ("ok", "diverged"):
        raise CrewError(f"a network could not be trained: {(outcome or {}).get('reason', 'its worker died')}")
    if outcome.get("note"):
        print(f"  note: {outcome['note']}", flush=True)
    return outcome


@contextlib.contextmanager
def mps(device: str) -> Iterator[dict[str, str] | None]:
    """Run NVIDIA's MPS until the block ends; yield what its clients need in their environment, None where it is not.

    Under MPS the kernels of several processes run side by side; without, processes share a GPU by turns.
    """
    if device == "cpu" or not shutil.which(MPS):
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        where = {"CUDA_MPS_PIPE_DIRECTORY": f"{folder}/pipe", "CUDA_MPS_LOG_DIRECTORY": f"{folder}/log"}
        for path in where.values():
            Path(path).mkdir()
        options: dict[str, Any] = {"env": {**os.environ, **where}, "timeout": 20}
        options |= dict.fromkeys(("stdout", "stderr"), subprocess.DEVNULL)  # a daemon would hold pipes open
        started = False
        with contextlib.suppress(subprocess.TimeoutExpired):
            started = subprocess.run([MPS, "-d"], check=False, **options).returncode == 0
        try:
            yield where if started else None
        finally:
            with contextlib.suppress(subprocess.SubprocessError, OSError):
                subprocess.run([MPS], input=b"quit\n", check=False, **options)


def tasks_of(configs: Sequence[rn.AnyNetConfig], seed: int = 0) -> list[Task]:
    """What a crew is asked to train."""
    return [{"index": k, "seed": seed + k, "config": config.to_dict()} for k, config in enumerate(configs)]
