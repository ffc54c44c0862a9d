"""What the first optimiser costs a fresh process: `torch.optim.SGD` against the package's own, which spares the import.

Every sweep starts a process for each worker, and each of them pays this once before its first network.

    python benchmarks/optimizer.py [--rounds 5]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from statistics import median

PROGRAM = """
import json, sys, time
import torch
from regnet_edu import regime
from regnet_edu.networks.anynet import AnyNet
from regnet_edu.networks.config import AnyNetConfig
from regnet_edu.training import optimizer
network = AnyNet(AnyNetConfig((1,), (8,), 1, 8), 10)
clock, cpu = time.perf_counter(), time.process_time()
if sys.argv[1] == "torch":
    torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9, nesterov=True, fused=True)
else:
    optimizer.SGD(network, regime.get("tiny"))
print(json.dumps([time.perf_counter() - clock, time.process_time() - cpu]))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="fresh processes for each (5)")
    rounds = parser.parse_args().rounds
    seconds: dict[str, list[list[float]]] = {"torch": [], "ours": []}
    for _ in range(rounds):
        for name, measured in seconds.items():
            done = subprocess.run([sys.executable, "-c", PROGRAM, name], capture_output=True, text=True, check=True)
            measured.append(json.loads(done.stdout))
    for name, measured in seconds.items():
        clock, cpu = (median(column) for column in zip(*measured, strict=True))
        print(f"{name:6} {clock:6.2f} s, of them {cpu:5.2f} s of processor time (median of {rounds})")


if __name__ == "__main__":
    main()
