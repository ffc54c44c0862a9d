"""Data sets as whole arrays in memory: built-in synthetic pictures, Fashion-MNIST, CIFAR-10, or any image folder."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ..common.errors import InputError, nearest_name
from ..common.validation import Resolution, image_size, shown_size, whole
from . import cache as array_cache
from . import downloads, folder, stream, synthetic
from .dataset import DataSet, fingerprint
from .decode_image import printable, resize_all
from .own_data import as_array, channels_last, read_split, two_splits

NAMES = ("synthetic", "fashion_mnist", "cifar10", "imagenet:DIR")


Source = DataSet | str | os.PathLike[str] | Sequence[Any] | Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class ImageData(DataSet):
    """Images of one size with their labels, split into train and test; `ImageData.of` makes it of other data sets.

    Args:
        name: what the data is called in records and figures.
        train_images, test_images: (n, height, width, channels), (n, channels, height, width) or (n, height, width)
            arrays or tensors; uint8 stays, other numbers are kept as float32 in whatever range they are, since training
            normalises each channel. They are kept as (n, height, width, channels).
        train_labels, test_labels: (n,) whole numbers of any type from 0 to k - 1, label k is class k.
        classes: the names of the classes, in the order of their labels; "0", "1", ... if left out.
        fingerprint: sixteen hexadecimal digits that change with any pixel, label or class name; computed if left out.
        note: what a reader of a figure must know of the data, such as how it was coded.
        layout: "NHWC" or "NCHW", where the shape does not tell which axis holds the channels.

    Raises:
        InputError: images and labels do not fit together, labels are no classes, or an array is not what it should be.
    """

    name: str
    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    classes: tuple[str, ...] = ()
    fingerprint: str = ""
    note: str = ""
    layout: InitVar[str | None] = None

    def __post_init__(self, layout: str | None) -> None:
        found: dict[str, Any] = {}
        for part, what in (("train", "training"), ("test", "test")):
            images = channels_last(as_array(getattr(self, f"{part}_images")), what, layout)
            labels = _whole_labels(as_array(getattr(self, f"{part}_labels")), what, len(images))
            found |= {f"{part}_images": images, f"{part}_labels": labels}
        train, test = found["train_images"], found["test_images"]
        if (train.shape[1:], train.dtype) != (test.shape[1:], test.dtype):
            is_train, is_test = (f"{shown_size(a.shape[1:])} {a.dtype}" for a in (train, test))
            raise InputError(f"training images are {is_train}, test images {is_test}; they must be alike")
        largest = int(max(found["train_labels"].max(), found["test_labels"].max()))
        found["classes"] = tuple(map(str, self.classes)) or tuple(map(str, range(largest + 1)))
        if not max(1, largest) < len(found["classes"]):
            raise InputError(
                f"data {self.name} has labels up to {largest} and {len(found['classes'])} classes; labels count the "
                "classes from 0, and a classifier needs at least 2"
            )
        if not self.fingerprint:
            if not all(np.isfinite(images).all() for images in (train, test)):
                raise InputError(
                    f"data {self.name} has pixels that are not finite numbers; mend or remove those images"
                )
            parts = (found[part] for part in array_cache.PARTS)
            found["fingerprint"] = fingerprint(*parts, classes=found["classes"])
        for field, value in found.items():
            object.__setattr__(self, field, value)

    @staticmethod
    def of(
        data: Source,
        name: str = "",
        *,
        resolution: Resolution | None = None,
        layout: str | None = None,
        columns: tuple[str, str] | None = None,
    ) -> ImageData:
        """Make it of any data: arrays, tensors, a torch `Dataset`, a data set of Hugging Face, all read once.

        Args:
            data: (train, test), each as (images, labels), a torch `Dataset` of such pairs or a `datasets.Dataset`; four
                arrays (train_images, train_labels, test_images, test_labels); or a table with the entries train and
                test (validation will do), such as a `datasets.DatasetDict`.
            name: what the data is called in records and figures; that of its class if left out.
            resolution: height and width, to which images are cropped in the middle and resized; theirs if left out.
            layout: "NHWC" or "NCHW", where the shape of the images does not tell.
            columns: names of the columns of images and labels of a `datasets.Dataset`, where they are not clear.

        Raises:
            InputError: the data is of another kind, images differ in size, or as for `ImageData`.
        """
        parts = two_splits(data)
        train, test = (
            read_split(part, what, resolution, layout, columns)
            for part, what in zip(parts, ("training", "test"), strict=True)
        )
        name = name or ("arrays" if isinstance(parts[0], (tuple, list)) else type(parts[0]).__name__)
        return from_arrays(name, (*train[:2], *test[:2]), train.classes or test.classes)

    def resized(self, resolution: Resolution) -> ImageData:
        """Return the data with its images cropped in the middle to the shape of this size, and resized to it."""
        train, test = (resize_all(images, resolution) for images in (self.train_images, self.test_images))
        return from_arrays(self.name, (train, self.train_labels, test, self.test_labels), self.classes, note=self.note)

    @property
    def resolution(self) -> Resolution:
        height, width = self.train_images.shape[1:3]
        return height if height == width else (height, width)

    @property
    def channels(self) -> int:
        return self.train_images.shape[3]


def _whole_labels(labels: np.ndarray, what: str, images: int) -> np.ndarray:
    """Return labels as int64, one for each of so many images."""
    if labels.shape != (images,) or labels.dtype.kind not in "iu":
        raise InputError(
            f"{what} labels have the shape {labels.shape} and the type {labels.dtype}; they must be {images:,} whole "
            "numbers, one for each image"
        )
    if not images or labels.min() < 0:
        raise InputError(
            f"{what} labels begin at {labels.min()}, not at 0" if images else f"there are no {what} images"
        )
    return labels.astype(np.int64, copy=False)


def load(
    data: Source = "synthetic",
    resolution: Resolution = 32,
    progress: bool = False,
    *,
    skip_bad: int = 0,
    verify: bool = False,
) -> DataSet:
    """Load a data set as arrays of `resolution` x `resolution` pixels, or list the files of one that stays on disk.

    Args:
        data: "synthetic", "fashion_mnist", "cifar10", or the path of an image folder with train/CLASS/*.jpg and
            test/CLASS/*.jpg (val/ will do for test/), which is decoded into memory; "imagenet:DIR" leaves such a
            folder on the disk. An `ImageData` or an `ImageStream` is returned as it is; what else `ImageData.of` takes
            is read at the size that it has.
        resolution: height and width in pixels. Images of another size are cropped to its shape and resized.
        progress: whether decoding shows a progress bar.
        skip_bad: how many images of a folder that cannot be read may be left out; a note in records tells of them.
        verify: whether every image of "imagenet:DIR" is decoded now; without, only its header is looked at.

    Raises:
        InputError: the name is unknown, the folder is missing or empty, images cannot be read, or memory is short.
    """
    if isinstance(data, DataSet):
        return data
    if not isinstance(data, (str, os.PathLike)):
        return ImageData.of(data)
    image_size("resolution", resolution, least=8)
    whole("skip_bad", skip_bad, least=0, of="images")
    name = str(data)
    if name == "synthetic":
        return _synthetic(resolution)
    if name in ("fashion_mnist", "cifar10"):
        return from_arrays(name, *downloads.load_downloaded(name, resolution, array_cache.cache_folder(), progress))
    if stream.is_streamed(name):
        files = stream.open_folder(stream.folder_of(name), resolution)
        return files.without(files.unreadable(verify, progress), skip_bad)
    path = folder_of(name)
    images = folder.load_folder(path, resolution, array_cache.cache_folder() / "decoded", progress, skip_bad)
    if images.note and progress:
        print(f"note: {path}: {images.note}", file=sys.stderr)
    name = printable(path.resolve().name)
    return from_arrays(name, images.arrays, images.classes, images.fingerprint, images.note)


def folder_of(name: str) -> Path:
    """Return the image folder that data of this name lie in, of "imagenet:DIR" too; it need not be there.

    Raises:
        InputError: the name is that of no folder.
    """
    if stream.is_streamed(name):
        return stream.folder_of(name)
    path = Path(name).expanduser()
    if not path.exists() and os.sep not in name:
        raise InputError(f"data {name!r:.80} is neither an image folder nor built in; {nearest_name(name, NAMES)}")
    return path


def from_arrays(
    name: str, arrays: Sequence[np.ndarray], classes: Sequence[str], fingerprint: str = "", note: str = ""
) -> ImageData:
    """Put together arrays in the order of `PARTS`, whose channels are last."""
    train_images, train_labels, test_images, test_labels = arrays
    return ImageData(
        name, train_images, train_labels, test_images, test_labels, tuple(classes), fingerprint, note, layout="NHWC"
    )


@lru_cache(maxsize=1)  # every sweep of a notebook asks for them
def _synthetic(resolution: Resolution) -> ImageData:
    """The drawn pictures. Drawing takes seconds: they are kept on the disk too, under the program that draws them."""
    if not isinstance(resolution, int):
        return _synthetic(max(resolution)).resized(resolution)
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
    return from_arrays("synthetic", arrays, synthetic.CLASSES, mark, "drawn by the package itself, no photographs")
