"""Decoded images kept on disk, so that the second start takes no time; and whether they fit into memory at all."""

from __future__ import annotations

import contextlib
import json
import math
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..common.errors import InputError
from ..common.validation import Resolution, image_size, shown_size

PARTS = ("train_images", "train_labels", "test_images", "test_labels")


def cache_folder() -> Path:
    """Where downloads and decoded images are kept: $REGNET_EDU_CACHE, or regnet_edu in the user's cache folder."""
    if os.environ.get("REGNET_EDU_CACHE"):
        return Path(os.environ["REGNET_EDU_CACHE"])
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "regnet_edu"


def recall(kept: Path) -> tuple[tuple[np.ndarray, ...], dict[str, Any]] | None:
    """Return the arrays that `keep` left there, mapped from their files, and their description; None without them."""
    try:
        meta = json.loads((kept / "meta.json").read_text())
        return tuple(np.load(kept / f"{part}.npy", mmap_mode="r") for part in PARTS), meta
    except (OSError, ValueError, EOFError):
        return None  # not kept yet, or damaged


def keep(kept: Path, arrays: Sequence[np.ndarray], meta: dict[str, Any]) -> None:
    """Write the arrays in one step, so that half of them is never read; a full or read-only disk is no error."""
    with contextlib.suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=kept.parent))
        try:
            for name, array in zip(PARTS, arrays, strict=True):
                np.save(work / f"{name}.npy", array)
            (work / "meta.json").write_text(json.dumps(meta))
            shutil.rmtree(kept, ignore_errors=True)  # a damaged one, which would be in the way
            os.replace(work, kept)
        finally:
            shutil.rmtree(work, ignore_errors=True)


def free_memory() -> int | None:
    """Return how many bytes a process can still have: what the system can spare, at most what its container may."""
    free = []
    with contextlib.suppress(OSError, ValueError, StopIteration), open("/proc/meminfo") as file:
        free.append(int(next(line for line in file if line.startswith("MemAvailable")).split()[1]) * 1024)
    with contextlib.suppress(OSError, ValueError):
        limit, used = (Path(f"/sys/fs/cgroup/memory.{name}").read_text() for name in ("max", "current"))
        free.append(int(limit) - int(used))  # "max" is no number: there is no limit
    if not free:
        with contextlib.suppress(AttributeError, OSError, ValueError):
            free.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return min(free, default=None)


def check_memory(what: str, images: int, resolution: Resolution, channels: int = 3, instead: str = "") -> None:
    """Refuse to keep more images in memory than fit into it.

    Raises:
        InputError: they do not; `instead` says what would do.
    """
    size, free = image_size("resolution", resolution), free_memory()
    needed = images * math.prod(size) * channels
    if free is not None and needed > free:
        raise InputError(
            f"{what} holds {images:,} images, which at {shown_size(resolution)} pixels need {needed / 1e9:.3g} GB of "
            f"memory, more than the {free / 1e9:.3g} GB that are free{instead}"
        )
