"""Streamed batches: the same images, augmented in the same way, whoever reads them and however many do."""

import json

import numpy as np
import pytest
import torch
from photos import imagenet
from PIL import Image

from regnet_edu import regime
from regnet_edu.common.errors import InputError
from regnet_edu.data import image_data as data
from regnet_edu.data.stream import open_folder, relisted
from regnet_edu.training.distributed import input_pipeline as pipeline
from regnet_edu.training.distributed.input_pipeline import Draw, Pipeline, Reader, TrainOrder, train_transform

SMALL = regime.get("imagenet").replace(resolution=32, batch_size=12)


@pytest.fixture(scope="module")
def stream(tmp_path_factory):
    return data.load(f"imagenet:{imagenet(tmp_path_factory.mktemp('data') / 'tiny', train=8, val=3)}", 32)


def same(ours, theirs):
    pairs = [pair for batches in zip(ours, theirs, strict=True) for pair in zip(*batches, strict=True)]
    return all(torch.equal(a, b) for a, b in pairs)


def test_the_seed_and_the_epoch_decide_every_pixel_and_the_number_of_readers_nothing(stream):
    before = torch.get_rng_state()
    first = list(Pipeline(stream, SMALL, 1).train(0))
    assert torch.equal(torch.get_rng_state(), before)  # the global random state is left alone
    torch.manual_seed(99)
    two = Pipeline(stream, SMALL, 1, loaders=2)
    assert len(first) == 2 and same(first, two.train(0))
    assert not same(first, two.train(1)) and not same(first, Pipeline(stream, SMALL, 2).train(0))


def test_an_epoch_can_begin_in_its_middle(stream):
    batches = Pipeline(stream, SMALL, 1)
    whole = list(batches.train(3))
    assert same(whole[1:], batches.train(3, first=1)) and same(whole, batches.train(3))


def test_processes_part_each_batch_and_the_test_images(stream):
    whole = Pipeline(stream, SMALL, 1)
    parts = [Pipeline(stream, SMALL, 1, rank=rank, size=3) for rank in range(3)]
    for batch, *shares in zip(whole.train(0), *(p.train(0) for p in parts), strict=True):
        assert all(torch.equal(torch.cat(halves), all_) for *halves, all_ in zip(*shares, batch, strict=True))
    labels = torch.cat([batch.labels for p in parts for batch in p.test()])
    assert sorted(labels.tolist()) == [0] * 3 + [1] * 3 + [2] * 3


def test_every_image_comes_once_an_epoch_and_the_order_changes():
    rows = np.arange(100, 124)
    order = TrainOrder(rows, 8, seed=1)
    epochs = []
    for order.epoch in (0, 1):
        drawn = [draw for batch in order for draw in batch]
        assert sorted(d.row for d in drawn) == rows.tolist() and {d.epoch for d in drawn} == {order.epoch}
        epochs.append([d.row for d in drawn])
    assert epochs[0] != epochs[1] and len(order) == 3


def test_the_regimes_share_is_the_same_as_of_images_in_memory(stream):
    few = Pipeline(stream, SMALL.replace(train_images=12, test_images=5), 1)
    assert len(few.order.rows) == 12 and len(few.order) == 1 and sum(len(b.labels) for b in few.test()) == 5


def test_test_images_are_the_middle_of_the_image_and_training_images_vary(stream, tmp_path):
    root = imagenet(tmp_path / "wide", train=1, val=1, side=64)
    wide = np.zeros((64, 192, 3), np.uint8)
    wide[:, 64:128] = 200
    for path in (root / "val").glob("*/*"):
        Image.fromarray(wide).save(path, quality=100)
    batch = next(Pipeline(data.load(f"imagenet:{root}", 32), SMALL.replace(batch_size=3), 1).test())
    assert batch.pixels.shape == (3, 3, 32, 32) and batch.pixels.dtype == torch.uint8 and not batch.light.any()
    assert (batch.pixels.float() - 200).abs().max() <= 3
    oblong = relisted(json.loads(json.dumps(data.load(f"imagenet:{root}", (32, 64)).listed())))
    shown = Pipeline(oblong, SMALL.replace(batch_size=3, resolution=(32, 64)), 1)
    (tested,), (trained,) = shown.test(), shown.train(0)
    assert tested.pixels.shape == trained.pixels.shape == (3, 3, 32, 64)
    assert (tested.pixels.float() - 200).abs().max() <= 3
    reader = Reader(stream, True, train_transform(SMALL), 1)
    drawn = [reader.read(Draw(0, epoch)) for epoch in range(40)]
    light = torch.stack([light for _, light in drawn])
    assert len({pixels.numpy().tobytes() for pixels, _ in drawn}) == 40
    assert 0.3 < light.std() / (0.1 * 0.2175 * 3**-0.5) < 3  # the first component, about the same in all three colours
    plain = train_transform(SMALL.replace(flip=False))
    assert len(plain.transforms) == len(train_transform(SMALL).transforms) - 1


def test_batches_are_normalised_as_imagenet_is_channels_last(stream):
    batch = next(Pipeline(stream, SMALL, 1).train(0))
    images, labels = batch.normalised(torch.device("cpu"))
    expected = batch.pixels[3, 1].double() / 255 + batch.light[3, 1].double()
    assert torch.allclose(images[3, 1].double(), (expected - pipeline.MEAN[1]) / pipeline.STD[1], atol=1e-5)
    assert images.is_contiguous(memory_format=torch.channels_last) and torch.equal(labels, batch.labels)


def test_grey_and_cmyk_images_become_rgb(tmp_path):
    root = imagenet(tmp_path / "grey", train=1, val=1)
    modes = iter(("L", "CMYK", "RGB"))
    for path in sorted((root / "val").glob("*/*")):
        Image.new(next(modes), (40, 40), 99 if "00000000" in path.name else None).save(path)
    batch = next(Pipeline(data.load(f"imagenet:{root}", 32), SMALL.replace(batch_size=3), 1).test())
    assert (batch.pixels[batch.labels == 0].float() - 99).abs().max() <= 1


@pytest.mark.parametrize("loaders", [0, 1])
def test_an_image_that_cannot_be_read_is_named_also_by_another_process(tmp_path, loaders):
    root = imagenet(tmp_path / "bad", train=4, val=1)
    damaged = next((root / "train").glob("*/*_2.JPEG"))
    damaged.write_bytes(damaged.read_bytes()[:300])
    with pytest.raises(InputError, match=rf"image {damaged} cannot be read \(.*\); mend or remove it") as caught:
        list(Pipeline(open_folder(root, 32), SMALL, 1, loaders).train(0))
    assert "\n" not in str(caught.value)
