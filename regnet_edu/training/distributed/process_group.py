"""The processes that train one network together: who they are, and how they add, average and agree.

`torchrun` starts them and tells each its number by RANK, LOCAL_RANK and WORLD_SIZE; without these there is one process.
GPUs talk by NCCL, processors by gloo. A group that is there already (Ray Train makes one) is used as it is.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import torch
import torch.distributed as dist
from torch import Tensor

from ...common.errors import InputError
from ..device import device_of

T = TypeVar("T")


@dataclass(frozen=True)
class ProcessGroup:
    """One process among those that train a network.

    Args:
        rank: its number, from 0.
        size: how many there are.
        device: where it computes.
    """

    rank: int
    size: int
    device: torch.device

    @property
    def first(self) -> bool:
        return self.rank == 0

    def total(self, values: Tensor) -> Tensor:
        """Add the values of all processes, in place."""
        if self.size > 1:
            dist.all_reduce(values)
        return values

    def average(self, tensors: Iterable[Tensor]) -> None:
        """Replace each floating tensor by its mean over the processes."""
        floating = [t for t in tensors if t.is_floating_point()]
        if self.size == 1 or not floating:
            return
        flat = torch.cat([t.reshape(-1) for t in floating])
        self.total(flat).div_(self.size)
        for tensor, mean in zip(floating, flat.split([t.numel() for t in floating]), strict=True):
            tensor.copy_(mean.view_as(tensor))

    def agree(self, action: Callable[[], T]) -> T:
        """Let the first process act, and give all of them what it got, or the `InputError` that it met."""
        answer: list[Any] = [None, None]
        if self.first:
            try:
                answer = [action(), None]
            except InputError as error:
                answer = [None, str(error)]
        if self.size > 1:
            dist.broadcast_object_list(answer)
        if answer[1] is not None:
            raise InputError(answer[1])
        return answer[0]

    def neighbours(self, count: int) -> dist.ProcessGroup:
        """Return the group of this process and those beside it, `count` in all, which must divide the group."""
        groups = [dist.new_group(list(range(k, k + count))) for k in range(0, self.size, count)]  # all make all of them
        return cast(dist.ProcessGroup, groups[self.rank // count])


@contextlib.contextmanager
def join(device: str | None = None) -> Iterator[ProcessGroup]:
    """Be one of the processes that `torchrun` started, or the only one, until the block ends.

    Args:
        device: "cpu" or "cuda"; None is cuda where there is one. Of several processes on a machine each takes its GPU.

    Raises:
        InputError: the device is not there, or there are more processes than GPUs.
    """
    where = device_of(device or ("cuda" if torch.cuda.is_available() else "cpu"))
    if dist.is_initialized():  # by Ray Train, which chose the GPU too
        here = torch.device("cuda", torch.cuda.current_device()) if where.type == "cuda" else where
        yield ProcessGroup(dist.get_rank(), dist.get_world_size(), here)
        return
    rank, size, local = int(os.environ.get("RANK", 0)), process_count(), int(os.environ.get("LOCAL_RANK", 0))
    if where.type == "cuda":
        gpus = torch.cuda.device_count()
        if local >= gpus:
            raise InputError(
                f"this machine has {gpus} GPUs, but process {local} was started on it; "
                f"start at most {gpus} with --nproc-per-node {gpus}"
            )
        if size > 1 or where.index is None:
            where = torch.device("cuda", local)
        torch.cuda.set_device(where)
    with _ending_with_torchrun():
        if size > 1:
            dist.init_process_group("nccl" if where.type == "cuda" else "gloo")
        try:
            yield ProcessGroup(rank, size, where)
        finally:
            if size > 1:
                dist.destroy_process_group()


@contextlib.contextmanager
def _ending_with_torchrun() -> Iterator[None]:
    """End this process at once when the `torchrun` that started it is gone, until the block ends.

    The processes of a torchrun that was killed would train on with nobody to look after them, and keep the folder from
    the next. Wherever they stop, the last checkpoint is whole.
    """
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        yield
        return
    parent, done = os.getppid(), threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            if os.getppid() != parent:
                os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        done.set()


def process_count() -> int:
    """Return how many processes `torchrun` started, 1 without it."""
    return int(os.environ.get("WORLD_SIZE", 1))


def first_process() -> bool:
    """Return whether this is the first of the processes that `torchrun` started, or the only one."""
    return int(os.environ.get("RANK", 0)) == 0
