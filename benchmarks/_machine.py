"""What the machine at hand can do at best, measured."""

from __future__ import annotations

import time
from collections.abc import Callable

import psutil
import torch
from torch.nn import functional

from regnet_edu.sweeps.engines.local import processors
from regnet_edu.training.device import threads_of

__all__ = ["age", "peaks", "processors", "wait"]


def age() -> float:
    """Return for how many seconds this process has run: the import of torch counts too, which may take many."""
    return time.time() - psutil.Process().create_time()


def peaks(device: str, precision: str) -> dict[str, float]:
    """Return flop/s of one core (or of the GPU) in a matrix product and in a 3x3 convolution, and bytes/s of a copy."""
    kind = {"bf16": torch.bfloat16, "fp16": torch.float16}.get(precision, torch.float32)
    size = 8192 if device == "cuda" else 1024
    matrix = torch.rand(size, size, device=device, dtype=kind)
    image = torch.rand(64, 64, 32, 32, device=device, dtype=kind).to(memory_format=torch.channels_last)
    weight = torch.rand(64, 64, 3, 3, device=device, dtype=kind).to(memory_format=torch.channels_last)
    block = torch.rand(1 << 26, device=device)
    target = torch.empty_like(block)
    with torch.inference_mode(), threads_of(1):
        product = _best(lambda: matrix @ matrix, device)
        convolution = _best(lambda: functional.conv2d(image, weight, padding=1), device)
        copy = _best(lambda: target.copy_(block), device)
    return {
        "matrix": 2 * size**3 / product,
        "convolution": 2 * 9 * 64 * image.numel() / convolution,
        "copy": 2 * 4 * block.numel() / copy,
    }


def _best(work: Callable[[], object], device: str, repeats: int = 15) -> float:
    seconds = []
    for _ in range(repeats):
        wait(device)
        begin = time.perf_counter()
        work()
        wait(device)
        seconds.append(time.perf_counter() - begin)
    return min(seconds)


def wait(device: str) -> None:
    """Wait until the GPU has done what it was asked to do."""
    if device == "cuda":
        torch.cuda.synchronize()
