"""Reaching a Ray cluster: whether one answers, how many workers it has room for, and what it is made of."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import re
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from ...common.errors import InputError, first_line

PATIENCE = 10  # seconds for an answer from the address of a cluster

# Ray speaks gRPC, and so HTTP/2: both sides begin by sending each other their settings (RFC 9113, section 3.4). Then
# this side asks for something that no Ray has. gRPC says so in words, under status 200; what else speaks HTTP/2 has
# another status. A frame: 3 bytes of length, type, flags, 4 bytes of stream. In the headers (RFC 7541) 0x83 is POST,
# 0x86 http, 0x04 the path, 0x01 the host, 0x0f 0x10 the type of content; in the answer 0x88 is status 200, and the six
# after it are 204, 206, 304, 400, 404 and 500.
SETTINGS, HEADERS = 4, 1
_ASKED = b"\x83\x86\x04\x0b/regnet_edu\x01\x03ray\x0f\x10\x10application/grpc\x00\x02te\x08trailers"
GREETING = (
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    + bytes([0, 0, 0, SETTINGS, 0, 0, 0, 0, 0])
    + bytes([0, 0, len(_ASKED), HEADERS, 0x05, 0, 0, 0, 1])
    + _ASKED
)
LARGEST = 1 << 20  # bytes of a frame; a length beyond that was none
NOT_200 = range(0x89, 0x8F)


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


def find(address: str | None = None) -> str:
    """Return the address of a Ray cluster that answers.

    Args:
        address: HOST:PORT of the cluster's head; "auto" for the one that runs on this machine; "local" for a new one
            on this machine alone. If left out, `RAY_ADDRESS`; without that, one that runs here, or else a new one.

    Raises:
        InputError: no Ray answers there.
    """
    if ray_module().is_initialized():
        return "auto"
    address = address or os.environ.get("RAY_ADDRESS")
    if address == "local":
        return address
    if address in (None, "auto"):
        here = _running_here()
        if here and not _why_not(here):
            return here
        if address:
            raise InputError("no Ray cluster runs on this machine; start one with: ray start --head")
        return "local"
    reason = _why_not(address)
    if reason:
        raise InputError(f"no Ray cluster answers at address {address!r:.80}: {reason}")
    return address


@contextlib.contextmanager
def connected(where: str) -> Iterator[None]:
    """Be connected to a Ray cluster until the block ends. A connection that this process has already is used and kept.

    Args:
        where: what `find` returned.

    Raises:
        InputError: Ray refuses the connection.
    """
    ray = ray_module()
    if ray.is_initialized():
        yield
        return
    options: dict[str, Any] = {"include_dashboard": False} if where == "local" else {}
    runtime = {"py_modules": [str(Path(__file__).parent)], "excludes": ["**/__pycache__"]}
    with _hushed():
        try:
            _begin(ray, where, runtime_env=runtime, log_to_driver=False, logging_level=logging.ERROR, **options)
        except Exception as error:  # as many kinds as there are causes
            raise InputError(f"Ray at {where!r:.80} cannot be used: {first_line(error)}") from error
        try:
            yield
        finally:
            ray.shutdown()


def _begin(ray: Any, where: str, **options: Any) -> None:
    """Connect to Ray; a cluster on this machine gets two chances, as from a cold disk it is slower than Ray waits."""
    try:
        ray.init(where, **options)
    except Exception:
        if where != "local":
            raise
        ray.shutdown()
        ray.init(where, **options)


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


def hardware() -> str:
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


def _running_here() -> str | None:
    """Return the address of the cluster that was started last on this machine, which may be gone."""
    base = os.environ.get("RAY_TMPDIR") or ("/tmp" if sys.platform == "darwin" else tempfile.gettempdir())
    with contextlib.suppress(OSError):
        return (Path(base) / "ray" / "ray_current_cluster").read_text().strip() or None
    return None


def _why_not(address: str) -> str:
    """Return the reason for which no Ray can be at an address, or nothing. Ray's own attempts go on for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdigit():
        return "it is not HOST:PORT, such as 10.0.0.5:6379"
    try:
        with socket.create_connection((host.strip("[]"), int(port)), PATIENCE) as peer:
            if os.environ.get("RAY_USE_TLS", "0") != "0":
                return ""
            peer.sendall(GREETING)
            return "" if _speaks_grpc(peer) else "what listens there is not Ray"
    except (OSError, OverflowError, UnicodeError) as error:
        return f"nothing answers there ({getattr(error, 'strerror', None) or error})"


def _speaks_grpc(peer: socket.socket) -> bool:
    """Whether the answer to `GREETING` is that of a gRPC server; of HTTP/2 that never comes to the point, perhaps."""
    with peer.makefile("rb") as answer:
        kind, flags, body = _frame(answer)
        if kind != SETTINGS:
            return False
        until = time.monotonic() + PATIENCE
        with contextlib.suppress(TimeoutError):
            while kind != HEADERS and kind >= 0 and time.monotonic() < until:
                kind, flags, body = _frame(answer)
    if kind != HEADERS or flags & 0x28:  # padding or a priority, which nobody sends, would come first
        return True
    while body and body[0] >> 5 == 1:  # a change of the size of the table
        size = re.match(rb"[\x3f][\x80-\xff]*.|.", body, re.S)
        body = body[size.end() if size else 1 :]
    return not body or body[0] not in NOT_200


def _frame(answer: BinaryIO) -> tuple[int, int, bytes]:
    """Return the type, the flags and the content of the next frame; the type is -1 where none comes."""
    head = answer.read(9)
    size = int.from_bytes(head[:3], "big")
    return (head[3], head[4], answer.read(size)) if len(head) == 9 and size < LARGEST else (-1, 0, b"")


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
