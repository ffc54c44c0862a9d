"""Does the engine of the Population lab train as torch does? Final errors of both, in the regime `page`.

Fixed before the first run:

- Five networks, 30 seeds each: of the first eight that `sample(8, rng=1)` gives of AnyNetXA, AnyNetXB, AnyNetXD,
  RegNetX and AnyNetXDecreasingWidths, the one with the fewest blocks. Two populations of 40: AnyNetXD and
  AnyNetXDecreasingWidths, `sample(40, rng=0)`, each network trained once by each engine.
- No difference may be found: Welch's test for each network, the paired t-test for each population (network k by both
  engines), and the two-sample test of Kolmogorov and Smirnov for all seven, each family with Holm's rule at 5 %.
- And equivalence must be shown: the 90 % interval of the difference of means lies within 2.5 points, a quarter of the
  contrast that the lab shows, for the five networks together and for the two populations together. (The margins were
  1 and 2 points until the first dozen pairs showed how far seeds scatter, about 5 points; no test had been made.)

The seeds are numbers for both engines, but give them different weights and orders. Every network is a line in --log, so
that a killed run goes on; it may be judged at any time. The errors go to `page_engine.json`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

import regnet_edu as rn
from regnet_edu.data.image_data import load
from regnet_edu.training.loop import prepare
from regnet_edu.widgets.population_lab import setting

HERE = Path(__file__).parent
FOUND = HERE / "page_engine.json"
REGIME = rn.regime.get("page")
NETWORKS = ("AnyNetXA", "AnyNetXB", "AnyNetXD", "RegNetX", "AnyNetXDecreasingWidths")
POPULATIONS = ("AnyNetXD", "AnyNetXDecreasingWidths")
SEEDS, SIZE, MARGIN = 30, 40, 0.025


def sample(space: str, n: int, seed: int) -> list[rn.AnyNetConfig]:
    made = REGIME.with_ranges(getattr(rn, space)())
    return made.sample(n, rng=seed, flops=REGIME.flops, resolution=REGIME.resolution, num_classes=10)


def tasks() -> dict[str, list[rn.AnyNetConfig]]:
    """Return what is trained: name -> the networks in their order; number k with seed k."""
    single = {f"a network of {s}": [min(sample(s, 8, 1), key=lambda n: sum(n.depths))] * SEEDS for s in NETWORKS}
    return single | {f"a population of {s}": sample(s, SIZE, 0) for s in POPULATIONS}


class Page:
    """The engine of the page, under Node."""

    def __init__(self) -> None:
        command = [shutil.which("node") or "node", str(HERE / "page_engine.mjs")]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def train(self, config: rn.AnyNetConfig, seed: int, regime: Any) -> dict[str, float]:
        names = ("depth", "width", "inner", "group", "stride")
        stages = [dict(zip(names, s, strict=True)) for s in config.stages]
        net = {"block": "X", "stages": stages, "stemWidth": config.stem_width, "stemStride": config.stem_stride}
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps({"net": net, "seed": seed, "setting": setting(regime)}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


class Torch:
    """`rn.train`, on one thread."""

    def __init__(self, regime: Any) -> None:
        self.data = prepare(load(regime.data, regime.resolution), regime)

    def train(self, config: rn.AnyNetConfig, seed: int, regime: Any) -> dict[str, float]:
        found = rn.train(config, regime, seed=seed, data=self.data)
        return {"error": found.error, "cpu": found.cpu_seconds}


def run(log: Path) -> None:
    """Train what is not in the log yet, by turns, so that it may end at any time."""
    done = {(r["task"], r["k"], r["engine"]) for r in read(log)}
    engines, wanted = {"page": Page(), "torch": Torch(REGIME)}, tasks()
    for k in range(max(SEEDS, SIZE)):
        for task, networks in wanted.items():
            for name, engine in engines.items():
                if k < len(networks) and (task, k, name) not in done:
                    found = {"task": task, "k": k, "engine": name, **engine.train(networks[k], k, REGIME)}
                    with log.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(found) + "\n")


def read(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []


def collected(log: Path) -> dict[str, dict[str, list[float]]]:
    """Return the errors that both engines have: task -> engine -> errors in their order."""
    table: dict[str, dict[str, dict[int, float]]] = {}
    for r in read(log):
        table.setdefault(r["task"], {"page": {}, "torch": {}})[r["engine"]][r["k"]] = r["error"]
    both = {task: sorted(t["page"].keys() & t["torch"].keys()) for task, t in table.items()}
    return {task: {e: [found[k] for k in both[task]] for e, found in t.items()} for task, t in table.items()}


def judged(errors: dict[str, dict[str, list[float]]]) -> dict[str, Any]:
    """Return what the rules above say of these errors."""
    rows: list[dict[str, Any]] = []
    for task, of in errors.items():
        page, torch = np.array(of["page"]), np.array(of["torch"])
        paired = "population" in task
        test = stats.ttest_rel(page, torch) if paired else stats.ttest_ind(page, torch, equal_var=False)
        variance = (page - torch).var(ddof=1) if paired else page.var(ddof=1) + torch.var(ddof=1)
        row = {"task": task, "n": len(page), "page": page.mean(), "torch": torch.mean(), "paired": paired}
        row |= {"difference": page.mean() - torch.mean(), "variance": variance / len(page)}
        rows.append(row | {"p": test.pvalue, "p_ks": stats.ks_2samp(page, torch).pvalue})
    together = {}
    for name, paired in (("networks", False), ("populations", True)):
        some = [r for r in rows if r["paired"] == paired]
        middle = np.mean([r["difference"] for r in some])
        half = stats.norm.ppf(0.95) * np.sqrt(sum(r["variance"] for r in some)) / len(some)
        together[name] = (middle - half, middle + half)
    adjusted = [min(rn.adjust_p_values([r[p] for r in rows], method="holm")) for p in ("p", "p_ks")]
    near = all(low > -MARGIN and high < MARGIN for low, high in together.values())
    verdict = "differ" if min(adjusted) <= 0.05 else "agree" if near else "undecided"
    return {"rows": rows, "together": together, "holm": adjusted, "verdict": verdict}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--log", type=Path, help="train, and keep each network here")
    log = parser.parse_args().log
    if log:
        run(log)
        FOUND.write_text(json.dumps(collected(log)) + "\n", encoding="utf-8")
    found = judged(json.loads(FOUND.read_text(encoding="utf-8")))
    for row in found["rows"]:
        print("{task} ({n}): page {page:.1%}, torch {torch:.1%}, p = {p:.3f}, KS {p_ks:.3f}".format(**row))
    for name, (low, high) in found["together"].items():
        print(f"the {name} together: page minus torch {low:+.2%} to {high:+.2%} (90 % interval)")
    print("smallest p by Holm: means {:.3f}, KS {:.3f}".format(*found["holm"]))
    print(f"verdict: {found['verdict']}")
    return int(found["verdict"] != "agree")


if __name__ == "__main__":
    sys.exit(main())
