"""Fashion-MNIST and CIFAR-10: downloaded once by pooch, with progress, a time limit and a check of the hash."""

from __future__ import annotations

import gzip
import os
import pickle
import tarfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..common.errors import InputError, first_line
from ..common.validation import Resolution
from . import cache as array_cache
from .dataset import fingerprint
from .decode_image import resize_all
from .folder import state_of

TIMEOUT = 20.0  # seconds in which a server that is there sends something
MIRROR = "REGNET_EDU_MIRROR"


class Arrays(NamedTuple):
    """Images and labels to train and to test with, class names, and the fingerprint of all."""

    arrays: tuple[np.ndarray, ...]
    classes: tuple[str, ...]
    fingerprint: str


Read = Callable[[Sequence[Path]], tuple[tuple[np.ndarray, ...], tuple[str, ...]]]


@dataclass(frozen=True)
class PublishedData:
    """A published data set.

    Args:
        url: the address of the folder in which its archives are.
        folder: where the archives are kept, below the cache folder.
        archives: their MD5 by their names.
        read: from their paths to images and labels to train and to test with, and the names of the classes.
    """

    url: str
    folder: str
    archives: Mapping[str, str]
    read: Read


def _idx(path: Path) -> np.ndarray:
    """Read an array of bytes in the format of MNIST, packed or not."""
    with gzip.open(path) if path.suffix == ".gz" else open(path, "rb") as file:
        content = file.read()
    dimensions = content[3]
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(
        np.frombuffer(content, ">i4", dimensions, 4)
    )


def _fashion_mnist(paths: Sequence[Path]) -> tuple[tuple[np.ndarray, ...], tuple[str, ...]]:
    classes = "T-shirt/top, Trouser, Pullover, Dress, Coat, Sandal, Shirt, Sneaker, Bag, Ankle boot"
    train_images, train_labels, test_images, test_labels = map(_idx, paths)
    arrays = (train_images[..., None], train_labels, test_images[..., None], test_labels)
    return arrays, tuple(classes.split(", "))


def _cifar10(paths: Sequence[Path]) -> tuple[tuple[np.ndarray, ...], tuple[str, ...]]:
    with tarfile.open(paths[0]) as archive:
        # Unpickling can run a program; the hash says that it is the one that was published, which does not.
        names = ["batches.meta", *(f"data_batch_{k}" for k in range(1, 6)), "test_batch"]
        files = [archive.extractfile(f"cifar-10-batches-py/{name}") for name in names]
        meta, *batches = [pickle.load(file, encoding="latin1") for file in files if file]
    arrays: tuple[np.ndarray, ...] = ()
    for part in (batches[:5], batches[5:]):
        pixels = np.concatenate([batch["data"] for batch in part]).reshape(-1, 3, 32, 32)
        arrays += (pixels.transpose(0, 2, 3, 1), np.concatenate([batch["labels"] for batch in part]))
    return arrays, tuple(meta["label_names"])


PUBLISHED = {
    "fashion_mnist": PublishedData(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
        "FashionMNIST/raw",
        {
            "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
            "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
            "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
        },
        _fashion_mnist,
    ),
    "cifar10": PublishedData(
        "https://www.cs.toronto.edu/~kriz",
        "",
        {"cifar-10-python.tar.gz": "c58f30108f718f92721af3b95e74349a"},
        _cifar10,
    ),
}


def load_downloaded(name: str, resolution: Resolution, root: Path, progress: bool = False) -> Arrays:
    """Load Fashion-MNIST or CIFAR-10; what was decoded at this resolution before is mapped from its file.

    Args:
        name: "fashion_mnist" or "cifar10".
        resolution: height and width in pixels.
        root: the cache folder.
        progress: whether a download shows a progress bar.

    Raises:
        InputError: the data set is not there and cannot be downloaded, or it cannot be read.
    """
    published = PUBLISHED[name]
    folder = root / published.folder
    unpacked = [archive.removesuffix(".gz") for archive in published.archives]
    paths = [folder / (file if (folder / file).is_file() else f"{file}.gz") for file in unpacked]
    kept = root / "decoded" / f"{name}-{resolution}-{state_of(folder, [path.name for path in paths])}"
    if all(path.is_file() for path in paths) and (found := array_cache.recall(kept)):
        arrays, meta = found
        return Arrays(arrays, tuple(meta["classes"]), meta["fingerprint"])
    for path in paths:
        if path.name in published.archives:
            fetch(name, path, published, progress)
    try:
        (train_images, train_labels, test_images, test_labels), classes = published.read(paths)
    except Exception as error:  # of any of the libraries that unpack and read
        where = ", ".join(map(str, paths))
        raise InputError(f"{name} cannot be read ({first_line(error)}); remove {where} and start again") from error
    array_cache.check_memory(name, len(train_images) + len(test_images), resolution, train_images.shape[3])
    train, test = (resize_all(images, resolution) for images in (train_images, test_images))
    arrays = (train, train_labels.astype(np.int64), test, test_labels.astype(np.int64))
    mark = fingerprint(*arrays, classes=classes)
    kept = root / "decoded" / f"{name}-{resolution}-{state_of(folder, [path.name for path in paths])}"
    array_cache.keep(kept, arrays, {"classes": classes, "fingerprint": mark})
    return Arrays(arrays, classes, mark)


def fetch(name: str, path: Path, published: PublishedData, progress: bool = False) -> None:
    """Download an archive to `path` if it is not there, or not whole.

    A download is never taken for the whole before its hash is right. The address in $REGNET_EDU_MIRROR is tried before
    the published one.

    Raises:
        InputError: no address gives the file; the sentence says which folder to fill by hand.
    """
    import pooch

    pooch.get_logger().setLevel("WARNING")  # the bar and our sentences say it
    md5 = published.archives[path.name]
    state = f"is not in {path.parent}"
    if path.is_file():
        found = pooch.file_hash(path, alg="md5")
        if found == md5:
            return
        size = f"{path.stat().st_size:,} bytes"
        state = f"in {path} is damaged or half-downloaded ({size}, MD5 {found}, not {md5})"
    reasons = []
    for url in filter(None, (os.environ.get(MIRROR), published.url)):
        get = pooch.HTTPDownloader(progressbar=progress, timeout=TIMEOUT, headers={"User-Agent": "regnet-edu"})
        address = f"{url.rstrip('/')}/{path.name}"
        try:
            pooch.retrieve(address, f"md5:{md5}", path.name, path.parent, downloader=get)
            return
        except (OSError, ValueError) as error:  # ValueError: no address, or another hash
            reasons.append(f"{address}: {first_line(_cause(error))}")
    raise InputError(
        f"{name} {state} and {path.name} could not be downloaded ({'; '.join(reasons)}); put {path.name} into "
        f"{path.parent} by hand, name a mirror in {MIRROR}, or use --data synthetic or an image folder"
    )


def _cause(error: BaseException) -> BaseException:
    """Return what an exception began with: "connection refused" below three layers of pools and retries."""
    while error.__context__ is not None:
        error = error.__context__
    return error
