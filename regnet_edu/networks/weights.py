"""Weights trained elsewhere: the same networks in timm and in torchvision, whose layers only have other names.

Both want images in RGB order. The paper's authors trained in BGR order (that of OpenCV); timm has turned their first
layers around. Nothing here needs timm or torchvision but `download`.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from ..common.errors import InputError, nearest_name
from .config import AnyNetConfig

Network = TypeVar("Network", bound=nn.Module)


@dataclass(frozen=True)
class Peer:
    """What another package calls our layers: `outside` the blocks, and within them behind a prefix for each block."""

    name: str
    tag: str
    prefix: str
    outside: Mapping[str, str]
    inside: Mapping[str, str]

    def key(self, ours: str) -> str:
        """Translate a name in our state dict, such as "stages.0.1.reduce.0.weight", into the peer's."""
        layer, tensor = ours.rsplit(".", 1)
        if not self.prefix:
            return ours
        if layer in self.outside:
            return f"{self.outside[layer]}.{tensor}"
        _, stage, block, rest = layer.split(".", 3)
        prefix = self.prefix.format(stage=int(stage) + 1, block=int(block), block_from_1=int(block) + 1)
        return f"{prefix}.{self.inside.get(rest, rest)}.{tensor}"


PEERS = {
    "timm": Peer(
        name="timm",
        tag="pycls_in1k",
        prefix="s{stage}.b{block_from_1}",
        outside={"stem.0": "stem.conv", "stem.1": "stem.bn", "head.fc": "head.fc"},
        inside={
            "reduce.0": "conv1.conv",
            "reduce.1": "conv1.bn",
            "spatial.0": "conv2.conv",
            "spatial.1": "conv2.bn",
            "se.squeeze": "se.fc1",
            "se.excite": "se.fc2",
            "expand.0": "conv3.conv",
            "expand.1": "conv3.bn",
            "shortcut.0": "downsample.conv",
            "shortcut.1": "downsample.bn",
        },
    ),
    "torchvision": Peer(
        name="torchvision",
        tag="IMAGENET1K_V1",
        prefix="trunk_output.block{stage}.block{stage}-{block}",
        outside={"stem.0": "stem.0", "stem.1": "stem.1", "head.fc": "fc"},
        inside={
            "reduce.0": "f.a.0",
            "reduce.1": "f.a.1",
            "spatial.0": "f.b.0",
            "spatial.1": "f.b.1",
            "se.squeeze": "f.se.fc1",
            "se.excite": "f.se.fc2",
            "expand.0": "f.c.0",
            "expand.1": "f.c.1",
            "shortcut.0": "proj.0",
            "shortcut.1": "proj.1",
        },
    ),
    "regnet_edu": Peer("regnet_edu", tag="", prefix="", outside={}, inside={}),
}
DOWNLOADED = ("timm", "torchvision")


def load_timm_state_dict(network: Network, state: Mapping[str, Tensor], head: bool = True) -> Network:
    """Give `network` the weights of timm's module of the same RegNet; the class scores are then the same.

    Args:
        network: an `AnyNet`; it is changed, and returned.
        state: what `timm.create_model("regnetx_004").state_dict()` returns.
        head: whether the last layer is loaded too; without it the classes may be others.

    Raises:
        InputError: the weights are of another network. Nothing is changed then.
    """
    return load_state_dict(network, state, "timm", head)


def load_torchvision_state_dict(network: Network, state: Mapping[str, Tensor], head: bool = True) -> Network:
    """Give `network` the weights of torchvision's module of the same RegNet; the class scores are then the same.

    Three of torchvision's RegNets are not the published ones, since it rounds widths differently: X-400MF, Y-800MF and
    Y-8.0GF. They are refused.

    Args:
        network: an `AnyNet`; it is changed, and returned.
        state: what `torchvision.models.regnet_x_800mf().state_dict()` returns.
        head: whether the last layer is loaded too; without it the classes may be others.

    Raises:
        InputError: the weights are of another network. Nothing is changed then.
    """
    return load_state_dict(network, state, "torchvision", head)


def load_state_dict(network: Network, state: Mapping[str, Tensor], source: str, head: bool = True) -> Network:
    """Do what `load_timm_state_dict` and `load_torchvision_state_dict` do, by the name of the source."""
    peer = _peer(source)
    if not isinstance(state, Mapping) or not all(isinstance(v, Tensor) for v in state.values()):
        raise InputError(f"a state dict is a table of names and tensors, not a {type(state).__name__}")
    state = plain_names(state)
    ours = network.state_dict()
    keys = {name: peer.key(name) for name in ours if head or not name.startswith("head.")}
    config = getattr(network, "config", None)
    reason = _rounding(config, state) if source == "torchvision" and config is not None else ""
    for name, key in keys.items():
        if key not in state and not key.endswith("num_batches_tracked"):  # old files lack that counter
            raise InputError(f"these {source} weights are of another network: they lack {key!r}{reason}")
        if key in state and state[key].shape != ours[name].shape:
            shapes = f"{tuple(state[key].shape)}, not {tuple(ours[name].shape)}"
            raise InputError(f"these {source} weights are of another network: {key!r} has shape {shapes}{reason}")
    known = {peer.key(name) for name in ours}
    for key in state:
        if key not in known:
            raise InputError(f"these {source} weights are of another network: there is no place for {key!r}{reason}")
    with torch.no_grad():
        for name, key in keys.items():
            if key in state:
                ours[name].copy_(state[key])
    return network


def plain_names(state: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    """Return the weights under their plain names, without what DataParallel and torch.compile put before each."""
    for prefix in ("_orig_mod.", "module.", "_orig_mod."):
        inside = {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}
        state = inside if inside and len(inside) >= len(state) - 1 else state  # an average has n_averaged beside them
    return state


def exported(network: nn.Module, source: str) -> dict[str, Tensor]:
    """Return the weights of an `AnyNet` under the names of "timm" or "torchvision".

    Raises:
        InputError: the source has no such blocks, or builds other widths.
    """
    peer, config = _peer(source), getattr(network, "config", None)
    if not isinstance(config, AnyNetConfig) or config.block not in ("X", "R") or config.stem or config.head:
        raise InputError(f"{source} has RegNets only, with blocks X; this network has others")
    if source == "torchvision" and _torchvision_widths(config) != _widths(config):
        raise InputError(
            f"torchvision builds the widths {_torchvision_widths(config)}, not {_widths(config)}{_ROUNDING}; timm "
            "builds these"
        )
    return {peer.key(name): tensor.detach().clone() for name, tensor in network.state_dict().items()}


def classes_of(state: Mapping[str, Tensor], source: str) -> int | None:
    """Return how many classes the head of some weights has."""
    head = state.get(_peer(source).key("head.fc.weight"))
    return None if head is None else len(head)


def with_channels(state: Mapping[str, Tensor], source: str, in_channels: int) -> dict[str, Tensor]:
    """Return weights whose stem takes so many channels.

    One channel gets the sum over those that were there, which gives a grey image its old features; of other numbers the
    weights are repeated and scaled, so that features keep their size.
    """
    first = _peer(source).key("stem.0.weight")
    stem = state.get(first)
    if stem is None or stem.shape[1] == in_channels:
        return dict(state)
    had = stem.shape[1]
    repeated = stem.repeat(1, -(-in_channels // had), 1, 1)[:, :in_channels] * (had / in_channels)
    return {**state, first: stem.sum(1, keepdim=True) if in_channels == 1 else repeated}


def peer_name(name: str, source: str) -> str:
    """Return what the source calls a published RegNet.

    >>> peer_name("regnetx_400mf", "timm"), peer_name("regnety_1.6gf", "torchvision")
    ('regnetx_004', 'regnet_y_1_6gf')
    """
    _peer(source)
    found = re.fullmatch(r"regnet([xy])_([0-9]+(?:[._][0-9]+)?)(mf|gf)", str(name).lower())
    if not found:
        raise InputError(f"{name!r:.60} is not the name of a published RegNet, such as 'regnetx_400mf'")
    letter, number, unit = found.groups()
    size = float(number.replace("_", "."))
    if source == "timm":
        return f"regnet{letter}_{round(size * (10 if unit == 'gf' else 0.01)):03d}"
    return f"regnet_{letter}_{size:g}{unit}".replace(".", "_")


def download(name: str, config: AnyNetConfig, source: str, tag: str | None = None) -> dict[str, Tensor]:
    """Return the state dict of a pretrained RegNet, in the source's names.

    Raises:
        InputError: the source is not installed, lacks the network, builds another one by that name, or is out of reach.
    """
    peer = _peer(source)
    theirs = peer_name(name, source)
    if source == "torchvision" and _torchvision_widths(config) != _widths(config):
        raise InputError(f"torchvision's {theirs} is not the published {name}{_ROUNDING}; source='timm' has it")
    try:
        package: Any = importlib.import_module(source)
    except ImportError as error:
        raise InputError(f"pretrained weights need the package {source}, which is not installed") from error
    known = package.list_models() if source == "timm" else package.models.list_models()
    if theirs not in known:
        raise InputError(f"{source} has no network {theirs!r}; source='timm' has all published RegNets")
    try:
        if source == "timm":
            return package.create_model(f"{theirs}.{tag or peer.tag}", pretrained=True).state_dict()
        return package.models.get_model(theirs, weights=tag or peer.tag).state_dict()
    except Exception as error:  # whatever the peer and its downloader raise: the reader can only try again
        raise InputError(f"{source} could not deliver {theirs} ({tag or peer.tag}): {error}") from error


_ROUNDING = ", since it never rounds a width down by more than a tenth, where the paper takes the nearest multiple of g"


def _peer(source: str) -> Peer:
    if source not in PEERS:
        raise InputError(f"source {source!r:.60} is unknown; {nearest_name(source, PEERS)}")
    return PEERS[source]


def _widths(config: AnyNetConfig) -> tuple[int, ...]:
    return tuple(stage.width for stage in config.stages)


def _torchvision_widths(config: AnyNetConfig) -> tuple[int, ...]:
    """Return the widths that torchvision builds for these nominal ones, if no stage has a bottleneck."""
    widths = []
    for width, group in zip(config.widths, config.group_widths, strict=True):
        group = min(group, width)
        rounded = max(group, (width + group // 2) // group * group)
        widths.append(rounded + group if rounded < 0.9 * width else rounded)
    return tuple(widths)


def _rounding(config: AnyNetConfig, state: Mapping[str, Tensor]) -> str:
    """Return the end of a sentence that explains another width, where torchvision's rounding is what causes it."""
    last = [f"trunk_output.block{i + 1}.block{i + 1}-0.f.c.0.weight" for i in range(config.num_stages)]
    if not all(key in state and state[key].ndim == 4 for key in last):
        return ""
    theirs = tuple(state[key].shape[0] for key in last)
    if theirs == _widths(config) or theirs != _torchvision_widths(config):
        return ""
    return f"; torchvision builds the widths {theirs} here, not {_widths(config)}{_ROUNDING}"
