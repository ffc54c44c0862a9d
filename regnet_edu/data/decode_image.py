"""One image file as RGB pixels of 8 bits, upright, however it was saved."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from ..common.errors import InputError

if TYPE_CHECKING:
    from PIL.Image import Image


def open_rgb(path: str | os.PathLike[str]) -> tuple[Image, str]:
    """Return the pixels of an image file, and the mode in which it was saved, such as "RGB", "L" or "CMYK".

    A camera that was held upright says so in the file (EXIF) and leaves the turning to the reader. Of 16 bits the upper
    8 are kept; what is transparent gets its hidden colour; of an animation the first picture is taken.

    Raises:
        InputError: the file cannot be read, or its pixels have no known range.
    """
    from PIL import Image, ImageOps

    try:
        with Image.open(path) as image:
            mode = image.mode
            ImageOps.exif_transpose(image, in_place=True)
            return _eight_bits(image).convert("RGB"), mode
    except Exception as error:  # PIL raises many kinds for damaged files
        name = os.fspath(path)
        reason = str(error).split("\n")[0].replace(repr(name), "it").replace(name, "it")[:80]
        raise InputError(f"image {name} cannot be read ({reason}); mend or remove it") from error


def _eight_bits(image: Image) -> Image:
    """Return an image of 8 bits a channel; PIL would cut off what is above 255, and make most of 16 bits white."""
    from PIL import Image

    if image.mode == "F" or (image.mode == "I" and image.format != "PNG"):  # older versions open 16-bit PNG files as I
        raise ValueError(f"its pixels are of kind {image.mode}, whose range is not known; save it with 8 or 16 bits")
    if image.mode == "I" or image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    return image
