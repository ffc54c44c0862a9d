"""The Ray engine: the same sweep on a cluster, with one actor a worker and the driver as the only writer.

The driver gives each worker one network at a time, as the local engine does, so the records are the same: bit for bit
on processors with the same vector instructions, version of torch and number of threads, whatever the engine and the
number of workers; on GPUs as far as their arithmetic repeats itself. The package travels to the nodes with the job;
torch must be on them. Images in memory travel once to each node; an image folder that is read while training must be
there on all.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import re
import socket
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ... import __version__
from ...common.environment import hardware, vectors_here
from ...common.errors import InputError, first_line
from ...common.instruction_set import FLAGS, differing, environment_of
from ...data.cache import PARTS
from ...data.dataset import DataSet
from ...data.image_data import ImageData
from .local import FALSE_STARTS
from .ray_connection import needs, ray_module
from .retries import RetryPolicy
from .worker import Trainer

PATIENCE = 30  # seconds without any worker after which the driver says what it waits for


def run(
    tasks: Iterable[Mapping[str, Any]],
    regime: Mapping[str, Any],
    data: DataSet,
    device: str,
    workers: int,
    threads: int,
    gpus: float = 0.0,
    vectors: str | None = None,
) -> Iterator[dict[str, Any]]:
    """Train every task on the cluster that this process is connected to; yield the outcomes as they come.

    At most `workers` networks are trained at once, fewer while the cluster has no room for more. A worker that is lost,
    alone or with its node, is replaced, and its network tried once more. Closing the iterator ends the workers at once;
    those of a driver that is killed are ended by Ray.

    Args:
        tasks: tables with "index", "seed" and "config".
        regime: `Regime.to_dict()`.
        data: the images.
        device: "cpu" or "cuda".
        workers: number of actors.
        threads: processors of each.
        gpus: share of a GPU of each.
        vectors: the vector instructions that all are held to; each node uses all that it has if left out.

    Raises:
        InputError: the workers refuse the job, or none can be started.
    """
    ray = ray_module()
    job = {"regime": regime, "device": device, "threads": threads, "vectors": vectors, "versions": _versions()}
    env_vars = {**dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), str(threads)), **environment_of(vectors)}
    process = {"runtime_env": {"env_vars": env_vars}, "max_restarts": 0}
    hire = ray.remote(Worker).options(num_cpus=threads, num_gpus=gpus, **process)
    try:
        images = ray.put(_plain(data))
    except ray.exceptions.RayError as error:
        raise InputError(f"the images do not fit into Ray's object store: {first_line(error)}") from error
    pool = _Pool(ray, tasks, lambda: hire.remote(job, images), workers, needs(threads, gpus))
    try:
        yield from pool.outcomes()
    finally:
        pool.close()


class Worker:
    """One process of the cluster, which trains networks of one job, one after the other."""

    def __init__(self, job: Mapping[str, Any], data: DataSet) -> None:
        self.job, self.data = job, data

    def prepare(self) -> str:
        """Get ready to train; return the processors that its results depend on, "" on a GPU.

        Raises:
            InputError: the node has other software, or lacks the images, the GPU or the vector instructions.
        """
        here = socket.gethostname()
        for package, wanted in self.job["versions"].items():
            found = _versions().get(package)
            if found != wanted:
                raise InputError(f"node {here} has {package} {found}, the driver {wanted}; install the same on all")
        root = getattr(self.data, "root", None)
        if root is not None and not root.is_dir():
            raise InputError(f"node {here} has no image folder {root}; it must be there on every node")
        wanted, has = self.job["vectors"], vectors_here()
        if wanted and has != wanted:
            raise InputError(
                f"node {here} has {has or 'other'} vector instructions, not {wanted}; name those that all have"
            )
        self.trainer = Trainer({**self.job, "data": self.data})
        return hardware() if self.job["device"] == "cpu" else ""

    def train(self, task: Mapping[str, Any]) -> dict[str, Any]:
        """Train one network; return its outcome."""
        return {"index": task["index"], **self.trainer(task)}


@dataclass(eq=False)
class _Hired:
    """An actor, and the task that it is at; none before it is ready."""

    actor: Any
    task: Mapping[str, Any] | None = None


class _Pool:
    """Actors, the tasks that wait for them, and how often each was tried."""

    def __init__(self, ray: Any, tasks: Iterable[Mapping[str, Any]], hire: Any, workers: int, share: str) -> None:
        self.ray, self.hire, self.workers, self.share = ray, hire, workers, share
        self.waiting = deque(tasks)
        self.tries = RetryPolicy()
        self.busy: dict[Any, _Hired] = {}  # by the promise of what each is to answer next
        self.false_starts = 0
        self.warned = False
        self.first = ""  # processors of the first worker
        self.differ = False  # whether another one's rounds otherwise

    def outcomes(self) -> Iterator[dict[str, Any]]:
        while self.waiting or any(w.task for w in self.busy.values()):
            starting = sum(w.task is None for w in self.busy.values())
            for _ in range(min(len(self.waiting) - starting, self.workers - len(self.busy))):
                actor = self.hire()
                self.busy[actor.prepare.remote()] = _Hired(actor)
            answered, _ = self.ray.wait(list(self.busy), timeout=PATIENCE)
            for promise in answered:
                yield from self.heard(promise, self.busy.pop(promise))
            if not answered:
                self.explain()

    def heard(self, promise: Any, worker: _Hired) -> Iterator[dict[str, Any]]:
        """Deal with the answer of a worker: it is ready for a task, has an outcome, refuses the job, or is lost."""
        try:
            outcome = self.ray.get(promise)
        except self.ray.exceptions.RayError as error:
            cause = getattr(error, "cause", None)
            if isinstance(cause, InputError):
                raise InputError(str(cause)) from None
            yield from self.lost(worker, _reason(error))
            return
        self.false_starts = 0
        final: list[dict[str, Any]] = []
        if worker.task:
            final = self.judged(worker.task, outcome)
        else:
            self.compare(outcome)
        if self.waiting:  # the worker goes on while the driver writes
            worker.task = self.waiting.popleft()
            self.busy[worker.actor.train.remote(worker.task)] = worker
        else:
            self.ray.kill(worker.actor)  # the cluster may have other use for the room
        yield from final

    def lost(self, worker: _Hired, reason: str) -> Iterator[dict[str, Any]]:
        """Deal with the loss of a worker; the next turn hires another."""
        self.ray.kill(worker.actor)  # one that cannot be reached may live on
        if worker.task:
            yield from self.judged(worker.task, {"index": worker.task["index"], "status": "failed", "reason": reason})
            return
        self.false_starts += 1
        if self.false_starts >= max(FALSE_STARTS, self.workers):  # all that a lost node had may be among them
            raise InputError(f"no worker could be started: {reason}")

    def judged(self, task: Mapping[str, Any], outcome: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the outcome, or none if the network failed and gets another attempt."""
        if self.tries.settled(task, outcome):
            return [outcome]
        self.waiting.append(task)
        return []

    def explain(self) -> None:
        """Say once what the sweep waits for, if no network is being trained."""
        if self.warned or any(w.task for w in self.busy.values()):
            return
        self.warned = True
        free = self.ray.available_resources()
        left = needs(free.get("CPU", 0), free.get("GPU", 0))
        print(
            f"note: no worker has started yet; each takes {self.share}, and the cluster has {left} free. "
            "The sweep waits; Ctrl-C stops it",
            file=sys.stderr,
        )

    def compare(self, processors: str) -> None:
        """Say that nodes round otherwise than others, when the first worker is ready that does."""
        self.first = self.first or processors
        differs = differing([self.first], processors)
        if differs and not self.differ:
            self.differ = True
            hint = "; --vectors AVX2 lets it have the same" if set(differs) <= set(FLAGS) else ""
            print(
                f"note: some nodes have {differs[0]}, others {differs[1]}: these round sums otherwise, and the same "
                f"network has another error on the one than on the other{hint}",
                file=sys.stderr,
            )

    def close(self) -> None:
        for worker in self.busy.values():
            with contextlib.suppress(Exception):  # Ray itself may be gone
                self.ray.kill(worker.actor)


def _versions() -> dict[str, str]:
    """What must be the same on all nodes for the same results; a suffix such as +cu128 may differ."""
    return {"regnet_edu": __version__, "torch": importlib.metadata.version("torch").partition("+")[0]}


def _plain(data: DataSet) -> DataSet:
    """Return data whose arrays Ray keeps once a node, shared by its workers: those of a mapped file would be copied."""
    if not isinstance(data, ImageData):
        return data
    arrays: dict[str, Any] = {part: np.asarray(getattr(data, part)) for part in PARTS}
    return replace(data, **arrays)


def _reason(error: Exception) -> str:
    """Say in one line how a worker was lost."""
    cause = getattr(error, "cause", None)
    if cause is not None:
        return f"its worker failed ({type(cause).__name__}: {first_line(cause)})"
    why = re.search(r"The actor is dead because (.*?)(\. |\.?$)", str(error), re.M)
    kind = re.search(r"Worker exit type: (\w+)", str(error))
    return f"its worker was lost ({why[1] if why else first_line(error)}{f', {kind[1]}' if kind else ''})"
