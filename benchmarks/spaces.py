"""Sampling, counting and fitting against "draw one network, build its config, count it, keep or reject it".

That loop is how the authors' released sampler works. It is restated here with this package's own config and counter, so
that the ratio shows what drawing many at once gains; the authors' own program takes far longer for each draw.
The column "loop" is timed for a few networks and scaled up. All times are CPU seconds of one core (median of repeats),
so that other work on the machine matters little; on an idle machine that is the time on the clock.

    python benchmarks/spaces.py
"""

from __future__ import annotations

import math
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

import numpy as np

from regnet_edu import spaces
from regnet_edu.networks.complexity import complexity
from regnet_edu.networks.config import AnyNetConfig
from regnet_edu.networks.regnet import RegNetParams, quantized_linear_widths
from regnet_edu.networks.regnet_fit import fit_quantized_linear

BAND = (360e6, 400e6)


def log_uniform(rng: random.Random, low: float, high: float, step: float) -> float:
    edge = low - min(step, low / 2)
    return math.ceil(math.exp(rng.uniform(math.log(edge), math.log(high))) / step - 1e-9) * step


def draw_a(rng: random.Random) -> AnyNetConfig | None:
    stages = range(4)
    return AnyNetConfig(
        tuple(int(log_uniform(rng, 1, 16, 1)) for _ in stages),
        tuple(int(log_uniform(rng, 8, 1024, 8)) for _ in stages),
        tuple(rng.choice((1, 2, 4)) for _ in stages),
        tuple(rng.choice((1, 2, 4, 8, 16, 32)) for _ in stages),
    )


def draw_e(rng: random.Random) -> AnyNetConfig | None:
    # The orders are looked at before the config is built, which is kind to the loop.
    depths = [int(log_uniform(rng, 1, 16, 1)) for _ in range(4)]
    if depths != sorted(depths):
        return None
    widths = [int(log_uniform(rng, 8, 1024, 8)) for _ in range(4)]
    if widths != sorted(widths):
        return None
    b, g = rng.choice((1, 2, 4)), rng.choice((1, 2, 4, 8, 16, 32))
    return AnyNetConfig(tuple(depths), tuple(widths), (b,) * 4, (g,) * 4)


def draw_regnet(rng: random.Random) -> AnyNetConfig | None:
    d, w0 = rng.randint(1, 63), int(log_uniform(rng, 8, 248, 8))
    wa, wm = log_uniform(rng, 0.1, 255.9, 0.1), log_uniform(rng, 1.5, 3.0, 0.001)
    b, g = rng.choice((1, 2, 4)), rng.choice((1, 2, 4, 8, 16, 32))
    last = round(math.log((w0 + wa * (d - 1)) / w0) / math.log(wm))
    if last != 3 or len(np.unique(quantized_linear_widths(d, w0, wa, wm))) != 4:
        return None
    return RegNetParams(d, w0, wa, wm, g, b).to_config()


def loop(draw: Callable[[random.Random], AnyNetConfig | None], wanted: int) -> float:
    """Return the seconds for 100 networks in the band, one after the other."""
    rng, found, begin = random.Random(0), 0, time.process_time()
    while found < wanted:
        config = draw(rng)
        if config is not None and BAND[0] <= complexity(config).flops <= BAND[1]:
            found += 1
    return (time.process_time() - begin) * 100 / wanted


def timed(work: Callable[[], object], repeats: int = 15) -> float:
    """Return the median of the seconds that `work` takes, after one call to warm up."""
    work()
    seconds = []
    for _ in range(repeats):
        begin = time.process_time()
        work()
        seconds.append(time.process_time() - begin)
    return median(seconds)


def row(work: str, ours: float, target: float, peer: float | None = None) -> None:
    def unit(seconds: float) -> str:
        return (
            f"{seconds:.3g} s"
            if seconds >= 1
            else f"{seconds * 1e3:.3g} ms"
            if seconds >= 1e-3
            else f"{seconds * 1e6:.3g} us"
        )

    against = f"{unit(peer):>9} {peer / ours:>7.0f} x" if peer else " " * 19
    verdict = "reached" if ours <= target else "MISSED"
    print(f"{work:<44} {unit(ours):>9} {against}   {unit(target):>9}  {verdict}", flush=True)


def million() -> None:
    begin = time.process_time()
    batch = spaces.AnyNetXA().sample_batch(1_000_000)
    seconds = time.process_time() - begin
    print(len(batch), seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


def main() -> None:
    print(f"{'work':<44} {'here':>9} {'loop':>9} {'ratio':>9}   {'to reach':>9}")
    for name, draw, target, wanted in (
        ("AnyNetXA", draw_a, 5e-3, 50),
        ("AnyNetXE", draw_e, 25e-3, 5),
        ("RegNetX", draw_regnet, 25e-3, 10),
    ):
        space = spaces.get(name)
        ours = timed(lambda space=space: space.sample(100, flops=BAND))  # type: ignore[misc]
        row(f"100 {name} in 360 to 400 MF", ours, target, loop(draw, wanted))

    config, batch = spaces.AnyNetXA().sample(1)[0], spaces.AnyNetXA().sample_batch(100_000)
    one = timed(lambda: [complexity(config) for _ in range(1000)], 5) / 1000
    row("complexity of one config", one, 30e-6)
    row("complexity of a batch of 100,000", timed(lambda: complexity(batch), 5), 0.2, one * 100_000)

    out = subprocess.run(
        [sys.executable, __file__, "million"], capture_output=True, text=True, check=True
    ).stdout.split()
    one_config = timed(lambda: draw_a(random.Random(0)), 200)
    row("a million AnyNetXA, no band (sample_batch)", float(out[1]), 2.0, one_config * 1e6)
    print(f"{'    its memory at most':<44} {float(out[2]) / 2**30:>6.2f} GB {'':>19} {'1 GB':>11}")

    networks = [c.block_widths for c in spaces.AnyNetXE().sample(500, flops=BAND)]
    row("fit_quantized_linear of 500 AnyNetXE", timed(lambda: [fit_quantized_linear(w) for w in networks], 1), 2.0)
    imports = "import time; b = time.process_time(); import regnet_edu; print(time.process_time() - b)"
    runs = [
        subprocess.run([sys.executable, "-c", imports], capture_output=True, text=True, check=True) for _ in range(5)
    ]
    row("import regnet_edu", median(float(run.stdout) for run in runs), 0.3)


if __name__ == "__main__":
    million() if sys.argv[1:] == ["million"] else main()
