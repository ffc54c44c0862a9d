"""Images in one file, for machines to which files are copied: the files of an image folder, end to end in an .npz."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from regnet_edu.data import cache, image_data
from regnet_edu.data.dataset import DataSet, fingerprint

SPLITS = ("train", "test")
AT_A_TIME = 1_000  # images for one call of a thread


def pack(folder: Path, target: Path, note: str = "", most: int | None = None) -> None:
    """Write the images of a folder, train/CLASS/* and test/CLASS/*, into one file; at most so many of each class."""
    classes = sorted(path.name for path in (folder / "train").iterdir())
    arrays = {"classes": np.array(classes), "note": np.array(note)}
    for split in SPLITS:
        found = [sorted((folder / split / name).iterdir())[:most] for name in classes]
        files = [path.read_bytes() for of_class in found for path in of_class]
        arrays[f"{split}_files"] = np.frombuffer(b"".join(files), np.uint8)
        arrays[f"{split}_sizes"] = np.array([len(content) for content in files])
        arrays[f"{split}_labels"] = np.repeat(np.arange(len(classes)), [len(of_class) for of_class in found])
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.stem}.part.npz")
    np.savez_compressed(part, **arrays)
    part.replace(target)


def load(data: str, resolution: int) -> DataSet:
    """Load a file that `pack` wrote, decoded once and then kept, or whatever `regnet_edu.data.load` takes."""
    path = Path(data)
    if path.suffix != ".npz":
        return image_data.load(data, resolution)
    stamp = path.stat()
    kept = cache.cache_folder() / "decoded" / f"{path.stem}-{stamp.st_size}-{stamp.st_mtime_ns}-{resolution}"
    if (found := cache.recall(kept)) is None:
        with np.load(path) as packed:
            classes, note = packed["classes"].tolist(), str(packed["note"])
            arrays = tuple(
                each
                for split in SPLITS
                for each in (
                    decode(packed[f"{split}_files"].tobytes(), packed[f"{split}_sizes"], resolution),
                    packed[f"{split}_labels"],
                )
            )
        found = arrays, {"classes": classes, "note": note, "fingerprint": fingerprint(*arrays, classes=tuple(classes))}
        cache.keep(kept, *found)
    arrays, meta = found
    return image_data.from_arrays(path.stem, arrays, meta["classes"], meta["fingerprint"], meta["note"])


def decode(content: bytes, sizes: np.ndarray, resolution: int) -> np.ndarray:
    """Decode image files that lie end to end into an (n, resolution, resolution, 3) uint8 array."""
    images = np.empty((len(sizes), resolution, resolution, 3), np.uint8)
    ends = np.cumsum(sizes).tolist()
    starts = [0, *ends]

    def some(first: int) -> None:
        for k in range(first, min(first + AT_A_TIME, len(ends))):
            picture = Image.open(io.BytesIO(content[starts[k] : ends[k]])).convert("RGB")
            if picture.size != (resolution, resolution):
                picture = picture.resize((resolution, resolution), Image.Resampling.BICUBIC)
            images[k] = np.asarray(picture)

    with ThreadPoolExecutor() as threads:
        list(threads.map(some, range(0, len(ends), AT_A_TIME)))
    return images
