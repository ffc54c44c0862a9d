"""When something was measured, with which software and on what hardware: what a record says of itself."""

from __future__ import annotations

import contextlib
import datetime
import importlib.metadata
import os
import platform
import re
from typing import Any

from .. import __version__
from . import instruction_set as vectors

# Digits in a processor's name that say nothing of its model: virtual machines often tell no more than these.
NO_MODEL = r"@ [\d.]+ ?GHz|version [\d.+]+"

CPUINFO = "/proc/cpuinfo"

PACKAGES = ("torch", "torchvision", "numpy", "pillow")


def environment() -> dict[str, Any]:
    """Return the date (UTC, to the second) and the versions of Python, of this package and of what it computes with."""
    versions = {"regnet_edu": __version__, "python": platform.python_version()}
    for package in PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[package] = importlib.metadata.version(package)
    return {"date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"), "versions": versions}


def hardware(device: str = "cpu", held_to: str | None = None) -> str:
    """Say what the processors of this machine are, and before them its GPU, if that is the device and is there.

    Args:
        device: "cpu" or "cuda".
        held_to: the vector instructions that the processors are held to, if they do not use all that they have.
    """
    if device != "cpu":
        import torch

        if torch.cuda.is_available():
            return f"{torch.cuda.get_device_name(device)} with {hardware('cpu', held_to)}"
    return f"{os.cpu_count()} x {_processor(held_to)}"


def vectors_here(file: str = CPUINFO) -> str:
    """Return the widest vector instructions that this process uses: "AVX-512", "AVX2", "AVX", or "" for none."""
    return vectors.in_use(_facts(file).get("flags", "").split())


def _processor(held_to: str | None = None, file: str = CPUINFO) -> str:
    """Return the name of the processor, with what decides how it rounds: "AMD EPYC (family 25, model 17, AVX-512)".

    Family and model are told where the name leaves them open. The widest vector instructions in use are told always:
    a virtual machine may hide those that its processor has.
    """
    facts = _facts(file)
    name = facts.get("model name") or platform.processor() or platform.machine()
    numbers = [f"{word} {facts[key]}" for word, key in (("family", "cpu family"), ("model", "model")) if key in facts]
    known = re.search(r"\d", re.sub(NO_MODEL, "", name)) or len(numbers) < 2
    used = held_to or vectors_here(file)
    more = ", ".join([*([] if known else numbers), *filter(None, [used])])
    return f"{name} ({more})" if more else name


def _facts(file: str) -> dict[str, str]:
    """Return what Linux tells of the first processor; nothing elsewhere."""
    facts: dict[str, str] = {}
    with contextlib.suppress(OSError), open(file) as lines:
        for name, colon, value in (line.partition(":") for line in lines):
            if colon:
                facts.setdefault(name.strip(), value.strip())
    return facts
