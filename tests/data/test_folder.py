"""Image folders: what they hold, what is wrong with them, and that nothing is decoded twice."""

import os

import numpy as np
import pytest
from PIL import Image
from torchvision.datasets import ImageFolder

from regnet_edu.common.errors import InputError
from regnet_edu.data import decode_image, folder, image_data


@pytest.fixture
def root(tmp_path):
    rng = np.random.default_rng(0)
    for split, count in (("train", 4), ("test", 2)):
        for name in ("cat", "dog"):
            place = tmp_path / "pets" / split / name
            place.mkdir(parents=True)
            for k in range(count):
                Image.fromarray(rng.integers(0, 255, (16, 16, 3), np.uint8)).save(place / f"{k}.png")
    return tmp_path / "pets"


def load(root, resolution=16):
    return folder.load_folder(root, resolution, root.parent / "cache")


def test_a_folder_becomes_arrays_in_sorted_order(root):
    images = load(root)
    train, labels, test, truth = images.arrays
    assert images.classes == ("cat", "dog") and train.shape == (8, 16, 16, 3) and test.shape == (4, 16, 16, 3)
    assert labels.tolist() == [0] * 4 + [1] * 4 and truth.tolist() == [0, 0, 1, 1]
    assert (train[5] == np.asarray(Image.open(root / "train/dog/1.png"))).all()


def test_the_second_start_reads_the_cache_and_a_changed_file_is_decoded_again(root, monkeypatch):
    first = load(root)
    monkeypatch.setattr(folder, "decode", None)
    again = load(root)
    assert again.fingerprint == first.fingerprint and isinstance(again.arrays[0], np.memmap)
    monkeypatch.undo()
    Image.new("RGB", (16, 16)).save(root / "train/cat/0.png")
    changed = load(root)
    assert changed.fingerprint != first.fingerprint and not changed.arrays[0][0].any()


def test_a_damaged_cache_is_decoded_again(root):
    first = load(root)
    for meta in (root.parent / "cache").glob("*/meta.json"):
        meta.write_text("{")
    assert load(root).fingerprint == first.fingerprint


def test_a_cache_that_cannot_be_written_does_not_stop_the_work(root):
    (root.parent / "cache").write_text("a file where the folder should be")
    assert len(load(root).arrays[0]) == 8


def test_other_sizes_are_cropped_to_the_middle_square_and_resized(root):
    wide = np.zeros((20, 60, 3), np.uint8)
    wide[:, 20:40] = 200
    Image.fromarray(wide).save(root / "train/cat/0.png")
    assert abs(load(root, 10).arrays[0][0].astype(int) - 200).max() <= 2


def test_grey_images_are_converted_and_that_is_said(root):
    Image.new("L", (16, 16), 99).save(root / "train/cat/0.png")
    images = load(root)
    assert (images.arrays[0][0] == 99).all() and images.note == "1 image of mode L converted to RGB"
    assert load(root).note == images.note  # from the cache too


def test_val_will_do_for_test(root):
    (root / "test").rename(root / "val")
    assert len(load(root).arrays[2]) == 4


def test_what_is_wrong_with_a_folder_is_said_in_one_sentence(root):
    with pytest.raises(InputError, match=r"does not exist; it needs train/CLASS/\*.jpg"):
        load(root / "nowhere")
    with pytest.raises(InputError, match="has no folder train"):
        load(root / "train")
    (root / "test/bird").mkdir()
    with pytest.raises(InputError, match="class 'bird' is in test but not in train"):
        load(root)
    (root / "test/bird").rmdir()
    (root / "train/bird").mkdir()
    with pytest.raises(InputError, match="class 'bird' is in train but not in test"):
        load(root)
    (root / "test/bird").mkdir()
    with pytest.raises(InputError, match="bird holds no images"):
        load(root)


def test_sub_folders_of_a_class_are_taken_in_the_order_of_torchvision(root):
    for name in ("b", "a-b", "a", "a/deep"):
        (root / "train/cat" / name).mkdir()
        Image.new("RGB", (16, 16)).save(root / "train/cat" / name / "x.png")
    (root / "train/cat/a/back").symlink_to(root / "train/cat")  # in a circle
    (root / "train/cat/.cache").mkdir()
    (root / "train/cat/.cache/x.png").touch()
    listed = [path.decode() for path in folder.scan(root).train.paths]
    (root / "train/cat/a/back").unlink()
    (root / "train/cat/.cache/x.png").unlink()
    theirs = [os.path.relpath(path, root) for path, _ in ImageFolder(root / "train").samples]
    assert listed == theirs and len(listed) == 12


def test_whatever_pillow_reads_is_an_image(root):
    for end in ("gif", "GIF", "tga", "jp2", "webp"):
        Image.new("RGB", (16, 16), (90, 90, 90)).save(root / f"train/cat/x.{end}")
    images = load(root)
    assert len(images.arrays[0]) == 13 and (images.arrays[0][4:9] // 4 == 22).all()
    assert images.note == "2 images of mode P converted to RGB"  # GIF has but a palette


def test_names_that_are_not_utf8_are_read_and_printed_as_escapes(root):
    for split in ("train", "test"):
        os.rename(root / split / "cat", os.fsencode(root / split) + b"/c\xe4t")
    images = load(root)
    assert images.classes == ("c\\xe4t", "dog") and len(images.arrays[0]) == 8
    assert len(image_data.load(f"imagenet:{root}", 16).train_paths) == 8
    os.truncate(os.fsencode(root) + b"/train/c\xe4t/0.png", 9)
    with pytest.raises(InputError) as caught:
        load(root)
    assert r"train/c\xe4t/0.png" in str(caught.value).encode("utf-8").decode()


def test_an_image_beyond_the_limit_of_pillow_is_made_smaller(root, monkeypatch):
    big = np.zeros((400, 600, 3), np.uint8)
    big[:, 300:] = 200
    Image.fromarray(big).save(root / "train/cat/0.png")
    usual = load(root).arrays[0][0].astype(int)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100_000)  # twice as many are refused
    monkeypatch.setattr(decode_image, "FEWER", 60_000)
    assert abs(load(root.rename(root.parent / "again")).arrays[0][0] - usual).mean() < 2
    assert Image.MAX_IMAGE_PIXELS == 100_000
    monkeypatch.setattr(decode_image, "free_memory", lambda: 900_000)
    with pytest.raises(InputError, match=r"0\.png \(its pixels need 0.00096 GB of memory\)"):
        load((root.parent / "again").rename(root.parent / "third"))


def test_sixteen_bits_keep_their_shades_and_numbers_without_a_range_are_refused(root):
    shades = np.linspace(0, 65535, 16 * 16).reshape(16, 16).astype(np.uint16)
    Image.fromarray(shades).save(root / "train/cat/0.png")
    images = load(root)
    assert (images.arrays[0][0, :, :, 0] == shades >> 8).all() and "1 image of mode I;16 converted" in images.note
    Image.new("F", (16, 16), 0.5).save(root / "train/cat/x.tiff")
    with pytest.raises(InputError, match=r"x\.tiff \(its pixels are of kind F, .*8 or 16 bits"):
        load(root)


def test_a_photograph_is_upright_however_the_camera_was_held(root):
    photo = np.zeros((8, 8, 3), np.uint8)
    photo[0] = 255  # the sky is above
    turned = Image.Exif()
    turned[0x112] = 6  # to be turned by a quarter, clockwise
    Image.fromarray(np.rot90(photo)).save(root / "train/cat/0.png", exif=turned)
    assert (load(root, 8).arrays[0][0] == photo).all()


def test_ink_is_converted_and_files_that_are_no_images_are_counted(root):
    Image.new("CMYK", (16, 16), (0, 255, 255, 0)).save(root / "train/cat/0.jpg")
    (root / "train/cat/0.txt").write_text("a cat")
    (root / "test/dog/.hidden").touch()
    images = load(root)
    assert images.note == "1 image of mode CMYK converted to RGB; 1 file left out: by name not an image"
    red, green, _ = images.arrays[0][0, 8, 8].tolist()  # 0.jpg is the first by its name
    assert red > 200 > 60 > green and load(root).note == images.note  # from the cache too


def test_what_cannot_be_reached_is_said(root, monkeypatch):
    (root / "test/dog/link.png").symlink_to(root / "nowhere.png")
    for name in (str(root), f"imagenet:{root}"):
        with pytest.raises(InputError, match=r"1 of 13 images cannot be read: test/dog/link\.png \(.*No such file"):
            image_data.load(name, 16)
    with pytest.raises(InputError, match=r"0\.png is no folder; it needs"):
        load(root / "test/dog/0.png")

    def forbidden(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", forbidden)
    with pytest.raises(InputError, match=r"train cannot be read \(Permission denied\)"):
        load(root)


def test_one_class_and_no_class_are_refused(tmp_path):
    for split in ("train", "test"):
        (tmp_path / split).mkdir()
    with pytest.raises(InputError, match="holds no class folders"):
        load(tmp_path)
    for split in ("train", "test"):
        (tmp_path / split / "cat").mkdir()
    with pytest.raises(InputError, match="has 1 class"):
        load(tmp_path)


def test_resizing_grey_arrays_keeps_one_channel():
    images = np.full((3, 28, 28, 1), 7, np.uint8)
    small = decode_image.resize_all(images, 14)
    assert small.shape == (3, 14, 14, 1) and (small == 7).all()
