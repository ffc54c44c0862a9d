"""A Ray cluster as the driver sees it: whether one answers, how many workers it has room for, what it is made of."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...common.errors import InputError, first_line

PATIENCE = 25.0  # seconds in which a cluster must answer
PROBE = "import sys, ray; ray.init(sys.argv[1], log_to_driver=False)"


def ray_module() -> Any:
    """Import Ray.

    Raises:
        InputError: it is not installed.
    """
    try:
        import ray
    except ImportError as error:
        raise InputError(
            "engine 'ray' needs Ray, which is not installed; install it with: pip install 'ray>=2.40'"
        ) from error
    return ray


_answered: dict[str | None, str] = {}  # what `find` found last, for the connection that follows


def find(address: str | None = None) -> str:
    """Return the address of a cluster that answers, or "local" where a new one is to be started (`RayEngine`).

    Raises:
        InputError: no Ray answers there.
    """
    if ray_module().is_initialized():
        return "auto"
    given, address = address, address or os.environ.get("RAY_ADDRESS")
    if address == "local" or (address is None and why_not("auto")):
        address = "local"
    elif address and (reason := why_not(address)):
        if address == "auto":
            raise InputError("no Ray cluster runs on this machine; start one with: ray start --head")
        raise InputError(f"no Ray cluster answers at address {address!r:.80}: {reason}")
    _answered[given] = address or "auto"
    return _answered[given]


def why_not(address: str) -> str:
    """Return the reason for which no Ray can be used at an address, or nothing.

    Ray itself goes on trying for minutes, and then ends the whole program. So another process tries it, which can be
    ended; first a bare connection, which says most of it at once.
    """
    if address != "auto":
        host, _, port = address.removeprefix("ray://").rpartition(":")
        if not host or not port.isdigit():
            return "it is not HOST:PORT, such as 10.0.0.5:6379"
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=5).close()
        except (OSError, OverflowError, UnicodeError) as error:
            return f"nothing answers there ({getattr(error, 'strerror', None) or error})"
    probe = [sys.executable, "-c", PROBE, address]
    try:
        done = subprocess.run(probe, capture_output=True, text=True, errors="replace", timeout=PATIENCE)
        failed, said = done.returncode, done.stderr
        reason = said.strip().splitlines()[-1][:200] if said.strip() else f"exit status {failed}"
    except subprocess.TimeoutExpired as error:
        failed, said = 1, str(error.stderr)
        reason = f"what listens there did not answer as Ray does within {PATIENCE:g} s"
    if failed and "InvalidAuthToken" in said:
        reason = "it wants a token; set RAY_AUTH_MODE=token, and have its head's file ~/.ray/auth_token on this machine"
    return reason if failed else ""


@contextlib.contextmanager
def connected(address: str | None) -> Iterator[None]:
    """Be connected to a cluster until the block ends. A connection that this process has already is used and kept.

    Raises:
        InputError: no Ray answers, or it refuses the connection.
    """
    ray = ray_module()
    if ray.is_initialized():
        yield
        return
    where = _answered.pop(address, None) or find(address)
    options: dict[str, Any] = {"include_dashboard": False} if where == "local" else {}
    package = {"py_modules": [str(Path(__file__).parents[2])], "excludes": ["**/__pycache__"]}
    chances = 2 if where == "local" else 1  # on this machine, from a cold disk, Ray may start slower than it waits
    try:
        while True:
            chances -= 1
            try:
                ray.init(where, runtime_env=package, log_to_driver=False, logging_level=logging.ERROR, **options)
                break
            except Exception as error:  # as many kinds as there are causes
                ray.shutdown()
                if not chances:
                    raise InputError(f"Ray at {where!r:.80} cannot be used: {first_line(error)}") from error
        yield
    finally:
        ray.shutdown()


def capacity(threads: int, gpus: float = 0.0) -> int:
    """Return how many workers fit on the nodes of the cluster.

    Args:
        threads: processors of each.
        gpus: share of a GPU of each.

    Raises:
        InputError: not one fits.
    """
    nodes = [node["Resources"] for node in ray_module().nodes() if node["Alive"]]
    rooms = [min(n.get("CPU", 0) / threads, n.get("GPU", 0) / gpus if gpus else math.inf) for n in nodes]
    room = sum(int(r + 1e-6) for r in rooms)
    if not room:
        most = " and ".join(_count(max(n.get(kind, 0) for n in nodes), kind) for kind in ("CPU", "GPU"))
        raise InputError(
            f"no node of the Ray cluster has room for a worker with {needs(threads, gpus)}; they have at most {most}"
        )
    return room


def describe() -> str:
    """Say in a few words what the cluster is made of."""
    nodes = [node["Resources"] for node in ray_module().nodes() if node["Alive"]]
    kinds = sorted({k.partition(":")[2] for n in nodes for k in n if k.startswith("accelerator_type:")})
    cpus, gpus = (sum(n.get(kind, 0) for n in nodes) for kind in ("CPU", "GPU"))
    has = needs(cpus, gpus) + (f" ({', '.join(kinds)})" if kinds else "")
    return f"Ray cluster of {_count(len(nodes), 'node')} with {has}"


def needs(cpus: float, gpus: float) -> str:
    """Say how many processors and GPUs: "2 CPUs and 0.25 GPU"."""
    return _count(cpus, "CPU") + (f" and {_count(gpus, 'GPU')}" if gpus else "")


def _count(number: float, what: str) -> str:
    return f"{number:g} {what}{'' if 0 < number <= 1 else 's'}"
