"""A folder of small photographs in ImageNet's layout, drawn by numpy: what tests of image folders train on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

WNIDS = ("n01440764", "n02102040", "n03000684")


def imagenet(root: Path, train: int = 16, val: int = 6, classes: tuple[str, ...] = WNIDS, side: int = 40) -> Path:
    """Write `train` and `val` photographs a class, each class of its own brightness, and return the folder."""
    rng = np.random.default_rng(0)
    for split, count in (("train", train), ("val", val)):
        for label, wnid in enumerate(classes):
            place = root / split / wnid
            place.mkdir(parents=True)
            for k in range(count):
                pixels = rng.integers(0, 96, (side, side + k % 9, 3)) + 70 * label
                name = f"{wnid}_{k}.JPEG" if split == "train" else f"ILSVRC2012_val_{label * count + k:08d}.JPEG"
                Image.fromarray(pixels.astype(np.uint8)).save(place / name)
    return root
