"""When something was measured, with which software and on what hardware: what a record says of itself."""

from __future__ import annotations

import contextlib
import datetime
import importlib.metadata
import os
import platform
import re
from typing import Any

from . import __version__

# Digits in a processor's name that say nothing of its model: virtual machines often tell no more than these.
NO_MODEL = r"@ [\d.]+ ?GHz|version [\d.+]+"

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
    return f"{os.cpu_count()} x {_processor()}"


def _processor(file: str = "/proc/cpuinfo") -> str:
    """Return the name of the processor; where it leaves the model open, as in "AMD EPYC", with family and model."""
    facts: dict[str, str] = {}
    with contextlib.suppress(OSError), open(file) as lines:
        for name, colon, value in (line.partition(":") for line in lines):
            if colon:
                facts.setdefault(name.strip(), value.strip())  # of the first processor
    name = facts.get("model name") or platform.processor() or platform.machine()
    numbers = [facts.get(part) for part in ("cpu family", "model")]
    if re.search(r"\d", re.sub(NO_MODEL, "", name)) or not all(numbers):
        return name
    return f"{name} (family {numbers[0]}, model {numbers[1]})"
