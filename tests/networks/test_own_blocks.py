"""Blocks of one's own: counted exactly, sampled in a band, built, refused where they are none."""

from __future__ import annotations

import json

import numpy as np
import own_blocks
import pytest
import torch
from each import each
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

import regnet_edu as rn
from regnet_edu.common.errors import InputError
from regnet_edu.networks import registry
from regnet_edu.networks.measure import measured

BLOCKS = [own_blocks.InvertedResidual, own_blocks.ConvNeXt, own_blocks.Depthwise]
SMALL = {"num_stages": 2, "min_width": 8, "max_width": 64, "max_depth": 3, "stem_width": 16}
pytestmark = pytest.mark.filterwarnings("ignore:.*has no cost written")


class Patches(nn.Conv2d):
    def __init__(self, width_in: int, width: int, stride: int) -> None:
        super().__init__(width_in, width, stride, stride)


class WideHead(nn.Sequential):
    def __init__(self, width_in: int, width: int) -> None:
        super().__init__(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width_in, 50), nn.Linear(50, width))


def counted_by_torch(network: nn.Module, pixels: int) -> tuple[int, int, int]:
    """Torch's own counter, and hooks for what it does not count: biases and activations."""
    outputs, biases = [], []

    def hook(layer: nn.Module, _: object, out: torch.Tensor) -> None:
        outputs.append(out.numel())
        biases.append(out.numel() * (layer.bias is not None))

    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            layer.register_forward_hook(hook)
    counter = FlopCounterMode(display=False)
    with counter:
        network.eval()(torch.zeros(1, 3, pixels, pixels))
    params = sum(p.numel() for p in network.parameters())
    return counter.get_total_flops() // 2 + sum(biases), params, sum(outputs)


@each("block", [*BLOCKS, "X", "R", "V", "VR", "Y"])
def test_a_block_s_cost_is_what_torch_counts_for_one_network_and_for_many(block):
    space = rn.AnyNetXA(block=block, **SMALL)
    configs = space.sample(4, rng=1)
    for config in configs:
        network = rn.AnyNet(config, 10)
        assert tuple(rn.complexity(config, 32, num_classes=10)) == counted_by_torch(network, 32)
        assert rn.measured_complexity(network, 32) == rn.complexity(config, 32, num_classes=10)
    columns = rn.complexity(rn.ConfigBatch.from_configs(configs), 32, num_classes=10)
    for k, config in enumerate(configs):
        assert [int(c[k]) for c in columns] == list(rn.complexity(config, 32, num_classes=10))


@each("block", BLOCKS)
def test_a_band_holds_for_blocks_of_one_s_own(block):
    space = rn.AnyNetXA(block=block, **SMALL)
    found = space.sample(3, flops=(5e5, 1e6), resolution=32, num_classes=10)
    assert all(5e5 <= rn.complexity(c, 32, num_classes=10).flops <= 1e6 and c in space for c in found)
    assert found[0].block == f"own_blocks:{block.__name__}"
    assert rn.AnyNetConfig.from_dict(json.loads(json.dumps(found[0].to_dict()))) == found[0]


def test_a_cost_for_one_network_at_a_time_serves_batches_too(monkeypatch):
    def cost(x, width, stride):
        if x.channels == width and stride == 1:  # an array has no truth
            return x.conv(width, 3, groups=width)
        return x.conv(width, 3, stride)

    monkeypatch.setitem(registry._BLOCKS, "own_blocks:Depthwise", registry.Block("own_blocks:Depthwise", cost))
    batch = rn.AnyNetXA(block="own_blocks:Depthwise", **SMALL).sample_batch(50)
    for k, config in enumerate(batch):
        assert [int(c[k]) for c in rn.complexity(batch, 32)] == list(rn.complexity(config, 32))


def test_the_widths_that_are_built_depend_on_what_a_block_takes():
    def plain(width_in, width): ...
    def grouped(width_in, width, group_width): ...
    def bottleneck(width_in, width, inner_width): ...

    wanted = {plain: (24, 24, 24), grouped: (32, 32, 16), bottleneck: (24, 12, 12)}
    for function, built in wanted.items():
        function.__qualname__ = function.__name__
        setattr(own_blocks, function.__name__, function)
        path = f"own_blocks:{function.__name__}"
        config = rn.AnyNetConfig((1,), (24,), 2, 16, block=path)
        assert config.stages[0][1:4] == built
        assert [tuple(column[0]) for column in rn.ConfigBatch.from_configs([config]).effective()] == [
            (b,) for b in built
        ]


def test_stem_and_head_of_one_s_own_are_built_and_counted():
    config = rn.AnyNetConfig((1, 1), (16, 24), 1, 8, stem_stride=4, stem=Patches, head=WideHead)
    assert tuple(rn.complexity(config, 32, num_classes=10)) == counted_by_torch(rn.AnyNet(config, 10), 32)
    assert {"stem", "head"} <= set(config.to_dict()) and rn.AnyNetConfig.from_dict(config.to_dict()) == config
    space = rn.AnyNetXA(stem=Patches, stem_stride=4, **SMALL)
    assert f"stem='{Patches.__module__}:Patches'" in repr(space) and space.sample(2)[1] in space


def test_configs_of_the_paper_are_written_as_before():
    config = rn.AnyNetConfig((1,), (8,), 1, 8)
    assert json.dumps(config.to_dict()) == (
        '{"depths": [1], "widths": [8], "bottleneck_ratios": [1], "group_widths": [8], "strides": [2], '
        '"stem_width": 32, "block": "X", "se_ratio": 0.0, "stem_stride": 2, "activation": "relu"}'
    )
    assert "stem=" not in repr(rn.AnyNetXA())
    assert registry.names()[:5] == ["X", "R", "V", "VR", "Y"]


def test_a_last_norm_of_one_s_own_starts_at_0():
    class Residual(own_blocks.InvertedResidual):
        @property
        def last_norm(self) -> nn.Module:
            return self.body[-1]

    Residual.__qualname__ = "Residual"
    own_blocks.Residual = Residual
    network = rn.AnyNet(rn.AnyNetConfig((2,), (32,), 1, 8, block="own_blocks:Residual"), zero_init_last=True)
    assert all(not block.body[-1].weight.any() for block in network.stages[0])


@each("block, said", [
    ("Z", r"block 'Z' is unknown; known: X, R, V, VR, Y"),
    (lambda width_in, width: None, "has no import path; give a function or class with a name at the top level"),
    ("no_such_module:Block", r"no_such_module:Block is not found: no_such_module must be a module .*No module named"),
    ("own_blocks:Nothing", "own_blocks:Nothing is not found"),
    ("__main__:Nothing", "it was defined in a notebook or script; run that again first"),
    ("torch.nn:Conv2d", "asks for 'in_channels'; it is made with width_in and width"),
])  # fmt: skip
def test_what_is_no_block_is_refused_in_one_sentence(block, said):
    with pytest.raises(InputError, match=said):
        rn.AnyNet(rn.AnyNetConfig((1,), (8,), 1, 8, block=block))


def test_a_block_that_fails_or_has_another_shape_is_named():
    def wrong(width_in, width):
        return nn.Conv2d(width_in, 2 * width, 1)

    def broken(width_in, width):
        return nn.Conv2d(width_in + 1, width, 1)

    for function, said in ((wrong, r"into \(1, 16, 16, 16\); it must be \(1, 8,"), (broken, "fails with width_in 32")):
        function.__qualname__ = function.__name__
        setattr(own_blocks, function.__name__, function)
        with pytest.raises(InputError, match=f"block own_blocks:{function.__name__} .*{said}"):
            rn.complexity(rn.AnyNetConfig((1,), (8,), 1, 8, block=f"own_blocks:{function.__name__}"), 32)


def test_any_module_is_measured_attention_and_biases_included():
    attention = nn.TransformerEncoderLayer(32, 4, 64, batch_first=True)
    flops, params, activations, shape = measured(attention.to("meta"), 10, 32)
    linear = 10 * (32 * 96 + 32 * 32 + 2 * 32 * 64)
    biases = 10 * (96 + 32 + 64 + 32)
    assert (flops, activations) == (linear + biases + 2 * 10 * 10 * 32, biases)
    assert params == sum(p.numel() for p in attention.parameters()) and shape == (1, 10, 32)
    assert np.isscalar(flops)
