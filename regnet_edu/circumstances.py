"""When something was measured, with which software and on what hardware: what a record says of itself."""

from __future__ import annotations

import contextlib
import datetime
import importlib.metadata
import os
import platform
from typing import Any

from . import __version__

PACKAGES = ("torch", "torchvision", "numpy", "pillow")


def circumstances() -> dict[str, Any]:
    """Return the date (UTC, to the second) and the versions of Python, of this package and of what it computes with."""
    versions = {"regnet_edu": __version__, "python": platform.python_version()}
    for package in PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[package] = importlib.metadata.version(package)
    return {"date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"), "versions": versions}


def hardware(device: str = "cpu") -> str:
    """Say what the processors of this machine are, and before them its GPU, if that is the device and is there."""
    if device != "cpu":
        import torch

        if torch.cuda.is_available():
            return f"{torch.cuda.get_device_name(device)} with {hardware()}"
    model = platform.processor() or platform.machine()
    with contextlib.suppress(OSError), open("/proc/cpuinfo") as file:
        names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
        model = names[0] if names else model
    return f"{os.cpu_count()} x {model}"
