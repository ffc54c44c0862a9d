"""The engines of a sweep: worker processes on this machine, or a Ray cluster. Both give the same records."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from ...common import instruction_set as vectors
from ...common.environment import hardware, vectors_here
from ...common.errors import InputError, nearest_name
from ...common.validation import whole
from ...data.dataset import DataSet
from ...networks.config import AnyNetConfig
from ...training.regime import Regime
from ..cost import Images
from ..estimate import networks_at_once, processors
from . import local
from . import ray as cluster
from . import ray_connection as connection

ENGINES = ("local", "ray")


@dataclass(frozen=True)
class Crew:
    """Workers that can be called upon.

    Args:
        facts: what a record file's session says of them.
        hardware: what they run on.
        train: from tasks, `Regime.to_dict()` and the images to an iterator of outcomes, as `local.run`; to be closed.
        pace: seconds that all of them together take for a multiply-add, if that was measured to choose their number.
    """

    facts: Mapping[str, Any]
    hardware: str
    train: Callable[[Iterable[Mapping[str, Any]], Mapping[str, Any], DataSet], Any]
    pace: float | None = None


@dataclass(frozen=True)
class Engine:
    """Who trains the networks of a sweep; `sweep` says what the arguments are.

    Raises:
        InputError: an argument is invalid, or Ray is not installed.
    """

    name: str = "local"
    workers: int | None = None
    threads: int = 1
    device: str = "cpu"
    address: str | None = None
    gpus: float | None = None
    vectors: str | None = None

    def __post_init__(self) -> None:
        if self.name not in ENGINES:
            raise InputError(f"engine {self.name!r:.60} is unknown; {nearest_name(self.name, ENGINES)}")
        for name in ("workers", "threads"):
            if name != "workers" or self.workers is not None:
                whole(name, getattr(self, name))
        if self.name == "ray":
            connection.share_of_gpu(self.device, self.gpus)
        for name in ("address", "gpus"):
            if self.name != "ray" and getattr(self, name) is not None:
                raise InputError(f"{name} {getattr(self, name)!r:.60} is for engine ray; engine {self.name} has none")
        if self.vectors is not None:
            vectors.check(self.vectors, vectors_here() if self.name == "local" else None)

    def as_before(self, recorded: Iterable[str | None]) -> Engine:
        """Return the engine with the vector instructions that networks were trained with, where it can be held to them.

        Args:
            recorded: the hardware of these networks. Nothing changes if they were trained with several
                vector instructions, or on processors of another maker, which round otherwise anyway.
        """
        before = list(recorded)
        told, other_maker = vectors.told(*before), vectors.makers(*before) - vectors.makers(hardware())
        if self.device != "cpu" or self.vectors is not None or len(told) != 1 or other_maker:
            return self
        return replace(self, vectors=told.pop()) if told <= vectors.narrower_than(vectors_here()) else self

    def found(self, precision: str = "fp32") -> Engine:
        """Return the engine with the address at which Ray answers, before anything else takes time or is written.

        Args:
            precision: that of the regime, which the device must have; what a cluster has, its workers say.

        Raises:
            InputError: no Ray answers, or the device is not there.
        """
        if self.name == "ray":
            return replace(self, address=connection.find(self.address))
        if (self.device, precision) not in (("cpu", "fp32"), ("cpu", "bf16")):
            from ...training.device import (
                device_of,  # which imports torch, for which a sweep on processors need not wait
            )

            device_of(self.device, precision)
        return self

    @contextlib.contextmanager
    def start(self, config: AnyNetConfig, regime: Regime, images: Images) -> Iterator[Crew]:
        """Get hold of the workers until the block ends.

        Args:
            config, regime, images: a typical network and its training, by which the best number of networks at once is
                found where one GPU trains them and no number is given.

        Raises:
            InputError: Ray refuses the connection, or its cluster has no room for a worker.
        """
        facts = {"threads": self.threads, "device": self.device, "engine": self.name}
        pace = None
        if self.name == "local":
            workers = self.workers or processors()
            if not self.workers and self.device != "cpu":
                workers, pace = networks_at_once(config, regime, images, self.device, self.threads)
            options: dict[str, Any] = {"device": self.device, "workers": workers, "threads": self.threads}
            options["vectors"] = self.vectors
            where = hardware(self.device, self.vectors)
            yield Crew({"workers": workers, **facts}, where, partial(local.run, **options), pace)
            return
        gpus = connection.share_of_gpu(self.device, self.gpus)
        with connection.connected(self.address or "auto"):
            room = connection.capacity(self.threads, gpus)
            workers = self.workers or room
            options = {"device": self.device, "workers": workers, "threads": self.threads, "gpus": gpus}
            options["vectors"] = self.vectors
            where = f"{connection.hardware()}; driver on {hardware(held_to=self.vectors)}"
            yield Crew({"workers": workers, **facts, "gpus": gpus}, where, partial(cluster.run, **options))

    def timing(self, crew: Crew | None = None) -> dict[str, Any]:
        """Return what `calibration.plan` needs to know; the processors of a cluster are not those at hand."""
        workers = crew.facts["workers"] if crew else self.workers or (processors() if self.name == "local" else 1)
        timed = self.name == "local" and (self.device == "cpu" or crew is not None)
        pace = crew.pace if crew else None
        held_to = self.vectors if timed and self.vectors != vectors_here() else None
        facts = {"workers": workers, "device": self.device, "threads": self.threads, "timed": timed, "pace": pace}
        return {**facts, "held_to": held_to}
