"""The blocks of AnyNet as torch modules: X and R, with or without squeeze-and-excitation, V and VR (figures 4 and 23).

Every convolution is followed by batch norm and has no bias. The widths that a block is given are built as they are: the
compatibility rule of appendix D is applied before, in `config.stages`.
"""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from torch import Tensor, nn

from ..common.errors import InputError, nearest_name
from ..common.validation import check_whole
from .registry import squeeze_width

ACTIVATION_LAYERS: dict[str, type[nn.Module]] = {"relu": nn.ReLU, "silu": nn.SiLU}


def activation_layer(name: str) -> nn.Module:
    """Return the activation function of that name; it overwrites its input, which nothing else needs."""
    if not isinstance(name, str) or name not in ACTIVATION_LAYERS:
        raise InputError(f"activation {name!r:.60} is unknown; {nearest_name(name, ACTIVATION_LAYERS)}")
    return ACTIVATION_LAYERS[name](inplace=True)


def conv_norm(width_in: int, width: int, size: int, stride: int = 1, groups: int = 1) -> nn.Sequential:
    """Return a convolution of size x size pixels and its batch norm; the output has 1 / stride of the height."""
    check_whole(width_in=width_in, width=width, stride=stride)
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
        check_whole(width=width, squeeze=squeeze)
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
        InputError: the group width does not divide the inner width, or an argument is out of range.
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
        group = inner if group_width is None else group_width
        check_whole(width=width, inner_width=inner, group_width=group)
        if not isinstance(se_ratio, (int, float)) or not 0 <= se_ratio <= 1:
            raise InputError(f"se_ratio {se_ratio!r:.60} is outside [0, 1]; 0.25 is that of RegNetY")
        groups = _groups(width, inner, group)
        self.reduce = conv_norm(width_in, inner, 1).append(activation_layer(activation))
        self.spatial = conv_norm(inner, inner, 3, stride, groups).append(activation_layer(activation))
        squeeze = squeeze_width(width_in, se_ratio)
        self.se = SqueezeExcitation(inner, squeeze, activation) if se_ratio else nn.Identity()
        self.expand = conv_norm(inner, width, 1)
        self.shortcut = shortcut(width_in, width, stride)
        self.activation = activation_layer(activation)

    __jit_unused_properties__: ClassVar = ["last_norm"]  # TorchScript would compile every property

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
        if not isinstance(residual, bool):
            raise InputError(f"residual {residual!r:.60} is neither True nor False")
        self.spatial = conv_norm(width_in, width, 3, stride)
        self.shortcut = shortcut(width_in, width, stride) if residual else None
        self.activation = activation_layer(activation)

    __jit_unused_properties__: ClassVar = ["last_norm"]

    @property
    def last_norm(self) -> nn.Module | None:
        return None if self.shortcut is None else self.spatial[1]

    def forward(self, x: Tensor) -> Tensor:
        y = self.spatial(x)
        return self.activation(y if self.shortcut is None else y + self.shortcut(x))


ResidualVBlock = partial(VBlock, residual=True)


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
