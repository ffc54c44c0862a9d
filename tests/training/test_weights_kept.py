"""Training keeps its network on request, and goes on from weights that are there."""

import pytest
import torch
from each import each
from in_process import Here

import regnet_edu as rn
from regnet_edu.cli.parser import main
from regnet_edu.common.errors import InputError
from regnet_edu.data.synthetic import pictures
from regnet_edu.sweeps.engines.local import LocalEngine
from regnet_edu.training.loop import prepare, top1_error

DATA = rn.ImageData("shapes", *pictures(160, 16, 1), *pictures(80, 16, 2))
MINI = rn.regime.get("tiny").replace(resolution=16, train_images=None, test_images=None, flops=None, epochs=2)
SMALL = rn.AnyNetConfig((1, 1), (16, 24), 1, 8)


def error(network, data=DATA):
    return top1_error(network, prepare(data, MINI))


def test_the_network_is_kept_on_request_and_keeping_changes_no_result():
    plain, last = (rn.train(SMALL, MINI, data=DATA, keep=keep) for keep in ("none", "last"))
    assert plain.network is None and plain.errors == last.errors and plain.loss == last.loss
    assert error(last.network) == last.error and not last.network.training


def test_the_best_epoch_is_that_of_the_lowest_error():
    wild = MINI.replace(epochs=4, lr=1.5, warmup=0.0, weight_decay=0.0)
    kept = rn.train(SMALL, wild, data=DATA, keep="best")
    assert error(kept.network) == min(kept.errors)


def test_a_network_is_trained_on_from_its_weights_and_is_not_changed_itself():
    first = rn.train(SMALL, MINI, data=DATA, keep="last").network
    before = {name: value.clone() for name, value in first.state_dict().items()}
    still = rn.train(first, MINI.replace(epochs=1, lr=0.0, flip=False), data=DATA, keep="last").network
    for name, value in still.named_parameters():
        assert torch.equal(value, before[name])
    longer = rn.train(first, MINI.replace(epochs=3, lr=0.05), data=DATA)
    assert len(longer.errors) == 3 and longer.loss < rn.train(SMALL, MINI.replace(lr=0.05), data=DATA).loss
    assert all(torch.equal(value, before[name]) for name, value in first.state_dict().items())


def test_rgb_weights_are_tuned_on_grey_images(tmp_path):
    rn.train(SMALL, MINI, data=DATA, keep="last").network.save(tmp_path / "rgb.pt")
    grey = rn.ImageData(
        "grey", DATA.train_images.mean(3), DATA.train_labels, DATA.test_images.mean(3), DATA.test_labels
    )
    start = rn.AnyNet.pretrained(SMALL, tmp_path / "rgb.pt", 10, in_channels=1)
    assert rn.train(start, MINI, data=grey, keep="last").network.in_channels == 1


@each(
    "network,options,sentence",
    [
        (rn.AnyNet(SMALL, 5), {}, "num_classes 5 and the data 10; AnyNet.pretrained"),
        (rn.AnyNet(SMALL, 10, 1), {}, "in_channels 1 and the data 3"),
        (SMALL, {"keep": "bset"}, "keep 'bset' is unknown; did you mean best"),
    ],
)
def test_what_does_not_fit_gets_one_sentence(network, options, sentence):
    with pytest.raises(InputError, match=sentence):
        rn.train(network, MINI, data=DATA, **options)


def test_a_sweep_keeps_the_weights_beside_its_records(tmp_path):
    with pytest.raises(InputError, match="keep 'best' needs out=FILE"):
        rn.sweep([SMALL], data=DATA, regime=MINI, keep="best")
    table = rn.sweep([SMALL], 1, MINI, tmp_path / "a.jsonl", data=DATA, keep="best", engine=Here(), progress=False)
    assert error(rn.AnyNet.load(tmp_path / "a.weights" / "0.pt")) == min(table["errors"][0])


def test_the_command_goes_on_from_a_file_and_saves_the_network(tmp_path, capsys):
    rn.AnyNet("regnetx_200mf", 10).save(tmp_path / "a.pt")
    few = ["--set", "train_images=64", "--set", "test_images=32", "--set", "resolution=16", "--epochs", "1"]
    options = ["--pretrained", str(tmp_path / "a.pt"), "--save", str(tmp_path / "b.pt")]
    assert main(["train", "regnetx_200mf", *few, *options]) == 0
    assert f"network in {tmp_path / 'b.pt'}" in capsys.readouterr().out
    assert rn.AnyNet.load(tmp_path / "b.pt").num_classes == 10


def test_a_gpu_of_apples_is_an_engine_where_there_is_one(monkeypatch):
    assert LocalEngine(1, device="mps").device == "mps"
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(InputError, match="device 'mps' is not there: torch finds no GPU of Apple's here; use cpu"):
        LocalEngine(1, device="mps").check(MINI)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    LocalEngine(1, device="mps").check(MINI)
