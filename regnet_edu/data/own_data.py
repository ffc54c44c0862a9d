"""Images that somebody else holds, as plain arrays: numpy, tensors, a torch `Dataset`, a data set of Hugging Face."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..common.errors import InputError
from ..common.validation import Resolution
from .decode_image import resize_all

LAYOUTS = ("NHWC", "NCHW")
FEW = 4  # an axis of so many is that of the channels, where the other is longer
FORMS = (
    "give (train, test), each as (images, labels), a torch Dataset or a data set of Hugging Face; four arrays "
    "(train_images, train_labels, test_images, test_labels); or a table with the entries train and test"
)
LABELS, IMAGES = ("label", "labels", "fine_label", "target"), ("image", "img", "images", "pixel_values")


class Split(NamedTuple):
    """What one split holds, not yet checked."""

    images: np.ndarray
    labels: np.ndarray
    classes: Sequence[str]


def two_splits(data: Any) -> tuple[Any, Any]:
    """Return what is to be trained on and what is to be tested on.

    Raises:
        InputError: that cannot be told.
    """
    if isinstance(data, Mapping):
        test = next((name for name in ("test", "validation", "valid", "val") if name in data), None)
        if "train" in data and test:
            return data["train"], data[test]
        raise InputError(f"data has the entries {', '.join(map(str, data)) or 'none'}, and needs train and test")
    if isinstance(data, (tuple, list)) and len(data) in (2, 4):
        return (data[0], data[1]) if len(data) == 2 else (data[:2], data[2:])
    raise InputError(f"data of the kind {type(data).__name__} is not understood: {FORMS}")


def read_split(
    part: Any, what: str, resolution: Resolution | None, layout: str | None, columns: tuple[str, str] | None
) -> Split:
    """Return the images and labels of a split, whoever holds them; see `ImageData.of`.

    Raises:
        InputError: they cannot be found, or differ in size and no resolution is given.
    """
    part = getattr(part, "tensors", part)  # of a TensorDataset
    if isinstance(part, (tuple, list)) and len(part) == 2 and hasattr(part[0], "shape"):
        whole = channels_last(as_array(part[0]), what, layout)
        return Split(whole if resolution is None else resize_all(whole, resolution), as_array(part[1]), ())
    classes: Sequence[str] = getattr(part, "classes", ())
    if hasattr(part, "column_names") and hasattr(part, "features"):
        image, label = columns or _columns(part)
        classes = getattr(part.features[label], "names", None) or ()
        pairs: Iterable[Any] = ((row[image], row[label]) for row in part)
    elif hasattr(part, "__len__") and hasattr(part, "__getitem__") and not hasattr(part, "shape"):
        pairs = (part[k] for k in range(len(part)))
    else:
        raise InputError(f"{what} data of the kind {type(part).__name__} is not understood: {FORMS}")
    images, labels = [], []
    for pair in pairs:
        if not isinstance(pair, (tuple, list)) or len(pair) < 2:
            raise InputError(f"{what} data gives {type(pair).__name__}, where pairs of image and label are needed")
        one = channels_last(as_array(pair[0])[None], what, layout)
        images.append(one if resolution is None else resize_all(one, resolution))
        labels.append(int(pair[1]))
    if {one.shape[3] for one in images} == {1, 3}:  # some grey ones among colour, as in ImageNet
        images = [one.repeat(3, 3) if one.shape[3] == 1 else one for one in images]
    if len({one.shape for one in images}) > 1:
        sizes = sorted({" x ".join(map(str, one.shape[1:])) for one in images})
        raise InputError(
            f"{what} images differ in size: {', '.join(sizes[:3])}; "
            "ImageData.of(data, resolution=...) crops and resizes all to one"
        )
    return Split(np.concatenate(images) if images else np.empty((0, 8, 8, 3)), np.array(labels, np.int64), classes)


def _columns(part: Any) -> tuple[str, str]:
    """Return the names of the columns of images and of labels, by their type, else by their usual names."""
    found = []
    for kind, names in (("Image", IMAGES), ("ClassLabel", LABELS)):
        typed = [name for name, feature in part.features.items() if type(feature).__name__ == kind]
        known = typed if len(typed) == 1 else [name for name in names if name in part.column_names]
        if not known:
            raise InputError(
                f"which of the columns {', '.join(part.column_names)} holds the {kind.lower()} is not clear; "
                'ImageData.of(data, columns=("image", "label")) says it'
            )
        found.append(known[0])
    return found[0], found[1]


def as_array(values: Any) -> np.ndarray:
    """Return an array, a tensor of any device, a Pillow image or a list as an array; what is one stays as it is."""
    if isinstance(values, np.ndarray):
        return values
    if hasattr(values, "detach"):  # a tensor; numpy has no bfloat16
        values = values.detach().cpu()
        values = values.float() if values.is_floating_point() else values
    elif hasattr(values, "convert") and values.mode not in ("L", "RGB", "F", "I", "I;16"):  # a Pillow image
        values = values.convert("L" if values.mode == "1" else "RGB")
    return np.asarray(values)


def channels_last(images: np.ndarray, what: str, layout: str | None = None) -> np.ndarray:
    """Return images as (n, height, width, channels), uint8 as they are and all other numbers as float32.

    Raises:
        InputError: they are no images, or where their channels are cannot be told.
    """
    if images.ndim == 3:
        images = images[..., None]
        layout = "NHWC"
    if images.ndim != 4 or images.dtype.kind not in "biuf":
        raise InputError(
            f"{what} images have the shape {images.shape} and the type {images.dtype}; they must be numbers, "
            "(n, height, width, channels), (n, channels, height, width) or (n, height, width)"
        )
    if layout is not None and layout not in LAYOUTS:
        raise InputError(f"layout {layout!r:.60} is unknown; use NHWC or NCHW")
    if (layout or _layout(images.shape, what)) == "NCHW":
        images = np.ascontiguousarray(images.transpose(0, 2, 3, 1))
    return images if images.dtype in (np.uint8, np.float32) else images.astype(np.float32)


def _layout(shape: tuple[int, ...], what: str) -> str:
    """Tell (n, height, width, channels) from (n, channels, height, width): by few channels, else by a square."""
    _, first, middle, last = shape
    signs = [(last <= FEW < first, first <= FEW < last), (first == middle != last, middle == last != first)]
    for nhwc, nchw in signs:
        if nhwc or nchw:
            return "NHWC" if nhwc else "NCHW"
    raise InputError(
        f"{what} images of the shape {shape} could have their channels first or last; say layout='NHWC' or 'NCHW'"
    )
