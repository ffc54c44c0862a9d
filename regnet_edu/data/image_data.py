"""Data sets as whole arrays in memory: built-in synthetic pictures, Fashion-MNIST, CIFAR-10, or any image folder."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from ..common.errors import InputError, nearest_name
from ..common.validation import whole
from . import cache as array_cache
from . import downloads, folder, stream, synthetic
from .dataset import DataSet, fingerprint
from .decode_image import printable

NAMES = ("synthetic", "fashion_mnist", "cifar10", "imagenet:DIR")


@dataclass(frozen=True, eq=False)
class ImageData(DataSet):
    """Images of one size with their labels, split into train and test.

    Args:
        name: what the data is called in records and figures.
        train_images, test_images: (n, height, width, channels) uint8 arrays.
        train_labels, test_labels: (n,) int64 arrays, label k is class k.
        classes: the names of the classes, in the order of their labels.
        fingerprint: sixteen hexadecimal digits that change with any pixel, label or class name.
        note: what a reader of a figure must know of the data, such as how it was coded.
    """

    name: str
    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    classes: tuple[str, ...]
    fingerprint: str = ""
    note: str = ""

    @classmethod
    def of(
        cls, name: str, arrays: Sequence[np.ndarray], classes: tuple[str, ...], fingerprint: str = "", note: str = ""
    ) -> ImageData:
        """Put together four arrays: images and labels to train with, images and labels to test with."""
        train_images, train_labels, test_images, test_labels = arrays
        return cls(name, train_images, train_labels, test_images, test_labels, classes, fingerprint, note)

    @property
    def resolution(self) -> int:
        return self.train_images.shape[1]

    @property
    def channels(self) -> int:
        return self.train_images.shape[3]


def load(
    data: str | os.PathLike[str] | DataSet = "synthetic",
    resolution: int = 32,
    progress: bool = False,
    *,
    skip_bad: int = 0,
    verify: bool = False,
) -> DataSet:
    """Load a data set as arrays of `resolution` x `resolution` pixels, or list the files of one that stays on disk.

    Args:
        data: "synthetic", "fashion_mnist", "cifar10", or the path of an image folder with train/CLASS/*.jpg and
            test/CLASS/*.jpg (val/ will do for test/), which is decoded into memory; "imagenet:DIR" leaves such a
            folder on the disk. An `ImageData` or an `ImageStream` is returned as it is.
        resolution: height and width in pixels. Images of another size are cropped to a square and resized.
        progress: whether decoding shows a progress bar.
        skip_bad: how many images of a folder that cannot be read may be left out; a note in records tells of them.
        verify: whether every image of "imagenet:DIR" is decoded now; without, only its header is looked at.

    Raises:
        InputError: the name is unknown, the folder is missing or empty, images cannot be read, or memory is short.
    """
    if isinstance(data, DataSet):
        return data
    whole("resolution", resolution, least=8, of="pixels")
    whole("skip_bad", skip_bad, least=0, of="images")
    name = str(data)
    if name == "synthetic":
        return _synthetic(resolution)
    if name in ("fashion_mnist", "cifar10"):
        return ImageData.of(name, *downloads.load(name, resolution, array_cache.cache_folder(), progress))
    if stream.is_streamed(name):
        files = stream.open_folder(stream.folder_of(name), resolution)
        return files.without(files.unreadable(verify, progress), skip_bad)
    path = Path(name).expanduser()
    if not path.exists() and os.sep not in name:
        raise InputError(f"data {name!r} is neither an image folder nor built in; {nearest_name(name, NAMES)}")
    images = folder.load(path, resolution, array_cache.cache_folder() / "decoded", progress, skip_bad)
    if images.note and progress:
        print(f"note: {path}: {images.note}", file=sys.stderr)
    name = printable(path.resolve().name)
    return ImageData.of(name, images.arrays, images.classes, images.fingerprint, images.note)


@lru_cache(maxsize=1)  # every sweep of a notebook asks for them
def _synthetic(resolution: int) -> ImageData:
    """The drawn pictures. Drawing takes seconds: they are kept on the disk too, under the program that draws them."""
    drawn_by = hashlib.sha256(Path(synthetic.__file__).read_bytes() + np.__version__.encode()).hexdigest()[:16]
    array_cache.check_memory("synthetic", 14_240, resolution)
    kept = array_cache.cache_folder() / "decoded" / f"synthetic-{resolution}-{drawn_by}"
    found = array_cache.recall(kept)
    if found and found[1].get("fingerprint") == fingerprint(*found[0], classes=synthetic.CLASSES):
        arrays, mark = found[0], found[1]["fingerprint"]
    else:
        arrays = (*synthetic.pictures(10_240, resolution, seed=1), *synthetic.pictures(4_000, resolution, seed=2))
        mark = fingerprint(*arrays, classes=synthetic.CLASSES)
        array_cache.keep(kept, arrays, {"fingerprint": mark})
        for array in arrays:
            array.flags.writeable = False  # all who load them share them
    return ImageData.of("synthetic", arrays, synthetic.CLASSES, mark, "drawn by the package itself, no photographs")
