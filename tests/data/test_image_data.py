"""Data by name, by folder and as arrays."""

import numpy as np
import pytest
from photos import WNIDS, imagenet
from PIL import Image

from regnet_edu.common.errors import InputError
from regnet_edu.data import cache as array_cache
from regnet_edu.data import image_data as data
from regnet_edu.data.stream import ImageStream


def test_synthetic_data_is_drawn_once_and_nobody_can_change_it():
    images = data.load("synthetic", 16)
    assert data.load("synthetic", 16) is images
    with pytest.raises(ValueError, match="read-only"):
        images.train_images[0] = 0


def test_synthetic_data_is_kept_on_the_disk_and_drawn_again_when_it_was_changed_there(monkeypatch, tmp_path):
    monkeypatch.setenv("REGNET_EDU_CACHE", str(tmp_path))
    drawn = []
    pictures = data.synthetic.pictures
    monkeypatch.setattr(data.synthetic, "pictures", lambda *a, **k: drawn.append(a) or pictures(*a, **k))

    def load():
        data._synthetic.cache_clear()
        drawn.clear()
        return data.load("synthetic", 8), len(drawn)

    first, times = load()
    again, none = load()
    assert (times, none) == (2, 0) and again.fingerprint == first.fingerprint
    assert all((getattr(first, part) == getattr(again, part)).all() for part in array_cache.PARTS)
    with pytest.raises(ValueError, match="read-only"):
        again.train_images[0] = 0
    (file,) = tmp_path.glob("decoded/*/test_labels.npy")
    for damage in (lambda b: b[:-1] + bytes([b[-1] ^ 1]), lambda b: b[:200], lambda b: b""):
        file.write_bytes(damage(file.read_bytes()))
        repaired, times = load()
        assert times == 2 and (repaired.test_labels == first.test_labels).all()
    assert load()[1] == 0


def test_synthetic_data_is_drawn_where_nothing_can_be_kept(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("REGNET_EDU_CACHE", str(tmp_path / "file"))
    data._synthetic.cache_clear()
    assert data.load("synthetic", 8).resolution == 8
    assert data.load("synthetic", (8, 12)).resolution == (8, 12)


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
    assert images.shortfall(5_120, 2_000) is None
    assert (
        images.shortfall(20_000, None)
        == "synthetic has only 10,240 of 20,000 training images that the regime would take"
    )


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


def test_imagenet_by_folder_is_listed_not_decoded(tmp_path):
    root = imagenet(tmp_path / "tiny", train=3, val=2)
    images = data.load(f"imagenet:{root}", 224)
    assert isinstance(images, ImageStream) and images.classes == WNIDS and images.resolution == 224
    assert images.train_labels.tolist() == [0] * 3 + [1] * 3 + [2] * 3 and len(images.test_labels) == 6
    assert images.test_paths[-1] == b"val/n03000684/ILSVRC2012_val_00000005.JPEG"
    assert images.describe()["note"].startswith("read from files") and images.channels == 3
    assert data.load(f"imagenet:{root}", 224).fingerprint == images.fingerprint
    first = root / "train" / WNIDS[0] / f"{WNIDS[0]}_0.JPEG"
    first.write_bytes(first.read_bytes() + b" ")
    assert data.load(f"imagenet:{root}", 224).fingerprint != images.fingerprint


@pytest.mark.parametrize("name", ["imagenet", "imagenet:"])
def test_imagenet_without_its_folder_is_said(name):
    with pytest.raises(InputError, match=f"data '{name}' names no folder; ImageNet cannot be downloaded"):
        data.load(name, 224)


def test_validation_images_that_are_not_sorted_into_classes_are_said(tmp_path):
    root = imagenet(tmp_path / "tiny", train=1, val=1)
    for path in list((root / "val").glob("*/*")):
        path.rename(root / "val" / path.name)
    for folder in list((root / "val").iterdir()):
        if folder.is_dir():
            folder.rmdir()
    with pytest.raises(InputError, match=r"holds 3 images but no class folders; .* \(ImageNet: by WordNet id"):
        data.load(f"imagenet:{root}", 32)


def test_a_folder_that_memory_cannot_hold_is_refused_with_what_it_needs(tmp_path, monkeypatch):
    monkeypatch.setenv("REGNET_EDU_CACHE", str(tmp_path / "cache"))
    root = imagenet(tmp_path / "tiny", train=3, val=2)
    monkeypatch.setattr(array_cache, "free_memory", lambda: 10_000)
    sentence = r"holds 15 images, which at 32 pixels need 4.61e-05 GB of memory, .*; imagenet:.*/tiny reads them while"
    with pytest.raises(InputError, match=sentence):
        data.load(str(root), 32)
    monkeypatch.setattr(array_cache, "free_memory", lambda: None)  # not known
    assert len(data.load(str(root), 32).train_labels) == 9


def test_the_free_memory_of_this_machine_is_known():
    assert 1e8 < array_cache.free_memory() < 1e14


def test_grey_images_among_colour_are_converted_and_that_is_said_each_time(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("REGNET_EDU_CACHE", str(tmp_path / "cache"))
    root = imagenet(tmp_path / "tiny", train=2, val=1)
    Image.new("L", (40, 40), 99).save(root / "train" / WNIDS[0] / f"{WNIDS[0]}_0.JPEG")
    for _ in range(2):  # decoded, then from the cache
        assert data.load(str(root), 32, progress=True).note == "1 image of mode L converted to RGB"
        assert f"note: {root}: 1 image of mode L converted to RGB" in capsys.readouterr().err
