"""Reaching a Ray cluster: whether one answers, how many workers it has room for, and what it is made of."""

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

from .errors import InputError

REACH_SECONDS = 8  # for a connection to the address of a cluster
ANSWER_SECONDS = 12  # for Ray to answer there: with the start of Python, within half a minute


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


def share_of_gpu(device: str, gpus: float | None) -> float:
    """Return the share of a GPU that each worker gets: 1 on "cuda" if `gpus` is None, 0 on "cpu".

    Raises:
        InputError: Ray is not installed, or the share does not fit the device.
    """
    ray_module()
    if device not in ("cpu", "cuda"):
        raise InputError(f"device {device!r} is not for engine ray, which chooses the GPU itself; use cpu or cuda")
    if gpus is None:
        return float(device == "cuda")
    if isinstance(gpus, bool) or not isinstance(gpus, (int, float)) or not 0 < gpus <= 1:
        raise InputError(f"gpus {gpus!r:.60} must be above 0 and at most 1, such as 0.25 for four networks on each GPU")
    if device == "cpu":
        raise InputError(f"gpus {gpus} needs device cuda; on cpu a worker gets no GPU")
    return float(gpus)


@contextlib.contextmanager
def connected(address: str | None = None) -> Iterator[None]:
    """Be connected to a Ray cluster until the block ends. A connection that this process has already is used and kept.

    Args:
        address: HOST:PORT of the cluster's head; "auto" for the one that runs on this machine; "local" for a new one
            on this machine alone. If left out, `RAY_ADDRESS`; without that, one that runs here, or else a new one.

    Raises:
        InputError: no Ray answers there, or it is another version.
    """
    ray = ray_module()
    if ray.is_initialized():
        yield
        return
    address = address or os.environ.get("RAY_ADDRESS")
    reason = "" if address == "local" else _why_not(address or "auto")
    if reason and address:
        raise InputError(f"no Ray cluster answers at address {address!r:.80}: {reason}")
    where = "local" if reason else address or "auto"
    options: dict[str, Any] = {"include_dashboard": False} if where == "local" else {}
    runtime = {"py_modules": [str(Path(__file__).parent)], "excludes": ["**/__pycache__"]}
    with _hushed():
        try:
            ray.init(where, runtime_env=runtime, log_to_driver=False, logging_level=logging.ERROR, **options)
        except Exception as error:  # as many kinds as there are causes
            raise InputError(f"Ray at {where!r:.80} cannot be used: {first_line(error)}") from error
        try:
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
        most = {kind: max(n.get(kind, 0) for n in nodes) for kind in ("CPU", "GPU")}
        raise InputError(
            f"no node of the Ray cluster has room for a worker with {needs(threads, gpus)}; "
            f"they have at most {most['CPU']:g} CPUs and {most['GPU']:g} GPUs"
        )
    return room


def hardware() -> str:
    """Say in a few words what the cluster is made of."""
    nodes = [node["Resources"] for node in ray_module().nodes() if node["Alive"]]
    kinds = sorted({k.partition(":")[2] for n in nodes for k in n if k.startswith("accelerator_type:")})
    cpus, gpus = (sum(int(n.get(kind, 0)) for n in nodes) for kind in ("CPU", "GPU"))
    named = f" ({', '.join(kinds)})" if kinds else ""
    return f"Ray cluster of {len(nodes)} nodes with {cpus} CPUs" + (f" and {gpus} GPUs{named}" if gpus else "")


def needs(threads: int, gpus: float) -> str:
    """Say what one worker takes: "2 CPUs and 0.25 GPU"."""
    return f"{threads} CPU{'s' * (threads > 1)}" + (f" and {gpus:g} GPU" if gpus else "")


def first_line(error: BaseException) -> str:
    """Return the first line of what an exception says; Ray's go on for pages."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200].rstrip(".")


# Asked by another process, because Ray's own attempts cannot be cut short, and some of its failures end the process.
_ASK = """
import logging, sys, ray
print(flush=True)
try:
    ray.init(sys.argv[1], log_to_driver=False, logging_level=logging.CRITICAL)
except Exception as error:
    print((str(error).strip() or type(error).__name__).splitlines()[0])
    sys.exit(1)
ray.shutdown()
"""


def _why_not(address: str) -> str:
    """Return the reason for which Ray cannot be reached at an address, or nothing if it can."""
    if address != "auto":
        host, _, port = address.rpartition(":")
        if not host or not port.isdigit():
            return "it is not HOST:PORT, such as 10.0.0.5:6379"
        try:
            socket.create_connection((host.strip("[]"), int(port)), REACH_SECONDS).close()
        except (OSError, OverflowError, UnicodeError) as error:
            return f"nothing can be reached there ({getattr(error, 'strerror', None) or error})"
    command = [sys.executable, "-c", _ASK, address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True) as child:
        try:
            assert child.stdout is not None
            child.stdout.readline()  # Python has started
            said, _ = child.communicate(timeout=ANSWER_SECONDS)
        except subprocess.TimeoutExpired:
            return f"what is there did not answer as Ray does within {ANSWER_SECONDS} s"
        finally:
            child.kill()
    if not child.returncode:
        return ""
    return said.decode(errors="replace").strip().rstrip(".") or "what is there does not answer as Ray does"


@contextlib.contextmanager
def _hushed() -> Iterator[None]:
    """Keep Ray from printing pages of a lost node's log on standard output; the records have the reason."""
    from ray._private import worker

    show = getattr(worker, "print_to_stdstream", None)  # not part of Ray's interface: without it, there is more to read
    if show:
        worker.print_to_stdstream = lambda *_, **__: None
    try:
        yield
    finally:
        if show:
            worker.print_to_stdstream = show
