"""Networks of a record file are trained again: the same to the last bit here, and what differs is said."""

import numpy as np
import pandas as pd
import pytest

import regnet_edu as rn
from regnet_edu.cli.parser import main
from regnet_edu.common.environment import describe_hardware, hardware
from regnet_edu.common.errors import InputError
from regnet_edu.data.synthetic import CLASSES, pictures
from regnet_edu.sweeps import records
from regnet_edu.sweeps.reproduce import SEED_SD, tolerated
from regnet_edu.training.regime import Regime

REGIME = Regime("test", "shapes", 16, (1e5, 2e6), {"AnyNet": {"max_depth": 3, "max_width": 64}}, 160, 100, 32)


@pytest.fixture(scope="module")
def images():
    return rn.ImageData("shapes", *pictures(200, 16, 1), *pictures(100, 16, 2), CLASSES, "0123456789abcdef")


@pytest.fixture(scope="module")
def path(images, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "a.jsonl"
    rn.sweep("AnyNetXA", 4, REGIME, out, data=images, progress=False, workers=2)
    return out


@pytest.fixture
def changed(path, tmp_path):
    """Copy the record file with other values in the lines of some kinds, and return its path."""
    return lambda kinds, **values: rewritten(path, tmp_path / "changed.jsonl", kinds, values)


def rewritten(path, out, kinds, values):
    lines = [records.decode(line) for line in path.read_bytes().splitlines(keepends=True)]
    out.write_bytes(b"".join(records.encode({**r, **(values if r["kind"] in kinds else {})}) for r in lines))
    return out


def again(path, images, **options):
    return rn.reproduce(path, **{"data": images, "progress": False, "workers": 1, **options})


def test_networks_come_out_the_same_in_whatever_number_and_order(path, images):
    result = again(path, images, index=[3, 0, 3], workers=2)
    assert [n.index for n in result.networks] == [0, 3] and result.reproduced and not result.differences
    assert [n.recorded for n in result.networks] == list(rn.load_population(path).error[[0, 3]])
    assert "2 of 2 networks" in result.sentence and str(result).count("the same") == 3
    assert list(pd.DataFrame(result.networks).columns) == ["index", "recorded", "error", "same"]


def test_the_draw_has_a_seed(path, images):
    first, again_first, other = (again(path, images, n=2, rng=seed).networks for seed in (0, 0, 1))
    assert first == again_first and {n.index for n in first} != {n.index for n in other}


def test_an_error_that_does_not_come_out_is_told_with_what_is_different(changed, images):
    forged = changed(["network"], error=0.5, errors=[0.5])
    result = again(forged, images, n=4)
    moved = [100 * (n.error - 0.5) for n in result.networks]
    assert not result.reproduced and not result.differences and "should not happen" in result.sentence
    assert f"moved by {min(moved):+.2f} to {max(moved):+.2f} points" in result.sentence
    assert f"{np.mean(moved):+.2f} on average with a standard deviation of {np.std(moved, ddof=1):.2f}" in str(result)


def test_the_loss_counts_too(changed, images):
    assert not again(changed(["network"], loss=1.5), images, n=1).reproduced


def test_each_circumstance_that_differs_is_named(changed, images):
    other = {"hardware": "64 x Abacus 9000", "versions": {"torch": "0.1"}, "threads": 1}
    result = again(changed(["header", "session"], **other), images, n=1)
    torch = result.differences[1]
    assert result.differences[0] == f"hardware 64 x Abacus 9000 then, {describe_hardware(hardware())} now"
    assert torch.startswith("torch 0.1 then, ") and len(result.differences) == 2
    assert "; ".join(result.differences) in result.sentence
    assert again(changed([]), images, n=1, threads=2).differences == ("threads 1 then, 2 now",)


def test_on_other_hardware_an_error_may_move_as_far_as_from_another_seed(changed, images):
    there = [network.error for network in again(changed([]), images, n=4).networks]
    for shift, holds in ((0.05, True), (0.25, False)):  # 100 test images: 3 x sqrt(2) x 5 points
        error = there[0] - shift
        forged = changed(["header", "session", "network"], hardware="Abacus 9000", error=error, errors=[error])
        result = again(forged, images, index=[0])
        assert (
            result.reproduced is holds and not result.networks[0].same and result.tolerance == pytest.approx(21.2, 0.01)
        )
        assert f"{int(holds)} of 1 are within 21.2 points, 3 standard deviations between two seeds" in result.sentence


def test_the_tolerance_is_taken_from_the_seed_noise_that_was_recorded():
    found = rn.seed_noise(rn.load_population("regnetx-seeds-cpu"))
    assert round(100 * found.seed_sd.high, 2) == SEED_SD
    assert tolerated(None, 10_000) == pytest.approx(3 * 2**0.5 * SEED_SD) and tolerated(100, 10_000) > 21


def test_more_processors_of_the_same_kind_are_no_difference(changed, images):
    for more in ({**hardware(), "count": 999}, describe_hardware({**hardware(), "count": 999})):
        assert not again(changed(["header", "session"], hardware=more), images, n=1).differences


def test_only_the_hardware_of_the_networks_that_are_trained_again_counts(images, tmp_path):
    for n in (2, 3):  # the third network is of a session of its own
        rn.sweep("AnyNetXA", n, REGIME, tmp_path / "b.jsonl", data=images, progress=False, workers=1)
    lines = [records.decode(line) for line in (tmp_path / "b.jsonl").read_bytes().splitlines(keepends=True)]
    first = next(line for line in lines if line["kind"] == "session")
    first["hardware"] = "2 x Abacus 9000"
    (tmp_path / "b.jsonl").write_bytes(b"".join(map(records.encode, lines)))
    assert again(tmp_path / "b.jsonl", images, index=[2]).differences == ()
    assert again(tmp_path / "b.jsonl", images, index=[0]).differences == (
        f"hardware 2 x Abacus 9000 then, {describe_hardware(hardware())} now",
    )


def test_other_images_are_named_and_images_that_do_not_fit_refused(path, images):
    others = rn.ImageData("drawn", *pictures(200, 16, 3), *pictures(100, 16, 4), CLASSES, "fedcba9876543210")
    result = again(path, others, n=1)
    assert result.differences == ("images shapes then, drawn now",)
    assert result.tolerance is None and "need not agree" in result.sentence
    grey = rn.ImageData(
        "grey", others.train_images[..., :1], others.train_labels, others.test_images[..., :1], others.test_labels,
        CLASSES, "0",
    )  # fmt: skip
    with pytest.raises(InputError, match=r"grey has 1 channels, but .* was trained on images with 3"):
        again(path, grey)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"n": 0}, "n 0 must be a whole number of at least 1"),
        ({"n": 5}, "n 5 is more than the 4 trained networks"),
        ({"index": [1, 9]}, "network 9 of .* is not there or failed; it has 4, from 0 on"),
        ({"index": []}, "index names no network"),
        ({"workers": 0}, "workers 0 must be"),
    ],
)
def test_bad_arguments_get_one_sentence(path, images, options, sentence):
    with pytest.raises(InputError, match=sentence):
        again(path, images, **options)


def test_failed_networks_are_not_drawn(changed, images):
    failed = changed(["network"], status="failed", error=None, loss=None)
    with pytest.raises(InputError, match="more than the 0 trained networks"):
        again(failed, images, n=1)


def test_images_that_only_their_folder_gives_are_asked_for():
    with pytest.raises(InputError, match="was trained on the images 'cifar10_jpeg', which only their folder gives"):
        rn.reproduce("regnetx-cpu")


def test_a_diverged_network_diverges_again(images, tmp_path):
    wild = REGIME.replace(lr=1e9, warmup=0)
    rn.sweep("AnyNetXA", 1, wild, tmp_path / "a.jsonl", data=images, progress=False, workers=1)
    assert rn.load_population(tmp_path / "a.jsonl").status[0] == "diverged"
    assert again(tmp_path / "a.jsonl", images, n=1).reproduced


def test_the_command_fails_where_nothing_explains_the_difference(tmp_path, capsys):
    settings = ("train_images=64", "test_images=16", "batch_size=16", "resolution=16", "flops=[1e5,3e6]")
    out = tmp_path / "b.jsonl"
    words = [word for setting in settings for word in ("--set", setting)]
    assert main(["sweep", "AnyNetXA", "--n", "2", *words, "--out", str(out), "--quiet"]) == 0
    assert main(["reproduce", str(out), "--n", "1", "--quiet"]) == 0
    assert "1 of 1 networks" in capsys.readouterr().out
    rewritten(out, out, ["network"], {"loss": 1.5})
    assert main(["reproduce", str(out), "--index", "1", "--quiet"]) == 1
    assert "0 of 1 networks" in capsys.readouterr().out
