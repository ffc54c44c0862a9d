"""Image folders that are too large for memory, such as ImageNet: a list of files, read while a network trains."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..common.errors import InputError
from . import folder
from .dataset import DataSet

PREFIX = "imagenet:"
NOTE = "read from files while training; images that are not RGB are converted"


@dataclass(frozen=True, eq=False)
class ImageStream(DataSet):
    """The files of an image folder with their labels; nothing is decoded yet.

    Args:
        name: what the data is called in records and figures.
        root: the folder.
        train_paths, test_paths: (n,) arrays of bytes, paths relative to `root`.
        train_labels, test_labels: (n,) int64 arrays, label k is class k.
        classes: the names of the classes, in the order of their labels.
        size: height and width in pixels of the images as networks see them.
        fingerprint: sixteen hexadecimal digits that change with any file's name or size. Contents are not read.
    """

    name: str
    root: Path
    train_paths: np.ndarray
    train_labels: np.ndarray
    test_paths: np.ndarray
    test_labels: np.ndarray
    classes: tuple[str, ...]
    size: int
    fingerprint: str
    note: str = NOTE

    @property
    def resolution(self) -> int:
        return self.size

    @property
    def channels(self) -> int:
        return 3


def open_folder(root: Path, resolution: int, fingerprint: str | None = None) -> ImageStream:
    """List the files of an image folder laid out as ImageNet: train/WNID/*.JPEG and val/WNID/*.JPEG.

    Args:
        root: the folder; test/ will do for val/.
        resolution: height and width in pixels that the images will get.
        fingerprint: what another process found, so that the sizes of all files need not be asked for again.

    Raises:
        InputError: the folder is missing or empty, or the classes of training and test images differ.
    """
    listing = folder.scan(root)
    if fingerprint is None:
        with folder.readable(root):
            fingerprint = _fingerprint(root, listing)
    return ImageStream(
        root.resolve().name,
        root.resolve(),
        *listing.train,
        *listing.test,
        listing.classes,
        resolution,
        fingerprint,
        "; ".join(filter(None, (NOTE, listing.left_out))),
    )


def _fingerprint(root: Path, listing: folder.Listing) -> str:
    digest = hashlib.sha256("\n".join(listing.classes).encode())
    base = os.fsencode(root)
    for path in (*listing.train.paths, *listing.test.paths):
        # "test/" and "val/" are two names of one thing
        digest.update(b"%s %d\n" % (path.partition(b"/")[2], os.stat(os.path.join(base, path)).st_size))
    return digest.hexdigest()[:16]


def folder_of(name: str) -> Path:
    """Return the folder of "imagenet:DIR".

    Raises:
        InputError: no folder is named.
    """
    path = name.removeprefix(PREFIX)
    if name == "imagenet" or not path:
        raise InputError(
            f"data {name!r} names no folder; ImageNet cannot be downloaded, so give the folder that you have as "
            "imagenet:DIR, with train/WNID/*.JPEG and val/WNID/*.JPEG"
        )
    return Path(path).expanduser()
