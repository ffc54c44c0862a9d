"""Training small networks: this package's workers against `d2l.Trainer` and against a plain torch loop.

Every round trains one network with the same images, batch size and number of steps in each of

    d2l      `d2l.Trainer` as section 8.8 of "Dive into Deep Learning" uses it: files decoded and transformed one by one
             by a DataLoader of four processes, plain SGD. Its live plot is off, which is in its favour.
    plain    a torch loop as pycls and timm have it: images decoded beforehand, flipped and normalised one by one by a
             DataLoader with a process for each processor, torch.optim.SGD with momentum. Contiguous tensors.
    ours k   k worker processes as `rn.sweep` starts them, each with this network, from k seeds; on a GPU also under
             NVIDIA's MPS, where that starts ("ours k, MPS").

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
import json
import math
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from _crews import PATIENCE_UNDER_MPS, CrewError, Processes, mps, tasks_of
from _images import load
from _machine import age, peaks, processors
from _peers import Task, networks, regime_of, with_a_plain_loop, with_d2l
from PIL import Image

import regnet_edu as rn
from regnet_edu.common.errors import InputError
from regnet_edu.data.image_data import from_arrays
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
UNDER_MPS = ", MPS"
FEWEST = {"": 1, UNDER_MPS: 4}  # networks at once; fewer have little to share under MPS
REGIMES = {"cpu": ("cpu", "quick"), "cuda": ("colab", str(Path(__file__).parents[1] / "recording" / "gpu2x2.json"))}


# -- the comparison ---------------------------------------------------------------------------------------------------


def compare(
    regime: rn.Regime,
    options: argparse.Namespace,
    images: rn.ImageData,
    folder: Path,
    crews: dict[str, Processes],
    until: float,
) -> None:
    """Run all rounds of one regime, as far as the time reaches, and print what came out."""
    regime = regime.replace(train_images=None, test_images=None, epochs=1)
    configs = networks(regime, images, options.rounds, options.seed)
    tasks = [Task(config, regime, images, folder, options.device) for config in configs]
    counts = options.at_once or AT_ONCE[options.device]
    limits = {precision: peaks(options.device, precision) for precision in sorted({"fp32", regime.precision})}
    print(
        f"\nregime {regime.name}: {options.share:.0%} of its images ({len(images.train_labels):,} to train on, "
        f"{len(images.test_labels):,} to test), batch {regime.batch_size}, {regime.precision}"
    )
    torch.optim.SGD([torch.zeros(1, requires_grad=True)], 0.1)  # imports a compiler, which the others would pay for
    arms: dict[str, Callable[[Task], float]] = {"d2l": with_d2l, "plain": with_a_plain_loop}
    if options.device == "cuda" and regime.precision == "bf16":  # float16 would need a scaled loss
        arms["plain, mixed"] = lambda task: with_a_plain_loop(task, mixed=True)
    for name, crew in list(crews.items()):
        try:
            crew.take(regime, images)  # and the first network of a worker warms it up
            crew.train(tasks_of([configs[0]] * len(crew.pool)), len(crew.pool))
            arms |= {f"ours {k}{name}": partial(with_ours, crew, at_once=k) for k in counts if k >= FEWEST[name]}
        except CrewError as error:
            if not name:
                raise SystemExit(str(error)) from None
            print(f"  MPS started, but not the workers under it: {error}", flush=True)
            crews.pop(name).close()
    names = list(arms)
    seconds: dict[str, list[float]] = {arm: [] for arm in arms}
    for k, task in enumerate(tasks):
        begin = age()
        for arm in names[k % len(names) :] + names[: k % len(names)]:
            if arm not in seconds:
                continue
            try:
                seconds[arm].append(arms[arm](task))
            except CrewError as error:  # of these workers, or of so many at once
                print(f"  {arm} is left out: {error}", flush=True)
                del seconds[arm]
                continue
            result = {"kind": "time", "regime": regime.name, "round": k, "way": arm, "seconds": seconds[arm][-1]}
            write(options.out, result)
        print(
            f"  round {k + 1}: " + ", ".join(f"{arm} {times[-1]:.2f} s" for arm, times in seconds.items()), flush=True
        )
        if 2 * age() - begin > until:
            break  # the next round would end too late
    if not any(arm.startswith("ours") for arm in seconds):
        raise SystemExit("no worker of ours trained to the end")
    tasks = tasks[: k + 1]
    write(options.out, report(seconds, tasks, limits, options))
    print(f"  start of {max(counts)} workers, paid once in a sweep: {crews[''].startup:.1f} s")
    if options.share < ENOUGH:
        print("  with so few images the start of the others' loaders is most of their time: read no ratio from this")


def crews_of(options: argparse.Namespace, stack: ExitStack) -> dict[str, Processes]:
    """Start our workers, and on a GPU as many under MPS, where that starts; they serve all regimes."""
    most = max(options.at_once or AT_ONCE[options.device])
    crews = {"": Processes(most, options.device)}
    environment = stack.enter_context(mps(options.device))
    if environment and most >= FEWEST[UNDER_MPS]:
        crews[UNDER_MPS] = Processes(most, options.device, environment, PATIENCE_UNDER_MPS)
    stack.callback(lambda: [crew.close() for crew in crews.values()])
    return crews


def with_ours(crew: Processes, task: Task, at_once: int) -> float:
    """Seconds for one of so many networks at once."""
    begin = time.perf_counter()
    crew.train(tasks_of([task.config] * at_once), at_once)
    return (time.perf_counter() - begin) / at_once


def report(
    seconds: dict[str, list[float]],
    tasks: list[Task],
    limits: dict[str, dict[str, float]],
    options: argparse.Namespace,
) -> dict[str, Any]:
    """Print a line for each way to train, then the ratios with what is to be reached; return it all."""
    cpu, regime = options.device == "cpu", tasks[0].regime
    for precision, limit in limits.items():
        product, convolution, copy = (limit[what] / 1e9 for what in ("matrix", "convolution", "copy"))
        print(
            f"  {'one core' if cpu else 'the GPU'} reaches {product:,.0f} Gflop/s in a matrix product in {precision}, "
            f"{convolution:,.0f} in a convolution, and copies {copy:,.0f} GB/s"
        )
    rows = {arm: _row(arm, times, tasks, limits, options) for arm, times in seconds.items()}
    shares = "".join(f"{'of ' + precision:>9}" for precision in limits)
    print(f"  {'':<14}{'networks/min':>14}{'images/s':>12}{'Gflop/s':>12}{shares}")
    for arm, row in rows.items():
        shares = "".join(f"{row['of ' + precision]:>9.2%}" for precision in limits)
        print(f"  {arm:<14}{row['networks/min']:>14.2f}{row['images/s']:>12,.0f}{row['Gflop/s']:>12,.1f}{shares}")
    best = min((arm for arm in seconds if arm.startswith("ours")), key=lambda arm: sum(seconds[arm]))
    shortest = sum(task.shortest(limits[regime.precision]) for task in tasks) / sum(seconds[best])
    if not cpu:
        print(f"  best is {best}: {shortest:.0%} of what arithmetic and memory would allow")
    ratios = {}
    for other, name in NAMES.items():
        if other not in seconds:
            continue
        each = [a / b for a, b in zip(seconds[other], seconds[best], strict=True)]
        ratios[other] = total = sum(seconds[other]) / sum(seconds[best])  # what a sweep of these networks would feel
        goal = TARGETS[options.device].get(other)
        verdict = f"; to reach {goal}: {'reached' if total >= goal else 'MISSED'}" if goal else ""
        spread = f"(by the network {min(each):.2f} to {max(each):.2f}, median {median(each):.2f})"
        print(f"  {best} against {name}: {total:.2f} times the networks a minute {spread}{verdict}")
    facts = {"regime": regime.name, "share": options.share, "rounds": len(tasks), "peaks": limits}
    return {"kind": "report", **facts, "ways": rows, "best": best, "of the roofline": shortest, "ratios": ratios}


def _row(
    arm: str, times: list[float], tasks: list[Task], limits: dict[str, dict[str, float]], options: argparse.Namespace
) -> dict[str, float]:
    cores = processors() if options.device == "cpu" and arm != "ours 1" else 1
    speed = sum(task.work for task in tasks) / sum(times)
    images = len(tasks[0].images.train_labels) * len(times)
    row = {"networks/min": 60 * options.share * len(times) / sum(times), "images/s": images / sum(times)}
    peak = {f"of {name}": speed / cores / max(limit["matrix"], limit["convolution"]) for name, limit in limits.items()}
    return {**row, "Gflop/s": speed / 1e9, **peak}


def write(out: Path | None, result: dict[str, Any]) -> None:
    """Add a line of JSON to the file of results."""
    if out:
        with open(out, "a") as file:
            file.write(json.dumps(result) + "\n")


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
    parser.add_argument("--data", default="synthetic", help="an image folder, a packed file, or synthetic")
    parser.add_argument("--regimes", nargs="+", help="presets or JSON files (cpu, quick; on a GPU colab)")
    parser.add_argument("--share", type=float, default=0.5, help="of a regime's images that are used (0.5)")
    parser.add_argument("--rounds", type=int, default=4, help="networks, one a round (4)")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--at-once", nargs="+", type=int, help="numbers of networks at once")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--seconds", type=float, default=math.inf, help="after which no round is begun, for all regimes"
    )
    parser.add_argument("--out", type=Path, help="file to which results are added, a line of JSON each")
    parser.add_argument("--quick", action="store_true", help="two rounds of a twentieth: shows that it runs")
    options = parser.parse_args()
    if options.quick:
        options.share, options.rounds = 0.05, 2
    try:
        chosen = [regime_of(name) for name in options.regimes or REGIMES[options.device]]
        for regime in chosen:
            device_of(options.device, regime.precision)
    except InputError as error:
        parser.error(str(error))
    with ExitStack() as stack:
        crews = crews_of(options, stack)
        for number, regime in enumerate(chosen, 1):
            whole = load(options.data, regime.resolution)
            parts = [part[: int(options.share * count)] for part, count in _parts(whole, regime)]
            images = from_arrays(whole.name, parts, whole.classes)
            with tempfile.TemporaryDirectory() as folder:
                write_files(images, Path(folder))
                compare(regime, options, images, Path(folder), crews, options.seconds * number / len(chosen))


def _parts(data: Any, regime: rn.Regime) -> list[tuple[np.ndarray, int]]:
    order = np.random.default_rng(0).permutation(len(data.train_labels))
    train, test = min(regime.train_images or len(order), len(order)), len(data.test_labels)
    test = min(regime.test_images or test, test)
    return [
        (data.train_images[order], train),
        (data.train_labels[order], train),
        (data.test_images, test),
        (data.test_labels, test),
    ]


if __name__ == "__main__":
    main()
