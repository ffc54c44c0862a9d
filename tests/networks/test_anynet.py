"""AnyNet and its blocks: against torchvision's, against plain tensor arithmetic, and against the closed-form counts."""

from __future__ import annotations

import copy
import math
from functools import partial
from typing import Any

import pytest
import torch
from each import each
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.functional import conv2d, cross_entropy
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models.regnet import ResBottleneckBlock

from regnet_edu import zoo
from regnet_edu.common.errors import InputError
from regnet_edu.networks.anynet import AnyNet, Head, Stem, initialise
from regnet_edu.networks.blocks import SqueezeExcitation, VBlock, XBlock
from regnet_edu.networks.complexity import complexity
from regnet_edu.networks.config import AnyNetConfig
from regnet_edu.networks.regnet import RegNetParams
from regnet_edu.networks.weights import PEERS

SMALL = AnyNetConfig((1, 2), (16, 24), (1, 2), (8, 4), stem_width=8)
quick = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def images(n: int = 2, channels: int = 3, pixels: int = 32, seed: int = 0) -> torch.Tensor:
    return torch.randn(n, channels, pixels, pixels, generator=seeded(seed))


def parameters(network: nn.Module) -> int:
    return sum(p.numel() for p in network.parameters())


@st.composite
def configs(draw: Any) -> AnyNetConfig:
    stages = draw(st.integers(1, 5))
    block = draw(st.sampled_from(["X", "R", "V", "VR", "Y"]))

    def each(values: Any) -> Any:
        return draw(st.lists(values, min_size=stages, max_size=stages))

    return AnyNetConfig(
        each(st.integers(1, 3)),
        each(st.integers(1, 96)),
        each(st.sampled_from([0.125, 0.25, 0.5, 1, 1.5, 2, 3, 4])),
        each(st.integers(1, 40)),
        strides=each(st.integers(1, 3)),
        stem_width=draw(st.integers(1, 40)),
        block=block,
        se_ratio=0 if block in ("V", "VR") else draw(st.sampled_from([0, 0.25, 0.6])),
        stem_stride=draw(st.integers(1, 3)),
        activation=draw(st.sampled_from(["relu", "silu"])),
    )


@quick
@given(configs(), st.integers(1, 4), st.integers(1, 12), st.integers(1, 50))
def test_a_module_has_the_parameters_activations_and_flops_that_its_config_is_counted_to_have(
    config: AnyNetConfig, channels: int, classes: int, pixels: int
) -> None:
    outputs: list[int] = []
    with torch.device("meta"):
        network = AnyNet(config, classes, channels).eval()
        for module in network.modules():
            if isinstance(module, nn.Conv2d):
                module.register_forward_hook(lambda _, __, y: outputs.append(y.numel()))
        with FlopCounterMode(display=False) as counter:
            scores = network(torch.empty(1, channels, pixels, pixels))
    counted = complexity(config, pixels, channels, classes)
    biases = [m for m in network.modules() if isinstance(m, (nn.Conv2d, nn.Linear)) and m.bias is not None]
    assert scores.shape == (1, classes)
    assert parameters(network) == counted.params
    assert sum(outputs) == counted.activations - classes
    assert counter.get_total_flops() // 2 == counted.flops - sum(m.bias.numel() for m in biases)


@each("name", zoo.names())
def test_every_published_regnet_has_its_published_parameters(name: str) -> None:
    with torch.device("meta"):
        assert parameters(AnyNet(name)) == zoo.get(name).params


def some_heavy(name: str) -> Any:
    light = name in ("regnetx_200mf", "regnetx_400mf", "regnetx_32gf", "regnety_400mf", "regnety_32gf")
    return name if light else pytest.param(name, marks=pytest.mark.heavy)


@pytest.mark.parametrize("name", [some_heavy(name) for name in zoo.names()])
def test_torch_measures_the_published_flops_but_for_the_biases(name: str) -> None:
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        network = AnyNet(name).eval()
        network(torch.empty(1, 3, 224, 224))
    excitations = [m for m in network.modules() if isinstance(m, SqueezeExcitation)]
    biases = 1000 + sum(m.squeeze.out_channels + m.excite.out_channels for m in excitations)
    assert counter.get_total_flops() // 2 == zoo.get(name).flops - biases


@each("activation", ["relu", "silu"])
@each("se_ratio", [0.0, 0.25])
@each(
    ("width_in", "width", "stride", "ratio", "group"),
    [(32, 32, 1, 1, 16), (32, 64, 2, 2, 8), (24, 48, 1, 4, 3), (48, 48, 2, 1, 48), (16, 16, 1, 0.25, 8)],
)
def test_an_x_block_computes_what_torchvisions_does(
    width_in: int, width: int, stride: int, ratio: float, group: int, se_ratio: float, activation: str
) -> None:
    layer = partial({"relu": nn.ReLU, "silu": nn.SiLU}[activation], inplace=False)
    theirs = ResBottleneckBlock(width_in, width, stride, nn.BatchNorm2d, layer, group, 1 / ratio, se_ratio or None)
    ours = XBlock(width_in, width, stride, int(width / ratio), group, se_ratio, activation)
    inside = PEERS["torchvision"].inside
    values = theirs.state_dict()
    names = {name: f"{inside[name.rsplit('.', 1)[0]]}.{name.rsplit('.', 1)[1]}" for name in ours.state_dict()}
    assert sorted(names.values()) == sorted(values)
    ours.load_state_dict({name: values[key] for name, key in names.items()})
    x = images(4, width_in, 9)
    assert torch.allclose(ours(x.clone()), theirs(x.clone()), atol=1e-6)
    assert torch.allclose(ours.eval()(x.clone()), theirs.eval()(x.clone()), atol=1e-6)  # with the statistics just seen


@each("residual", [False, True])
@each(("width", "stride"), [(12, 1), (20, 2)])
def test_a_v_block_is_one_convolution_and_vr_adds_the_input(residual: bool, width: int, stride: int) -> None:
    block = initialise(VBlock(12, width, stride, residual), generator=seeded(1)).eval()
    x = images(2, 12, 8)
    scale = math.sqrt(1 + 1e-5)  # batch norm with fresh statistics: mean 0, variance 1
    expected = conv2d(x, block.spatial[0].weight, stride=stride, padding=1) / scale
    if residual and (width, stride) == (12, 1):
        expected = expected + x
    elif residual:
        expected = expected + conv2d(x, block.shortcut[0].weight, stride=stride) / scale
    assert torch.allclose(block(x), expected.relu(), atol=1e-6)


def test_the_stride_sits_on_the_3x3_convolution_and_its_projection_only() -> None:
    block = XBlock(8, 16, 2, 8, 4)
    assert [c.stride for c in (block.reduce[0], block.spatial[0], block.expand[0], block.shortcut[0])] == [
        (1, 1),
        (2, 2),
        (1, 1),
        (2, 2),
    ]


def test_only_head_and_squeeze_excitation_have_biases() -> None:
    network = AnyNet(AnyNetConfig((1, 2), (16, 24), 2, 4, block="Y"))
    convolutions = {n: m for n, m in network.named_modules() if isinstance(m, nn.Conv2d)}
    assert {".se." in name for name, m in convolutions.items() if m.bias is not None} == {True}
    assert {".se." in name for name, m in convolutions.items() if m.bias is None} == {False}
    assert network.head.fc.bias is not None


def test_the_squeeze_width_comes_from_the_input_of_the_block() -> None:
    network = AnyNet(AnyNetConfig((2,), (64,), 1, 8, block="Y"))
    assert [block.se.squeeze.out_channels for block in network.stages[0]] == [8, 16]  # a quarter of 32 and of 64


def test_stem_stages_and_head_have_the_shapes_of_figure_3() -> None:
    network = AnyNet("regnetx_200mf").eval()
    x = network.stem(images(1, 3, 224))
    shapes = [tuple(x.shape)]
    for stage in network.stages:
        x = stage(x)
        shapes.append(tuple(x.shape))
    assert shapes == [(1, 32, 112, 112), (1, 24, 56, 56), (1, 56, 28, 28), (1, 152, 14, 14), (1, 368, 7, 7)]
    assert network.head(x).shape == (1, 1000)


@each("block", ["X", "R", "VR", "Y"])
def test_zero_init_last_makes_a_block_the_identity_for_positive_inputs(block: str) -> None:
    config = AnyNetConfig((3, 2), (16, 32), 1, 8, stem_width=16, strides=(1, 2), block=block)
    network = AnyNet(config, zero_init_last=True)
    x = images(2, 16, 8).abs()
    assert torch.equal(network.stages[0](x.clone()), x)
    assert torch.equal(network.eval().stages[0](x.clone()), x)


def test_zero_init_last_leaves_a_block_without_a_shortcut_alone() -> None:
    network = AnyNet(AnyNetConfig((2,), (16,), 1, 1, block="V"), zero_init_last=True)
    assert all((m.weight == 1).all() for m in network.modules() if isinstance(m, nn.BatchNorm2d))


@each("block", ["X", "R", "V", "VR", "Y"])
def test_every_parameter_gets_a_gradient(block: str) -> None:
    network = AnyNet(AnyNetConfig((2, 2), (16, 24), 1, 8, block=block), 10, generator=seeded(0))
    cross_entropy(network(images(8)), torch.arange(8)).backward()
    dead = [name for name, p in network.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert dead == []


def test_initial_weights_have_the_deviations_of_the_papers_authors() -> None:
    network = AnyNet(AnyNetConfig((1, 2), (128, 256), 1, 16, block="Y"), 500, generator=seeded(3))
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            expected = math.sqrt(2 / (module.kernel_size[0] ** 2 * module.out_channels))
            assert module.weight.std().item() == pytest.approx(expected, rel=5 / math.sqrt(module.weight.numel()))
            assert module.bias is None or not module.bias.any()
        if isinstance(module, nn.BatchNorm2d):
            assert (module.weight == 1).all() and (module.bias == 0).all()
            assert (module.eps, module.momentum) == (1e-5, 0.1)
    assert network.head.fc.weight.std().item() == pytest.approx(0.01, rel=0.02)
    assert not network.head.fc.bias.any()


def test_initial_weights_are_drawn_in_the_order_of_the_modules() -> None:
    network = AnyNet(SMALL, 10, generator=seeded(11))
    # Recorded populations name a seed; another order would give them other weights.
    x_block = ["reduce.0", "spatial.0", "expand.0"]
    layers = ["stem.0"]
    layers += [f"stages.0.0.{n}" for n in [*x_block, "shortcut.0"]]
    layers += [f"stages.1.0.{n}" for n in [*x_block, "shortcut.0"]] + [f"stages.1.1.{n}" for n in x_block]
    generator = seeded(11)
    for layer in layers:
        weight = network.get_submodule(layer).weight
        deviation = math.sqrt(2 / (weight.shape[0] * weight.shape[2] ** 2))
        assert torch.equal(weight, torch.empty(weight.shape).normal_(0, deviation, generator=generator)), layer
    assert torch.equal(network.head.fc.weight, torch.empty(10, 24).normal_(0, 0.01, generator=generator))


def test_initial_weights_depend_on_the_generator_alone_and_leave_torchs_own_untouched() -> None:
    torch.manual_seed(1)
    first = AnyNet(SMALL, generator=seeded(5)).state_dict()
    torch.manual_seed(2)
    before = torch.get_rng_state()
    second = AnyNet(SMALL, generator=seeded(5)).state_dict()
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(first[name], second[name]) for name in first)
    other = AnyNet(SMALL, generator=seeded(6)).state_dict()
    assert not torch.equal(first["stem.0.weight"], other["stem.0.weight"])


def test_without_a_generator_torchs_own_seed_decides() -> None:
    torch.manual_seed(4)
    first = AnyNet(SMALL).state_dict()
    torch.manual_seed(4)
    second = AnyNet(SMALL).state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_initialise_starts_a_trained_network_afresh() -> None:
    network = AnyNet(SMALL, 10, generator=seeded(5))
    fresh = copy.deepcopy(network.state_dict())
    network(images(8)).sum().backward()
    torch.optim.SGD(network.parameters(), 1.0).step()
    initialise(network, generator=seeded(5))
    assert all(torch.equal(fresh[name], value) for name, value in network.state_dict().items())


@each("block", ["X", "Y", "V", "VR"])
def test_memory_format_and_tracing_change_nothing(block: str) -> None:
    config = AnyNetConfig((2, 2), (16, 32), 1, 8, block=block)
    network = AnyNet(config, 10, generator=seeded(5)).eval()
    x = images(4)
    expected = network(x)
    traced = torch.fx.symbolic_trace(network)  # fails where the data would steer the control flow
    assert torch.equal(traced(x), expected)
    last = network.to(memory_format=torch.channels_last)(x.contiguous(memory_format=torch.channels_last))
    assert torch.allclose(last, expected, atol=1e-5)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.allclose(network(x).float(), expected, atol=0.1 * expected.abs().max().item() + 0.01)


def test_anynet_takes_configs_regnet_parameters_and_names() -> None:
    params = RegNetParams(13, 24, 36.44, 2.49, 8)
    named, generated = AnyNet("regnetx_200mf", 7), AnyNet(params, num_classes=7)
    assert named.config == generated.config == AnyNet(params.to_config(), 7).config
    assert AnyNet(zoo.get("regnetx_200mf")).config == named.config
    assert AnyNet(SMALL, 7, 1, generator=seeded(0))(images(2, 1)).shape == (2, 7)


def test_a_group_width_that_does_not_fit_is_refused_with_the_nearest_ones() -> None:
    with pytest.raises(InputError) as error:
        XBlock(160, 160, 1, 40, 24)
    message = "group width 24 does not divide the inner width 40 (= 160 / 4); nearest that does: 20 or 40"
    assert str(error.value) == message
    with pytest.raises(InputError, match=r"group width 64 does not divide the inner width 40; nearest that does: 40$"):
        XBlock(40, 40, 1, 40, 64)


@each(
    ("make", "message"),
    [
        (lambda: AnyNet({"depths": 3}), "is no network: give an AnyNetConfig"),
        (lambda: AnyNet(SMALL, 0), "num_classes 0 must be a whole number of at least 1"),
        (lambda: AnyNet(SMALL, 10, 2.5), "in_channels 2.5 must be"),
        (lambda: AnyNet(SMALL, generator=3), "generator 3 must be a torch.Generator"),
        (lambda: AnyNet("regnetx_401mf"), "regnetx_400mf"),
        (lambda: AnyNet(None), "None is no network"),
        (lambda: XBlock(8, 8, 0), "stride 0"),
        (lambda: XBlock(8, 8, 1, 8, 0), "group_width 0"),
        (lambda: XBlock(8, 8, 1, 8, 8, 1.5), "se_ratio 1.5 is outside"),
        (lambda: XBlock(8, 8, activation="tanh"), "activation 'tanh' is unknown"),
        (lambda: VBlock(0, 8), "width_in 0"),
        (lambda: Head(8, True), "num_classes True"),
    ],
)
def test_what_cannot_be_built_is_refused_in_one_sentence(make: Any, message: str) -> None:
    with pytest.raises(InputError) as error:
        make()
    assert message in str(error.value) and "\n" not in str(error.value)


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 40),
    st.floats(),
    st.text(max_size=5),
    st.just([1]),
    st.just(torch.ones(2)),
)


VALID: list[tuple[Any, tuple[Any, ...]]] = [
    (XBlock, (8, 8, 1, 8, 8, 0.25, "relu")),
    (VBlock, (8, 8, 1, True, "silu")),
    (SqueezeExcitation, (8, 2, "relu")),
    (Stem, (3, 8, 2, "relu")),
    (Head, (8, 10)),
    (AnyNet, (SMALL, 10, 3)),
    (AnyNet, (SMALL, 10, 3)),
]


@settings(quick, max_examples=100)
@given(st.sampled_from(VALID), st.lists(JUNK, min_size=1, max_size=2), st.data())
def test_junk_among_the_arguments_gives_a_module_or_an_input_error(valid: Any, junk: list[Any], data: Any) -> None:
    make, arguments = valid[0], list(valid[1])
    for value in junk:
        arguments[data.draw(st.integers(0, len(arguments) - 1))] = value
    try:
        assert isinstance(make(*arguments), nn.Module)
    except InputError as error:
        assert "\n" not in str(error)
