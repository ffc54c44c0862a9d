"""What it costs to hold processors to AVX2 (`--vectors AVX2`): the same networks, by turns with it and with AVX-512.

python benchmarks/vectors.py [--data DIR] [--regime cpu] [--n 8] [--rounds 3]
"""

from __future__ import annotations

import argparse

import numpy as np

import regnet_edu as rn
from regnet_edu import regime
from regnet_edu.common.environment import hardware, vectors_here


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", help="an image folder (the regime's own images)")
    parser.add_argument("--regime", default="cpu", help="preset (cpu)")
    parser.add_argument("--n", type=int, default=8, help="networks of RegNetX (8)")
    parser.add_argument("--rounds", type=int, default=3, help="times each is trained; the fastest counts (3)")
    options = parser.parse_args()
    if vectors_here() != "AVX-512":
        print(f"This processor has no AVX-512 to do without: {hardware()}")
        return
    few = regime.get(options.regime).replace(train_images=1000, epochs=2)
    seconds: dict[str, list[np.ndarray]] = {"AVX-512": [], "AVX2": []}
    for _ in range(options.rounds):
        for name, rounds in seconds.items():
            table = rn.sweep("RegNetX", options.n, few, data=options.data, seed=3, vectors=name, progress=False)
            rounds.append(table["seconds"].to_numpy())
    wide, narrow = (np.min(rounds, axis=0) for rounds in seconds.values())
    ratios = narrow / wide
    print(
        f"{hardware()}, regime {options.regime}: held to AVX2, {options.n} networks take "
        f"{narrow.sum() / wide.sum():.2f} times as long ({ratios.min():.2f} to {ratios.max():.2f})"
    )


if __name__ == "__main__":
    main()
