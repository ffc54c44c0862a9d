"""Arrays, tensors, torch's and Hugging Face's data sets: all become the same images, or one sentence says why not."""

import numpy as np
import pytest
import torch
from each import each
from in_process import Here
from PIL import Image

import regnet_edu as rn
from regnet_edu.common.errors import InputError
from regnet_edu.data import image_data
from regnet_edu.training.loop import prepare

rng = np.random.default_rng(0)
PIXELS, LABELS = rng.integers(256, size=(40, 16, 16, 3), dtype=np.uint8), np.arange(40) % 4
BASE = rn.ImageData("base", PIXELS, LABELS, PIXELS[:8], LABELS[:8])
MINI = rn.regime.get("tiny").replace(name="mini", resolution=16, flops=None, batch_size=8, train_images=None)


class Pairs(torch.utils.data.Dataset):
    """Images of Pillow with their labels, as torchvision gives them."""

    classes = ("a", "b", "c", "d")

    def __init__(self, pixels, labels):
        self.pairs = [(Image.fromarray(image), label) for image, label in zip(pixels, labels, strict=True)]

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, k):
        return self.pairs[k]


class Rows(list):
    """The interface of `datasets.Dataset`: rows, column_names and features, which name the classes."""

    column_names = ("id", "picture", "kind")

    def __init__(self, pixels, labels, names=("a", "b", "c", "d")):
        super().__init__(
            {"id": 7, "picture": Image.fromarray(image), "kind": int(label)}
            for image, label in zip(pixels, labels, strict=True)
        )
        kind, picture = type("ClassLabel", (), {"names": names})(), type("Image", (), {})()
        self.features = {"id": None, "picture": picture, "kind": kind}


def tensors(pixels, labels):
    return torch.tensor(pixels).permute(0, 3, 1, 2), torch.tensor(labels, dtype=torch.int16)


def both(make):
    return make(PIXELS, LABELS), make(PIXELS[:8], LABELS[:8])


@each(
    "data",
    [
        both(lambda x, y: (x, y)),
        (PIXELS, LABELS.astype(np.uint8), PIXELS[:8], LABELS[:8]),
        both(tensors),
        both(lambda x, y: torch.utils.data.TensorDataset(*tensors(x, y))),
        both(Pairs),
        dict(zip(("train", "test"), both(Rows), strict=True)),
        dict(zip(("train", "validation"), both(tensors), strict=True)),
    ],
)
def test_whoever_holds_the_images_they_are_the_same(data):
    images = rn.ImageData.of(data)
    for part in image_data.array_cache.PARTS:
        assert np.array_equal(getattr(images, part), getattr(BASE, part)), part
    assert images.train_labels.dtype == np.int64 and images.num_classes == 4
    assert (images.fingerprint == BASE.fingerprint) == (images.classes == BASE.classes)
    assert image_data.load(data).fingerprint == images.fingerprint


def test_class_names_come_from_the_data():
    assert rn.ImageData.of(both(Rows)).classes == rn.ImageData.of(both(Pairs)).classes == ("a", "b", "c", "d")


@each(
    "shape,layout,kept",
    [
        ((9, 3, 20, 30), None, (9, 20, 30, 3)),
        ((9, 20, 30, 3), None, (9, 20, 30, 3)),
        ((9, 20, 30), None, (9, 20, 30, 1)),
        ((9, 13, 32, 32), None, (9, 32, 32, 13)),
        ((9, 32, 32, 13), None, (9, 32, 32, 13)),
        ((9, 20, 30, 12), "NCHW", (9, 30, 12, 20)),
        ((9, 20, 30, 12), "NHWC", (9, 20, 30, 12)),
    ],
)
def test_the_axis_of_the_channels_is_told_by_the_shape(shape, layout, kept):
    images, labels = np.zeros(shape, np.uint8), np.arange(9) % 3
    data = rn.ImageData("mine", images, labels, images, labels, layout=layout)
    assert data.train_images.shape == kept and data.channels == kept[3]
    assert data.resolution == (kept[1] if kept[1] == kept[2] else kept[1:3])


@each(
    "changes,sentence",
    [
        ({"train_images": PIXELS[:39]}, r"labels have the shape \(40,\).*must be 39 whole numbers"),
        ({"train_labels": LABELS + 0.0}, "type float64; they must be 40 whole numbers"),
        ({"train_labels": LABELS - 1}, "training labels begin at -1, not at 0"),
        ({"classes": ("a", "b", "c")}, "labels up to 3 and 3 classes"),
        ({"train_labels": 0 * LABELS, "test_labels": LABELS[:8] * 0}, "a classifier needs at least 2"),
        ({"test_images": PIXELS[:8, :12]}, r"training images are 16 x 16 x 3 uint8, test images 12 x 16 x 3 uint8"),
        ({"test_images": PIXELS[:8] / 255}, "16 x 16 x 3 uint8, test images 16 x 16 x 3 float32; they must be alike"),
        ({"train_images": np.zeros((40, 20, 30, 12))}, "channels first or last; say layout='NHWC' or 'NCHW'"),
        ({"layout": "CHWN"}, "layout 'CHWN' is unknown; use NHWC or NCHW"),
        ({"train_images": np.full((40, 16, 16, 3), np.nan), "test_images": PIXELS[:8] / 1}, "not finite numbers"),
        ({"train_images": PIXELS[:0], "train_labels": LABELS[:0]}, "there are no training images"),
        ({"train_images": PIXELS.astype("S1")}, "they must be numbers"),
    ],
)
def test_arrays_that_do_not_fit_get_one_sentence(changes, sentence):
    whole = {"train_images": PIXELS, "train_labels": LABELS, "test_images": PIXELS[:8], "test_labels": LABELS[:8]}
    with pytest.raises(InputError, match=sentence):
        rn.ImageData("mine", **{**whole, **changes})


@each(
    "data,sentence",
    [
        ((PIXELS, LABELS), "training data of the kind ndarray is not understood: give"),
        ({"train": Pairs(PIXELS, LABELS)}, "has the entries train, and needs train and test"),
        (3.5, "data of the kind float is not understood"),
        (both(lambda x, y: list(x)), "gives ndarray, where pairs of image and label are needed"),
        (
            (Pairs([PIXELS[0], PIXELS[0, :9]], [0, 1]),) * 2,
            "images differ in size: 16 x 16 x 3, 9 x 16 x 3; ImageData.of",
        ),
    ],
)
def test_data_of_another_kind_gets_one_sentence(data, sentence):
    with pytest.raises(InputError, match=sentence):
        image_data.load(data)


def test_columns_that_are_not_clear_are_asked_for_and_can_be_named():
    train, test = both(Rows)
    for part in (train, test):
        part.features = dict.fromkeys(part.column_names)
    with pytest.raises(InputError, match=r"columns id, picture, kind holds the image is not clear; .*columns="):
        rn.ImageData.of((train, test))
    assert rn.ImageData.of((train, test), columns=("picture", "kind")).fingerprint == BASE.fingerprint


def test_images_of_several_sizes_and_kinds_are_cropped_and_resized_on_request():
    pixels = [PIXELS[0], np.zeros((40, 20, 3), np.uint8), np.zeros((20, 40), np.uint8)]
    pairs = Pairs(pixels, [0, 1, 2])
    images = rn.ImageData.of((pairs, pairs), resolution=(16, 12))
    assert images.train_images.shape == (3, 16, 12, 3) and images.resolution == (16, 12)
    assert BASE.resized(8).train_images.shape == (40, 8, 8, 3) and BASE.resized(16).fingerprint == BASE.fingerprint


def test_a_resized_image_is_its_middle_as_pillow_resizes_it():
    wide = rng.integers(256, size=(1, 10, 30, 3), dtype=np.uint8)
    small = image_data.resize_all(wide, 8)[0]
    expected = Image.fromarray(wide[0]).crop((10, 0, 20, 10)).resize((8, 8), Image.Resampling.BICUBIC)
    assert np.array_equal(small, np.asarray(expected))


def test_images_of_another_size_than_the_regime_takes_are_refused_with_both_ways_out():
    sentence = r"images of 16 pixels and the regime takes 32; .*resized\(32\), or .*replace\(resolution=16\)"
    for call in (rn.train, rn.sweep):
        with pytest.raises(InputError, match=sentence):
            call("regnetx_200mf" if call is rn.train else ["regnetx_200mf"], regime="tiny", data=BASE)


@each("channels,resolution", [(1, 16), (5, 16), (3, (18, 26))])
def test_size_channels_and_classes_go_from_the_data_to_the_record(channels, resolution):
    size = (resolution, resolution) if isinstance(resolution, int) else resolution
    pixels = rng.integers(256, size=(32, *size, channels), dtype=np.uint8)
    data = (pixels, np.arange(32) % 7) * 2
    regime = MINI.replace(resolution=resolution, flops=(2e5, 9e5))
    population = rn.sweep("RegNetX", 1, regime, data=data, engine=Here(), progress=False)
    (row,) = population.to_dict("records")
    network = rn.AnyNetConfig(**{name: row[name] for name in ("depths", "widths", "bottleneck_ratios", "group_widths")})
    assert row["status"] == "ok" and population.attrs["header"]["data"]["classes"] == 7
    assert row["flops"] == rn.complexity(network, resolution, channels, 7).flops != rn.complexity(network, 16).flops


def test_float_pixels_train_as_well_whatever_their_range():
    def result(scale, shift):
        pixels = PIXELS * scale + shift
        data = rn.ImageData("floats", pixels, LABELS, pixels[:8], LABELS[:8])
        return prepare(data, MINI), rn.train("regnetx_200mf", MINI, data=data)

    (unit, one), (_, other) = result(1 / 255, 0), result(3.0, -400)
    assert unit.train_images.dtype == torch.float32 and one.loss == pytest.approx(other.loss, rel=1e-3)
    flat = unit.train_images.double().flatten(0, 2)
    assert torch.allclose(unit.mean.double(), flat.mean(0)) and torch.allclose(unit.std.double(), flat.std(0, False))
