"""AnyNet as a torch module: stem, stages of blocks, head (figures 3, 4 and 23; appendix D).

Read it from top to bottom: two small helpers, the parts of a block, the blocks, then stem, stage, head and the network
that strings them together. Every convolution is followed by batch norm and has no bias. Widths come from
`config.stages`, that is, after the compatibility rule, so nothing here rounds anything.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from .complexity import squeeze_width
from .config import AnyNetConfig
from .config import Stage as StageConfig
from .errors import InputError, nearest_name

ACTIVATION_LAYERS: dict[str, type[nn.Module]] = {"relu": nn.ReLU, "silu": nn.SiLU}


def activation_layer(name: str) -> nn.Module:
    """Return the activation function of that name; it overwrites its input, which nothing else needs."""
    if name not in ACTIVATION_LAYERS:
        raise InputError(f"activation {name!r} is unknown; {nearest_name(name, ACTIVATION_LAYERS)}")
    return ACTIVATION_LAYERS[name](inplace=True)


def conv_norm(width_in: int, width: int, size: int, stride: int = 1, groups: int = 1) -> nn.Sequential:
    """Return a convolution of size x size pixels and its batch norm; the output has 1 / stride of the height."""
    convolution = nn.Conv2d(width_in, width, size, stride, padding=size // 2, groups=groups, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(width, eps=1e-5, momentum=0.1))


def shortcut(width_in: int, width: int, stride: int) -> nn.Module:
    """Return the way around a residual block: the input itself, or its 1x1 projection where the shapes differ."""
    return nn.Identity() if width_in == width and stride == 1 else conv_norm(width_in, width, 1, stride)


class SqueezeExcitation(nn.Module):
    """Weigh each channel by a number in [0, 1] computed from the means of all channels (appendix D, the Y block).

    Args:
        width: channels of the input and of the output.
        squeeze: channels between the two layers.
        activation: "relu" or "silu", between the two layers.
    """

    def __init__(self, width: int, squeeze: int, activation: str = "relu") -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(width, squeeze, 1)
        self.activation = activation_layer(activation)
        self.excite = nn.Conv2d(squeeze, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        means = x.mean((2, 3), keepdim=True)
        return x * self.excite(self.activation(self.squeeze(means))).sigmoid()


class XBlock(nn.Module):
    """Residual bottleneck block with grouped convolution (figure 4): 1x1, 3x3 in groups, 1x1, and a way around.

    With `group_width` equal to `inner_width` it is the R block, with `se_ratio` above 0 the Y block.

    Args:
        width_in: channels of the input.
        width: channels of the output.
        stride: of the 3x3 convolution (and of the shortcut).
        inner_width: channels of the 3x3 convolution, width / bottleneck ratio; the width if not given.
        group_width: channels of each group of the 3x3 convolution; the inner width if not given.
        se_ratio: squeeze width relative to the block's *input* width; 0 is no squeeze-and-excitation.
        activation: "relu" or "silu".

    Raises:
        InputError: the group width does not divide the inner width.
    """

    def __init__(
        self,
        width_in: int,
        width: int,
        stride: int = 1,
        inner_width: int | None = None,
        group_width: int | None = None,
        se_ratio: float = 0.0,
        activation: str = "relu",
    ) -> None:
        super().__init__()
        inner = width if inner_width is None else inner_width
        groups = _groups(width, inner, inner if group_width is None else group_width)
        self.reduce = conv_norm(width_in, inner, 1).append(activation_layer(activation))
        self.spatial = conv_norm(inner, inner, 3, stride, groups).append(activation_layer(activation))
        squeeze = squeeze_width(width_in, se_ratio)
        self.se = SqueezeExcitation(inner, squeeze, activation) if se_ratio else nn.Identity()
        self.expand = conv_norm(inner, width, 1)
        self.shortcut = shortcut(width_in, width, stride)
        self.activation = activation_layer(activation)

    @property
    def last_norm(self) -> nn.Module:
        return self.expand[1]

    def forward(self, x: Tensor) -> Tensor:
        y = self.expand(self.se(self.spatial(self.reduce(x))))
        return self.activation(y + self.shortcut(x))


class VBlock(nn.Module):
    """One 3x3 convolution, the "vanilla" block V; `residual` makes it VR (figure 23).

    Args:
        width_in: channels of the input.
        width: channels of the output.
        stride: of the convolution (and of the shortcut).
        residual: whether the input is added to the output.
        activation: "relu" or "silu".
    """

    def __init__(
        self, width_in: int, width: int, stride: int = 1, residual: bool = False, activation: str = "relu"
    ) -> None:
        super().__init__()
        self.spatial = conv_norm(width_in, width, 3, stride)
        self.shortcut = shortcut(width_in, width, stride) if residual else None
        self.activation = activation_layer(activation)

    @property
    def last_norm(self) -> nn.Module | None:
        return None if self.shortcut is None else self.spatial[1]

    def forward(self, x: Tensor) -> Tensor:
        y = self.spatial(x)
        return self.activation(y if self.shortcut is None else y + self.shortcut(x))


class Stem(nn.Sequential):
    """3x3 convolution from the image to the body, (n, in_channels, r, r) -> (n, width, r / stride, r / stride)."""

    def __init__(self, in_channels: int = 3, width: int = 32, stride: int = 2, activation: str = "relu") -> None:
        super().__init__(*conv_norm(in_channels, width, 3, stride), activation_layer(activation))


class Stage(nn.Sequential):
    """`depth` blocks of one width; only the first has a stride and sees the width of the stage before.

    Args:
        width_in: channels of the input.
        stage: depth, width, inner width, group width and stride, an entry of `config.stages`.
        config: block type, squeeze-and-excitation and activation, which all stages share.
    """

    def __init__(self, width_in: int, stage: StageConfig, config: AnyNetConfig) -> None:
        super().__init__()
        for i in range(stage.depth):
            before, stride = (width_in, stage.stride) if i == 0 else (stage.width, 1)
            if config.block in ("V", "VR"):
                block: nn.Module = VBlock(before, stage.width, stride, config.block == "VR", config.activation)
            else:
                inner, group = stage.inner_width, stage.group_width
                block = XBlock(before, stage.width, stride, inner, group, config.se_ratio, config.activation)
            self.append(block)


class Head(nn.Module):
    """Mean over all pixels, then one linear layer, (n, width, r, r) -> (n, num_classes)."""

    def __init__(self, width: int, num_classes: int = 1000) -> None:
        super().__init__()
        self.fc = nn.Linear(width, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(x.mean((2, 3)))


class AnyNet(nn.Module):
    """A network of the AnyNet family (figure 3): `stem`, then `stages`, then `head`.

    Args:
        config: the network; its `stages` are built, so `complexity(config).params` is the number of parameters.
        num_classes: outputs of the head.
        in_channels: channels of the input image.
        zero_init_last: start every residual block as its shortcut, with zero gain in its last batch norm.
        generator: source of the initial weights, which then depend on nothing else; torch's own if not given.

    Raises:
        InputError: an argument is not what it should be.
    """

    def __init__(
        self,
        config: AnyNetConfig,
        num_classes: int = 1000,
        in_channels: int = 3,
        *,
        zero_init_last: bool = False,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        if not isinstance(config, AnyNetConfig):
            raise InputError(f"AnyNet builds an AnyNetConfig, not {config!r:.60}; AnyNet.from_config takes more")
        for name, value in (("num_classes", num_classes), ("in_channels", in_channels)):
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise InputError(f"{name} {value!r:.60} must be a whole number of at least 1")
        self.config = config
        # Layers draw weights when they are made; with a generator of our own that must not move torch's.
        with torch.random.fork_rng(devices=[], enabled=generator is not None):
            self.stem = Stem(in_channels, config.stem_width, config.stem_stride, config.activation)
            self.stages = nn.Sequential()
            width = config.stem_width
            for stage in config.stages:
                self.stages.append(Stage(width, stage, config))
                width = stage.width
            self.head = Head(width, num_classes)
        initialise(self, zero_init_last, generator)

    def forward(self, x: Tensor) -> Tensor:
        """Return the class scores: (n, in_channels, r, r) -> (n, num_classes)."""
        return self.head(self.stages(self.stem(x)))

    @classmethod
    def from_config(cls, source: Any, num_classes: int = 1000, in_channels: int = 3, **options: Any) -> AnyNet:
        """Build the network of an `AnyNetConfig`, of `RegNetParams`, or of a published RegNet by name.

        >>> AnyNet.from_config("regnetx_400mf", num_classes=10)  # doctest: +SKIP
        """
        if isinstance(source, str):
            from . import zoo

            source = zoo.get(source)
        if hasattr(source, "to_config"):
            source = source.to_config()
        return cls(getattr(source, "config", source), num_classes, in_channels, **options)


def initialise(network: nn.Module, zero_init_last: bool = False, generator: torch.Generator | None = None) -> nn.Module:
    """Draw all weights afresh as the paper's authors do, in the order of the modules, and return the network.

    Convolutions: normal with variance 2 / (k * k * outputs); head: normal with deviation 0.01; biases 0; batch norm:
    gain 1, or 0 for the last one of every residual block if `zero_init_last`.
    """
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            _draw(module.weight, math.sqrt(2 / (math.prod(module.kernel_size) * module.out_channels)), generator)
        elif isinstance(module, nn.Linear):
            _draw(module.weight, 0.01, generator)
        elif isinstance(module, nn.BatchNorm2d):
            module.reset_running_stats()
            nn.init.ones_(module.weight)
        if getattr(module, "bias", None) is not None:
            nn.init.zeros_(module.bias)
    if zero_init_last:
        for module in network.modules():
            if isinstance(module, XBlock | VBlock) and module.last_norm is not None:
                nn.init.zeros_(module.last_norm.weight)
    return network


def _draw(weight: nn.Parameter, deviation: float, generator: torch.Generator | None) -> None:
    """Fill `weight` from the generator, on the generator's device, so that every device gets the same numbers."""
    with torch.no_grad():
        if generator is None:
            weight.normal_(0, deviation)
        elif not weight.is_meta:
            drawn = torch.empty(weight.shape, device=generator.device)
            weight.copy_(drawn.normal_(0, deviation, generator=generator))


def _groups(width: int, inner: int, group: int) -> int:
    """Number of groups of the 3x3 convolution."""
    if inner % group == 0:
        return inner // group
    divisors = [g for g in range(1, inner + 1) if inner % g == 0]
    below = max((g for g in divisors if g < group), default=None)
    above = min((g for g in divisors if g > group), default=None)
    nearest = " or ".join(str(g) for g in (below, above) if g is not None)
    ratio = f" (= {width} / {width // inner})" if width % inner == 0 and width != inner else ""
    raise InputError(
        f"group width {group} does not divide the inner width {inner}{ratio}; nearest that does: {nearest}"
    )
