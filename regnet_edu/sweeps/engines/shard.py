"""One part of a sweep: an engine that leaves the other networks to other tasks of a cluster, such as a SLURM array."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ...common.errors import InputError
from ...common.validation import whole
from ...training.regime import Regime
from .engine import Crew, Engine, Job


@dataclass(frozen=True)
class ShardEngine:
    """Trains every n-th network of a sweep by another engine; `sweeps.shards.merge` joins the files of all parts.

    Which part a network belongs to depends on its index alone, so that parts may be stopped and resumed by themselves.

    Args:
        engine: who trains, such as `LocalEngine()`.
        part: which part, counted from 1.
        parts: how many there are.

    Raises:
        InputError: there is no such part.
    """

    engine: Engine
    part: int
    parts: int

    def __post_init__(self) -> None:
        if whole("shard", self.part) > whole("number of shards", self.parts):
            raise InputError(f"shard {self.part} of {self.parts} is not there; the last is {self.parts}/{self.parts}")

    @property
    def name(self) -> str:
        return self.engine.name

    @property
    def workers(self) -> int | None:
        return self.engine.workers

    @property
    def threads(self) -> int:
        return self.engine.threads

    @property
    def device(self) -> str:
        return self.engine.device

    def check(self, regime: Regime) -> None:
        """Raise `InputError` if nothing can be trained here."""
        self.engine.check(regime)

    @contextlib.contextmanager
    def start(self, job: Job) -> Iterator[Crew]:
        """Get hold of the workers until the block ends; they are given the networks of this part only."""
        with self.engine.start(job) as crew:
            yield replace(
                crew,
                train=lambda tasks: crew.train(t for t in tasks if t["index"] % self.parts == self.part - 1),
                facts={**crew.facts, "shard": f"{self.part}/{self.parts}"},
            )
