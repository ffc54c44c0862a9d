"""Training small networks: this package's workers against `d2l.Trainer` and against a plain torch loop.

Every round trains one network with the same images, batch size and number of steps in each of

    d2l      `d2l.Trainer` as section 8.8 of "Dive into Deep Learning" uses it: files decoded and transformed one by one
             by a DataLoader of four processes, plain SGD. Its live plot is off, which is in its favour.
    plain    a torch loop as pycls and timm have it: images decoded beforehand, flipped and normalised one by one by a
             DataLoader with a process for each processor, torch.optim.SGD with momentum. Contiguous tensors.
    ours k   k worker processes as `rn.sweep` starts them, each with this network, from k seeds.

The order changes from round to round, so that what disturbs the machine disturbs all alike. The ratio is that of
networks a minute over all rounds; those of single networks are printed with it. The start of our workers is paid once
in a sweep and is printed by itself; that of the others' loaders is paid in every epoch and counts.

    python benchmarks/train.py [--data DIR] [--regimes cpu quick] [--share 0.5] [--rounds 4] [--device cuda] [--quick]

The share of a regime that trains on all images, such as colab, is of those that the data has. The peers compute as
they do by themselves, in full precision; "plain, mixed" on a GPU is the plain loop in the precision of the regime, with
channels last and a fused optimiser.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from _machine import peaks, processors
from _peers import Task, with_a_plain_loop, with_d2l
from PIL import Image

import regnet_edu as rn
from regnet_edu import regime as regimes
from regnet_edu import spaces
from regnet_edu.common.errors import InputError
from regnet_edu.data import image_data
from regnet_edu.sweeps.engines.pool import Worker, surroundings_of
from regnet_edu.sweeps.engines.worker import save_data
from regnet_edu.training.device import device_of

TARGETS = {"cpu": {"d2l": 3.8, "plain": 3.0, "ours 1": 1.9}, "cuda": {"d2l": 8.0}}
ENOUGH = 0.25  # of a regime's images, for a ratio that means something
AT_ONCE = {"cpu": (1, 2), "cuda": (1, 2, 4, 8, 16)}
NAMES = {
    "d2l": "d2l.Trainer",
    "plain": "the plain loop",
    "plain, mixed": "the plain loop in mixed precision",
    "ours 1": "one worker",
}
REGIMES = {"cpu": ("cpu", "quick"), "cuda": ("colab", "quick")}


@dataclass
class Ours:
    """Workers of the local engine that stay between rounds; `startup` is the clock until all were ready."""

    task: Task
    workers: int
    startup: float = 0.0

    def __post_init__(self) -> None:
        task, begin = self.task, time.perf_counter()
        self.folder = tempfile.TemporaryDirectory()
        data = save_data(task.images, Path(self.folder.name))
        job = {"regime": task.regime.to_dict(), "data": data, "device": task.device, "threads": 1}
        self.pool = [Worker(surroundings_of(1)) for _ in range(self.workers)]
        for answer in self.ask([{"job": job}] * self.workers):
            if not answer.get("ready"):
                self.close()
                raise SystemExit(f"{len(self.pool)} workers cannot be had: {answer.get('refused', 'one died')}")
        self.startup = time.perf_counter() - begin

    def ask(self, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Give each of the first workers one message, all at once, and return their answers."""
        with ThreadPoolExecutor(len(messages)) as threads:
            return [answer or {} for answer in threads.map(Worker.ask, self.pool, messages)]

    def __call__(self, config: rn.AnyNetConfig, at_once: int) -> float:
        begin = time.perf_counter()
        answers = self.ask([{"index": k, "seed": k, "config": config.to_dict()} for k in range(at_once)])
        seconds = time.perf_counter() - begin
        for answer in answers:
            if answer.get("status") not in ("ok", "diverged"):
                raise SystemExit(f"a network could not be trained: {answer.get('reason', 'its worker died')}")
            if answer.get("note"):
                print(f"  note: {answer['note']}", flush=True)
        return seconds

    def close(self) -> None:
        for worker in self.pool:
            worker.stop()
        self.folder.cleanup()


# -- the comparison ---------------------------------------------------------------------------------------------------


def compare(regime: rn.Regime, options: argparse.Namespace, images: rn.ImageData, folder: Path) -> None:
    """Run all rounds of one regime and print what came out."""
    regime = regime.replace(train_images=None, test_images=None, epochs=1)
    tasks = [Task(config, regime, images, folder, options.device) for config in networks(regime, options, images)]
    counts = options.at_once or AT_ONCE[options.device]
    ours = Ours(tasks[0], max(counts))
    arms: dict[str, Callable[[Task], float]] = {"d2l": with_d2l, "plain": with_a_plain_loop}
    if options.device == "cuda" and regime.precision == "bf16":  # float16 would need a scaled loss
        arms["plain, mixed"] = lambda task: with_a_plain_loop(task, mixed=True)
    arms |= {f"ours {k}": (lambda task, k=k: ours(task.config, k) / k) for k in counts}  # type: ignore[misc]
    names = list(arms)
    seconds: dict[str, list[float]] = {arm: [] for arm in arms}
    limits = peaks(options.device, regime.precision)
    print(
        f"\nregime {regime.name}: {options.share:.0%} of its images ({len(images.train_labels):,} to train on, "
        f"{len(images.test_labels):,} to test), batch {regime.batch_size}, {regime.precision}"
    )
    try:
        ours(tasks[0].config, max(counts))  # the first network of a process warms it up
        torch.optim.SGD([torch.zeros(1, requires_grad=True)], 0.1)  # imports a compiler, which the others would pay for
        for k, task in enumerate(tasks):
            for arm in names[k % len(names) :] + names[: k % len(names)]:
                seconds[arm].append(arms[arm](task))
            print(f"  round {k + 1}: " + ", ".join(f"{arm} {seconds[arm][-1]:.2f} s" for arm in arms), flush=True)
    finally:
        ours.close()
    report(seconds, tasks, limits, options)
    print(f"  start of {max(counts)} workers, paid once in a sweep: {ours.startup:.1f} s")
    if options.share < ENOUGH:
        print("  with so few images the start of the others' loaders is most of their time: read no ratio from this")


def networks(regime: rn.Regime, options: argparse.Namespace, images: rn.ImageData) -> list[rn.AnyNetConfig]:
    """As many networks as rounds, by turns from AnyNetXA and RegNetX."""
    both = [
        regime.with_ranges(spaces.get(space)).sample(
            (options.rounds + 1) // 2,
            rng=options.seed,
            flops=regime.flops,
            resolution=images.resolution,
            in_channels=images.channels,
            num_classes=images.num_classes,
        )
        for space in ("AnyNetXA", "RegNetX")
    ]
    return [config for pair in zip(*both, strict=True) for config in pair][: options.rounds]


def report(
    seconds: dict[str, list[float]], tasks: list[Task], limits: dict[str, float], options: argparse.Namespace
) -> None:
    """Print a line for each way to train, then the ratios with what is to be reached."""
    cpu = options.device == "cpu"
    peak = max(limits["matrix"], limits["convolution"])
    print(
        f"  {'one core' if cpu else 'the GPU'} reaches {limits['matrix'] / 1e9:,.0f} Gflop/s in a matrix product, "
        f"{limits['convolution'] / 1e9:,.0f} in a convolution, and copies {limits['copy'] / 1e9:,.0f} GB/s"
    )
    print(f"  {'':<14}{'networks/min':>14}{'images/s':>12}{'Gflop/s':>12}{'of the peak':>14}")
    for arm, times in seconds.items():
        cores = processors() if cpu and arm != "ours 1" else 1
        speed = sum(task.work for task in tasks) / sum(times)
        images = len(tasks[0].images.train_labels) * len(times) / sum(times)
        each_minute = 60 * options.share * len(times) / sum(times)
        share = f"{speed / peak / cores:.1%}" + (f" of {cores}" if cpu else "")
        print(f"  {arm:<14}{each_minute:>14.2f}{images:>12,.0f}{speed / 1e9:>12,.1f}{share:>14}")
    best = min((arm for arm in seconds if arm.startswith("ours")), key=lambda arm: sum(seconds[arm]))
    shortest = sum(task.shortest(limits) for task in tasks)
    if not cpu:
        share = f"{shortest / sum(seconds[best]):.0%}"
        print(f"  best with {best.split()[1]} networks at once, {share} of what arithmetic and memory would allow")
    for other, name in NAMES.items():
        if other not in seconds:
            continue
        ratios = [a / b for a, b in zip(seconds[other], seconds[best], strict=True)]
        total = sum(seconds[other]) / sum(seconds[best])  # what a sweep of these networks would feel
        goal = TARGETS[options.device].get(other)
        verdict = f"; to reach {goal}: {'reached' if total >= goal else 'MISSED'}" if goal else ""
        spread = f"(by the network {min(ratios):.2f} to {max(ratios):.2f}, median {median(ratios):.2f})"
        print(f"  {best} against {name}: {total:.2f} times the networks a minute {spread}{verdict}")


def write_files(images: rn.ImageData, folder: Path) -> None:
    """Write the images as JPEG files in train/CLASS and test/CLASS, as d2l's loader wants them."""
    for part in ("train", "test"):
        pictures, labels = getattr(images, f"{part}_images"), getattr(images, f"{part}_labels")
        for k, label in enumerate(labels):
            place = folder / part / f"{label:03d}"
            place.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pictures[k]).save(place / f"{k}.jpg", quality=95)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", default="synthetic", help="an image folder, or synthetic (the built-in pictures)")
    parser.add_argument("--regimes", nargs="+", help="presets (cpu and quick; colab and quick on a GPU)")
    parser.add_argument("--share", type=float, default=0.5, help="of a regime's images that are used (0.5)")
    parser.add_argument("--rounds", type=int, default=4, help="networks, one a round (4)")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--at-once", nargs="+", type=int, help="numbers of networks at once")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="two rounds of a twentieth: shows that it runs")
    options = parser.parse_args()
    if options.quick:
        options.share, options.rounds = 0.05, 2
    try:
        chosen = [regimes.get(name) for name in options.regimes or REGIMES[options.device]]
        for regime in chosen:
            device_of(options.device, regime.precision)
    except InputError as error:
        parser.error(str(error))
    for regime in chosen:
        whole = image_data.load(options.data, regime.resolution)
        parts = [part[: int(options.share * count)] for part, count in _parts(whole, regime)]
        images = image_data.from_arrays(whole.name, parts, whole.classes)
        with tempfile.TemporaryDirectory() as folder:
            write_files(images, Path(folder))
            compare(regime, options, images, Path(folder))


def _parts(data: Any, regime: rn.Regime) -> list[tuple[np.ndarray, int]]:
    order = np.random.default_rng(0).permutation(len(data.train_labels))
    train, test = min(regime.train_images or len(order), len(order)), len(data.test_labels)
    return [
        (data.train_images[order], train),
        (data.train_labels[order], train),
        (data.test_images, test),
        (data.test_labels, test),
    ]


if __name__ == "__main__":
    main()
