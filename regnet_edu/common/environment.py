"""When something was measured, with which software and on what hardware: what a record says of itself."""

from __future__ import annotations

import contextlib
import datetime
import importlib.metadata
import os
import platform
import re
from collections.abc import Mapping
from typing import Any

from .. import __version__

PACKAGES = ("torch", "torchvision", "numpy", "pillow")
CPUINFO = "/proc/cpuinfo"
# The widest vector instructions first, as Linux calls them. They decide in which order a sum is taken, and with that
# how it is rounded; a virtual machine may hide those that its processor has.
INSTRUCTIONS = {"avx512f": "AVX-512", "avx2": "AVX2", "avx": "AVX"}
# Records of format 1 have hardware in words, and so has the column `hardware` of a population.
IN_WORDS = re.compile(
    r"(?:(?P<cluster>.+); driver on )?(?:(?P<gpu>.+) with (?=\d+ x ))?(?:(?P<count>\d+) x )?(?P<processor>.+?)"
    r"(?: \((?:family (?P<family>\d+), model (?P<model>\d+)(?:, |(?=\))))?(?P<instructions>AVX[^()]*)?\))?"
)


def environment() -> dict[str, Any]:
    """Return the date (UTC, to the second) and the versions of Python, of this package and of what it computes with."""
    versions = {"regnet_edu": __version__, "python": platform.python_version()}
    for package in PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[package] = importlib.metadata.version(package)
    return {"date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"), "versions": versions}


def hardware(device: str = "cpu") -> dict[str, Any]:
    """Return what this machine is, and its GPU if that is the device and is there.

    {"processor": "AMD EPYC", "family": 25, "model": 17, "instructions": "AVX-512", "count": 2, "gpu": "NVIDIA H200"};
    what is not known is left out.
    """
    facts = _cpuinfo()
    found: dict[str, Any] = {"processor": facts.get("model name") or platform.processor() or platform.machine()}
    if facts.get("cpu family", "").isdigit() and facts.get("model", "").isdigit():
        found |= {"family": int(facts["cpu family"]), "model": int(facts["model"])}
    flags = facts.get("flags", "").split()
    widest = next((name for flag, name in INSTRUCTIONS.items() if flag in flags), None)
    found |= {"instructions": widest} if widest else {}
    found["count"] = os.cpu_count()
    if device != "cpu":
        import torch

        if torch.cuda.is_available():
            found["gpu"] = torch.cuda.get_device_name(device)
    return found


def parse_hardware(recorded: Mapping[str, Any] | str | None) -> dict[str, Any]:
    """Return recorded hardware as a table, also where an older record has it in words."""
    if isinstance(recorded, Mapping):
        return dict(recorded)
    match = IN_WORDS.fullmatch(str(recorded or ""))
    found = {key: value for key, value in (match.groupdict() if match else {}).items() if value}
    return found | {key: int(found[key]) for key in ("count", "family", "model") if key in found}


def describe_hardware(recorded: Mapping[str, Any] | str | None, short: bool = False) -> str:
    """Say in words what `hardware` found: "2 x AMD EPYC (family 25, model 17, AVX-512)", or shortly "2 x AMD EPYC"."""
    found = parse_hardware(recorded)
    if not found:
        return ""
    labels = {"family": "family ", "model": "model ", "instructions": ""}
    kind = ", ".join(f"{label}{found[key]}" for key, label in labels.items() if key in found and not short)
    said = f"{found.get('processor', 'an unknown processor')}{f' ({kind})' if kind else ''}"
    said = f"{found['count']} x {said}" if "count" in found else said
    said = f"{found['gpu']} with {said}" if "gpu" in found else said
    return f"{found['cluster']}; driver on {said}" if "cluster" in found else said


def same_hardware(a: Mapping[str, Any] | str | None, b: Mapping[str, Any] | str | None) -> bool | None:
    """Whether two machines are alike, but for the number of processors; None if one of the records says too little."""
    one, other = parse_hardware(a), parse_hardware(b)
    if ("gpu" in one) != ("gpu" in other) and one and other:
        return False
    if any(one[key] != other[key] for key in (one.keys() & other.keys()) - {"count", "cluster"}):
        return False
    return one.keys() - {"count"} == other.keys() - {"count"} or None


def _cpuinfo() -> dict[str, str]:
    """Return what Linux tells of the first processor; nothing elsewhere."""
    facts: dict[str, str] = {}
    with contextlib.suppress(OSError), open(CPUINFO) as lines:
        for name, colon, value in (line.partition(":") for line in lines):
            if colon:
                facts.setdefault(name.strip(), value.strip())
    return facts
