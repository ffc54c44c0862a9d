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

VECTORS = {"avx512f": "AVX-512", "avx2": "AVX2", "avx": "AVX"}  # the widest first

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
    """Return the name of the processor, with what decides how it rounds: "AMD EPYC (family 25, model 17, AVX-512)".

    Family and model are told where the name leaves them open. The widest vector instructions are told always: they
    decide in which order sums are taken, and a virtual machine may hide those that its processor has.
    """
    facts: dict[str, str] = {}
    with contextlib.suppress(OSError), open(file) as lines:
        for name, colon, value in (line.partition(":") for line in lines):
            if colon:
                facts.setdefault(name.strip(), value.strip())  # of the first processor
    name = facts.get("model name") or platform.processor() or platform.machine()
    numbers = [f"{word} {facts[key]}" for word, key in (("family", "cpu family"), ("model", "model")) if key in facts]
    known = re.search(r"\d", re.sub(NO_MODEL, "", name)) or len(numbers) < 2
    flags = facts.get("flags", "").split()
    vectors = [said for flag, said in VECTORS.items() if flag in flags][:1]
    more = ", ".join([*([] if known else numbers), *vectors])
    return f"{name} ({more})" if more else name
