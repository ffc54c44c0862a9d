"""Complexity: the published integers, and an independent count of hundreds of random networks."""

import random

import pytest
from each import each

from regnet_edu.common.errors import InputError
from regnet_edu.networks.complexity import Complexity, complexities, complexity
from regnet_edu.networks.config import AnyNetConfig
from regnet_edu.networks.registry import squeeze_width


def convolutions(config, pixels, in_channels):
    """List every convolution as (kernel, in, out, groups, output pixels, bias): the slow and obvious way."""
    layers = []

    def conv(kernel, w_in, w_out, stride, groups=1, bias=False, at=None):
        nonlocal pixels
        start = pixels if at is None else at
        out = -(-start // stride)
        layers.append((kernel, w_in, w_out, groups, out, bias))
        return out

    pixels = conv(3, in_channels, config.stem_width, config.stem_stride)
    width = config.stem_width
    for stage in config.stages:
        for k in range(stage.depth):
            stride = stage.stride if k == 0 else 1
            start = pixels
            if config.block != "V" and (width != stage.width or stride != 1):
                conv(1, width, stage.width, stride, at=start)
            if config.block in ("V", "VR"):
                pixels = conv(3, width, stage.width, stride)
            else:
                conv(1, width, stage.inner_width, 1)
                pixels = conv(3, stage.inner_width, stage.inner_width, stride, stage.groups)
                if config.se_ratio:
                    squeeze = max(1, round(width * config.se_ratio))
                    conv(1, stage.inner_width, squeeze, 1, bias=True, at=1)
                    conv(1, squeeze, stage.inner_width, 1, bias=True, at=1)
                conv(1, stage.inner_width, stage.width, 1)
            width = stage.width
    return layers, width


def count(config, pixels=224, in_channels=3, num_classes=1000):
    layers, width = convolutions(config, pixels, in_channels)
    flops = sum(k * k * i // g * o * r * r + bias * o * r * r for k, i, o, g, r, bias in layers)
    params = sum(k * k * i // g * o + (o if bias else 2 * o) for k, i, o, g, r, bias in layers)
    activations = sum(o * r * r for k, i, o, g, r, bias in layers)
    head = width * num_classes + num_classes
    return Complexity(flops + head, params + head, activations + num_classes)


def random_config(rng):
    n = rng.choice([1, 2, 3, 4, 5])
    block = rng.choice(["X", "X", "R", "V", "VR"])
    return AnyNetConfig(
        [rng.randint(1, 16) for _ in range(n)],
        [8 * rng.randint(1, 128) for _ in range(n)],
        [rng.choice([0.25, 0.5, 1, 2, 4]) for _ in range(n)],
        [rng.choice([1, 2, 4, 8, 16, 24, 32]) for _ in range(n)],
        [rng.choice([1, 2, 2]) for _ in range(n)],
        stem_width=rng.choice([8, 32]),
        block=block,
        se_ratio=rng.choice([0, 0.25, 0.1]) if block in "XR" else 0,
        stem_stride=rng.choice([1, 2]),
    )


@each("seed", range(300))
def test_random_networks_count_as_an_independent_program_counts_them(seed):
    rng = random.Random(seed)
    config = random_config(rng)
    size = rng.choice([32, 33, 97, 224]), rng.choice([1, 3]), rng.choice([10, 1000])
    assert complexity(config, *size) == count(config, *size)


@pytest.mark.parametrize(
    ("depths", "widths", "ratio", "group", "se_ratio", "published"),
    [
        ((1, 2, 7, 12), (24, 64, 152, 392), 1, 16, 0, (397_678_568, 5_157_512, 3_143_272)),  # RegNetX-400MF
        ((1, 3, 6, 6), (48, 104, 208, 440), 1, 8, 0.25, (401_849_056, 4_344_144, 3_892_496)),  # RegNetY-400MF
        ((2, 7, 13, 1), (320, 640, 1280, 2560), 1, 168, 0, (31_735_930_792, 107_811_560, 36_302_160)),  # RegNetX-32GF
    ],
)
def test_published_regnets_count_to_the_published_integers(depths, widths, ratio, group, se_ratio, published):
    assert complexity(AnyNetConfig(depths, widths, ratio, group, se_ratio=se_ratio)) == published


def test_the_network_of_d2l_8_8_has_its_known_size():
    config = AnyNetConfig((4, 6), (32, 80), 1, 16)
    assert complexity(config, 96, in_channels=1, num_classes=10).params == 177_322


def test_a_list_of_different_networks_is_counted_one_by_one():
    configs = [random_config(random.Random(k)) for k in range(5)]
    flops, params, activations = complexities(configs, 64)
    assert [tuple(map(int, row)) for row in zip(flops, params, activations, strict=True)] == [
        tuple(complexity(c, 64)) for c in configs
    ]


def test_the_squeeze_width_comes_from_the_input_and_is_never_0():
    assert squeeze_width(32, 0.25) == 8 and squeeze_width(10, 0.25) == 2 and squeeze_width(1, 0.25) == 1


@each("size", [(0,), (-1,), (2.5,), (True,), ("224",), (224, 0), (224, 3, 0)])
def test_bad_sizes_get_one_sentence(size):
    with pytest.raises(InputError, match="must be a whole number of at least 1"):
        complexity(AnyNetConfig((1,), (8,), 1, 8), *size)


def test_what_is_no_network_is_refused():
    with pytest.raises(InputError, match="is no network: give an AnyNetConfig"):
        complexity((1, 2))
