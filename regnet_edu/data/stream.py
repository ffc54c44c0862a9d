"""Image folders that are too large for memory, such as ImageNet: a list of files, read while a network trains."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..common.errors import InputError
from ..common.files import write_atomically
from ..common.validation import Resolution
from . import folder
from .cache import cache_folder
from .dataset import DataSet
from .decode_image import check_header, each_image, open_rgb, printable, refuse

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
        left_out: paths of images that cannot be read, which are not among the others.
        checked: whether it is known that the others can.
    """

    name: str
    root: Path
    train_paths: np.ndarray
    train_labels: np.ndarray
    test_paths: np.ndarray
    test_labels: np.ndarray
    classes: tuple[str, ...]
    size: Resolution
    fingerprint: str
    note: str = NOTE
    left_out: tuple[str, ...] = ()
    checked: bool = False

    @property
    def resolution(self) -> Resolution:
        return self.size

    @property
    def channels(self) -> int:
        return 3

    def listed(self) -> dict[str, Any]:
        """Return in a form for JSON what `relisted` needs to list the same images again, in another process."""
        where = {"root": str(self.root), "resolution": self.size}
        return {**where, "fingerprint": self.fingerprint, "left_out": list(self.left_out)}

    def unreadable(self, verify: bool = False, progress: bool = False) -> dict[str, str]:
        """Look into every file, and return the paths of the images that cannot be read, each with the reason.

        What was found is kept in the cache folder until a file changes; only what was bad then is looked at again.

        Args:
            verify: whether to decode every image. Otherwise only its header is read, which is many times as fast and
                does not see that the end of a file is missing.
            progress: whether to show a progress bar.
        """
        paths = [os.fsdecode(path) for path in (*self.train_paths, *self.test_paths)]
        look = open_rgb if verify else check_header
        kept = cache_folder() / "checked" / f"{folder.state_of(self.root, paths)}{'-decoded' * verify}.json"
        try:
            suspects = json.loads(kept.read_text())["unreadable"]
        except (OSError, ValueError, KeyError):
            suspects = paths
        title = f"{'decoding' if verify else 'looking at'} images" if progress and suspects is paths else None
        done = each_image(suspects, lambda k: look(self.root / suspects[k]), title)
        bad = {path: reason for path, reason in zip(suspects, done, strict=True) if isinstance(reason, str)}
        with contextlib.suppress(OSError, InputError):
            kept.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(kept, json.dumps({"unreadable": list(bad)}).encode())
        return bad

    def without(self, unreadable: Mapping[str, str], skip_bad: int = 0) -> ImageStream:
        """Return the data without the images that cannot be read, of which at most `skip_bad` may be left out.

        Raises:
            InputError: there are more, all of which are named; or a class would lose all its images.
        """
        count = len(self.train_labels) + len(self.test_labels)
        note = refuse(self.root, unreadable, count, skip_bad)
        if not unreadable:
            return replace(self, checked=True)
        bad = [os.fsencode(path) for path in unreadable]
        train, test = (~np.isin(paths, bad) for paths in (self.train_paths, self.test_paths))
        folder.every_class_left(self.root, self.classes, self.train_labels[train], self.test_labels[test])
        fewer = replace(
            self,
            train_paths=self.train_paths[train],
            train_labels=self.train_labels[train],
            test_paths=self.test_paths[test],
            test_labels=self.test_labels[test],
            left_out=tuple(unreadable),
            checked=True,
            note=f"{self.note}; {note}",
        )
        return replace(fewer, fingerprint=_fingerprint(fewer))


def open_folder(root: Path, resolution: Resolution, fingerprint: str | None = None) -> ImageStream:
    """List the files of an image folder laid out as ImageNet: train/WNID/*.JPEG and val/WNID/*.JPEG.

    Args:
        root: the folder; test/ will do for val/.
        resolution: height and width in pixels that the images will get.
        fingerprint: what another process found, so that the sizes of all files need not be asked for again.

    Raises:
        InputError: the folder is missing or empty, or the classes of training and test images differ.
    """
    listing = folder.scan(root)
    stream = ImageStream(
        printable(root.resolve().name),
        root.resolve(),
        *listing.train,
        *listing.test,
        listing.classes,
        resolution,
        fingerprint or "",
        "; ".join(filter(None, (NOTE, listing.left_out))),
    )
    with folder.readable(root):
        return stream if fingerprint else replace(stream, fingerprint=_fingerprint(stream))


def relisted(saved: Mapping[str, Any]) -> ImageStream:
    """List again, without asking for the size of any, the images that `ImageStream.listed` told of."""
    size = saved["resolution"]
    stream = open_folder(Path(saved["root"]), tuple(size) if isinstance(size, list) else size, saved["fingerprint"])
    if not saved["left_out"]:
        return replace(stream, checked=True)
    fewer = stream.without(dict.fromkeys(saved["left_out"], ""), len(saved["left_out"]))
    return replace(fewer, fingerprint=saved["fingerprint"])


def _fingerprint(stream: ImageStream) -> str:
    digest = hashlib.sha256("\n".join(stream.classes).encode())
    base = os.fsencode(stream.root)
    for path in (*stream.train_paths, *stream.test_paths):
        # "test/" and "val/" are two names of one thing
        size, _ = folder.size_and_time(os.path.join(base, path))
        digest.update(b"%s %d\n" % (path.partition(b"/")[2], size))
    return digest.hexdigest()[:16]


def is_streamed(name: str) -> bool:
    """Return whether this names data that stays on the disk."""
    return name == "imagenet" or name.startswith(PREFIX)


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
