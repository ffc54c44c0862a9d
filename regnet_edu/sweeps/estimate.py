"""What a sweep will take: its multiply-adds counted, its time from a few steps of a few of its networks."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..common.errors import InputError
from ..data.dataset import DataSet
from ..data.image_data import ImageData
from ..data.stream import PREFIX, open_folder
from ..networks.complexity import complexities
from ..networks.config import AnyNetConfig
from ..training.regime import Regime
from . import cost
from .cost import Hours, Images
from .engines import local

TYPICAL = 3  # so many networks are timed
STEPS = {"cpu": 2, "cuda": 20}  # so many steps of each, after as many to warm up
LARGE = 100e6  # multiply-adds of one image; from here on the paper's times say more than a few steps here
BETTER = 1.1  # one more doubling of the networks at once must gain a tenth


@dataclass(frozen=True)
class Plan:
    """What a sweep has to do, and how long it will take; printed, it is a few lines to read.

    Args:
        space: name of the space.
        regime: name of the regime.
        networks: how many are still to be trained.
        recorded: how many are in the record file already.
        multiply_adds: of training and testing what is still to be trained.
        workers: networks at once.
        seconds: on the clock, estimated; None where nothing was timed.
        basis: what the estimate rests on.
        gpu_hours: bounds for each GPU of `cost.GPUS`; empty for networks that are too small for them.
    """

    space: str
    regime: str
    networks: int
    recorded: int
    multiply_adds: int
    workers: int
    seconds: float | None = None
    basis: str = ""
    gpu_hours: Mapping[str, Hours] = field(default_factory=dict)

    def __str__(self) -> str:
        there = f" ({self.recorded} more recorded already)" if self.recorded else ""
        networks = f"{self.networks} network{'s' * (self.networks != 1)}"
        lines = [
            f"{self.space} under regime {self.regime}: {networks} to train{there}, "
            f"{self.multiply_adds:.2g} multiply-adds in all"
        ]
        if self.seconds is not None:
            crew = f"{self.workers} worker{'s' * (self.workers != 1)}"
            lines.append(f"about {duration(self.seconds)} with {crew}, by {self.basis}")
        if self.gpu_hours:
            lines += ["GPU-hours by published times, from all that mixed precision may gain to nothing gained:"]
            lines += [f"  {name:<5} {h.low:>9,.0f} to {h.high:>9,.0f}" for name, h in self.gpu_hours.items()]
            lines += ["These rest on the paper's training times of its 24 RegNets on V100, and on each GPU's speed:"]
            lines += [f"  {g.name:<5} {g.source}; memory {g.bandwidth:,.0f} GB/s" for g in cost.GPUS]
        return "\n".join(lines)

    __repr__ = __str__


def duration(seconds: float) -> str:
    """Say a time as a person would: "40 seconds", "12 minutes", "3 hours", "9 days"."""
    for unit, size, until in (("second", 1, 100), ("minute", 60, 100 * 60), ("hour", 3600, 72 * 3600)):
        if seconds < until:
            count = max(1, round(seconds / size))
            return f"{count} {unit}{'s' * (count != 1)}"
    return f"{round(seconds / 86400)} days"


def plan(
    space: str,
    configs: Sequence[AnyNetConfig],
    regime: Regime,
    images: Images,
    recorded: Iterable[Mapping[str, Any]] = (),
    workers: int = 1,
    device: str = "cpu",
    threads: int = 1,
    timed: bool = True,
    pace: float | None = None,
    held_to: str | None = None,
) -> Plan:
    """Count what is still to be done and estimate how long it takes.

    Args:
        space: its name.
        configs: the networks that are still to be trained.
        regime: under which they are trained.
        images: how many the data has, its classes and channels.
        recorded: network records of the file that is gone on with, made by the same workers: their seconds are used.
        workers: networks at once.
        device: "cpu" or "cuda".
        threads: of each worker.
        timed: whether to time steps where no records are there.
        pace: seconds that all workers together take for a multiply-add, if known.
        held_to: the vector instructions that the workers are held to, if this process uses more.
    """
    taken = cost.images_of(regime, images)
    flops = complexities(configs, regime.resolution, images.channels, images.num_classes).flops
    work = int(cost.training_work(flops, taken, regime.epochs).sum())
    large = bool(len(flops)) and flops.mean() >= LARGE
    done = [record for record in recorded if record.get("seconds")]
    seconds, basis = None, ""
    if done:
        before = cost.training_work(np.array([record["flops"] for record in done]), taken, regime.epochs).sum()
        seconds = sum(record["seconds"] for record in done) / before * work / workers
        basis = f"the {len(done)} recorded"
    elif timed and configs and not large:
        chosen = [configs[k] for k in np.unique(np.linspace(0, len(configs) - 1, TYPICAL).astype(int))]
        basis = f"the first steps of {len(chosen)} of them"
        if device == "cpu":
            pace = seconds_a_multiply_add(chosen, regime, images, device, threads) / workers
            basis += f" with wider vector instructions; {held_to} takes longer" if held_to else ""
        elif pace is None:  # networks that share a GPU hinder each other: they are timed as they will be trained
            pace = pace_at_once(chosen, regime, images, device, workers, threads)
        else:
            basis = "a trial of so many networks at once"
        seconds = pace * work if pace else None
    hours = cost.gpu_hours(configs, regime, images) if large else {}
    return Plan(space, regime.name, len(configs), len(done), work, workers, seconds, basis, hours)


def seconds_a_multiply_add(
    configs: Sequence[AnyNetConfig], regime: Regime, images: Images, device: str = "cpu", threads: int = 1
) -> float:
    """Train some networks for some steps on random pixels and return the seconds that one multiply-add takes.

    The clock runs during a second epoch, when each convolution has found its kernel.
    """
    from ..training.loop import prepare, train  # torch comes in only where something is timed

    steps = STEPS["cpu" if device == "cpu" else "cuda"]
    # lr 0: random labels at a high learning rate could end in a loss that is not finite, and the clock would stop
    few = regime.replace(epochs=2, train_images=steps * regime.batch_size, test_images=regime.batch_size, lr=0.0)
    data = prepare(random_images(few, images), few, device)
    moments: list[float] = []
    seconds = 0.0
    for config in configs:
        train(config, few, 0, device, data, threads, on_epoch=lambda *_: moments.append(time.perf_counter()))
        seconds += moments[-1] - moments[-2]
    flops = complexities(configs, regime.resolution, images.channels, images.num_classes).flops
    return seconds / float(cost.training_work(flops, cost.images_of(few, images), 1).sum())


def size_of(data: DataSet | str | os.PathLike[str], resolution: int) -> Images:
    """Return how many images a data set has, without reading one: known by heart, or by the list of a folder's files.

    Args:
        data: as for `data.load`; "imagenet" alone, with no folder, will do.
        resolution: of the images in pixels.

    Raises:
        InputError: the folder is missing or empty.
    """
    if not isinstance(data, DataSet) and str(data) in cost.KNOWN:
        return cost.KNOWN[str(data)]
    if not isinstance(data, DataSet):
        data = open_folder(Path(str(data).removeprefix(PREFIX)).expanduser(), resolution)
    return Images(len(data.train_labels), len(data.test_labels), data.num_classes, data.channels)


def random_images(regime: Regime, images: Images) -> ImageData:
    """Pixels and labels by chance, as many as the regime takes, to time something on."""
    rng = np.random.Generator(np.random.PCG64(0))

    def part(count: int) -> list[np.ndarray]:
        shape = (count, regime.resolution, regime.resolution, images.channels)
        return [rng.integers(256, size=shape, dtype=np.uint8), rng.integers(images.num_classes, size=count)]

    taken = cost.images_of(regime, images)
    arrays = [*part(taken.train), *part(taken.test)]
    return ImageData.of("random", arrays, tuple(str(k) for k in range(images.num_classes)))


def networks_at_once(
    config: AnyNetConfig, regime: Regime, images: Images, device: str, threads: int = 1, most: int = 16
) -> tuple[int, float | None]:
    """Find how many networks one GPU trains at once to the most in a minute: 1, 2, 4, ... as long as it gains.

    Args:
        config: a typical network. One at a time is taken for granted where it is so large that it fills a GPU.
        regime: under which it is trained, for a few steps.
        images: their classes and channels count.
        device: "cuda".
        threads: of each worker.
        most: where to stop.

    Returns:
        The number, and the seconds that so many together take for a multiply-add; None where nothing was timed.
    """
    counts = complexities([config], regime.resolution, images.channels, images.num_classes)
    if counts.flops[0] >= LARGE:
        return 1, None
    best, pace, count = 1, None, 1
    while count <= most:
        try:
            found = pace_at_once([config], regime, images, device, count, threads)
        except InputError:
            if count == 1:
                raise
            break  # so many do not even start
        if found is None or (pace and found * BETTER > pace):
            break
        best, pace, count = count, found, 2 * count
    return best, pace


def pace_at_once(
    configs: Sequence[AnyNetConfig], regime: Regime, images: Images, device: str, workers: int, threads: int = 1
) -> float | None:
    """Train networks for some steps, so many at once, and return the seconds that all together take a multiply-add.

    The second network of each worker counts, when all have started. None says that memory ran out.
    """
    # lr 0 for the reason that `seconds_a_multiply_add` has
    batch = regime.batch_size
    few = regime.replace(epochs=2, train_images=10 * STEPS["cuda"] * batch, test_images=batch, lr=0.0)
    nets = [configs[k % len(configs)] for k in range(2 * workers)]
    tasks = [{"index": k, "seed": k, "config": net.to_dict()} for k, net in enumerate(nets)]
    outcomes = list(local.run(tasks, few.to_dict(), random_images(few, images), device, workers, threads))
    if any(outcome["status"] == "failed" for outcome in outcomes):
        return None
    late = outcomes[workers:]
    flops = complexities(nets, regime.resolution, images.channels, images.num_classes).flops
    work = cost.training_work(flops, cost.images_of(few, images), few.epochs)
    return sum(outcome["seconds"] for outcome in late) / float(sum(work[o["index"]] for o in late)) / workers


def processors() -> int:
    """Return how many processors this process may use: by its affinity, and by the quota of its container."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, int(min(count, _quota())))


def _quota(root: Path = Path("/sys/fs/cgroup")) -> float:
    """The processors' worth of time that Linux control groups grant (version 2, then version 1), or infinity."""
    with suppress(OSError, ValueError):
        quota, period = (root / "cpu.max").read_text().split()[:2]
        return int(quota) / int(period)  # "max" is no number: no limit
    with suppress(OSError, ValueError):
        quota, period = ((root / "cpu" / f"cpu.cfs_{name}_us").read_text() for name in ("quota", "period"))
        if int(quota) > 0:
            return int(quota) / int(period)
    return math.inf
