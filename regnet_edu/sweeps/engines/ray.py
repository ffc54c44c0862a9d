"""The Ray engine: the same sweep on a cluster, with one Ray task a network and the driver as the only writer.

Ray finds the room, gives every node the package and one copy of the images, and tries a task again whose worker or node
was lost; torch must be on the nodes. An image folder that is read while training must be there on all. The records are
those of the local engine.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import math
import os
import socket
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

import numpy as np

from ... import __version__
from ...common.environment import describe_hardware, hardware, same_hardware
from ...common.errors import InputError, first_line
from ...common.import_path import folders, pack
from ...common.validation import whole
from ...data.cache import PARTS
from ...data.dataset import DataSet
from ...data.image_data import ImageData
from ...training.regime import Regime
from .engine import TIMED_OUT, Crew, Job, Outcome, Task, check_timeout, say
from .ray_cluster import capacity, connected, describe, find, needs, ray_module
from .worker import OUT_OF_MEMORY, BrokenGPUError, Trainer

PATIENCE = 30.0  # seconds without any worker after which the driver says so
LOST = 1  # so often Ray itself tries a network again whose worker or node was lost


@dataclass(frozen=True)
class RayEngine:
    """Workers on a Ray cluster.

    Args:
        address: HOST:PORT of the cluster's head, "auto" for the one that runs on this machine, or "local" for a new one
            on it. If left out, `RAY_ADDRESS`; without that, one that runs here, or else a new one.
        gpus: with device "cuda", the share of a GPU for each worker: 0.25 trains four networks at once on each; 1 if
            left out.
        workers: how many networks are trained at once; if left out, as many as fit on the cluster. More than fit wait
            for nodes to join.
        threads: processors of each worker.
        device: "cpu" or "cuda".
        network_timeout: seconds after which a network is ended, to be tried once more; they count from the moment at
            which it is handed to Ray.

    Raises:
        InputError: an argument is invalid, or Ray is not installed.
    """

    address: str | None = None
    gpus: float | None = None
    workers: int | None = None
    threads: int = 1
    device: str = "cpu"
    network_timeout: float | None = None
    name: ClassVar[str] = "ray"

    def __post_init__(self) -> None:
        ray_module()
        if self.workers is not None:
            whole("workers", self.workers)
        whole("threads", self.threads)
        check_timeout(self.network_timeout)
        if self.device not in ("cpu", "cuda"):
            raise InputError(
                f"device {self.device!r:.60} is not for engine ray, which chooses the GPU itself; use cpu or cuda"
            )
        if self.gpus is None:
            return
        if isinstance(self.gpus, bool) or not isinstance(self.gpus, (int, float)) or not 0 < self.gpus <= 1:
            raise InputError(f"gpus {self.gpus!r:.60} must be above 0 and at most 1, such as 0.25 for four on each GPU")
        if self.device == "cpu":
            raise InputError(f"gpus {self.gpus} needs device cuda; on cpu a worker gets no GPU")

    def check(self, regime: Regime) -> None:
        """Raise `InputError` if no Ray answers."""
        find(self.address)

    @contextlib.contextmanager
    def start(self, job: Job) -> Iterator[Crew]:
        """Be connected to the cluster until the block ends; a connection that this process has already is kept."""
        gpus = float(self.device == "cuda" and (self.gpus or 1))
        with connected(self.address):
            ray, fit = ray_module(), capacity(self.threads, gpus)
            settings = {"regime": job.regime.to_dict(), "device": self.device, "threads": self.threads}
            told = {
                **settings,
                "code": pack(),
                "folders": folders(),
                "versions": _versions(),
                "number": os.urandom(8).hex(),
            }
            env_vars = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), str(self.threads))
            room = {"num_cpus": self.threads, "num_gpus": gpus, "runtime_env": {"env_vars": env_vars}}
            try:
                images = ray.put(_plain(job.data))
            except ray.exceptions.RayError as error:
                raise InputError(f"the images do not fit into Ray's object store: {first_line(error)}") from error
            _wait_for_room(ray, ray.remote(trainer_of).options(**room).remote(told, images, False), self.threads, gpus)
            train = ray.remote(train_one).options(**room, max_retries=LOST)
            begin = partial(train.remote, told, images)
            workers, where = self.workers or fit, {**hardware(), "cluster": describe()}
            yield Crew(workers, where, partial(self._train, ray, begin, workers), {"gpus": gpus})

    def _train(self, ray: Any, begin: Any, workers: int, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """Yield the outcome of every task as it comes; closed early, it ends the training at once."""
        nodes, waiting = _Processors(), iter(tasks)
        busy: dict[Any, tuple[Task, float]] = {}
        try:
            while True:
                while len(busy) < workers and (task := next(waiting, None)):
                    busy[begin(task)] = task, time.monotonic()
                if not busy:
                    return
                for promise in ray.wait(list(busy), timeout=1)[0]:
                    outcome = _outcome(ray, promise, busy.pop(promise)[0])
                    nodes.compare(outcome.pop("processors", None))
                    yield outcome
                limit = time.monotonic() - (self.network_timeout or math.inf)
                for promise in [p for p, (_, since) in busy.items() if since < limit]:
                    ray.cancel(promise, force=True)
                    yield _failed(busy.pop(promise)[0], TIMED_OUT.format(self.network_timeout))
        finally:
            for promise in busy:
                with contextlib.suppress(Exception):  # Ray itself may be gone
                    ray.cancel(promise, force=True)


class _Processors:
    """Those that trained networks so far: says once that some may round sums otherwise than others."""

    def __init__(self) -> None:
        self.first: Mapping[str, Any] = {}
        self.differ = False

    def compare(self, other: Mapping[str, Any] | None) -> None:
        self.first = self.first or other or {}
        if other and not self.differ and same_hardware(self.first, other) is False:
            self.differ = True
            say(
                f"some nodes have {describe_hardware(self.first)}, others {describe_hardware(other)}: these may round "
                "sums otherwise, and the same network then has another error on the one than on the other"
            )


def _wait_for_room(ray: Any, promise: Any, threads: int, gpus: float) -> None:
    """Wait for the first worker; say so where the cluster has no room for one.

    Raises:
        InputError: the worker refuses the job.
    """
    if not ray.wait([promise], timeout=PATIENCE)[0]:
        free = ray.available_resources()
        say(
            f"no worker has started yet; each takes {needs(threads, gpus)}, and the cluster has "
            f"{needs(free.get('CPU', 0), free.get('GPU', 0))} free. The sweep waits; Ctrl-C stops it"
        )
    try:
        ray.get(promise)
    except ray.exceptions.RayError as error:
        raise InputError(_refusal(error) or f"no worker could be started: {first_line(error)}") from None


def _outcome(ray: Any, promise: Any, task: Task) -> Outcome:
    """Return what came of a task, a failure with its reason if its worker was lost.

    Raises:
        InputError: the worker refuses the job.
    """
    try:
        return ray.get(promise)
    except ray.exceptions.RayError as error:
        if refusal := _refusal(error):
            raise InputError(refusal) from None
        short = f"{OUT_OF_MEMORY}: " if isinstance(error, ray.exceptions.OutOfMemoryError) else ""
        return _failed(task, f"{short}its worker was lost ({type(error).__name__}: {first_line(error)})")


def _failed(task: Task, reason: str) -> Outcome:
    return {"index": task["index"], "status": "failed", "reason": reason}


def _refusal(error: Exception) -> str:
    cause = getattr(error, "cause", None)
    return str(cause) if isinstance(cause, InputError) else ""


# What runs on the nodes.

_kept: dict[str, Trainer] = {}  # of the job that this process is at: its images are prepared once
_broken = False  # whether this process can use its GPU no more


def train_one(told: Mapping[str, Any], data: DataSet, task: Task) -> Outcome:
    """Train one network in whichever process Ray has chosen."""
    global _broken
    if _broken:
        os._exit(1)  # Ray tries the network again, in a new process
    try:
        outcome = trainer_of(told, data)(task)  # type: ignore[misc]
        return {**outcome, "processors": hardware()} if told["device"] == "cpu" else outcome
    except BrokenGPUError as error:
        _broken = True
        return _failed(task, str(error))


def trainer_of(told: Mapping[str, Any], data: DataSet, give: bool = True) -> Trainer | None:
    """Return what trains the networks of a job in this process; nothing if only its node is to be looked at.

    Raises:
        InputError: the node has other software, or lacks the images or the GPU.
    """
    if told["number"] not in _kept:
        _kept.clear()
        here = socket.gethostname()
        for package, wanted in told["versions"].items():
            found = _versions().get(package)
            if found != wanted:
                raise InputError(f"node {here} has {package} {found}, the driver {wanted}; install the same on all")
        root = getattr(data, "root", None)
        if root is not None and not root.is_dir():
            raise InputError(f"node {here} has no image folder {root}; it must be there on every node")
        _kept[told["number"]] = Trainer({**told, "data": data})
    return _kept[told["number"]] if give else None


def _versions() -> dict[str, str]:
    """What must be the same on all nodes for the same results; a suffix such as +cu128 may differ."""
    return {"regnet_edu": __version__, "torch": importlib.metadata.version("torch").partition("+")[0]}


def _plain(data: DataSet) -> DataSet:
    """Return data whose arrays Ray keeps once a node, shared by its workers: those of a mapped file would be copied."""
    if not isinstance(data, ImageData):
        return data
    arrays: dict[str, Any] = {part: np.asarray(getattr(data, part)) for part in PARTS}
    return replace(data, **arrays, layout="NHWC")
