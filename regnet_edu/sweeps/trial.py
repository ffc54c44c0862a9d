"""How long networks take: a few of them, trained for some steps on random pixels."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..common.errors import InputError
from ..common.validation import image_size
from ..data.image_data import ImageData, from_arrays
from ..networks.complexity import complexities
from ..networks.module_config import Config
from ..training.regime import Regime
from . import cost
from .cost import Images
from .engines.engine import Job
from .engines.local import LocalEngine

STEPS = {"cpu": 2, "cuda": 20}  # so many steps of each network in an epoch
LARGE = 100e6  # multiply-adds of one image; from here on the paper's times say more than a few steps here


class Timing(NamedTuple):
    """Seconds, by which a sweep takes start_up + (networks * per_network + work * per_multiply_add) / workers."""

    start_up: float
    per_network: float
    per_multiply_add: float


def is_large(configs: Sequence[Config], regime: Regime, images: Images) -> bool:
    """Whether these networks, on average, are as large as the paper's."""
    flops = complexities(configs, regime.resolution, images.channels, images.num_classes).flops
    return bool(len(flops)) and flops.mean() >= LARGE


def timing(configs: Sequence[Config], regime: Regime, images: Images, engine: LocalEngine) -> Timing:
    """Train networks for one epoch and for three of some steps; the difference is training, the rest is paid once."""
    began = time.perf_counter()
    one, rounds = short_runs(configs, regime, images, engine, epochs=1)
    start_up = time.perf_counter() - began - rounds * float(np.mean(one))
    three, _ = short_runs(configs, regime, images, engine, epochs=3)
    flops = complexities(configs, regime.resolution, images.channels, images.num_classes).flops
    few = _short(regime, engine, 1)
    work = cost.training_work(flops, cost.images_of(few, images), 1)
    pace = max(0.0, float(np.sum(three) - np.sum(one))) / 2 / float(work.sum())
    per_network = max(0.0, float(np.mean(one) - pace * work.mean()))
    return Timing(max(0.0, start_up), per_network, pace)


def short_runs(
    configs: Sequence[Config], regime: Regime, images: Images, engine: LocalEngine, epochs: int
) -> tuple[list[float], float]:
    """Train networks for some steps, as many at once as the engine has workers.

    Returns:
        The seconds of each network, when all workers have trained one before; and how many networks a worker trained.

    Raises:
        InputError: the workers do not start, or a network failed.
    """
    few, workers = _short(regime, engine, epochs), engine.workers or 1
    nets = [configs[k % len(configs)] for k in range(-workers, max(workers, len(configs)))]
    tasks = [{"index": k, "seed": k, "config": net.to_dict()} for k, net in enumerate(nets)]
    seconds: dict[int, list[float]] = {}
    with engine.start(Job(few, random_images(few, images), configs[0])) as crew:
        for outcome in crew.train(tasks):
            if outcome["status"] == "failed":
                raise InputError(f"a network that was to be timed failed: {outcome['reason']}")
            if outcome["index"] >= workers:
                seconds.setdefault((outcome["index"] - workers) % len(configs), []).append(outcome["seconds"])
    return [float(np.mean(seconds[k])) for k in sorted(seconds)], len(nets) / workers


def _short(regime: Regime, engine: LocalEngine, epochs: int) -> Regime:
    steps = STEPS["cpu" if engine.device == "cpu" else "cuda"]
    # lr 0: random labels at a high learning rate could end in a loss that is not finite, and the clock would stop
    batch = regime.batch_size
    return regime.replace(epochs=epochs, train_images=steps * batch, test_images=batch, lr=0.0, vary={})


def random_images(regime: Regime, images: Images) -> ImageData:
    """Pixels and labels by chance, as many as the regime takes, to time something on."""
    rng = np.random.Generator(np.random.PCG64(0))

    def part(count: int) -> list[np.ndarray]:
        shape = (count, *image_size("resolution", regime.resolution), images.channels)
        return [rng.integers(256, size=shape, dtype=np.uint8), rng.integers(images.num_classes, size=count)]

    taken = cost.images_of(regime, images)
    arrays = [*part(taken.train), *part(taken.test)]
    return from_arrays("random", arrays, list(map(str, range(images.num_classes))), "random")
