"""Made-up populations in the shape of `load_population`, for tests that need no training."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pandas as pd

HEADER = {
    "format": 1,
    "space": "AnyNetXA",
    "space_repr": "AnyNetXA()",
    "seed": 7,
    "regime": {"name": "cpu", "data": "cifar10", "resolution": 32, "flops": [7.4e6, 8.2e6], "train_images": 25600,
               "epochs": 1, "batch_size": 64, "lr": 0.15},
    "data": {"name": "CIFAR-10", "fingerprint": "ab12", "train": 50000, "test": 10000, "classes": 10, "note": "JPEG"},
    "date": "2026-11-21T09:00:00",
    "versions": {"python": "3.11.2", "torch": "2.15.0", "regnet_edu": "0.1.0"},
    "hardware": "2 cores of a test machine",
    "sessions": [],
}  # fmt: skip


def population(
    n: int = 40, seed: int = 0, space: str = "AnyNetXA", shift: float = 0.0, shared: bool = False,
    failed: int = 0, diverged: int = 0, wanted: int | None = None, **header: Any,
) -> pd.DataFrame:  # fmt: skip
    """Return n made-up networks with four stages; errors fall with depth and rise with `shift`."""
    rng = np.random.default_rng(seed)
    rows = []
    for index in range(n):
        depths = tuple(int(x) for x in rng.integers(1, 13, 4))
        widths = tuple(int(x) for x in 8 * np.rint(np.exp(rng.uniform(0, np.log(128), 4))))
        ratios = tuple(float(x) for x in rng.choice([1, 2, 4], 1 if shared else 4)) * (4 if shared else 1)
        groups = tuple(int(x) for x in 2 ** rng.integers(0, 6, 1 if shared else 4)) * (4 if shared else 1)
        error = float(np.clip(0.58 + shift + 0.03 * rng.normal() - 0.002 * (sum(depths) - 26), 0.05, 0.9))
        status = "failed" if index < failed else "diverged" if index < failed + diverged else "ok"
        error = {"failed": float("nan"), "diverged": 0.9, "ok": error}[status]
        flops = float(rng.uniform(7.4e6, 8.2e6))
        rows.append(
            {"index": index, "seed": 1000 + index, "status": status, "error": error, "errors": (error,), "epochs": 1,
             "loss": 2.0, "seconds": 20 + 30 * rng.random(), "cpu_seconds": 20 + 30 * rng.random(),
             "images_per_second": 900.0, "flops": int(flops), "params": int(flops * rng.uniform(0.02, 0.3)),
             "activations": int(1e5 * rng.uniform(0.5, 3)), "depths": depths, "widths": widths,
             "bottleneck_ratios": ratios, "group_widths": groups, "stem_width": 32, "stem_stride": 2,
             "strides": (2, 2, 2, 2), "block": "X", "se_ratio": 0.0, "activation": "relu",
             "reason": "the loss became NaN" if status != "ok" else None}
        )  # fmt: skip
    table = pd.DataFrame(rows)
    table.attrs["header"] = copy.deepcopy(HEADER) | {"space": space, "seed": seed} | header
    table.attrs["header"]["sessions"] = [{"n": wanted or n, "hardware": table.attrs["header"]["hardware"]}]
    return table
