"""Who trains the networks of a sweep: worker processes on this machine, a Ray cluster, or an engine of your own.

`engine` says what an engine is, `local` is the one that starts workers here (`pool`, `worker`), `ray` the cluster's.
"""

from __future__ import annotations

from ...common.errors import InputError, nearest_name
from .engine import Crew, Engine, Job
from .local import LocalEngine
from .ray import RayEngine
from .shard import ShardEngine

ENGINES: dict[str, type[LocalEngine] | type[RayEngine]] = {"local": LocalEngine, "ray": RayEngine}

__all__ = ["ENGINES", "Crew", "Engine", "Job", "LocalEngine", "RayEngine", "ShardEngine", "get", "kind"]

MEMBERS = ("name", "workers", "threads", "device", "check", "start")


def kind(name: str) -> type[LocalEngine] | type[RayEngine]:
    """Return the kind of engine of that name.

    Raises:
        InputError: there is none.
    """
    if name not in ENGINES:
        raise InputError(f"engine {name!r:.60} is unknown; {nearest_name(name, ENGINES)}")
    return ENGINES[name]


def get(engine: str | Engine, workers: int | None = None, device: str | None = None) -> Engine:
    """Return the engine of a name, or an engine as it is.

    Raises:
        InputError: the name is unknown, the object is no engine, or a setting is given beside it.
    """
    if isinstance(engine, str):
        return kind(engine)(workers=workers, device=device or "cpu")
    if missing := [member for member in MEMBERS if not hasattr(engine, member)]:
        raise InputError(f"engine {engine!r:.60} has no {missing[0]}; give a name, or an engine such as LocalEngine()")
    for name, value in (("workers", workers), ("device", device)):
        if value is not None:
            raise InputError(f"{name} {value!r:.60} is given beside an engine that has its own; give it to the engine")
    return engine
