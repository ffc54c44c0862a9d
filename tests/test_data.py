"""Data by name, by folder and as arrays."""

import gzip
import struct

import numpy as np
import pytest

from regnet_edu import data
from regnet_edu.errors import InputError
from regnet_edu.regime import get


def test_synthetic_data_is_described():
    images = data.load("synthetic", 16)
    assert images.describe() == {
        "name": "synthetic",
        "fingerprint": images.fingerprint,
        "train": 10_240,
        "test": 4_000,
        "classes": 10,
        "channels": 3,
        "note": "drawn by the package itself, no photographs",
    }
    assert images.resolution == 16 and data.load(images) is images


def test_fewer_images_than_the_regime_would_take_are_said():
    images = data.load("synthetic", 16)
    assert images.shortfall(get("tiny")) is None
    few = get("tiny").but(train_images=20_000, test_images=None)
    assert images.shortfall(few) == "synthetic has only 10,240 of 20,000 training images that regime tiny would take"


def test_the_fingerprint_changes_with_any_pixel_label_or_class():
    pixels, labels = np.zeros((2, 8, 8, 3), np.uint8), np.array([0, 1])
    base = data.fingerprint(pixels, labels, classes=("a", "b"))
    other = pixels.copy()
    other[1, 7, 7, 2] = 1
    changed = [(other, labels, ("a", "b")), (pixels, 1 - labels, ("a", "b")), (pixels, labels, ("a", "c"))]
    assert len({base, *(data.fingerprint(p, k, classes=names) for p, k, names in changed)}) == 4


@pytest.mark.parametrize(
    ("name", "resolution", "sentence"),
    [
        ("synthetik", 32, "did you mean synthetic"),
        ("synthetic", 4, "resolution 4 must be"),
        ("synthetic", 32.0, "resolution 32.0 must be"),
        ("/nowhere/at/all", 32, "image folder /nowhere/at/all does not exist"),
    ],
)
def test_bad_data_get_one_sentence(name, resolution, sentence):
    with pytest.raises(InputError, match=sentence):
        data.load(name, resolution)


def write_idx(path, array):
    header = struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    path.write_bytes(header + array.tobytes())


def test_fashion_mnist_is_read_from_files_in_its_real_format(tmp_path, monkeypatch):
    monkeypatch.setenv("REGNET_EDU_CACHE", str(tmp_path))
    raw = tmp_path / "FashionMNIST" / "raw"
    raw.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for split, count in (("train", 20), ("t10k", 10)):
        write_idx(raw / f"{split}-images-idx3-ubyte", rng.integers(0, 255, (count, 28, 28), np.uint8))
        write_idx(raw / f"{split}-labels-idx1-ubyte", (np.arange(count) % 10).astype(np.uint8))
    images = data.load("fashion_mnist", 28)
    assert images.train_images.shape == (20, 28, 28, 1) and images.num_classes == 10 and images.channels == 1
    assert images.classes[0] == "T-shirt/top" and images.test_labels.tolist() == list(range(10))


def test_a_download_that_fails_names_the_folder_to_fill(tmp_path, monkeypatch):
    monkeypatch.setenv("REGNET_EDU_CACHE", str(tmp_path))
    import torchvision.datasets.mnist as mnist

    def unreachable(*_, **__):
        raise OSError("<urlopen error timed out>")

    monkeypatch.setattr(mnist, "download_and_extract_archive", unreachable)
    monkeypatch.setattr(gzip, "open", unreachable)
    sentence = r"fashion_mnist is not in .*FashionMNIST/raw and could not be downloaded"
    with pytest.raises(InputError, match=sentence) as caught:
        data.load("fashion_mnist")
    assert "\n" not in str(caught.value)
