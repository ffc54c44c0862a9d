"""An image folder, train/CLASS/*.jpg and test/CLASS/*.jpg, decoded once into arrays and cached."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .errors import InputError

SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".ppm", ".pgm", ".tif", ".tiff"}
LAYOUT = "it needs train/CLASS/*.jpg and test/CLASS/*.jpg"
PARTS = ("train_images", "train_labels", "test_images", "test_labels")


class FolderImages(NamedTuple):
    """Decoded images: `arrays` in the order of `PARTS`, class names, fingerprint and a note on what was converted."""

    arrays: tuple[np.ndarray, ...]
    classes: tuple[str, ...]
    fingerprint: str
    note: str


def load(root: Path, resolution: int, cache: Path, progress: bool = False) -> FolderImages:
    """Decode every image of `root`, or take the arrays from `cache` if no file has changed.

    Args:
        root: folder with train/CLASS/ and test/CLASS/ (or val/CLASS/).
        resolution: images are cropped to a square in the middle and resized to so many pixels.
        cache: folder for the decoded arrays; if it cannot be written, nothing is cached.
        progress: whether to show a progress bar.

    Raises:
        InputError: the folder is missing or empty, the classes of test and train differ, or an image is unreadable.
    """
    classes, files = list_files(root)
    listing = [
        f"{path.relative_to(root)} {(s := path.stat()).st_size} {s.st_mtime_ns}" for pairs in files for path, _ in pairs
    ]
    key = hashlib.sha256("\n".join([str(root.resolve()), str(resolution), *listing]).encode()).hexdigest()[:24]
    kept = cache / key
    try:
        meta = json.loads((kept / "meta.json").read_text())
        arrays = tuple(np.load(kept / f"{part}.npy", mmap_mode="r") for part in PARTS)
        return FolderImages(arrays, classes, meta["fingerprint"], meta["note"])
    except (OSError, ValueError, KeyError):
        pass  # not cached yet, or damaged: decode
    parts: list[np.ndarray] = []
    converted: dict[str, int] = {}
    for split, pairs in zip(("train", "test"), files, strict=True):
        images = decode([path for path, _ in pairs], resolution, f"decoding {split}" if progress else None, converted)
        parts += [images, np.array([label for _, label in pairs], np.int64)]
    digest = hashlib.sha256("\n".join(classes).encode())
    for part in parts:
        digest.update(np.ascontiguousarray(part).data)
    note = "; ".join(f"{count} {mode} images converted to RGB" for mode, count in sorted(converted.items()))
    meta = {"fingerprint": digest.hexdigest()[:16], "note": note}
    _keep(kept, parts, meta)
    return FolderImages(tuple(parts), classes, meta["fingerprint"], note)


def list_files(root: Path) -> tuple[tuple[str, ...], list[list[tuple[Path, int]]]]:
    """Return the class names and, for train and test, the (path, label) pairs in sorted order."""
    if not root.is_dir():
        raise InputError(f"image folder {root} does not exist; {LAYOUT}")
    test = next((root / name for name in ("test", "val") if (root / name).is_dir()), root / "test")
    named = []
    for split in (root / "train", test):
        if not split.is_dir():
            raise InputError(f"image folder {root} has no folder {split.name}; {LAYOUT}")
        named.append(sorted(d.name for d in split.iterdir() if d.is_dir() and not d.name.startswith(".")))
    train_names, test_names = named
    if not train_names:
        raise InputError(f"image folder {root / 'train'} holds no class folders; {LAYOUT}")
    for here, there, where, lack in ((test_names, train_names, test.name, "train"), (*named, "train", test.name)):
        extra = [name for name in here if name not in there]
        if extra:
            raise InputError(f"class {extra[0]!r} is in {where} but not in {lack}; both need the same classes")
    if len(train_names) < 2:
        raise InputError(f"image folder {root} has 1 class ({train_names[0]}); a classifier needs at least 2")
    files: list[list[tuple[Path, int]]] = []
    for split in (root / "train", test):
        pairs = []
        for label, name in enumerate(train_names):
            paths = sorted(p for p in (split / name).iterdir() if p.suffix.lower() in SUFFIXES and p.name[0] != ".")
            if not paths:
                raise InputError(f"class folder {split / name} holds no images ({', '.join(sorted(SUFFIXES))})")
            pairs += [(path, label) for path in paths]
        files.append(pairs)
    return tuple(train_names), files


def decode(paths: list[Path], resolution: int, title: str | None, converted: dict[str, int]) -> np.ndarray:
    """Read images into an (n, resolution, resolution, 3) uint8 array; count what was converted to RGB by its mode."""
    from PIL import Image
    from tqdm.auto import tqdm

    images = np.empty((len(paths), resolution, resolution, 3), np.uint8)

    def read(k: int) -> str:
        try:
            with Image.open(paths[k]) as image:
                mode = image.mode
                rgb = image.convert("RGB")
        except Exception as error:  # PIL raises many kinds for damaged files
            reason = str(error).split("\n")[0].replace(str(paths[k]), "it")[:80]
            raise InputError(f"image {paths[k]} cannot be read ({reason}); mend or remove it") from error
        if rgb.size != (resolution, resolution):
            side = min(rgb.size)
            left, top = (rgb.width - side) // 2, (rgb.height - side) // 2
            square = rgb.crop((left, top, left + side, top + side))
            rgb = square.resize((resolution, resolution), Image.Resampling.BICUBIC)
        images[k] = np.asarray(rgb)
        return mode

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        modes = pool.map(read, range(len(paths)))
        for mode in tqdm(modes, title, total=len(paths), unit=" images", disable=title is None, leave=False):
            if mode != "RGB":
                converted[mode] = converted.get(mode, 0) + 1
    return images


def resize_all(images: np.ndarray, resolution: int) -> np.ndarray:
    """Resize (n, h, w, channels) uint8 images to a square of `resolution` pixels."""
    if images.shape[1:3] == (resolution, resolution):
        return images
    from PIL import Image

    channels = images.shape[3]
    out = np.empty((len(images), resolution, resolution, channels), np.uint8)
    for k, image in enumerate(images):
        picture = Image.fromarray(image[..., 0] if channels == 1 else image)
        small = np.asarray(picture.resize((resolution, resolution), Image.Resampling.BICUBIC))
        out[k] = small.reshape(resolution, resolution, channels)
    return out


def _keep(kept: Path, parts: list[np.ndarray], meta: dict[str, str]) -> None:
    """Write the arrays to the cache in one step, so that a half-written cache is never read."""
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=kept.parent))
        try:
            for name, part in zip(PARTS, parts, strict=True):
                np.save(work / f"{name}.npy", part)
            (work / "meta.json").write_text(json.dumps(meta))
            os.replace(work, kept)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    except OSError:
        pass  # a cache is a convenience: a full or read-only disk must not stop the work
