"""One worker process of a sweep: `python -m regnet_edu.sweeps.engines` reads tasks from its standard input.

Each is a line of JSON.
The first line is the job that all tasks share (regime, data, device, threads); every further line is one network to
train. On the standard output the worker says that it is ready, or why it refuses the job, and then answers each task by
one JSON line; while it is at work, an empty one every few seconds is its sign of life. Told to rest, it lets go of its
data and waits for another job, but not for ever. When the standard input ends, so does the worker, at once: no worker
outlives a driver that was killed.
"""

from __future__ import annotations

import ctypes
import gc
import json
import math
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from ...common.errors import InputError, first_line
from ...common.import_path import unpack
from ...data.cache import PARTS
from ...data.dataset import DataSet
from ...data.image_data import from_arrays
from ...data.stream import ImageStream, relisted
from ...networks.module_config import config_from_dict
from ...training.regime import Regime

PATIENCE = 600.0  # seconds that a worker waits for its next job
BEAT = 5.0  # seconds between two signs of life


def save_data(data: DataSet, folder: Path) -> dict[str, Any]:
    """Make the images readable for other processes; return how `open_data` finds them.

    Arrays that are mapped from a file already are shared as they are; others are written to `folder`. Of images that
    stay on the disk, only their folder is told.
    """
    if isinstance(data, ImageStream):
        return data.listed()
    paths = {}
    for part in PARTS:
        array = getattr(data, part)
        if isinstance(array, np.memmap) and array.filename:
            paths[part] = str(array.filename)
        else:
            paths[part] = str(folder / f"{part}.npy")
            np.save(paths[part], array)
    return {"name": data.name, "classes": list(data.classes), "fingerprint": data.fingerprint, "paths": paths}


def open_data(saved: Mapping[str, Any] | DataSet) -> DataSet:
    """Map the arrays that `save_data` left, without reading them yet, or list the files of its folder.

    A data set itself, which is how it comes over a network, is returned as it is.
    """
    if isinstance(saved, DataSet):
        return saved
    if "root" in saved:
        return relisted(saved)
    arrays = [np.load(saved["paths"][part], mmap_mode="r") for part in PARTS]
    return from_arrays(saved["name"], arrays, saved["classes"], saved["fingerprint"])


class Trainer:
    """Trains networks of one job, one after the other, on data that is prepared once."""

    def __init__(self, job: Mapping[str, Any]) -> None:
        from ...training.device import device_of  # torch comes in here, after the process was set up
        from ...training.loop import prepare

        if "code" in job:  # else this is the process that has it
            unpack(job["code"])
        sys.path += [folder for folder in job.get("folders", ()) if folder not in sys.path]
        self.regime = Regime.from_dict(job["regime"])
        self.device = job["device"]
        self.threads = job["threads"]
        device_of(self.device, self.regime.precision)
        data = open_data(job["data"])
        self.data = data if isinstance(data, ImageStream) else prepare(data, self.regime, self.device)

    def __call__(self, task: Mapping[str, Any]) -> dict[str, Any]:
        """Train one network; return its outcome, after an exception a failure with its reason.

        Raises:
            InputError: no network can be trained as it was asked for, such as on an image that cannot be read.
        """
        from ...training.loop import train

        try:
            config = config_from_dict(task["config"])
            keep, path = task.get("keep") or ("none", "")
            result = train(config, self.regime, task["seed"], self.device, self.data, self.threads, keep=keep)
            if result.network is not None:
                from ...networks.weight_files import save

                Path(path).parent.mkdir(parents=True, exist_ok=True)
                save(result.network, path)
        except Exception as error:  # one bad network must not stop a sweep
            reason = reason_of(error)
            if isinstance(error, InputError) and not reason.startswith(OUT_OF_MEMORY):
                raise  # the next networks would only say the same
            check_gpu(self.device, reason)
            return {"index": task["index"], "status": "failed", "reason": reason}
        finally:
            free_memory(self.device)
        return {
            "index": task["index"],
            "status": result.status,
            "error": result.error,
            "errors": list(result.errors),
            "epochs": len(result.errors),
            "loss": _finite(result.loss) if result.status == "ok" else None,
            "seconds": result.seconds,
            "cpu_seconds": result.cpu_seconds,
            "images_per_second": _finite(result.images_per_second),
            "reason": result.reason,
            **({"note": result.note} if result.note else {}),
            **({"losses": [_finite(loss) for loss in result.losses]} if result.losses else {}),
        }


def _finite(value: float) -> float | None:
    """Return a number that JSON can hold; a training of somebody's own need not tell it."""
    return value if math.isfinite(value) else None


OUT_OF_MEMORY = "out of memory"
LACKING = (
    "out of memory",
    "not enough memory",
    "too little memory",
    "can't allocate memory",
    "Unable to allocate",
    "CUBLAS_STATUS_ALLOC_FAILED",
    "CUDNN_STATUS_ALLOC_FAILED",
)


def reason_of(error: Exception) -> str:
    """Say in one line why a network failed; where memory ran out, in words by which the engine knows that."""
    said = f"{type(error).__name__}: {first_line(error)}" if str(error) else type(error).__name__
    short = isinstance(error, MemoryError) or any(words in str(error) for words in LACKING)
    return f"{OUT_OF_MEMORY}: {said}" if short else said


class BrokenGPUError(RuntimeError):
    """This process can use its GPU no more: after some errors, as that of an illegal address, every call fails."""


def check_gpu(device: str, reason: str) -> None:
    """End this worker, by an exception that says why its last network failed, if its GPU answers no more.

    It would fail every other network too; another worker, in its place, begins afresh.
    """
    if not device.startswith("cuda"):
        return
    import torch

    try:
        torch.cuda.synchronize(device)
    except RuntimeError:
        raise BrokenGPUError(reason) from None


def free_memory(device: str) -> None:
    """Give back what torch keeps of a GPU's memory for later, so that other workers on it can have it."""
    if device.startswith("cuda"):
        import torch

        with suppress(RuntimeError):  # of a GPU that is broken, which `check_gpu` has said
            torch.cuda.empty_cache()


def give_back_memory() -> None:
    """Give back to the system what glibc keeps of freed memory; `pool.KEEP_MEMORY` makes it keep all."""
    gc.collect()
    with suppress(OSError, AttributeError, TypeError):  # no glibc
        ctypes.CDLL(None).malloc_trim(0)


def main() -> None:
    for name in ("SIGINT", "SIGUSR1"):  # the driver's affair, but a cluster sends them to every process of a job
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # nothing that a library prints may end up between the answers
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(lines,), daemon=True).start()

    at_work = threading.Event()
    one_at_a_time = threading.Lock()

    def answer(what: Mapping[str, Any]) -> None:
        with one_at_a_time:
            answers.write(json.dumps(what) + "\n")
            answers.flush()

    def beat() -> None:
        while True:
            time.sleep(BEAT)
            at_work.wait()
            answer({})

    threading.Thread(target=beat, daemon=True).start()
    trainer: Trainer | None = None
    while True:
        try:
            message = json.loads(lines.get(timeout=None if trainer else PATIENCE))
        except queue.Empty:
            return
        if "rest" in message:
            trainer = None
            give_back_memory()
            continue
        at_work.set()
        try:
            if "job" in message:
                trainer = Trainer(message["job"])
                said: Mapping[str, Any] = {"ready": True}
            else:
                assert trainer is not None, "a task came before its job"
                said = trainer(message)
        except InputError as error:
            answer({"refused": str(error)})
            return
        at_work.clear()
        answer(said)


def _listen(lines: queue.SimpleQueue[str]) -> None:
    # Not through sys.stdin: whoever reads it holds its lock, on which a forked process that closes it waits for ever.
    with os.fdopen(os.dup(0)) as driver:
        for line in driver:
            lines.put(line)
    os._exit(0)
