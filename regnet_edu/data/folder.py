"""An image folder, train/CLASS/*.jpg and test/CLASS/*.jpg, decoded once into arrays and cached."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..common.errors import InputError
from ..common.validation import Resolution, image_size
from . import cache as array_cache
from .dataset import fingerprint
from .decode_image import each_image, fit, open_rgb, printable, refuse, suffixes

DECODER = 2  # counts the ways in which pixels were made of files: what an older one cached is decoded again
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


def load_folder(
    root: Path, resolution: Resolution, cache: Path, progress: bool = False, skip_bad: int = 0
) -> FolderImages:
    """Decode every image of `root`, or take the arrays from `cache` if no file has changed.

    Args:
        root: folder with train/CLASS/ and test/CLASS/ (or val/CLASS/).
        resolution: images are cropped in the middle to the shape of this height and width, and resized to it.
        cache: folder for the decoded arrays; if it cannot be written, nothing is cached.
        progress: whether to show a progress bar.
        skip_bad: how many images that cannot be read may be left out.

    Raises:
        InputError: the folder is missing or empty, the classes of test and train differ, or images are unreadable.
    """
    listing = scan(root)
    paths = [os.fsdecode(path) for path in (*listing.train.paths, *listing.test.paths)]
    with readable(root):
        kept = cache / state_of(root, paths, DECODER, resolution)
    found = array_cache.recall(kept)
    if found and found[1].keys() >= {"fingerprint", "note"}:
        arrays, meta = found
    else:
        instead = f"; imagenet:{root} reads them while it trains"
        array_cache.check_memory(f"image folder {printable(root)}", len(paths), resolution, instead=instead)
        arrays, meta = (), {"note": "", "unreadable": {}}
        converted: Counter[str] = Counter()
        for name, split in (("train", listing.train), ("test", listing.test)):
            files = [os.fsdecode(path) for path in split.paths]
            images, modes = decode(root, files, resolution, f"decoding {name}" if progress else None)
            bad = {k: reason for k, (mode, reason) in enumerate(modes) if reason}
            meta["unreadable"] |= {files[k]: reason for k, reason in bad.items()}
            converted.update(mode for mode, reason in modes if not reason and mode != "RGB")
            images, labels = (np.delete(a, list(bad), 0) if bad else a for a in (images, split.labels))
            arrays += (images, labels)
        refuse(root, meta["unreadable"], len(paths), skip_bad)
        every_class_left(root, listing.classes, arrays[1], arrays[3])
        plural = [(n, mode, "s" * (n != 1)) for mode, n in sorted(converted.items())]
        meta["note"] = "; ".join(f"{n} image{s} of mode {mode} converted to RGB" for n, mode, s in plural)
        meta["fingerprint"] = fingerprint(*arrays, classes=listing.classes)
        array_cache.keep(kept, arrays, meta)
    left_out = refuse(root, meta.get("unreadable", {}), len(paths), skip_bad)
    note = "; ".join(filter(None, (meta["note"], listing.left_out, left_out)))
    return FolderImages(arrays, listing.classes, meta["fingerprint"], note)


def every_class_left(root: Path, classes: Sequence[str], *labels: np.ndarray) -> None:
    """Raise `InputError` if a class has lost all its images, in one of the splits, to those that cannot be read."""
    for counts in (np.bincount(part, minlength=len(classes)) for part in labels):
        if not counts.all():
            name = classes[int(counts.argmin())]
            raise InputError(f"image folder {printable(root)}: no image of class {name!r} can be read in one split")


@contextlib.contextmanager
def readable(root: Path) -> Iterator[None]:
    """Say in one sentence which part of an image folder cannot be read: by its rights, or as its link leads nowhere."""
    try:
        yield
    except OSError as error:
        name = printable(os.fsdecode(error.filename or ""))
        raise InputError(
            f"image folder {printable(root)}: {name} cannot be read ({error.strerror or error})"
        ) from error


def scan(root: Path) -> Listing:
    """List the images of a folder by class, in sorted order, without opening any.

    Raises:
        InputError: the folder is missing, empty or not to be read, or the classes of test and train differ.
    """
    with readable(root):
        return _scan(root)


def _scan(root: Path) -> Listing:
    if not root.is_dir():
        raise InputError(
            f"image folder {printable(root)} {'is no folder' if root.exists() else 'does not exist'}; {LAYOUT}"
        )
    test = next((name for name in ("test", "val") if (root / name).is_dir()), "test")
    classes = _classes(root, "train", test)
    splits: list[Split] = []
    others = 0
    for split in ("train", test):
        names, labels = [], []
        for label, name in enumerate(classes):
            inside = files_below(root / split / name)
            files = [file for file in inside if _is_image(file)]
            others += len(inside) - len(files)
            if not files:
                raise InputError(f"class folder {printable(root / split / name)} holds no images such as *.jpg")
            names += [f"{split}/{name}/{file}" for file in files]
            labels += [label] * len(files)
        # A list of a million strings costs ten times the memory of an array, and every process that touches it a copy.
        splits.append(Split(np.array([os.fsencode(n) for n in names]), np.array(labels, np.int64)))
    left_out = f"{others:,} file{'s' * (others != 1)} left out: by name not an image" if others else ""
    return Listing(tuple(map(printable, classes)), splits[0], splits[1], left_out)


def files_below(folder: Path) -> list[str]:
    """Return the files of a folder and of the folders in it, relative to it, in the order of torchvision's ImageFolder.

    Names that begin with a dot are hidden, and left out. A link back to a folder around it is not followed.
    """
    found = []

    def raise_it(error: OSError) -> None:
        raise error

    for place, inside, files in os.walk(folder, followlinks=True, onerror=raise_it):
        below = os.path.relpath(place, folder).replace(os.sep, "/")
        if inside:
            around = {os.path.realpath(folder / part) for part in (Path(below), *Path(below).parents)}
            inside[:] = [n for n in inside if n[0] != "." and os.path.realpath(os.path.join(place, n)) not in around]
        prefix = "" if below == "." else f"{below}/"
        found.append((place, [prefix + file for file in sorted(files) if file[0] != "."]))
    return [file for _, names in sorted(found) for file in names]


def state_of(root: Path, paths: Sequence[str], *more: object) -> str:
    """Return a digest that changes with the name, the size and the time of any of the files, and with `more`."""
    lines = [" ".join(map(str, (path, *size_and_time(root / path)))) for path in paths]
    head = [f"{root.resolve()} {more[0]}", *map(str, more[1:])] if more else [str(root.resolve())]
    return hashlib.sha256(os.fsencode("\n".join([*head, *lines]))).hexdigest()[:24]


def size_and_time(path: str | bytes | Path) -> tuple[int, int]:
    """Return the size of a file and when it was changed; (-1, 0) for a link that leads nowhere or in a circle."""
    try:
        stat = os.stat(path)
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ELOOP):
            raise
        return -1, 0
    return stat.st_size, stat.st_mtime_ns


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
    return os.path.splitext(name)[1].lower() in suffixes()


def decode(
    root: Path, files: Sequence[str], resolution: Resolution, title: str | None
) -> tuple[np.ndarray, list[tuple[str, str]]]:
    """Read images into an (n, height, width, 3) uint8 array; return it and each one's mode, or why not."""
    size = image_size("resolution", resolution)
    images = np.empty((len(files), *size, 3), np.uint8)

    def read(k: int) -> tuple[str, str]:
        rgb, mode = open_rgb(root / files[k])
        images[k] = np.asarray(fit(rgb, size))
        return mode, ""

    done = each_image(files, read, title)
    return images, [("", one) if isinstance(one, str) else one for one in done]
