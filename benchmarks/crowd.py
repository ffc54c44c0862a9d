"""Many small networks on one GPU: in how many processes or threads they train the most networks a minute.

A network of a population is too small to fill a GPU, so several are trained at once, each of a shape of its own.

    processes k        k worker processes, as `rn.sweep` starts them; a GPU serves them by turns
    processes, MPS k   the same under NVIDIA's MPS, where it starts: their kernels run side by side
    threads k          k threads of one process, each with its own stream; the interpreter launches for one at a time

Eight networks (or k, if more) of AnyNetXA and RegNetX are trained for a quarter of an epoch and tested, in each way,
after every worker has trained one for a few steps. Before that, bf16 is measured against fp32 with eight processes; and
for single networks, what a CUDA graph costs to record, with memory of its own and with that of the graph before it.

    python benchmarks/crowd.py --device cuda [--data FILE] [--regime FILE] [--seconds 90] [--out FILE]

Each result is one line of JSON in --out as soon as it is there. The last line is the choice: the precision by the rule
of recording/gpu.md, and the way that was the fastest.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from unittest import mock

import torch
from _crews import PATIENCE_UNDER_MPS, CrewError, Processes, Task, Threads, mps, tasks_of
from _images import load
from _machine import age, wait
from _peers import networks, regime_of

import regnet_edu as rn
from regnet_edu.training import cuda_graphs, loop

NETWORKS = 8
SEED = 1_000  # of networks that enter no population
GAIN = 1.05  # so many times as fast as fp32 must bf16 be
SHARE = 0.25  # of an epoch
WARM_UP = 6  # steps of the first network of a worker, after which a graph is recorded
AT_ONCE = {"cuda": (8, 16, 4), "cpu": (2, 1)}
Report = Callable[[dict[str, Any]], None]


def warm(crew: Processes | Threads, regime: rn.Regime, images: rn.ImageData, tasks: Sequence[Task]) -> None:
    """Let each worker train one network for a few steps, and give it the regime."""
    few = min(WARM_UP * regime.batch_size, regime.train_images or len(images.train_labels))
    crew.take(regime.replace(train_images=few, test_images=100), images)
    crew.train(tasks, len(tasks))
    crew.take(regime, images)


def pace(crew: Processes | Threads, tasks: Sequence[Task], at_once: int) -> float:
    """Networks a minute."""
    begin = time.perf_counter()
    crew.train(tasks, at_once)
    return round(60 * len(tasks) / (time.perf_counter() - begin), 1)


# -- what a graph costs -----------------------------------------------------------------------------------------------


class Timed(cuda_graphs.Captured):
    """A captured step that waits for the GPU after each call and keeps its milliseconds."""

    all: list[Timed] = []  # noqa: RUF012  # of this class alone

    def __init__(self, function: Callable[..., torch.Tensor]) -> None:
        super().__init__(function)
        self.milliseconds: list[float] = []
        Timed.all.append(self)

    def __call__(self, *inputs: torch.Tensor) -> torch.Tensor:
        begin = time.perf_counter()
        output = super().__call__(*inputs)
        torch.cuda.synchronize()
        self.milliseconds.append(1e3 * (time.perf_counter() - begin))
        return output


def graph_costs(tasks: Sequence[Task], regime: rn.Regime, images: rn.ImageData, report: Report) -> None:
    """Time the steps of each network: as they are, while one is recorded, and replayed."""
    data = loop.prepare(images, regime, "cuda")
    for shared in (False, True):  # with memory of its own, or that of the graph before, which is kept so long
        Timed.all.clear()
        torch.cuda.empty_cache()
        before = torch.cuda.memory_reserved()
        for task in tasks:
            pool = Timed.all[-1]._graph.pool() if shared and Timed.all and Timed.all[-1]._graph else None
            graph = partial(torch.cuda.graph, pool=pool)
            with mock.patch.object(loop, "Captured", Timed), mock.patch.object(torch.cuda, "graph", graph):
                loop.train(rn.AnyNetConfig.from_dict(task["config"]), regime, task["seed"], data=data)
        times = [step.milliseconds for step in Timed.all]
        warm = cuda_graphs.WARM_UP
        report(
            {
                "kind": "graphs",
                "memory": "of the graph before" if shared else "its own",
                "first step, ms": [round(t[0], 1) for t in times],
                "step as it is, ms": round(median(t[warm - 1] for t in times), 2),
                "recording, ms": [round(t[warm], 1) for t in times],
                "replay, ms": round(median(x for t in times for x in t[warm + 1 :]), 3),
                "reserved, MB": round((torch.cuda.memory_reserved() - before) / 1e6),
            }
        )
    Timed.all.clear()
    torch.cuda.empty_cache()


# -- the candidates ---------------------------------------------------------------------------------------------------


def measure(options: argparse.Namespace, report: Report) -> None:
    """Measure all candidates, as far as the time reaches, and report the choice."""
    cuda, regime = options.device == "cuda", regime_of(options.regime)
    images = load(options.data, regime.resolution)
    part = {"epochs": 1, "train_images": options.images or int(SHARE * len(images.train_labels))}
    part["test_images"] = max(100, min(len(images.test_labels), part["train_images"] // 5))
    regime = regime.replace(**part)
    counts = options.at_once or AT_ONCE[options.device]
    tasks = tasks_of(networks(regime, images, max(NETWORKS if cuda else 2, *counts), SEED), SEED)
    found: dict[tuple[str, int], float] = {}
    precision = regime.precision

    def enough() -> bool:
        return age() > options.seconds

    def try_counts(name: str, crew: Processes | Threads) -> None:
        """Each number at once with this crew; what fails is reported, and the next crew is tried."""
        try:
            warm(crew, regime.replace(precision=precision), images, tasks[: max(counts)])
            for k in counts:
                if enough():
                    return
                found[name, k] = pace(crew, tasks[: max(k, len(tasks) if not cuda else NETWORKS)], k)
                report({"kind": "pace", "how": name, "at_once": k, "networks_a_minute": found[name, k]})
        except (CrewError, RuntimeError, OSError) as error:
            report({"kind": "failed", "how": name, "reason": str(error)[:300]})
        finally:
            crew.close()

    crew = Processes(max(counts), options.device)
    try:
        precision = faster_precision(crew, regime, images, tasks, counts[0], report)
    except (CrewError, RuntimeError, OSError) as error:
        report({"kind": "failed", "how": "precision", "reason": str(error)[:300]})
    report({"kind": "precision", "precision": precision})
    try_counts("processes", crew)
    if not enough():
        try_counts("threads", Threads(options.device))
    if cuda and not enough():
        few = regime.replace(precision=precision, train_images=24 * regime.batch_size)
        try:
            graph_costs(tasks[:NETWORKS], few, images, report)
        except RuntimeError as error:
            report({"kind": "failed", "how": "graphs", "reason": str(error)[:300]})
    with mps(options.device) as environment:
        if environment is None:
            report({"kind": "failed", "how": "processes, MPS", "reason": "MPS is not there or does not start"})
        elif not enough():
            try_counts("processes, MPS", Processes(max(counts), options.device, environment, PATIENCE_UNDER_MPS))
    if not found:
        raise SystemExit("no way to train several networks worked")
    how, at_once = max(found, key=lambda candidate: found[candidate])
    report({"kind": "choice", "how": how, "at_once": at_once, "precision": precision})


def faster_precision(
    crew: Processes, regime: rn.Regime, images: rn.ImageData, tasks: Sequence[Task], at_once: int, report: Report
) -> str:
    """Return bf16 where the GPU has it and it gains, else fp32; never because of an error that was seen."""
    if crew.device == "cuda" and torch.cuda.get_device_capability() < (8, 0):
        return "fp32"
    paces = {}
    for precision in ("fp32", "bf16"):
        warm(crew, regime.replace(precision=precision), images, tasks[: len(crew.pool)])
        paces[precision] = pace(crew, tasks[:NETWORKS], at_once)
        wait(crew.device)
        report({"kind": "pace", "how": f"processes in {precision}", "networks_a_minute": paces[precision]})
    return "bf16" if paces["bf16"] >= GAIN * paces["fp32"] else "fp32"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", default="synthetic", help="an image folder, a packed file, or synthetic")
    parser.add_argument("--regime", default="colab", help="a preset, or a JSON file with a regime (colab)")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--at-once", nargs="+", type=int, help="numbers of networks at once, the first ones first")
    parser.add_argument("--images", type=int, help="to train on, if not a quarter of them")
    parser.add_argument("--seconds", type=float, default=300, help="after which no more candidates are tried (300)")
    parser.add_argument("--out", type=Path, help="file to which results are added, a line of JSON each")
    options = parser.parse_args()

    def report(result: dict[str, Any]) -> None:
        print(json.dumps(result), flush=True)
        if options.out:
            with open(options.out, "a") as file:
                file.write(json.dumps(result) + "\n")

    if options.device == "cuda" and not torch.cuda.is_available():
        sys.exit("this machine has no GPU that torch can use; try --device cpu")
    measure(options, report)


if __name__ == "__main__":
    main()
