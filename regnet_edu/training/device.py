"""Where a network is trained: the device of a name, the threads of the processor, the precision of the arithmetic."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch

from ..common.errors import InputError
from ..common.validation import device_name, whole

BFLOAT16 = (8, 0)  # the first compute capability with it: V100 (7.0) and Colab's T4 (7.5) have float16 only


def device_of(name: str, precision: str = "fp32") -> torch.device:
    """Return the device of that name: "cpu", "cuda", "cuda:1" or "mps" (a GPU of Apple's).

    Args:
        name: of the device.
        precision: of the arithmetic that it is to do: "fp32", "bf16" or "fp16".

    Raises:
        InputError: the name is unknown, there is no such GPU, or it lacks the precision.
    """
    where = torch.device(device_name(name))
    if where.type == "mps" and not torch.backends.mps.is_available():
        raise InputError(f"device {name!r} is not there: torch finds no GPU of Apple's here; use cpu")
    if where.type == "cuda" and not torch.cuda.is_available():
        raise InputError(f"device {name!r} is not there: this machine has no GPU that torch can use; use cpu")
    if where.type == "cuda" and (where.index or 0) >= (gpus := torch.cuda.device_count()):
        raise InputError(f"device {name!r} is not there: the last GPU of this machine is cuda:{gpus - 1}")
    check_precision(where, precision)
    return where


def check_precision(where: torch.device, precision: str) -> None:
    """Raise `InputError` where the device lacks a precision, or would only imitate it, many times as slowly."""
    if precision == "fp16" and where.type == "cpu":
        raise InputError("precision fp16 is for GPUs; a processor computes in fp32, or in bf16")
    if precision == "bf16" and where.type == "cuda" and torch.cuda.get_device_capability(where) < BFLOAT16:
        raise InputError(
            f"precision bf16 is not for {torch.cuda.get_device_name(where)}, which has no bfloat16; "
            "use precision fp16, its own mixed precision (--set precision=fp16), or fp32"
        )


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
    """Return the context in which products are computed in bfloat16 ("bf16") or float16 ("fp16"), or as ever."""
    half = torch.float16 if precision == "fp16" else torch.bfloat16
    return torch.autocast(where.type, half, enabled=precision != "fp32")
