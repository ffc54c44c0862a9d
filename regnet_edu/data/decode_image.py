"""One image file as RGB pixels of 8 bits, upright, however it was saved; and whether it can be read at all."""

from __future__ import annotations

import contextlib
import os
import stat
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from ..common.errors import InputError
from ..common.files import write_atomically
from ..common.progress import progress_bar
from ..common.validation import Resolution, image_size
from .cache import cache_folder, free_memory

if TYPE_CHECKING:
    from PIL.Image import Image

T = TypeVar("T")
# What Pillow opens but has no decoder for, or only with other programs.
UNDECODED = {".bufr", ".emf", ".eps", ".grib", ".h5", ".hdf", ".iim", ".mpeg", ".mpg", ".ps", ".wmf"}
FEWER = 50_000_000  # pixels, about, that are kept of more than the limit
NAMED = 20  # unreadable images in a sentence; of more, all are listed in a file
_limit = threading.Lock()


class UnreadableImageError(InputError):
    """An image file that cannot be read; `reason` says why."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"image {printable(path)} cannot be read ({reason}); mend or remove it")
        self.reason = reason


@cache
def suffixes() -> frozenset[str]:
    """Return the ends of the names of image files, such as ".jpg": all that this Pillow reads."""
    from PIL import Image

    return frozenset(s for s, kind in Image.registered_extensions().items() if kind in Image.OPEN) - UNDECODED


def printable(name: str | os.PathLike[str]) -> str:
    """Return the name of a file with what is not UTF-8 in it as escapes: as it is, it could not be printed."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def open_rgb(path: str | os.PathLike[str]) -> tuple[Image, str]:
    """Return the pixels of an image file, and the mode in which it was saved, such as "RGB", "L" or "CMYK".

    A camera that was held upright says so in the file (EXIF) and leaves the turning to the reader. Of 16 bits the upper
    8 are kept; what is transparent gets its hidden colour; of an animation the first picture is taken. What is larger
    than Pillow's limit (179 million pixels) is made smaller by a whole number.

    Raises:
        UnreadableImageError: the file cannot be read, or its pixels have no known range.
    """
    from PIL import ImageOps

    def read(image: Image) -> tuple[Image, str]:
        mode = image.mode
        ImageOps.exif_transpose(image, in_place=True)
        return _eight_bits(image).convert("RGB"), mode

    return _opened(os.fspath(path), read)


def fit(image: Image, size: tuple[int, int]) -> Image:
    """Return the middle of an image, of as much of it as has the shape of `size`, resized to this height and width."""
    height, width = size
    if image.size == (width, height):
        return image
    wide = image.width * height > image.height * width
    across = round(image.height * width / height) if wide else image.width
    down = image.height if wide else round(image.width * height / width)
    left, top = (image.width - across) // 2, (image.height - down) // 2
    return image.crop((left, top, left + across, top + down)).resize((width, height), 3)  # 3 is bicubic


def resize_all(images: np.ndarray, resolution: Resolution) -> np.ndarray:
    """Return (n, h, w, channels) images, uint8 or float32, as `fit` resizes every channel of each."""
    from PIL import Image

    size = image_size("resolution", resolution)
    if images.shape[1:3] == size:
        return images
    out = np.empty((len(images), *size, images.shape[3]), images.dtype)
    for k, c in np.ndindex(len(images), images.shape[3]):
        out[k, :, :, c] = fit(Image.fromarray(np.ascontiguousarray(images[k, :, :, c])), size)
    return out


def check_header(path: str | os.PathLike[str]) -> None:
    """Raise `UnreadableImageError` if the beginning of a file is not that of an image; its pixels are not looked at."""
    _opened(os.fspath(path), lambda image: image.mode == "F" and _eight_bits(image))


def _opened(path: str, read: Callable[[Image], T]) -> T:
    from PIL import Image

    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # reading a pipe or a device may never end
            raise ValueError("it is no regular file")
        try:
            with Image.open(path) as image:
                return read(image)
        except Image.DecompressionBombError:
            with _limit, _no_limit(), Image.open(path) as image:
                needed, free = 4 * image.width * image.height, free_memory()
                if free is not None and needed > free:
                    raise ValueError(f"its pixels need {needed / 1e9:.3g} GB of memory") from None
                small = image.reduce(max(2, round((image.width * image.height / FEWER) ** 0.5)))
                small.format = image.format
                return read(small)
    except Exception as error:  # PIL raises many kinds for damaged files
        reason = str(error).split("\n")[0].replace(repr(path), "it").replace(path, "it")[:80]
        raise UnreadableImageError(path, printable(reason)) from error


@contextlib.contextmanager
def _no_limit() -> Iterator[None]:
    """Lift Pillow's limit, which is meant for what strangers send to a server, not for one's own images."""
    from PIL import Image

    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        yield
    finally:
        Image.MAX_IMAGE_PIXELS = limit


def _eight_bits(image: Image) -> Image:
    """Return an image of 8 bits a channel; PIL would cut off what is above 255, and make most of 16 bits white."""
    from PIL import Image

    if image.mode == "F" or (image.mode == "I" and image.format != "PNG"):  # older versions open 16-bit PNG files as I
        raise ValueError(f"its pixels are of kind {image.mode}, whose range is not known; save it with 8 or 16 bits")
    if image.mode == "I" or image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    return image


def each_image(paths: Sequence[str], read: Callable[[int], T], title: str | None) -> list[T | str]:
    """Return what `read` gives for each number of a path, or the reason why its image cannot be read.

    Args:
        paths: of the files.
        read: given the number of a path; may raise `UnreadableImageError`.
        title: of a progress bar; None shows none.
    """

    def attempt(k: int) -> T | str:
        try:
            return read(k)
        except UnreadableImageError as error:
            return error.reason

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        done = pool.map(attempt, range(len(paths)))
        return list(progress_bar(done, title, total=len(paths), unit=" images", disable=title is None, leave=False))


def refuse(root: Path, unreadable: Mapping[str, str], images: int, skip_bad: int) -> str:
    """Return a note on the unreadable images of a folder that are left out; "" if there are none.

    Args:
        root: the folder.
        unreadable: path and reason of each.
        images: how many the folder has, readable or not.
        skip_bad: how many may be left out.

    Raises:
        InputError: there are more, all of which are named.
    """
    bad = {printable(path): reason for path, reason in unreadable.items()}
    count = f"{len(bad):,} of {images:,} images"
    if len(bad) <= skip_bad:
        named = ", ".join([*list(bad)[:3], *[f"{len(bad) - 3:,} more"] * (len(bad) > 3)])
        return f"{count} cannot be read and {'is' if len(bad) == 1 else 'are'} left out ({named})" if bad else ""
    listed = [f"{path} ({reason})" for path, reason in bad.items()]
    where = ""
    if len(bad) > NAMED:
        with contextlib.suppress(InputError, OSError):
            file = cache_folder() / "unreadable_images.txt"
            os.makedirs(file.parent, exist_ok=True)
            write_atomically(file, "\n".join([*listed, ""]).encode())
            where = f", and {len(bad) - NAMED:,} more, all of them listed in {file}"
    raise InputError(
        f"image folder {printable(root)}: {count} cannot be read: {', '.join(listed[:NAMED] if where else listed)}"
        f"{where}; mend or remove {'it' if len(bad) == 1 else 'them'}, or leave out up to {len(bad)} with "
        f"skip_bad={len(bad)} (--skip-bad {len(bad)})"
    )
