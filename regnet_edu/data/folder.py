"""An image folder, train/CLASS/*.jpg and test/CLASS/*.jpg, decoded once into arrays and cached."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..common.errors import InputError
from . import cache as array_cache
from .decode_image import open_rgb

DECODER = 2  # counts the ways in which pixels were made of files: what an older one cached is decoded again
SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".ppm", ".pgm", ".tif", ".tiff"}
LAYOUT = "it needs train/CLASS/*.jpg and test/CLASS/*.jpg (val/ will do for test/)"


class Split(NamedTuple):
    """The images of one split: `paths`, an array of bytes, relative to the folder, and `labels`, int64."""

    paths: np.ndarray
    labels: np.ndarray


class Listing(NamedTuple):
    """What an image folder holds; `left_out` says in words which files are no images, or nothing."""

    classes: tuple[str, ...]
    train: Split
    test: Split
    left_out: str = ""


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
    listing = scan(root)
    paths = [os.fsdecode(path) for path in (*listing.train.paths, *listing.test.paths)]
    with readable(root):
        stats = [(path, os.stat(root / path)) for path in paths]
    lines = [f"{path} {stat.st_size} {stat.st_mtime_ns}" for path, stat in stats]
    key = hashlib.sha256("\n".join([f"{root.resolve()} {DECODER}", str(resolution), *lines]).encode()).hexdigest()[:24]
    found = array_cache.recall(cache / key)
    if found and found[1].keys() >= {"fingerprint", "note"}:
        note = _joined(found[1]["note"], listing.left_out)
        return FolderImages(found[0], listing.classes, found[1]["fingerprint"], note)
    _check_memory(root, listing, resolution)
    arrays: list[np.ndarray] = []
    converted: Counter[str] = Counter()
    for name, split in (("train", listing.train), ("test", listing.test)):
        files = [root / os.fsdecode(path) for path in split.paths]
        arrays += [decode(files, resolution, f"decoding {name}" if progress else None, converted), split.labels]
    digest = hashlib.sha256("\n".join(listing.classes).encode())
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data)
    note = _joined(
        *(f"{count} {mode} image{'s' * (count != 1)} converted to RGB" for mode, count in sorted(converted.items()))
    )
    meta = {"fingerprint": digest.hexdigest()[:16], "note": note}
    array_cache.keep(cache / key, arrays, meta)
    return FolderImages(tuple(arrays), listing.classes, meta["fingerprint"], _joined(note, listing.left_out))


def _joined(*notes: str) -> str:
    return "; ".join(filter(None, notes))


@contextlib.contextmanager
def readable(root: Path) -> Iterator[None]:
    """Say in one sentence which part of an image folder cannot be read: by its rights, or as its link leads nowhere."""
    try:
        yield
    except OSError as error:
        name = os.fsdecode(error.filename or "")
        raise InputError(f"image folder {root}: {name} cannot be read ({error.strerror or error})") from error


def _check_memory(root: Path, listing: Listing, resolution: int) -> None:
    """Refuse to decode more than fits into memory."""
    images = len(listing.train.labels) + len(listing.test.labels)
    needed, free = images * resolution * resolution * 3, array_cache.free_memory()
    if free is not None and needed > free:
        raise InputError(
            f"image folder {root} holds {images:,} images, which at {resolution} pixels need {needed / 1e9:.3g} GB of "
            f"memory, more than the {free / 1e9:.3g} GB that are free; imagenet:{root} reads them while it trains"
        )


def scan(root: Path) -> Listing:
    """List the images of a folder by class, in sorted order, without opening any.

    Raises:
        InputError: the folder is missing, empty or not to be read, or the classes of test and train differ.
    """
    with readable(root):
        return _scan(root)


def _scan(root: Path) -> Listing:
    if not root.is_dir():
        raise InputError(f"image folder {root} {'is no folder' if root.exists() else 'does not exist'}; {LAYOUT}")
    test = next((name for name in ("test", "val") if (root / name).is_dir()), "test")
    classes = _classes(root, "train", test)
    splits: list[Split] = []
    others = 0
    for split in ("train", test):
        names, labels = [], []
        for label, name in enumerate(classes):
            with os.scandir(root / split / name) as entries:
                inside = [e.name for e in entries if e.name[0] != "." and not e.is_dir()]
            files = sorted(name for name in inside if _is_image(name))
            others += len(inside) - len(files)
            if not files:
                raise InputError(f"class folder {root / split / name} holds no images ({', '.join(sorted(SUFFIXES))})")
            names += [f"{split}/{name}/{file}" for file in files]
            labels += [label] * len(files)
        # A list of a million strings costs ten times the memory of an array, and every process that touches it a copy.
        splits.append(Split(np.array([os.fsencode(n) for n in names]), np.array(labels, np.int64)))
    left_out = f"{others:,} file{'s' * (others != 1)} left out, by their names no images" if others else ""
    return Listing(classes, splits[0], splits[1], left_out)


def _classes(root: Path, train: str, test: str) -> tuple[str, ...]:
    """Return the names of the class folders, which must be the same in both splits."""
    found = {}
    for split in (train, test):
        if not (root / split).is_dir():
            raise InputError(f"image folder {root} has no folder {split}; {LAYOUT}")
        with os.scandir(root / split) as entries:
            inside = [(e.name, e.is_dir()) for e in entries if not e.name.startswith(".")]
        found[split] = sorted(name for name, is_folder in inside if is_folder)
        loose = sum(_is_image(name) for name, is_folder in inside if not is_folder)
        if loose and not found[split]:
            raise InputError(
                f"image folder {root / split} holds {loose:,} images but no class folders; sort them into one folder a "
                "class, named as in the other split (ImageNet: by WordNet id, such as n01440764)"
            )
    if not found[train]:
        raise InputError(f"image folder {root / train} holds no class folders; {LAYOUT}")
    for here, there in ((test, train), (train, test)):
        extra = sorted(set(found[here]) - set(found[there]))
        if extra:
            more = f" ({len(extra) - 1} more such)" if len(extra) > 1 else ""
            raise InputError(f"class {extra[0]!r} is in {here} but not in {there}{more}; both need the same classes")
    if len(found[train]) < 2:
        raise InputError(f"image folder {root} has 1 class ({found[train][0]}); a classifier needs at least 2")
    return tuple(found[train])


def _is_image(name: str) -> bool:
    return name[0] != "." and os.path.splitext(name)[1].lower() in SUFFIXES


def decode(paths: list[Path], resolution: int, title: str | None, converted: Counter[str]) -> np.ndarray:
    """Read images into an (n, resolution, resolution, 3) uint8 array; count what was converted to RGB by its mode."""
    from PIL import Image
    from tqdm.auto import tqdm

    images = np.empty((len(paths), resolution, resolution, 3), np.uint8)

    def read(k: int) -> str:
        rgb, mode = open_rgb(paths[k])
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
                converted[mode] += 1
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
