"""By how much a training on two processes differs from the same on one, and why: the order of sums, in fp32 and bf16.

Two processes share each batch, its batch norm and its gradients, so in exact arithmetic they take the steps of one. A
computer rounds each sum, otherwise in another order. For comparison the same one process gets every batch in reverse
order, which changes nothing but that. Each difference is that of the mean loss, relative to it, on drawn pictures.

    python benchmarks/processes.py [--steps 8] [--batch 16] [--seeds 3]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

import regnet_edu as rn
from regnet_edu.data.synthetic import CLASSES, pictures
from regnet_edu.training.distributed import input_pipeline
from regnet_edu.training.distributed.run import train_distributed

CONFIG = rn.AnyNetConfig((1, 1, 2), (16, 32, 64), 1, 8)
USUAL = input_pipeline.Batch.normalised


def draw(root: Path, images: int) -> None:
    """Write an image folder of drawn pictures."""
    for split, count, seed in (("train", images, 1), ("test", 4 * len(CLASSES), 2)):
        for k, (pixels, label) in enumerate(zip(*pictures(count, 32, seed), strict=True)):
            place = root / split / CLASSES[label]
            place.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(place / f"{k}.png")


def loss_of(root: Path, recipe: rn.Regime, seed: int, reverse: bool = False) -> float:
    """Train on this process and return the mean loss; each batch in reverse order if that is asked for."""

    def turned(batch: input_pipeline.Batch, where: object) -> tuple:
        return tuple(part.flip(0) for part in USUAL(batch, where))

    input_pipeline.Batch.normalised = turned if reverse else USUAL
    try:
        return float(train_distributed(CONFIG, recipe, seed, f"imagenet:{root}", device="cpu", loaders=0).loss)
    finally:
        input_pipeline.Batch.normalised = USUAL


def loss_on_two(root: Path, recipe: rn.Regime, seed: int) -> float:
    """Train on two processes, started by torchrun, and return the mean loss."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        program = (
            f"import regnet_edu as rn\nrecipe = rn.Regime.from_dict({recipe.to_dict()!r})\n"
            f"config = rn.AnyNetConfig.from_dict({CONFIG.to_dict()!r})\n"
            "from regnet_edu.training.distributed.run import train_distributed\n"
            f"train_distributed(config, recipe, {seed}, 'imagenet:{root}', device='cpu', loaders=0, out={str(out)!r})\n"
        )
        (Path(folder) / "two.py").write_text(program)
        start = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        subprocess.run([*start, f"{folder}/two.py"], check=True, capture_output=True, env=environment)
        return float(json.loads((out / "result.json").read_text())["loss"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "pictures"
        draw(root, options.steps * options.batch)
        final = rn.regime.get("imagenet_final").replace(resolution=32, epochs=1, lr=0.1, batch_size=options.batch)
        for precision in ("fp32", "bf16"):
            recipe, moved = final.replace(precision=precision), {"in reverse order": [], "on two processes": []}
            for seed in range(options.seeds):
                one = loss_of(root, recipe, seed)
                moved["in reverse order"].append(abs(loss_of(root, recipe, seed, reverse=True) / one - 1))
                moved["on two processes"].append(abs(loss_on_two(root, recipe, seed) / one - 1))
            for how, values in moved.items():
                middle, most = statistics.median(values), max(values)
                print(f"{precision}, {options.steps} steps of {options.batch}, {how}: {middle:.1e} (most {most:.1e})")


if __name__ == "__main__":
    main()
