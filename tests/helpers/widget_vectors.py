"""Test vectors for the mathematics of the interactives: what Python computes, written for JavaScript to repeat.

They would fill megabytes, so they are made anew each time, and `widget_vectors.json` keeps a fingerprint of each
function's. When a function is meant to change: `python tests/helpers/widget_vectors.py` writes the fingerprints again.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import workbench_vectors

from regnet_edu.analysis.edf import edf
from regnet_edu.analysis.pareto import pareto_front
from regnet_edu.networks.complexity import complexity
from regnet_edu.networks.config import AnyNetConfig, compatible_widths
from regnet_edu.networks.regnet import quantized_linear_widths
from regnet_edu.spaces.anynet import IN_WORDS
from regnet_edu.spaces.distributions import in_order
from regnet_edu.widgets import against_the_field, resampling
from regnet_edu.widgets.constraint_funnel import space_of
from regnet_edu.widgets.imagenet_budget import ImageNetBudget, gpu_hours

Cases = list[tuple[list[Any], Any]]
CASES = 1000
FINGERPRINTS = Path(__file__).with_suffix(".json")

FOLLOWING = {"budget", "front"}


def vectors() -> dict[str, Cases]:
    """Name of the function -> (arguments, result) of at least CASES calls; all of it fits in JSON without loss."""
    rng = np.random.default_rng(20200330)
    return {
        "quantized": quantized(rng),
        "fit": fits(rng),
        "compatible": compatible(rng),
        "complexity": complexities(rng),
        "edf": edfs(rng),
        "draws": [([s, n], draws(s, n)) for s, n in pairs(rng, 2**32, 2**21)],
        "chosen": [([n, n // 2, s], resampling.choose_few(n, n // 2, s)) for s, n in pairs(rng, 2**32, 60)],
        "means": means(rng),
        "race": races(rng),
        "best": best(rng),
        "band": [([n, 40, s], [list(x) for x in resampling.bootstrap_band(n, 40, s)]) for s, n in pairs(rng, 2**32, 9)],
        "budget": budgets(rng),
        "front": fronts(np.random.default_rng(18)),
        "size": sizes(rng),
        "order": in_orders(rng),
        **workbench_vectors.vectors(CASES),
    }


def fingerprints(found: dict[str, Cases]) -> dict[str, str]:
    """Name of the function -> fingerprint of its cases, to nine digits: the last bits differ between machines.

    The budget and the front have none: they follow tables of GPUs and of networks, which grow.
    """
    kept = {name: json.dumps(coarse(cases)) for name, cases in found.items() if name not in FOLLOWING}
    return {name: hashlib.sha256(text.encode()).hexdigest()[:16] for name, text in kept.items()}


def coarse(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, dict):
        return {key: coarse(inner) for key, inner in value.items()}
    return [coarse(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def pairs(rng: np.random.Generator, first: int, second: int) -> list[tuple[int, int]]:
    return [
        (int(a), int(b)) for a, b in zip(rng.integers(0, first, CASES), rng.integers(1, second, CASES), strict=True)
    ]


def draws(seed: int, n: int) -> list[int]:
    below = resampling.counter(seed)
    return [below(n) for _ in range(8)]


def quantized(rng: np.random.Generator) -> Cases:
    cases: Cases = []
    for k in range(CASES + 400):
        d, w0 = int(rng.integers(1, 65)), 8 * int(rng.integers(1, 65))
        wa, wm = round(float(rng.uniform(0, 256)), 2), round(float(rng.uniform(1.1, 4)), 3)
        if k >= CASES:  # ties: s_j is exactly half-way, or w_j is 8 times a half
            wm = [2.25, 4.0, 1.5, 2.0][k % 4]
            wa = w0 / float(rng.integers(1, 33))
        cases.append(([d, w0, wa, wm], quantized_linear_widths(d, w0, wa, wm).tolist()))
    return cases


def fits(rng: np.random.Generator) -> Cases:
    cases: Cases = []
    for _ in range(CASES):
        fitted, given = (8 * rng.integers(1, 300, (2, int(rng.integers(1, 30))))).tolist()
        error = np.mean(np.abs(np.log(np.array(fitted) / np.array(given))))
        cases.append(([fitted, given], float(error)))
    return cases


def ratio(rng: np.random.Generator) -> float:
    return float(rng.choice([1, 1, 2, 4, 0.5, 0.25, 0.125, 3, 1.5, 0.3]))


def compatible(rng: np.random.Generator) -> Cases:
    cases: Cases = []
    for _ in range(2 * CASES):
        w, g, b = int(rng.integers(1, 2049)), int(rng.integers(1, 260)), ratio(rng)
        block = str(rng.choice(["X", "X", "X", "R", "V", "VR"]))
        cases.append(([w, b, g, block], list(compatible_widths(w, b, g, block))))
    return cases


def complexities(rng: np.random.Generator) -> Cases:
    cases: Cases = []
    for _ in range(CASES):
        m = int(rng.integers(1, 6))
        depths, widths = rng.integers(1, 20, m).tolist(), (8 * rng.integers(1, 300, m)).tolist()
        ratios, groups = [ratio(rng) for _ in range(m)], rng.integers(1, 130, m).tolist()
        strides, block = rng.integers(1, 3, m).tolist(), str(rng.choice(["X", "X", "R", "V", "VR"]))
        se = float(rng.choice([0, 0.25, 0.1])) if block in "XR" else 0.0
        stem, stride = int(8 * rng.integers(1, 9)), int(rng.integers(1, 3))
        shape = [int(rng.integers(8, 400)), int(rng.integers(1, 5)), int(rng.integers(1, 1001))]
        config = AnyNetConfig(depths, widths, ratios, groups, strides, stem, block, se, stride)
        net = {"depths": depths, "widths": widths, "ratios": ratios, "groups": groups, "strides": strides,
               "stemWidth": stem, "block": block, "seRatio": se, "stemStride": stride}  # fmt: skip
        cases.append(([net, *shape], [int(x) for x in complexity(config, *shape)]))
    return cases


def edfs(rng: np.random.Generator) -> Cases:
    cases: Cases = []
    for _ in range(CASES):
        errors = rng.choice(np.round(rng.uniform(0, 1, 30), 3), int(rng.integers(1, 40))).tolist()  # many ties
        at = float(rng.choice(errors)) if rng.random() < 0.7 else float(rng.uniform(-0.1, 1.1))
        cases.append(([errors, at], edf(errors, at)))
    return cases


def means(rng: np.random.Generator) -> Cases:
    cases: Cases = []
    for seed, n in pairs(rng, 2**32, 12):
        values = rng.uniform(0, 1, n).tolist()
        cases.append(([values, 20, seed], resampling.bootstrap_means(values, 20, seed)))
    return cases


def races(rng: np.random.Generator) -> Cases:
    cases: Cases = []
    for seed, n in pairs(rng, 2**32, 30):
        values, k = rng.uniform(0, 1, n).tolist(), int(rng.integers(1, n + 1))
        cases.append(([values, k, 10, seed], resampling.best_of_draws(values, k, 10, seed)))
    return cases


def best(rng: np.random.Generator) -> Cases:
    cases: Cases = []
    for seed, n in pairs(rng, 2**32, 40):
        values, errors = rng.uniform(0, 9, n).tolist(), np.round(rng.uniform(0, 1, n), 1).tolist()
        cases.append(([values, errors, 30, seed], list(resampling.bootstrap_best(values, errors, 30, seed))))
    return cases


def in_orders(rng: np.random.Generator) -> Cases:
    cases: Cases = []
    for k in range(CASES):
        values, order = rng.integers(1, 5, int(rng.integers(1, 6))).tolist(), list(IN_WORDS)[k % 4]
        if k % 3 == 0:
            values.sort(reverse=k % 2 == 0)
        cases.append(([values, order], in_order(values, order)))
    return cases


def fronts(rng: np.random.Generator) -> Cases:
    """Some networks of the field of today, and which of them are on the front of error against a cost."""
    rows, cases = against_the_field.today_rows(), []
    for k in range(CASES):
        cost = ("flops", "params", "activations", "inference_ms")[k % 4]
        some = [rows[i] for i in rng.choice(len(rows), int(rng.integers(1, 40)), replace=False)]
        table = [{key: row[key] for key in ("title", cost, "error")} for row in some]
        on = pareto_front([row[cost] for row in table], [row["error"] for row in table])
        titles = sorted(row["title"] for row, best in zip(table, on, strict=True) if best)
        cases.append(([table, cost], titles))
    return cases


def budgets(rng: np.random.Generator) -> Cases:
    given = ImageNetBudget().parts()["cost"]
    small = {key: given[key] for key in ("law", "images", "activations_per_root_flop")}
    small["gpus"] = [{"name": g["name"], "speed": g["speed"]} for g in given["gpus"]]
    cases: Cases = []
    for _ in range(CASES):
        n, epochs = int(rng.integers(1, 2001)), int(rng.integers(1, 301))
        megaflops, gpu = int(rng.integers(200, 32_001)), str(rng.choice([g["name"] for g in given["gpus"]]))
        better = float(rng.uniform(0.2, 4))
        state = {"n": n, "epochs": epochs, "megaflops": megaflops, "gpu": gpu, "utilisation": better}
        cases.append(([state, small], gpu_hours(n, megaflops, epochs, gpu, better)))
    return cases


def sizes(rng: np.random.Generator) -> Cases:
    orders = list(IN_WORDS)
    cases: Cases = []
    for _ in range(CASES):
        kind = {"depth": str(rng.choice(orders)), "width": str(rng.choice(orders)),
                "ratio": str(rng.choice(orders[:2])), "group": str(rng.choice(orders[:2]))}  # fmt: skip
        stages, depths, widths = int(rng.integers(1, 9)), int(rng.integers(1, 33)), int(rng.integers(1, 257))
        ratios, groups = int(rng.integers(1, 4)), int(rng.integers(1, 7))
        space = space_of(
            kind, num_stages=stages, max_depth=depths, max_width=8 * widths,
            bottleneck_ratios=(1, 2, 4)[:ratios], group_widths=(1, 2, 4, 8, 16, 32)[:groups],
        )  # fmt: skip
        ranges = {"stages": stages, "depths": depths, "widths": widths, "ratios": ratios, "groups": groups}
        cases.append(([kind, ranges], [str(space.size()), float(space.paper_size())]))
    return cases


if __name__ == "__main__":
    FINGERPRINTS.write_text(json.dumps(fingerprints(vectors()), indent=1) + "\n", encoding="utf-8")
