"""Training one network: deterministic, honest about divergence, and it learns."""

import math

import numpy as np
import pytest
import torch

import regnet_edu as rn
from regnet_edu.common.errors import InputError
from regnet_edu.data.synthetic import pictures
from regnet_edu.training import device
from regnet_edu.training.loop import normalise, prepare, seeds, top1_error, train
from regnet_edu.training.regime import Regime

CONFIG = rn.AnyNetConfig((1, 1), (16, 32), 1, 8)
SMALL = Regime("small", "synthetic", 16, None, train_images=320, test_images=100, batch_size=32, lr=0.1)


@pytest.fixture(scope="module")
def images():
    easy, labels = pictures(600, 16, seed=1)
    easy = easy // 2 + (labels * 12).astype(np.uint8)[:, None, None, None]  # brightness gives the class away
    return rn.ImageData("easy", easy[:500], labels[:500], easy[500:], labels[500:], tuple("abcdefghij"))


def test_the_same_seed_gives_the_same_result_to_the_last_bit_and_another_does_not(images):
    first, again, other = (train(CONFIG, SMALL, seed, data=images) for seed in (5, 5, 6))
    assert (first.error, first.errors, first.loss) == (again.error, again.errors, again.loss)
    assert first.loss != other.loss


def test_training_leaves_the_global_random_state_and_the_threads_alone(images):
    torch.manual_seed(0)
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    train(CONFIG, SMALL, data=images)
    assert torch.equal(torch.get_rng_state(), before) and torch.get_num_threads() == threads


def test_it_learns_what_can_be_learned(images):
    seen = []
    result = train(
        CONFIG, SMALL.replace(epochs=4), data=images, on_epoch=lambda epoch, error: seen.append((epoch, error))
    )
    assert result.error < 0.5 and result.status == "ok" and len(result.errors) == 4
    assert seen == list(enumerate(result.errors, 1)) and result.error == result.errors[-1]
    assert result.images_per_second > 0 and result.seconds >= result.cpu_seconds * 0.2


def test_a_loss_that_is_not_finite_is_a_diverged_network_at_the_error_of_guessing(images):
    result = train(CONFIG, SMALL.replace(lr=1e30, warmup=0.0), data=images)
    assert result.status == "diverged" and result.error == pytest.approx(0.9)
    assert not math.isfinite(result.loss) and "loss" in result.reason


def test_prepared_data_is_the_first_of_one_fixed_shuffle_and_normalised(images):
    part, whole = prepare(images, SMALL), prepare(images, SMALL.replace(train_images=500))
    assert torch.equal(part.train_images, whole.train_images[:320]) and len(part.test_labels) == 100
    assert len(prepare(images, SMALL.replace(train_images=10_000)).train_labels) == 500  # all that there are
    pixels = normalise(whole.train_images, whole)
    assert pixels.is_contiguous(memory_format=torch.channels_last) and pixels.shape == (500, 3, 16, 16)
    assert pixels.mean((0, 2, 3)).abs().max() < 1e-3 and (pixels.std((0, 2, 3)) - 1).abs().max() < 1e-3


def test_the_error_is_the_fraction_of_wrong_answers(images):
    prepared = prepare(images, SMALL)

    class Always3(torch.nn.Module):
        def forward(self, x):
            return torch.eye(10)[torch.full((len(x),), 3)]

    assert top1_error(Always3(), prepared) == sum(label != 3 for label in prepared.test_labels.tolist()) / 100


def test_crops_and_mirrors_change_the_course_but_not_the_start(images):
    losses = {
        train(CONFIG, SMALL.replace(flip=f, crop_padding=c), data=images).loss for f in (True, False) for c in (0, 2)
    }
    assert len(losses) == 4


def test_shifted_crops_are_windows_of_the_padded_image():
    from regnet_edu.training.loop import _shift

    image = torch.arange(2 * 3 * 4 * 4.0).reshape(2, 3, 4, 4)
    shifts = torch.tensor([[0, 1], [2, 1]])
    padded = torch.nn.functional.pad(image, (1, 1, 1, 1))
    expected = torch.stack([padded[k, :, r : r + 4, c : c + 4] for k, (r, c) in enumerate(shifts.tolist())])
    assert torch.equal(_shift(image, shifts, 1), expected)


def test_two_seeds_come_from_one():
    assert seeds(1) == seeds(np.int64(1)) != seeds(2) and len({*seeds(1), *seeds(2)}) == 4


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"regime": "tinny"}, "did you mean tiny"),
        ({"regime": SMALL.replace(train_images=20)}, "batch_size 32 is more than the 20 training images"),
        ({"seed": -1}, "seed -1 must be a whole number of at least 0"),
        ({"device": "tpu9"}, "device 'tpu9' is unknown"),
    ],
)
def test_bad_arguments_get_one_sentence(images, options, sentence):
    with pytest.raises(InputError, match=sentence):
        train(**{"network": CONFIG, "regime": SMALL, "data": images, **options})


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_a_gpu_that_is_not_there_is_said(images):
    with pytest.raises(InputError, match="no GPU that torch can use; use cpu"):
        train(CONFIG, SMALL, data=images, device="cuda")


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_mixed_precision_learns_as_full_precision_does(images, precision, monkeypatch):
    monkeypatch.setattr(device, "check_precision", lambda *_: None)  # a processor can, if slowly
    whole, mixed = (train(CONFIG, SMALL.replace(precision=p), seed=1, data=images) for p in ("fp32", precision))
    assert mixed.loss == pytest.approx(whole.loss, rel=0.05) and mixed.loss != whole.loss
