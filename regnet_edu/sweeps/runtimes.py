"""How long networks take to answer: inference time of a batch of images, measured and recorded (figure 12).

Runtimes lie beside their population, NAME.runtime.json beside NAME.jsonl, with the machine that they were measured on.
It need not be the one that trained the networks, and it must have nothing else to do meanwhile.
"""

from __future__ import annotations

import json
import os
import time
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..common.environment import describe_hardware, environment, hardware
from ..common.errors import InputError, first_line
from ..common.files import regular, write_atomically
from ..common.validation import whole
from .population import config_of, load_population

if TYPE_CHECKING:
    import pandas as pd

    from ..networks.zoo import Network

BATCH = 64  # images, as in the paper
WARM_UP = 2  # rounds that are not counted


def inference_ms(
    network: Network,
    resolution: int = 32,
    num_classes: int = 10,
    *,
    batch: int = BATCH,
    rounds: int = 9,
    threads: int = 1,
    device: str = "cpu",
) -> float:
    """Return the milliseconds that one batch of images takes (figure 12, top).

    The least of several rounds: whatever else the machine does can only add to it.

    Args:
        network: a network in any form; its weights do not matter.
        resolution: height and width of the images in pixels.
        num_classes: outputs of the head.
        batch: images at once; the paper has 64.
        rounds: how often it is measured, after two rounds that are not counted.
        threads: of the processor.
        device: "cpu" or "cuda".

    Raises:
        InputError: an argument is invalid, or the device is not there.
    """
    import torch

    from ..networks.anynet import AnyNet
    from ..training.device import device_of, threads_of

    for name, value in (("resolution", resolution), ("batch", batch), ("rounds", rounds), ("threads", threads)):
        whole(name, value)
    where = device_of(device)
    built = AnyNet(network, num_classes).eval().to(device=where, memory_format=torch.channels_last)  # type: ignore[call-overload]
    images = torch.zeros(batch, 3, resolution, resolution, device=where).to(memory_format=torch.channels_last)
    times = []
    with threads_of(threads), torch.inference_mode():
        for _ in range(WARM_UP + rounds):
            started = time.perf_counter()
            built(images)
            if where.type == "cuda":
                torch.cuda.synchronize(where)
            times.append(time.perf_counter() - started)
    return 1000 * min(times[WARM_UP:])


def record_runtimes(population: str | os.PathLike[str], *, threads: int = 1, device: str = "cpu") -> Path:
    """Measure every network of a population and write the times beside it; return the path.

    Args:
        population: a name of `populations()`, or the path of a record file.
        threads, device: as for `inference_ms`.

    Raises:
        InputError: there is no such population, or an argument is invalid.
    """
    table = load_population(population)
    header = table.attrs["header"]
    size, classes = header["regime"]["resolution"], header["data"]["classes"]
    times = {
        str(row["index"]): round(inference_ms(config_of(row), size, classes, threads=threads, device=device), 4)
        for row in table.to_dict("records")
    }
    setting = {
        "batch": BATCH,
        "resolution": size,
        "threads": threads,
        "device": device,
        **environment(),
        "hardware": hardware(device),
    }
    path = _beside(population)
    write_atomically(path, json.dumps({**setting, "ms": times}, indent=1).encode() + b"\n")
    return path


def with_runtimes(population: str | os.PathLike[str]) -> pd.DataFrame:
    """Load a population with the column `runtime`, in milliseconds a batch.

    `table.attrs["runtime"]` says how and on what they were measured.

    Raises:
        InputError: there is no such population, or its runtimes were not recorded.
    """
    table = load_population(population)
    try:
        found: dict[str, Any] = json.loads(regular(_beside(population)).read_bytes())
        milliseconds = found.pop("ms")
    except FileNotFoundError:
        raise InputError(
            f"the runtimes of {population} are not recorded; "
            f"on a machine that has nothing else to do, rn.record_runtimes({str(population)!r}) records them"
        ) from None
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise InputError(f"{_beside(population)} cannot be read as runtimes: {first_line(error)}") from error
    table["runtime"] = [milliseconds.get(str(index), np.nan) for index in table["index"]]
    table.attrs["runtime"] = {**found, "hardware": describe_hardware(found.get("hardware")) or "unknown hardware"}
    return table


def runtimes_recorded(population: str | os.PathLike[str]) -> bool:
    """Whether the runtimes of a population were recorded."""
    return _beside(population).exists()


def _beside(population: str | os.PathLike[str]) -> Path:
    path = Path(population)
    if not path.exists():
        path = Path(str(resources.files("regnet_edu"))) / "recorded" / f"{path}.jsonl"
    return path.with_name(path.name.removesuffix(".jsonl") + ".runtime.json")
