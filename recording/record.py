"""Record the populations of the plan beside this file, block by block; the same command goes on where it stopped.

    python record.py --data DIR --runs RUNS              # train what is missing
    python record.py --runs RUNS --keep DIR              # copy the blocks that are whole into DIR, train nothing

RUNS holds the growing record files. What lies in --keep is taken up first, so that a new machine goes on from there.
"""

from __future__ import annotations

import argparse
import os
import signal
import time
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from regnet_edu.circumstances import circumstances, hardware
from regnet_edu.complexity import complexity
from regnet_edu.population import config_of
from regnet_edu.records import RecordWriter, encode, read
from regnet_edu.sweep import network_seed

from regnet_edu import data as image_data
from regnet_edu import load_population, regime, spaces, train

CPU2X2 = regime.get("cpu").but(
    name="cpu2x2",
    flops=(29.5e6, 32.8e6),
    ranges={"AnyNet": {"stem_stride": 1}, "RegNet": {"stem_stride": 1}},
)
FIVE = {"num_stages": 5, "strides": (1, 2, 2, 2, 2)}


@dataclass(frozen=True)
class Planned:
    """One population: the space, what differs from its defaults, and the population of `cpu` that has its networks."""

    space: str
    variant: str = ""
    options: tuple[tuple[str, object], ...] = ()
    fresh: bool = False
    repeats: int = 1

    @property
    def name(self) -> str:
        return "-".join(filter(None, [self.space.lower(), self.variant, CPU2X2.name]))

    def design_space(self):
        return spaces.get(self.space, **dict(self.options), stem_stride=1)

    def configs(self, n: int) -> list:
        if self.fresh:
            return self.design_space().sample(n, rng=0, flops=CPU2X2.flops, resolution=32, num_classes=10)
        of = "-".join(filter(None, [self.space.lower(), "" if self.variant == "seeds" else self.variant, "cpu"]))
        rows = load_population(of).head(n).to_dict("records")
        return [replace(config_of(row), stem_stride=1) for row in rows]


ROUNDS: tuple[tuple[tuple[Planned, ...], int], ...] = (
    ((*tuple(Planned(f"AnyNetX{letter}") for letter in "ABCDE"), Planned("RegNetX")), 100),
    (tuple(Planned(f"AnyNetX{w}{what}") for what in ("Widths", "Depths") for w in ("Equal", "Decreasing")), 50),
    (
        (
            Planned("RegNetX", "wa8", (("min_wa", 8.0),), fresh=True),
            Planned("RegNetXWm2"),
            Planned("RegNetXW0Wa"),
            Planned("RegNetX", "3stages", (("num_stages", 3),)),
        ),
        50,
    ),
    (tuple(Planned(s, "5stages", tuple(FIVE.items()), True) for s in ("AnyNetXA", "AnyNetXE", "RegNetX")), 50),
    ((Planned("AnyNetXA", "seeds", repeats=3), Planned("RegNetX", "seeds", repeats=3)), 10),
)


def start(folder: str) -> None:
    """Prepare a worker: one thread, the lowest priority, the images in memory."""
    import torch
    from regnet_edu.train import prepare

    global IMAGES
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(10)
    torch.set_num_threads(1)
    IMAGES = prepare(image_data.load(folder, 32), CPU2X2)


def one(config, seed: int) -> dict:
    """Train one network, twice if it fails, and return what its record says of the training."""
    for attempt in (1, 2):
        try:
            result = train(config, CPU2X2, seed, data=IMAGES)
            break
        except Exception as error:
            if attempt == 2:
                return {"status": "failed", "reason": f"{type(error).__name__}: {error}"}
    done = {k: getattr(result, k) for k in ("error", "status", "loss", "seconds", "cpu_seconds", "images_per_second")}
    return {**done, "errors": list(result.errors), "epochs": len(result.errors), "reason": result.reason}


def blocks():
    """Yield (population, its size, index of record, config) block by block, each block starting with another one."""
    for populations, n in ROUNDS:
        configs = {p: p.configs(n) for p in populations}
        for k in range(n):
            turn = k % len(populations)
            for p in populations[turn:] + populations[:turn]:
                for j in range(p.repeats):
                    yield p, n * p.repeats, k * p.repeats + j, configs[p][k]


def header(p: Planned, data) -> dict:
    return {
        "kind": "header",
        "format": 1,
        "space": spaces.title(p.design_space()),
        "space_repr": repr(p.design_space()),
        "seed": 0,
        **({"repeats": p.repeats} if p.repeats > 1 else {}),
        "regime": CPU2X2.to_dict(),
        "regime_fingerprint": CPU2X2.fingerprint,
        "data": {**data.describe(), "name": "cifar10_jpeg", "note": "CIFAR-10, re-encoded as JPEG of quality about 75"},
        "note": "sampled afresh" if p.fresh else "the networks and seeds of the same population of cpu, stem_stride 1",
        **circumstances(),
        "hardware": hardware(),
    }


def keep(runs: Path, target: Path) -> None:
    """Copy the networks of whole blocks, with the header and the sessions before them."""
    for populations, _n in ROUNDS:
        found = {p: read(runs / f"{p.name}.jsonl") for p in populations if (runs / f"{p.name}.jsonl").exists()}
        if len(found) < len(populations):
            continue
        whole = min(next(k for k in range(10**6) if k not in r.networks) // p.repeats for p, r in found.items())
        for p, records in found.items():
            lines, seen = [records.header], -1
            for index in [i for i in records.networks if i < whole * p.repeats]:
                for session in records.sessions[seen + 1 : records.session_of[index] + 1]:
                    lines.append(session)
                seen = max(seen, records.session_of[index])
                lines.append(records.networks[index])
            if whole:
                target.mkdir(parents=True, exist_ok=True)
                part = target / f"{p.name}.part"
                part.write_bytes(b"".join(map(encode, lines)))
                os.replace(part, target / f"{p.name}.jsonl")
        print(f"{whole} whole blocks of {', '.join(p.name for p in populations)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--data", help="image folder of CIFAR-10 with train/ and test/")
    parser.add_argument("--keep", type=Path, help="where whole blocks are kept")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--networks", type=int, help="stop after so many")
    options = parser.parse_args()
    if not options.data:
        return keep(options.runs, options.keep)
    options.runs.mkdir(parents=True, exist_ok=True)
    for kept in sorted(options.keep.glob("*.jsonl")) if options.keep else ():
        ours = options.runs / kept.name
        if not ours.exists() or len(read(ours).networks) < len(read(kept).networks):
            ours.write_bytes(kept.read_bytes())
    data = image_data.load(options.data, 32)
    with ExitStack() as stack:
        writers: dict[str, RecordWriter] = {}

        def writer(p: Planned, n: int) -> RecordWriter:
            if p.name not in writers:
                w = writers[p.name] = stack.enter_context(RecordWriter(options.runs / f"{p.name}.jsonl"))
                if w.records.header is None:
                    w.append(header(p, data))
                where = {**circumstances(), "hardware": hardware()}
                crew = {"workers": options.workers, "threads": 1, "device": "cpu", "engine": "local"}
                w.append({"kind": "session", "n": n, **crew, **where})
            return writers[p.name]

        def missing():
            for p, n, index, config in blocks():
                path = options.runs / f"{p.name}.jsonl"
                done = writers[p.name].records.networks if p.name in writers else None
                if done is None:
                    done = read(path).networks if path.exists() else {}
                if index not in done:
                    yield p, n, index, config

        todo = islice(missing(), options.networks)
        pool = ProcessPoolExecutor(options.workers, get_context("spawn"), initializer=start, initargs=(options.data,))
        stack.callback(pool.shutdown, cancel_futures=True)
        running, began, count = {}, time.time(), 0

        def submit() -> None:
            for p, n, index, config in islice(todo, 1):
                w = writer(p, n)
                running[pool.submit(one, config, network_seed(0, index))] = (w, p, index, config)

        for _ in range(options.workers):
            submit()
        while running:
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                w, _p, index, config = running.pop(future)
                counts = complexity(config, 32, 3, 10)
                record = {"kind": "network", "index": index, "seed": network_seed(0, index), "config": config.to_dict()}
                record |= {"flops": counts.flops, "params": counts.params, "activations": counts.activations}
                record |= {"error": None, "errors": [], "epochs": 0, **future.result()}
                w.append(record)
                count += 1
                if count % 6 == 0:  # counts only: nobody looks at errors before a round is complete
                    print(
                        f"{time.strftime('%H:%M')} {count} networks, {count / (time.time() - began) * 3600:.0f}/h",
                        flush=True,
                    )
                submit()


if __name__ == "__main__":
    main()
