"""Where a network is trained: the device of a name, the threads of the processor, the precision of the arithmetic."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch

from .checks import whole
from .errors import InputError


def device_of(name: str) -> torch.device:
    """Return the device of that name: "cpu", "cuda" or "cuda:1".

    Raises:
        InputError: the name is unknown, or there is no such GPU.
    """
    try:
        where = torch.device(name)
    except RuntimeError as error:
        raise InputError(f"device {name!r} is unknown; use cpu or cuda") from error
    if where.type == "cuda" and not torch.cuda.is_available():
        raise InputError(f"device {name!r} is not there: this machine has no GPU that torch can use; use cpu")
    return where


@contextlib.contextmanager
def threads_of(count: int) -> Iterator[None]:
    """Use so many threads; afterwards as many as before.

    Raises:
        InputError: the number is none.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(whole("threads", count))
    try:
        yield
    finally:
        torch.set_num_threads(before)


def autocast(where: torch.device, precision: str) -> torch.autocast:
    """Return the context in which "bf16" computes products in bfloat16; with "fp32" it changes nothing."""
    return torch.autocast(where.type, torch.bfloat16, enabled=precision == "bf16")
