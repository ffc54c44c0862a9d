"""How the record file grows: writing, reading, going on with it, the EDF and the bootstrap, up to 100,000 networks.

All times are CPU seconds, so that other work on the machine matters little; on an idle machine that is the time on the
clock, but for the flush of each record to the disk, which is printed by itself.

    python benchmarks/records.py [--sizes 1000 10000 100000]
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import regnet_edu as rn
from regnet_edu.sweeps.records import RecordWriter, encode, read
from regnet_edu.sweeps.resume import same_sweep

TARGET = 5.0  # seconds, for each column at the largest size
REGIME = rn.Regime("bench", "synthetic", 32, None)


def network(index: int, config: rn.AnyNetConfig, error: float) -> dict[str, Any]:
    """A record as `sweep` writes it."""
    return {
        "kind": "network",
        "index": index,
        "seed": index,
        "config": config.to_dict(),
        "flops": 8_000_000,
        "params": 1_000_000,
        "activations": 100_000,
        "error": error,
        "errors": [error],
        "epochs": 1,
        "status": "ok",
        "loss": 1.5,
        "seconds": 25.123,
        "cpu_seconds": 24.321,
        "images_per_second": 1200.5,
        "reason": None,
    }


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.process_time()
    value = work()
    return time.process_time() - begin, value


def appended(path: Path, records: list[dict[str, Any]]) -> tuple[float, float]:
    """CPU seconds and seconds on the clock that one record takes to be on the disk."""
    with RecordWriter(path) as writer:
        begin, cpu = time.perf_counter(), time.process_time()
        for record in records:
            writer.append(record)
        return (time.process_time() - cpu) / len(records), (time.perf_counter() - begin) / len(records)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--sizes", nargs="+", type=int, default=[1_000, 3_000, 10_000, 30_000, 100_000])
    sizes = parser.parse_args().sizes
    configs = rn.AnyNetXA().sample(max(sizes) + 100)  # no band: what they are does not matter here
    errors = np.random.default_rng(0).normal(0.55, 0.04, len(configs)).clip(0, 1).tolist()
    header = {
        "kind": "header", "format": 1, "space": "AnyNetXA", "space_repr": "", "seed": 0, "regime": REGIME.to_dict(),
        "data": {"name": "synthetic", "train": 10_240, "test": 4_000, "fingerprint": "0"},
        "date": "2026-01-01", "versions": {"torch": "0"}, "hardware": "none",
    }  # fmt: skip
    names = ("networks", "MB", "read", "load", "resume", "EDF", "bootstrap", "one more: CPU", "clock")
    print("".join(f"{name:>{max(9, len(name) + 2)}}" for name in names))
    columns = {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a.jsonl"
            with open(path, "wb") as file:
                file.write(encode(header))
                file.writelines(encode(network(k, configs[k], errors[k])) for k in range(size))
                file.flush()
                os.fsync(file.fileno())  # or the first record appended would wait for all of these
            reading, _ = timed(lambda path=path: read(path))  # type: ignore[misc]

            def resume(path: Path = path, size: int = size) -> None:
                with RecordWriter(path) as writer:
                    same_sweep(writer.records, header, configs[: size + 1], path)

            resuming, _ = timed(resume)
            loading, table = timed(lambda path=path: rn.load_population(path))  # type: ignore[misc]
            drawing, _ = timed(lambda table=table: rn.edf(table["error"]))  # type: ignore[misc]
            widths = table["widths"].map(lambda w: w[-1])
            best, _ = timed(lambda x=widths, y=table["error"]: rn.bootstrap_best(x, y))  # type: ignore[misc]
            cpu, clock = appended(path, [network(k, configs[k], errors[k]) for k in range(size, size + 100)])
            columns = {"read": reading, "load": loading, "resume": resuming, "EDF": drawing, "bootstrap": best}
            times = "".join(f"{seconds:>7.2f} s" for seconds in columns.values())
            print(
                f"{size:>9,}{path.stat().st_size / 1e6:>9.1f}{times}{cpu * 1e6:>12.0f} us{clock * 1e6:>6.0f} us",
                flush=True,
            )
    for name, seconds in columns.items():
        verdict = "yes" if seconds < TARGET else "NO"
        print(f"{name} of {max(sizes):,}: {seconds:.2f} s, to stay under {TARGET:g}: {verdict}")


if __name__ == "__main__":
    main()
