"""The local engine: worker processes on this machine, each with one network at a time."""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from ...common.environment import hardware
from ...common.errors import InputError
from ...common.import_path import own_code, pack
from ...common.validation import device_name, whole
from ...networks.module_config import Config
from ...training.regime import Regime
from ..cost import Images
from .engine import Crew, Job, check_timeout
from .pool import Pool
from .worker import save_data

MOST_ON_A_GPU = 16  # networks at once


@dataclass(frozen=True)
class LocalEngine:
    """Worker processes on this machine. On CPUs they rest for some minutes when a sweep is over, ready for the next.

    Args:
        workers: how many networks are trained at once; if left out, as many as there are processors, or on a GPU as
            many as a short trial finds to be the fastest.
        threads: threads of each worker, and processes that read images for it where these stay on the disk.
        device: "cpu", "cuda", "cuda:1" or "mps".
        network_timeout: seconds after which the training of a network is ended, to be tried once more. A worker that
            gives no sign of life for a minute is named in any case.

    Raises:
        InputError: an argument is invalid.
    """

    workers: int | None = None
    threads: int = 1
    device: str = "cpu"
    network_timeout: float | None = None
    name: ClassVar[str] = "local"

    def __post_init__(self) -> None:
        if self.workers is not None:
            whole("workers", self.workers)
        whole("threads", self.threads)
        device_name(self.device)
        check_timeout(self.network_timeout)

    def check(self, regime: Regime) -> None:
        """Raise `InputError` if the device is not there, or lacks the precision of the regime."""
        if self.device != "cpu" or regime.precision not in ("fp32", "bf16"):
            from ...training.device import device_of  # imports torch, for which a sweep on processors need not wait

            device_of(self.device, regime.precision)

    @contextmanager
    def start(self, job: Job) -> Iterator[Crew]:
        """Offer the workers until the block ends; each is started when there is a network for it."""
        workers = self.workers or processors()
        if not self.workers and self.device != "cpu":
            workers = networks_at_once(self, job.typical, job.regime, Images.of(job.data))
        with tempfile.TemporaryDirectory(prefix="regnet-edu-", ignore_cleanup_errors=True) as folder:
            facts = {"device": self.device, "threads": self.threads}
            told = {"regime": job.regime.to_dict(), "data": save_data(job.data, Path(folder)), "code": pack(), **facts}
            pool = Pool(told, workers, self.network_timeout)
            try:
                yield Crew(workers, hardware(self.device), pool.train)
                # Not those that hold a GPU's memory, or code that may have changed when the next sweep begins.
                pool.close(rest=self.device == "cpu" and not own_code())
            finally:
                pool.close()


def networks_at_once(engine: LocalEngine, config: Config, regime: Regime, images: Images) -> int:
    """Find how many networks a GPU trains at once to the most in a minute: 1, 2, 4, ... as long as a tenth is gained.

    A network so large that it fills a GPU is trained alone, and nothing is tried.
    """
    from ..trial import is_large, short_runs  # which itself trains with this engine

    if is_large([config], regime, images):
        return 1
    best, pace, count = 1, math.inf, 1
    while count <= MOST_ON_A_GPU:
        try:
            seconds, _ = short_runs([config], regime, images, replace(engine, workers=count), epochs=2)
        except InputError:
            if count == 1:
                raise
            break  # so many do not even start, or their memory ran out
        if seconds[0] / count * 1.1 > pace:
            break
        best, pace, count = count, seconds[0] / count, 2 * count
    return best


def processors() -> int:
    """Return how many processors this process may use: by its affinity, and by the quota of its container."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, int(min(count, container_quota())))


def container_quota(root: Path = Path("/sys/fs/cgroup")) -> float:
    """The processors' worth of time that Linux control groups grant (version 2, then version 1), or infinity."""
    with suppress(OSError, ValueError):
        quota, period = (root / "cpu.max").read_text().split()[:2]
        return int(quota) / int(period)  # "max" is no number: no limit
    with suppress(OSError, ValueError):
        quota, period = ((root / "cpu" / f"cpu.cfs_{name}_us").read_text() for name in ("quota", "period"))
        if int(quota) > 0:
            return int(quota) / int(period)
    return math.inf
