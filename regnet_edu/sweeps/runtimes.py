"""How long networks take to answer: inference time of a batch of images, measured and recorded (figure 12).

Runtimes lie beside their population, NAME.runtime.json beside NAME.jsonl, with the machine that they were measured on.
It need not be the one that trained the networks, and it must have nothing else to do meanwhile.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..common.environment import describe_hardware, environment, hardware
from ..common.errors import InputError, first_line
from ..common.files import regular, write_atomically
from ..common.validation import Resolution, image_size, whole
from ..networks.module_config import Config, build_network
from ..networks.zoo import Network, as_network
from .population import as_population, config_of, load_population

if TYPE_CHECKING:
    import pandas as pd
    import torch

BATCH = 64  # images, as in the paper
WARM_UP = 2  # rounds that are not counted


def inference_ms(
    network: Network | Config,
    resolution: Resolution = 32,
    num_classes: int = 10,
    in_channels: int = 3,
    *,
    batch: int = BATCH,
    rounds: int = 9,
    threads: int = 1,
    device: str = "cpu",
    precision: str = "fp32",
    compiled: bool = False,
) -> float:
    """Return the milliseconds that one batch of images takes (figure 12, top).

    The least of several rounds: whatever else the machine does can only add to it. A GPU keeps the time itself, by
    events.

    Args:
        network: a network in any form; its weights do not matter.
        resolution: height and width of the images in pixels.
        num_classes: outputs of the head.
        in_channels: channels of the images.
        batch: images at once; the paper has 64.
        rounds: how often it is measured, after two rounds that are not counted.
        threads: of the processor.
        device: "cpu", "cuda" or "mps".
        precision: "fp32", or "bf16" or "fp16" for mixed precision.
        compiled: whether `torch.compile` translates the network first.

    Raises:
        InputError: an argument is invalid, the device is not there, or lacks the precision.
    """
    import torch

    from ..training.device import autocast, device_of, threads_of

    for name, value in (("batch", batch), ("rounds", rounds), ("threads", threads)):
        whole(name, value)
    where = device_of(device, precision)
    built: Any = build_network(as_network(network), num_classes, in_channels, resolution).eval()
    built = built.to(device=where, memory_format=torch.channels_last)
    built = torch.compile(built) if compiled else built
    size = (batch, in_channels, *image_size("resolution", resolution))
    images = torch.zeros(size, device=where).to(memory_format=torch.channels_last)
    with threads_of(threads), torch.inference_mode(), autocast(where, precision):
        return min([_milliseconds(lambda: built(images), where) for _ in range(WARM_UP + rounds)][WARM_UP:])


def _milliseconds(run: Callable[[], object], where: torch.device) -> float:
    """Time one call: on a GPU by events, between which nothing else is in its queue."""
    import torch

    if where.type == "cuda":
        first, last = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        torch.cuda.synchronize(where)
        first.record(torch.cuda.current_stream(where))
        run()
        last.record(torch.cuda.current_stream(where))
        last.synchronize()
        return float(first.elapsed_time(last))
    started = time.perf_counter()
    run()
    if where.type == "mps":
        torch.mps.synchronize()
    return 1000 * (time.perf_counter() - started)


def record_runtimes(population: str | os.PathLike[str], **how: Any) -> Path:
    """Measure every network of a population and write the times beside it; return the path.

    Args:
        population: a name of `populations()`, or the path of a record file.
        how: batch, threads, device, precision and compiled, as for `inference_ms`.

    Raises:
        InputError: there is no such population, or an argument is invalid.
    """
    table = load_population(population)
    path = _beside(population)
    write_atomically(path, json.dumps(_measured(table, **how), indent=1).encode() + b"\n")
    return path


def _measured(table: pd.DataFrame, **how: Any) -> dict[str, Any]:
    """Measure every network of a population, as its regime and its data have them; return the times and the setting."""
    header = table.attrs.get("header")
    if not header:
        raise InputError("this table has no header; take it from load_population or sweep")
    size, data = header["regime"]["resolution"], header["data"]
    images = (tuple(size) if isinstance(size, list) else size, data["classes"], data.get("channels", 3))
    setting = {"batch": BATCH, "resolution": size, "threads": 1, "device": "cpu", **how}
    times = {
        str(row["index"]): round(inference_ms(config_of(row), *images, **how), 4) for row in table.to_dict("records")
    }
    return {**setting, **environment(), "hardware": hardware(setting["device"]), "ms": times}


def with_runtimes(population: pd.DataFrame | str | os.PathLike[str], **how: Any) -> pd.DataFrame:
    """Return a population with the column `runtime`, in milliseconds a batch.

    `table.attrs["runtime"]` says how and on what they were measured.

    Args:
        population: a table of `load_population` or `sweep`, whose networks are measured now, on this machine; or a name
            or path, whose runtimes were recorded.
        how: batch, rounds, threads, device, precision and compiled, as for `inference_ms`; with any of them the
            networks are measured now in any case.

    Raises:
        InputError: there is no such population, or its runtimes were not recorded.
    """
    if not isinstance(population, (str, os.PathLike)):
        return _with_column(as_population(population).copy(), _measured(population, **how))
    table = load_population(population)
    if how:
        return _with_column(table, _measured(table, **how))
    try:
        found: dict[str, Any] = json.loads(regular(_beside(population)).read_bytes())
        return _with_column(table, found)
    except FileNotFoundError:
        raise InputError(
            f"the runtimes of {population} are not recorded; "
            f"on a machine that has nothing else to do, rn.record_runtimes({str(population)!r}) records them"
        ) from None
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise InputError(f"{_beside(population)} cannot be read as runtimes: {first_line(error)}") from error


def _with_column(table: pd.DataFrame, found: dict[str, Any]) -> pd.DataFrame:
    milliseconds = found.pop("ms")
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
