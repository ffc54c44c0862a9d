"""Weights of timm's and torchvision's RegNets give the same class scores here. All weights are random: no download."""

from __future__ import annotations

import types
from typing import Any

import pytest
import timm
import torch
import torchvision
from torch import nn

from regnet_edu import zoo
from regnet_edu.common.errors import InputError
from regnet_edu.networks import weights
from regnet_edu.networks.anynet import AnyNet
from regnet_edu.networks.config import AnyNetConfig

SAME_IN_TORCHVISION = [
    *("regnetx_800mf", "regnetx_1.6gf", "regnetx_3.2gf", "regnetx_8.0gf", "regnetx_16gf", "regnetx_32gf"),
    *("regnety_400mf", "regnety_1.6gf", "regnety_3.2gf", "regnety_16gf", "regnety_32gf"),
]
OTHER_IN_TORCHVISION = ["regnetx_400mf", "regnety_800mf", "regnety_8.0gf"]


def large_is_heavy(name: str) -> Any:
    return pytest.param(name, marks=pytest.mark.heavy) if zoo.get(name).params > 30e6 else name


@pytest.fixture
def cheap_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip the initialisation of layers, whose weights are replaced anyway."""
    monkeypatch.setattr(nn.init, "kaiming_normal_", lambda tensor, *_, **__: tensor)
    for layer in (nn.Conv2d, nn.Linear):
        monkeypatch.setattr(layer, "reset_parameters", lambda self: None)


def randomised(network: nn.Module) -> nn.Module:
    """Give every tensor its own random values, the statistics of batch norm too, so that no mix-up can pass."""
    generator = torch.Generator().manual_seed(7)
    for name, value in network.state_dict().items():
        if value.dtype == torch.int64:
            value.fill_(3)
        elif name.endswith("running_var") or (value.ndim == 1 and name.endswith("weight")):
            value.uniform_(0.5, 1, generator=generator)
        elif value.ndim == 1:
            value.uniform_(-0.3, 0.3, generator=generator)
        else:
            value.normal_(0, value[0].numel() ** -0.5, generator=generator)
    return network.eval()


def from_timm(name: str, **options: Any) -> nn.Module:
    with torch.device("meta"):
        network = timm.create_model(weights.peer_name(name, "timm"), **options)
    return randomised(network.to_empty(device="cpu"))


def from_torchvision(name: str, **options: Any) -> nn.Module:
    return randomised(torchvision.models.get_model(weights.peer_name(name, "torchvision"), **options))


def empty(name: str, num_classes: int = 1000) -> AnyNet:
    """Our network with memory for its weights, but no values."""
    with torch.device("meta"):
        network = AnyNet(name, num_classes)
    return network.to_empty(device="cpu").eval()


def scores(network: nn.Module) -> torch.Tensor:
    with torch.inference_mode():
        return network(torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(1)))


@pytest.mark.parametrize("name", [large_is_heavy(name) for name in zoo.names()])
def test_timms_weights_give_timms_scores(name: str) -> None:
    theirs = from_timm(name)
    ours = weights.load_timm_state_dict(empty(name), theirs.state_dict())
    expected = scores(theirs)
    assert expected.std() > 0.1
    assert torch.allclose(scores(ours), expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", [large_is_heavy(name) for name in SAME_IN_TORCHVISION])
def test_torchvisions_weights_give_torchvisions_scores(name: str, cheap_layers: None) -> None:
    theirs = from_torchvision(name)
    ours = weights.load_torchvision_state_dict(empty(name), theirs.state_dict())
    expected = scores(theirs)
    assert expected.std() > 0.1
    assert torch.allclose(scores(ours), expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", OTHER_IN_TORCHVISION)
def test_the_three_of_torchvision_that_are_other_networks_are_refused_with_the_reason(
    name: str, cheap_layers: None
) -> None:
    theirs = torchvision.models.get_model(weights.peer_name(name, "torchvision"))
    ours = randomised(AnyNet(name))
    before = {key: value.clone() for key, value in ours.state_dict().items()}
    with pytest.raises(InputError, match=r"torchvision builds the widths .* never rounds a width down") as error:
        ours.load_torchvision_state_dict(theirs.state_dict())
    assert "\n" not in str(error.value)
    assert all(torch.equal(before[key], value) for key, value in ours.state_dict().items())


def test_torchvisions_own_widths_are_explained_for_exactly_these_three() -> None:
    def differs(name: str) -> bool:
        config = zoo.get(name).config
        return weights._torchvision_widths(config) != weights._widths(config)

    assert [name for name in SAME_IN_TORCHVISION if differs(name)] == []
    assert [name for name in OTHER_IN_TORCHVISION if differs(name)] == OTHER_IN_TORCHVISION


def test_the_weights_of_another_network_are_refused_and_change_nothing() -> None:
    ours = randomised(AnyNet("regnetx_200mf"))
    before = {key: value.clone() for key, value in ours.state_dict().items()}
    state = from_timm("regnetx_200mf").state_dict()
    wrong = [
        (from_timm("regnety_200mf").state_dict(), "no place for 's1.b1.se.fc1"),
        (from_timm("regnetx_400mf").state_dict(), "of another network: "),
        ({key: value for key, value in state.items() if key != "head.fc.bias"}, "they lack 'head.fc.bias'"),
        (state | {"extra": torch.ones(1)}, "no place for 'extra'"),
        (state | {"head.fc.bias": torch.ones(10)}, r"'head.fc.bias' has shape \(10,\), not \(1000,\)"),
        (from_timm("regnetx_200mf"), "is a table of names and tensors"),
        ({"stem": None}, "is a table of names and tensors"),
    ]
    for values, message in wrong:
        with pytest.raises(InputError, match=message):
            ours.load_timm_state_dict(values)
    with pytest.raises(InputError, match="these torchvision weights are of another network"):
        ours.load_torchvision_state_dict(state)
    assert all(torch.equal(before[key], value) for key, value in ours.state_dict().items())


def test_without_the_head_other_classes_keep_their_fresh_last_layer() -> None:
    ours = AnyNet("regnetx_200mf", num_classes=10)
    last = ours.head.fc.weight.clone()
    theirs = from_timm("regnetx_200mf")
    ours.load_timm_state_dict(theirs.state_dict(), head=False)
    assert torch.equal(ours.head.fc.weight, last)
    assert torch.equal(ours.stem[0].weight, theirs.stem.conv.weight)


def test_weights_saved_before_batch_norm_counted_its_batches_load_too() -> None:
    state = {k: v for k, v in from_timm("regnetx_200mf").state_dict().items() if not k.endswith("tracked")}
    assert torch.equal(AnyNet("regnetx_200mf").load_timm_state_dict(state).head.fc.bias, state["head.fc.bias"])


def test_every_published_regnet_is_found_under_its_name_in_timm_and_in_torchvision() -> None:
    in_timm = {weights.peer_name(name, "timm") for name in zoo.names()}
    assert len(in_timm) == 24 and in_timm <= set(timm.list_models())
    assert all(f"{name}.pycls_in1k" in timm.list_pretrained(name) for name in in_timm)
    shared = {weights.peer_name(name, "torchvision") for name in SAME_IN_TORCHVISION + OTHER_IN_TORCHVISION}
    assert len(shared) == 14 and shared <= set(torchvision.models.list_models())


@pytest.fixture
def no_download(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Answer requests for pretrained weights with random ones, and note what was asked for."""
    asked: list[str] = []
    create, get = timm.create_model, torchvision.models.get_model

    def timm_model(name: str, pretrained: bool) -> nn.Module:
        assert pretrained
        asked.append(name)
        return randomised(create(name.split(".")[0]))

    def torchvision_model(name: str, weights: str) -> nn.Module:
        asked.append(f"{name}.{weights}")
        return randomised(get(name))

    monkeypatch.setattr(timm, "create_model", timm_model)
    monkeypatch.setattr(torchvision.models, "get_model", torchvision_model)
    return asked


def test_pretrained_weights_load_by_one_call(no_download: list[str]) -> None:
    network = AnyNet.pretrained("regnetx_200mf")
    assert no_download == ["regnetx_002.pycls_in1k"]
    expected = randomised(timm.models.regnetx_002())
    assert torch.allclose(scores(network.eval()), scores(expected), atol=1e-5)
    AnyNet.pretrained("regnet_y_400mf", source="torchvision", tag="IMAGENET1K_V2")  # by torchvision's own name
    assert no_download[1:] == ["regnet_y_400mf.IMAGENET1K_V2"]
    other_classes = AnyNet.pretrained("regnetx_200mf", num_classes=10)
    assert torch.equal(other_classes.stem[0].weight, expected.stem.conv.weight)
    assert other_classes.head.fc.weight.shape == (10, 368)


def test_pretrained_says_what_is_missing(no_download: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, source, message in [
        ("regnetx_401mf", "timm", "regnetx_400mf"),
        ("resnet_50", "timm", "is not an AnyNet"),
        ("regnetx_400mf", "tim", "source 'tim' is unknown; did you mean timm"),
        ("regnetx_200mf", "torchvision", "torchvision has no network 'regnet_x_200mf'"),
        *((name, "torchvision", "is not the published") for name in OTHER_IN_TORCHVISION),
    ]:
        with pytest.raises(InputError, match=message):
            AnyNet.pretrained(name, source)
    assert no_download == []

    def unreachable(*_: Any, **__: Any) -> nn.Module:
        raise ConnectionError("no route to host")

    monkeypatch.setattr(timm, "create_model", unreachable)
    with pytest.raises(InputError, match=r"timm could not deliver regnetx_002 \(pycls_in1k\): no route to host"):
        AnyNet.pretrained("regnetx_200mf")

    def absent(name: str) -> types.ModuleType:
        raise ModuleNotFoundError(f"No module named {name!r}")

    monkeypatch.setattr(weights.importlib, "import_module", absent)
    with pytest.raises(InputError, match="need the package timm, which is not installed"):
        AnyNet.pretrained("regnetx_200mf")


def test_a_network_that_no_peer_has_is_refused() -> None:
    network = AnyNet(AnyNetConfig((1,), (8,), 1, 1, block="V"))
    with pytest.raises(InputError, match="of another network"):
        network.load_timm_state_dict(from_timm("regnetx_200mf").state_dict())
    with pytest.raises(InputError, match="not the name of a published RegNet"):
        weights.peer_name("resnet50", "timm")
