"""Images that cannot be read: all are named before training, and so many as one allows are left out and recorded."""

import json
import os
import shutil

import pytest
from each import each
from photos import WNIDS, imagenet

import regnet_edu as rn
from regnet_edu import regime
from regnet_edu.common.errors import InputError
from regnet_edu.data import decode_image, image_data, stream
from regnet_edu.training.distributed.run import train_distributed

CONFIG = rn.AnyNetConfig((1, 1), (8, 16), 1, 8)
SMALL = regime.get("imagenet_final").replace(
    resolution=32, batch_size=16, epochs=2, lr=0.05, warmup=0.2, precision="fp32"
)


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("REGNET_EDU_CACHE", str(tmp_path / "cache"))
    return imagenet(tmp_path / "tiny")


def spoil(root, count, keep=0):
    """Cut files off after so many bytes, or just before their end."""
    files = sorted((root / "train").rglob("*.JPEG"))[:: 48 // count][:count]
    for file in files:
        content = file.read_bytes()
        file.write_bytes(content[:keep] if keep >= 0 else content[: len(content) * 4 // 5])
    return [str(file.relative_to(root)) for file in files]


def names(root, form, **options):
    return image_data.load(f"{form}{root}", 32, **options)


@pytest.mark.parametrize("form", ["", "imagenet:"])
def test_all_are_named_at_once_and_as_many_as_allowed_are_left_out(root, form):
    whole = names(root, form)
    bad = spoil(root, 9)
    for _ in range(2):  # looked at, then remembered
        with pytest.raises(InputError, match=r"9 of 66 images cannot be read: .*; mend .*skip_bad=9") as caught:
            names(root, form, skip_bad=8)
        assert all(f"{name} (" in str(caught.value) for name in bad) and "\n" not in str(caught.value)
    fewer = names(root, form, skip_bad=9)
    assert len(fewer.train_labels) == 39 and len(fewer.test_labels) == 18 and fewer.fingerprint != whole.fingerprint
    assert f"9 of 66 images cannot be read and are left out ({bad[0]}, " in fewer.describe()["note"]
    for name in bad:
        (root / name).unlink()
    assert names(root, form).fingerprint == fewer.fingerprint


def test_many_are_listed_in_a_file(root, tmp_path, monkeypatch):
    monkeypatch.setattr(decode_image, "NAMED", 2)
    bad = spoil(root, 6)
    with pytest.raises(InputError, match=r"and 4 more, all of them listed in .*unreadable_images\.txt"):
        names(root, "imagenet:")
    listed = (tmp_path / "cache" / "unreadable_images.txt").read_text().splitlines()
    assert [line.split(" (")[0] for line in listed] == bad


@pytest.mark.skipif(os.name == "nt", reason="has no pipes in folders")
@pytest.mark.parametrize("form", ["", "imagenet:"])
def test_pipes_devices_and_links_in_a_circle_are_not_read(root, form):
    folder = root / "train" / WNIDS[0]
    os.mkfifo(folder / "pipe.JPEG")
    (folder / "zero.JPEG").symlink_to("/dev/zero")
    (folder / "circle.JPEG").symlink_to("circle.JPEG")
    with pytest.raises(InputError, match=r"3 of 69 images cannot be read: .*pipe.JPEG \(it is no regular file\)"):
        names(root, form)
    assert len(names(root, form, skip_bad=3).train_labels) == 48


def test_a_missing_end_is_seen_by_decoding_and_a_mended_file_again(root):
    copy = shutil.copytree(root, root.parent / "copy")
    (bad,) = spoil(root, 1, keep=-1)
    assert names(root, "imagenet:").checked  # the headers are whole
    with pytest.raises(InputError, match=f"1 of 66 images cannot be read: {bad}"):
        names(root, "imagenet:", verify=True)
    shutil.copy(copy / bad, root / bad)
    assert len(names(root, "imagenet:", verify=True).train_labels) == 48


def test_nothing_is_looked_at_twice(root, monkeypatch):
    names(root, "imagenet:")
    monkeypatch.setattr(stream, "check_header", None)
    names(root, "imagenet:")


def test_a_class_that_would_be_lost_is_said(root):
    for file in (root / "val" / WNIDS[1]).iterdir():
        file.write_bytes(b"")
    for form in ("", "imagenet:"):
        with pytest.raises(InputError, match=f"no image of class '{WNIDS[1]}' can be read in one split"):
            names(root, form, skip_bad=6)


def test_another_process_lists_the_same_images(root):
    spoil(root, 5)
    data = names(root, "imagenet:", skip_bad=5)
    again = stream.relisted(json.loads(json.dumps(data.listed())))
    assert again.train_paths.tolist() == data.train_paths.tolist() and again.fingerprint == data.fingerprint
    table = rn.sweep([CONFIG] * 2, 2, SMALL.replace(epochs=1), data=data, workers=1, progress=False)
    assert table.status.tolist() == ["ok"] * 2 and "5 of 66 images" in table.attrs["header"]["data"]["note"]


def test_a_training_goes_on_over_a_folder_that_changed_if_that_is_accepted_and_says_so(root, tmp_path):
    def stop(epoch, error):
        raise KeyboardInterrupt

    def train(**options):
        return train_distributed(CONFIG, SMALL, 3, f"imagenet:{root}", device="cpu", loaders=0, out=out, **options)

    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        train(on_epoch=stop)
    spoil(root, 2)
    with pytest.raises(InputError, match="2 of 66 images cannot be read"):
        train()
    with pytest.raises(InputError, match=r"begun with data .*, accept the change with --accept-changed-data or choose"):
        train(skip_bad=2)
    said = []
    assert len(train(skip_bad=2, accept_changed_data=True, say=said.append).errors) == 2 and "46 + 18 images" in said[0]
    report = json.loads((out / "result.json").read_text())
    assert "2 of 66 images cannot be read" in report["data"]["note"] and len(report["data_before"]) == 1
    assert report["data"]["fingerprint"] not in report["data_before"][0]


@pytest.mark.heavy
@each("form", ("", "imagenet:"))
def test_a_sweep_leaves_them_out_says_so_and_goes_on_when_more_are_spoiled(tmp_path_factory, monkeypatch, form):
    place = tmp_path_factory.mktemp("sweep")
    monkeypatch.setenv("REGNET_EDU_CACHE", str(place / "cache"))
    root, out = imagenet(place / "photos"), place / "a.jsonl"
    spoil(root, 13)  # a fifth
    recipe = regime.get("tiny").replace(resolution=16, batch_size=8, flops=None, train_images=None, test_images=None)
    options = {"n": 1, "regime": recipe, "out": out, "data": f"{form}{root}", "workers": 1, "progress": False}

    def sweep(count, **more):
        return rn.sweep([CONFIG] * count, **{**options, "n": count, **more})

    with pytest.raises(InputError, match=r"13 of 66 images cannot be read: .*skip_bad=13"):
        sweep(1, skip_bad=12)
    assert not out.exists()
    data = sweep(1, skip_bad=13).attrs["header"]["data"]
    assert data["train"] + data["test"] == 53 and "13 of 66 images cannot be read and are left out" in data["note"]
    spoil(root, 14)
    with pytest.raises(InputError, match="accept the change with --accept-changed-data"):
        sweep(2, skip_bad=14)
    table = sweep(2, skip_bad=14, accept_changed_data=True)
    assert table["status"].tolist() == ["ok", "ok"] and table.attrs["header"]["sessions"][-1]["data"]["train"] < 48
