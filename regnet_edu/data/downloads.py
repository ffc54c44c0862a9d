"""Fashion-MNIST and CIFAR-10 through torchvision: downloaded once, with progress, a timeout and a check of the hash."""

from __future__ import annotations

import hashlib
import os
import urllib.request
from collections.abc import Sequence
from http.client import HTTPException
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..common.errors import InputError, first_line
from ..common.optional_imports import torchvision_part
from . import cache as array_cache
from .dataset import fingerprint
from .folder import resize_all

TIMEOUT = 20.0  # seconds in which a server that is there sends something
MIRROR = "REGNET_EDU_MIRROR"


class Archive(NamedTuple):
    """One file that is published: its name, its MD5, and the addresses where it is."""

    name: str
    md5: str
    urls: tuple[str, ...]


class Published(NamedTuple):
    """A published data set as torchvision knows it.

    `files` are what it is read from, `archives` what these are unpacked from, both in `folder`s of the cache.
    """

    kind: Any
    folder: Path
    files: tuple[Path, ...]
    archive_folder: Path
    archives: tuple[Archive, ...]


class Arrays(NamedTuple):
    """Images and labels to train and to test with, class names, and the fingerprint of all."""

    arrays: tuple[np.ndarray, ...]
    classes: tuple[str, ...]
    fingerprint: str


def load(name: str, resolution: int, root: Path, progress: bool = False) -> Arrays:
    """Load Fashion-MNIST or CIFAR-10; what was decoded at this resolution before is mapped from its file.

    Args:
        name: "fashion_mnist" or "cifar10".
        resolution: height and width in pixels.
        root: the cache folder.
        progress: whether a download shows a progress bar.

    Raises:
        InputError: torchvision is missing, or the data set is not there and cannot be downloaded.
    """
    published = describe(name, root)
    key = _key(name, resolution, published.files)
    found = key and array_cache.recall(root / "decoded" / key)
    if found:
        arrays, meta = found
        return Arrays(arrays, tuple(meta["classes"]), meta["fingerprint"])
    parts = _read(name, published, root, progress)
    arrays = ()
    for part in parts:
        images = np.asarray(part.data)
        images = images[..., None] if images.ndim == 3 else images
        arrays += (resize_all(images, resolution), np.asarray(part.targets, np.int64))
    classes = tuple(parts[0].classes)
    mark = fingerprint(*arrays, classes=classes)
    key = _key(name, resolution, published.files)
    if key:
        array_cache.keep(root / "decoded" / key, arrays, {"classes": classes, "fingerprint": mark})
    return Arrays(arrays, classes, mark)


def describe(name: str, root: Path) -> Published:
    """Return what torchvision knows of a data set whose files are below `root`.

    Raises:
        InputError: torchvision is missing.
    """
    datasets = torchvision_part("datasets", f"{name} is read by", "use --data synthetic or an image folder")
    if name == "fashion_mnist":
        kind: Any = datasets.FashionMNIST
        folder = root / "FashionMNIST" / "raw"
        archives = tuple(Archive(file, md5, tuple(m + file for m in kind.mirrors)) for file, md5 in kind.resources)
        return Published(kind, folder, tuple(folder / a.name.removesuffix(".gz") for a in archives), folder, archives)
    kind = datasets.CIFAR10
    folder = root / kind.base_folder
    names = [file for file, _ in (*kind.train_list, *kind.test_list)] + [kind.meta["filename"]]
    archive = Archive(kind.filename, kind.tgz_md5, (kind.url,))
    return Published(kind, folder, tuple(folder / file for file in names), root, (archive,))


def _key(name: str, resolution: int, files: Sequence[Path]) -> str | None:
    """Return the name of the decoded arrays, which changes with any file; None as long as one is missing."""
    try:
        stats = [(file.name, (stat := file.stat()).st_size, stat.st_mtime_ns) for file in files]
    except OSError:
        return None
    return f"{name}-{resolution}-{hashlib.sha256(repr(stats).encode()).hexdigest()[:16]}"


def _read(name: str, published: Published, root: Path, progress: bool) -> list[Any]:
    """Read both splits; fetch and unpack the archives first if the files are not there, or not whole."""
    kind = published.kind
    try:
        return [kind(root, train=train, download=False) for train in (True, False)]
    except RuntimeError:  # torchvision's way to say that files are missing, or that their hash is wrong
        pass
    except Exception as error:
        raise InputError(_damaged(name, published, error)) from error
    for archive in published.archives:
        fetch(name, archive, published.archive_folder, published.folder, progress)
    try:
        return [kind(root, train=train, download=True) for train in (True, False)]
    except Exception as error:  # of any of the libraries that unpack and read
        raise InputError(_damaged(name, published, error)) from error


def _damaged(name: str, published: Published, error: Exception) -> str:
    return f"{name} in {published.folder} cannot be read ({first_line(error)}); remove that folder and start again"


def fetch(name: str, archive: Archive, folder: Path, goal: Path, progress: bool = False) -> Path:
    """Return the path of an archive in `folder`, downloaded if it is not there, or not whole.

    A download goes into a file of another name, which takes its own when the hash is right: a download that was stopped
    is never taken for the whole. The address in $REGNET_EDU_MIRROR is tried before the published ones.

    Raises:
        InputError: no address gives the file; the sentence says which folder to fill by hand.
    """
    path = folder / archive.name
    state = f"is not in {goal}"
    if path.is_file():
        found = _md5(path)
        if found == archive.md5:
            return path
        state = (
            f"in {path} is damaged or half-downloaded ({path.stat().st_size:,} bytes, MD5 {found}, not {archive.md5})"
        )
    mirror = os.environ.get(MIRROR)
    urls = ((f"{mirror.rstrip('/')}/{archive.name}",) if mirror else ()) + archive.urls
    reasons = []
    for url in urls:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f"{archive.name}.part")
            _download(url, part, progress)
            found = _md5(part)
            if found == archive.md5:
                os.replace(part, path)
                return path
            reasons.append(f"{url}: {part.stat().st_size:,} bytes with MD5 {found}, not {archive.md5}")
        except (OSError, HTTPException, ValueError) as error:  # ValueError: no address
            reasons.append(f"{url}: {first_line(error)}")
    raise InputError(
        f"{name} {state} and {archive.name} could not be downloaded ({'; '.join(reasons)}); put {archive.name} into "
        f"{folder} by hand, name a mirror in {MIRROR}, or use --data synthetic or an image folder"
    )


def _download(url: str, path: Path, progress: bool) -> None:
    from tqdm.auto import tqdm

    request = urllib.request.Request(url, headers={"User-Agent": "regnet-edu"})
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer, open(path, "wb") as file:
        size = int(answer.headers.get("Content-Length") or 0) or None
        with tqdm(total=size, desc=path.stem, unit="B", unit_scale=True, disable=not progress) as bar:
            while chunk := answer.read(1 << 16):
                file.write(chunk)
                bar.update(len(chunk))


def _md5(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
