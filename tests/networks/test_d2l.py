"""The networks as d2l.Classifier. d2l's own block, trainer and summary are the oracles."""

from __future__ import annotations

import importlib
import pathlib
import re
import sys
from typing import Any

import pytest
import torch
from d2l import torch as d2l
from each import each
from torch import nn

import regnet_edu
from regnet_edu.common.errors import InputError
from regnet_edu.networks.anynet import AnyNet
from regnet_edu.networks.complexity import complexity
from regnet_edu.networks.config import AnyNetConfig
from regnet_edu.networks.d2l import AnyNetClassifier, RegNetX32

ARCH = ((4, 32, 16, 1), (6, 80, 16, 1))
FOUR_LINES = [
    "Sequential output shape:\t torch.Size([1, 32, 48, 48])",
    "Sequential output shape:\t torch.Size([1, 32, 24, 24])",
    "Sequential output shape:\t torch.Size([1, 80, 12, 12])",
    "Sequential output shape:\t torch.Size([1, 10])",
]


def parameters(network: nn.Module) -> int:
    return sum(p.numel() for p in network.parameters())


class Stripes(d2l.DataModule):
    """Gray images whose class is which way the stripes run."""

    def __init__(self, batch_size: int = 16, n: int = 128) -> None:
        super().__init__()
        self.save_hyperparameters()
        generator = torch.Generator().manual_seed(0)
        self.labels = torch.randint(0, 2, (n,), generator=generator)
        rows = (torch.arange(32) % 4 < 2).float().expand(32, 32)
        stripes = torch.stack([rows if label else rows.T for label in self.labels])
        self.images = stripes[:, None] + torch.randn(n, 1, 32, 32, generator=generator) / 4

    def get_dataloader(self, train: bool) -> Any:
        return self.get_tensorloader((self.images, self.labels), train)


# How section 8.8 builds the network, said in our words: lazy layers, d2l's block, a projection in each first block.
def lazy_stem(self: Any, channels: int) -> nn.Module:
    return nn.Sequential(nn.LazyConv2d(channels, 3, 2, 1), nn.LazyBatchNorm2d(), nn.ReLU())


def lazy_stage(self: Any, depth: int, channels: int, groups: int, bot_mul: float) -> nn.Module:
    first = d2l.ResNeXtBlock(channels, groups, bot_mul, use_1x1conv=True, strides=2)
    return nn.Sequential(first, *(d2l.ResNeXtBlock(channels, groups, bot_mul) for _ in range(1, depth)))


def lazy_init(self: Any, arch: Any, stem_channels: int, lr: float = 0.1, num_classes: int = 10) -> None:
    super(AnyNetClassifier, self).__init__()
    self.save_hyperparameters()
    self.net = nn.Sequential(self.stem(stem_channels))
    for number, arguments in enumerate(arch, start=1):
        self.net.add_module(f"stage{number}", self.stage(*arguments))
    last = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.LazyLinear(num_classes))
    self.net.add_module("head", last)
    self.net.apply(d2l.init_cnn)


CHAPTER = {"stem": lazy_stem, "stage": lazy_stage, "__init__": lazy_init}


def replace(monkeypatch: pytest.MonkeyPatch, names: list[str]) -> None:
    """Do what d2l.add_to_class does, and undo it after the test."""
    for name in names:
        monkeypatch.setattr(AnyNetClassifier, name, CHAPTER[name])


def test_the_layer_summary_prints_the_four_lines_of_the_chapter(capsys: pytest.CaptureFixture[str]) -> None:
    RegNetX32().layer_summary((1, 1, 96, 96))
    assert capsys.readouterr().out.splitlines() == FOUR_LINES


@pytest.mark.parametrize(
    "names",
    [["stem"], ["stage"], ["__init__"], ["stem", "stage"], ["stem", "__init__"], ["stage", "__init__"], list(CHAPTER)],
    ids="+".join,
)
def test_the_chapters_methods_may_replace_any_of_ours(
    names: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    replace(monkeypatch, names)
    for network in (RegNetX32(lr=0.05), AnyNetClassifier(ARCH, 32, 0.05, 10)):
        network.layer_summary((1, 1, 96, 96))
        assert capsys.readouterr().out.splitlines() == FOUR_LINES
        assert network.lr == 0.05


def test_d2ls_network_has_more_parameters_only_for_the_biases_of_its_convolutions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert parameters(RegNetX32()) == 177_322
    assert complexity(RegNetX32().config, 96, 1, 10).params == 177_322
    replace(monkeypatch, list(CHAPTER))
    theirs = RegNetX32()
    theirs(torch.zeros(2, 1, 96, 96))
    assert parameters(theirs) == 179_290
    biases = sum(m.bias.numel() for m in theirs.modules() if isinstance(m, nn.Conv2d))
    assert biases == 179_290 - 177_322


def test_d2ls_initialisation_passes_over_lazy_layers() -> None:
    lazy, plain = nn.LazyConv2d(4, 3), nn.Conv2d(2, 4, 3)
    before = plain.weight.clone()
    nn.Sequential(lazy, plain).apply(d2l.init_cnn)
    assert isinstance(lazy.weight, nn.UninitializedParameter)  # Xavier would have needed its shape
    assert not torch.equal(plain.weight, before)


def test_the_trainer_of_d2l_trains_it() -> None:
    torch.manual_seed(0)
    network = AnyNetClassifier(AnyNetConfig((1, 1), (16, 32), 1, 8), lr=0.1, num_classes=2)
    network.board.display = False
    data = Stripes()
    d2l.Trainer(max_epochs=4).fit(network, data)
    with torch.no_grad():
        accuracy = network.eval().accuracy(network(data.images), data.labels)
    assert accuracy > 0.9
    assert {"train_loss", "val_loss", "val_acc"} <= set(network.board.data)


def test_it_computes_what_anynet_computes() -> None:
    config = AnyNetConfig((1, 2), (16, 24), (1, 2), (8, 4), (1, 2), 12, "Y", stem_stride=1, activation="silu")
    classifier, network = AnyNetClassifier(config, num_classes=7, in_channels=3), AnyNet(config, 7)
    names = list(network.state_dict())
    values = list(classifier.net.state_dict().values())
    assert len(names) == len(values)
    network.load_state_dict(dict(zip(names, values, strict=True)))
    x = torch.randn(2, 3, 20, 20)
    assert torch.allclose(classifier.eval()(x.clone()), network.eval()(x), atol=1e-6)


@each("ratio", [1, 2, 3, 4, 49, 0.25])
def test_d2ls_multiplier_is_one_over_the_bottleneck_ratio(ratio: float) -> None:
    network = AnyNetClassifier(((1, 196, 1, 1 / ratio),))
    assert network.config == AnyNetConfig((1,), (196,), ratio, 1)
    assert network.net.stage1[0].reduce[0].out_channels == int(196 / ratio)


@each("block", ["X", "R", "V", "VR", "Y"])
def test_every_block_can_be_classified_with(block: str) -> None:
    config = AnyNetConfig((2, 1), (24, 40), (2, 1), 16, block=block)  # 24 / 2 does not hold a group of 16
    network = AnyNetClassifier(config, in_channels=3)
    assert parameters(network) == complexity(config, num_classes=10).params
    assert network(torch.randn(2, 3, 16, 16)).shape == (2, 10)


def test_a_published_regnet_by_name_and_colour_images() -> None:
    assert parameters(AnyNetClassifier("regnetx_200mf", num_classes=1000, in_channels=3)) == 2_684_792
    assert RegNetX32(in_channels=3)(torch.randn(2, 3, 32, 32)).shape == (2, 10)


@each(
    ("make", "message"),
    [
        (lambda: AnyNetClassifier(((4, 32, 16),)), "must have (depth, channels, groups, bot_mul) for each stage"),
        (lambda: AnyNetClassifier(()), "must have (depth, channels, groups, bot_mul) for each stage"),
        (lambda: AnyNetClassifier(((4, 32, 16, 0),)), "bot_mul 0 must be above 0"),
        (lambda: AnyNetClassifier(((0, 32, 16, 1),)), "depths[0] 0 must be a whole"),
        (lambda: AnyNetClassifier(AnyNetConfig((1,), (8,), 1, 1), 0.1), "stem_channels 0.1 is given beside a config"),
        (lambda: AnyNetClassifier("regnetx_32"), "regnetx_32gf"),
        (lambda: AnyNetClassifier(None), "None is no network"),
        (lambda: RegNetX32(lr=-1), "lr -1 must be a number of at least 0"),
        (lambda: RegNetX32(num_classes=0), "num_classes 0 must be a whole number"),
        (lambda: RegNetX32(in_channels=0), "in_channels 0 must be a whole number"),
    ],
)
def test_what_is_no_network_is_refused_in_one_sentence(make: Any, message: str) -> None:
    with pytest.raises(InputError) as error:
        make()
    assert message in str(error.value) and "\n" not in str(error.value)


def test_d2l_is_imported_by_this_file_alone() -> None:
    package = pathlib.Path(regnet_edu.__file__).parent
    importing = [
        path.name for path in package.rglob("*.py") if re.search(r"^\s*(from|import) d2l", path.read_text(), re.M)
    ]
    assert importing == ["d2l.py"]


def test_without_d2l_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "d2l", None)
    monkeypatch.delitem(sys.modules, "regnet_edu.networks.d2l")
    with pytest.raises(ModuleNotFoundError, match="AnyNetClassifier and RegNetX32 need the package d2l"):
        importlib.import_module("regnet_edu.networks.d2l")
