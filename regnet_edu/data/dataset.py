"""What every data set has, whether its images lie in memory or are read while a network trains."""

from __future__ import annotations

import hashlib

import numpy as np

from ..common.errors import InputError
from ..common.validation import Resolution, shown_size


class DataSet:
    """A name, the labels of training and test images, and the classes that the labels count.

    Args:
        name: what the data is called in records and figures.
        train_labels, test_labels: (n,) int64 arrays, label k is class k.
        classes: the names of the classes, in the order of their labels.
        fingerprint: sixteen hexadecimal digits by which a sweep knows its data again.
        note: what a reader of a figure must know of the data, such as how it was coded.
        resolution: height and width of the images in pixels, one number where they are equal.
        channels: 3 for colour, 1 for grey.
    """

    name: str
    train_labels: np.ndarray
    test_labels: np.ndarray
    classes: tuple[str, ...]
    fingerprint: str
    note: str

    @property
    def resolution(self) -> Resolution:
        raise NotImplementedError

    @property
    def channels(self) -> int:
        raise NotImplementedError

    @property
    def num_classes(self) -> int:
        return len(self.classes)

    def check_fits(self, resolution: Resolution, batch_size: int, train_images: int | None = None) -> None:
        """Raise `InputError` if a regime takes images of another size, or a larger batch than there are of them."""
        if self.resolution != resolution:
            mine, wanted = shown_size(self.resolution), shown_size(resolution)
            raise InputError(
                f"data {self.name} has images of {mine} pixels and the regime takes {wanted}; resize them with "
                f"ImageData.resized({resolution}), or train at their size with "
                f"regime.replace(resolution={self.resolution})"
            )
        images = min(len(self.train_labels), train_images or len(self.train_labels))
        if images < batch_size:
            raise InputError(f"batch_size {batch_size} is more than the {images} training images; the most is {images}")

    def shortfall(self, train_images: int | None, test_images: int | None) -> str | None:
        """Say that the data has fewer images than would be taken, if it has."""
        pairs = (("training", train_images, self.train_labels), ("test", test_images, self.test_labels))
        short = [f"{len(have):,} of {want:,} {part} images" for part, want, have in pairs if (want or 0) > len(have)]
        return f"{self.name} has only {' and '.join(short)} that the regime would take" if short else None

    def describe(self) -> dict[str, object]:
        """Return what a record's header says of the data."""
        return {
            "name": self.name,
            "fingerprint": self.fingerprint,
            "train": len(self.train_labels),
            "test": len(self.test_labels),
            "classes": len(self.classes),
            "channels": self.channels,
            "note": self.note,
        }


def fixed_subset(count: int, wanted: int | None) -> np.ndarray:
    """Return which of `count` images a regime takes: the first `wanted` of one shuffle, the same for everyone."""
    return np.random.Generator(np.random.PCG64(0)).permutation(count)[: wanted or count]


def fingerprint(*arrays: np.ndarray, classes: tuple[str, ...] = ()) -> str:
    """Return sixteen hexadecimal digits of a SHA-256 over the arrays and the class names."""
    digest = hashlib.sha256("\n".join(classes).encode())
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()[:16]
