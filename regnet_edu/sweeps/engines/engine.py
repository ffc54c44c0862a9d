"""What a sweep asks of an engine, and what it does for every engine: a failed network gets a second attempt."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from ...common.errors import InputError
from ...common.validation import number
from ...data.dataset import DataSet
from ...networks.module_config import Config
from ...training.regime import Regime
from .worker import OUT_OF_MEMORY, Trainer

Task = Mapping[str, Any]  # one network to train: "index", "seed" and "config", as `AnyNetConfig.to_dict()` writes it
TIMED_OUT = "it was ended after {:g} s without a result"
Outcome = dict[str, Any]  # what came of it: "index", "status" and the training's part of its record


@dataclass(frozen=True)
class Job:
    """What all networks of a sweep share.

    Args:
        regime: under which they are trained.
        data: the images.
        typical: one of the networks, to find out with how many of its kind fit on a device.
    """

    regime: Regime
    data: DataSet
    typical: Config

    def trainer(self, device: str = "cpu", threads: int = 1) -> Callable[[Task], Outcome]:
        """Return the function from a task to its outcome, which trains in this process; images are prepared once."""
        return Trainer({"regime": self.regime.to_dict(), "data": self.data, "device": device, "threads": threads})


@dataclass(frozen=True)
class Crew:
    """Workers that stand ready.

    Args:
        workers: how many networks they train at once.
        hardware: what they run on, as `common.environment.hardware` tells it.
        train: from tasks to an iterator of their outcomes, one a task, in any order. It takes a task when there is a
            worker for it, and not before, since a sweep may offer no more of them. Closed early, it stops the work.
        facts: whatever else a record file should say of them.
    """

    workers: int
    hardware: Mapping[str, Any]
    train: Callable[[Iterable[Task]], Iterable[Outcome]]
    facts: Mapping[str, Any] = field(default_factory=dict)


class Engine(Protocol):
    """Whoever trains the networks of a sweep: `LocalEngine`, `RayEngine`, or an object of your own with these members.

    The shortest one trains in this process::

        class Here:
            name, workers, threads, device = "here", 1, 1, "cpu"

            def check(self, regime):
                pass

            @contextlib.contextmanager
            def start(self, job):
                trainer = job.trainer(self.device, self.threads)
                yield Crew(1, hardware(), lambda tasks: map(trainer, tasks))

    An outcome with the status "failed" and a reason is one attempt: the sweep itself asks for another. An `InputError`
    ends the sweep. Properties: `name` goes into the record file; `workers` is how many networks are trained at once,
    None where the engine finds out; `threads` and `device` are those of each worker.
    """

    @property
    def name(self) -> str: ...
    @property
    def workers(self) -> int | None: ...
    @property
    def threads(self) -> int: ...
    @property
    def device(self) -> str: ...

    def check(self, regime: Regime) -> None:
        """Raise `InputError` if nothing can be trained here, before anything else takes time or is written."""

    def start(self, job: Job) -> AbstractContextManager[Crew]:
        """Get hold of the workers until the block ends."""


def attempts(train: Callable[[Iterable[Task]], Iterable[Outcome]], tasks: Iterable[Task]) -> Iterator[Outcome]:
    """Train every task and yield one outcome each. What failed is tried once more when all others are done.

    What ran out of memory comes last, each of these alone.
    """
    begun: dict[int, Task] = {}
    again: list[Task] = []
    alone: list[Task] = []
    for outcome in train(begun.setdefault(task["index"], task) for task in tasks):
        if outcome["status"] == "failed":
            (alone if outcome["reason"].startswith(OUT_OF_MEMORY) else again).append(begun[outcome["index"]])
        else:
            yield outcome
    if again:
        yield from train(again)
    for task in alone:
        yield from train([task])


def check_timeout(seconds: float | None) -> None:
    """Raise `InputError` if a limit of time is given that is none."""
    if seconds is not None and number("network_timeout", seconds) <= 0:
        raise InputError(f"network_timeout {seconds!r} must be above 0 seconds; leave it out for no limit")


def say(text: str) -> None:
    """Tell whoever waits for the sweep, without tearing its progress bar."""
    from tqdm.auto import tqdm

    tqdm.write(f"note: {text}", file=sys.stderr)
