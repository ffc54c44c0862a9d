"""The same networks as `d2l.Classifier`, for whoever follows section 8.8 of "Dive into Deep Learning" (d2l).

The chapter's own code runs against these classes: `stem`, `stage` and `__init__` may be replaced with
`@d2l.add_to_class`, by the chapter's versions or by the reader's. Three things differ from the chapter's class:

- Its convolutions have biases, which the batch norm behind them makes useless; ours have none.
- Its `groups` is the *group width* (channels per group), and its `bot_mul` is one over the paper's bottleneck ratio b.
- Its `init_cnn` passes over layers that are still lazy, so that torch's own initialisation remains; ours is the one of
  the paper's authors.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import nn

from ..common.errors import InputError
from ..common.validation import check_whole
from .anynet import Head, Stage, Stem, initialise
from .config import AnyNetConfig
from .zoo import as_config

try:
    from d2l import torch as d2l
except ModuleNotFoundError as error:
    message = "AnyNetClassifier and RegNetX32 need the package d2l, release 1.0.0a1.post0 or later, and torchvision"
    raise ModuleNotFoundError(f"{message}: {error}") from error


class AnyNetClassifier(d2l.Classifier):
    """AnyNet with the methods that `d2l.Trainer` calls; `net` is the stem, the stages and the head in a row.

    Args:
        config: an `AnyNetConfig`, `RegNetParams` or name of a published RegNet; or, as in the chapter, one
            (depth, channels, group width, bottleneck multiplier) for each stage.
        stem_channels: channels of the stem, where `config` does not say; 32 if not given.
        lr: learning rate of plain stochastic gradient descent.
        num_classes: outputs of the head.
        in_channels: channels of the input image; 1 for Fashion-MNIST.

    Raises:
        InputError: an argument is not what it should be.
    """

    config: AnyNetConfig | None = None
    in_channels: int = 1

    def __init__(
        self,
        config: Any,
        stem_channels: int | None = None,
        lr: float = 0.1,
        num_classes: int = 10,
        in_channels: int = 1,
    ) -> None:
        super().__init__()
        self.save_hyperparameters()
        check_whole(num_classes=num_classes, in_channels=in_channels)
        if isinstance(lr, bool) or not isinstance(lr, (int, float)) or not 0 <= lr < float("inf"):
            raise InputError(f"lr {lr!r:.60} must be a number of at least 0, such as 0.1")
        self.config = _config(config, stem_channels)
        self.net = nn.Sequential(self.stem(self.config.stem_width))
        for i, arguments in enumerate(_arguments(self.config)):
            self.net.add_module(f"stage{i + 1}", self.stage(*arguments))
        self.net.add_module("head", self.head(num_classes))

    def stem(self, num_channels: int) -> nn.Sequential:
        """Return the first layers: 3x3 convolution, batch norm, activation function."""
        stride, activation = (self.config.stem_stride, self.config.activation) if self.config else (2, "relu")
        return nn.Sequential(*initialise(Stem(self.in_channels, num_channels, stride, activation)).children())

    def stage(self, depth: int, num_channels: int, groups: int, bot_mul: float) -> nn.Sequential:
        """Return the next stage: `depth` blocks that are `num_channels` wide, the first one with the stride.

        Args:
            depth: number of blocks, the paper's d_i.
            num_channels: width of the blocks, w_i.
            groups: group *width* g_i, as d2l uses the word.
            bot_mul: inner width over width, 1 / b_i.
        """
        shared: dict[str, Any] = {}
        network = self.config
        if network is not None:
            shared = {"block": network.block, "se_ratio": network.se_ratio, "activation": network.activation}
            shared["strides"] = (network.strides[len(self.net) - 1],)
        config = AnyNetConfig((depth,), (num_channels,), (_inverse(bot_mul),), (groups,), **shared)
        return nn.Sequential(*initialise(Stage(self._width(), config.stages[0], config)).children())

    def head(self, num_classes: int) -> nn.Sequential:
        """Return the last layers: mean over all pixels, then one linear layer."""
        return nn.Sequential(initialise(Head(self._width(), num_classes)))

    def _width(self) -> int:
        """Channels that leave what is in `net` so far, whoever built it; a lazy convolution knows its outputs too."""
        return [layer.out_channels for layer in self.net.modules() if isinstance(layer, nn.Conv2d)][-1]


class RegNetX32(AnyNetClassifier):
    """The network of d2l section 8.8: 4 blocks of width 32, then 6 of width 80, groups of 16 channels, no bottleneck.

    It is not one of the published RegNets: "32" counts layers (a stem, 3 in each of 10 blocks, a head). Without biases
    in its convolutions it has 177,322 parameters (images of one channel, 10 classes); the chapter's has 179,290.

    Args:
        lr: learning rate.
        num_classes: outputs of the head.
        in_channels: channels of the input image; 1 for Fashion-MNIST.
    """

    def __init__(self, lr: float = 0.1, num_classes: int = 10, in_channels: int = 1) -> None:
        stem_channels, groups, bot_mul = 32, 16, 1
        arch = ((4, 32, groups, bot_mul), (6, 80, groups, bot_mul))
        # The chapter's `__init__`, which may have replaced ours, leaves the input channels to lazy layers.
        others = {} if in_channels == 1 else {"in_channels": in_channels}
        super().__init__(arch, stem_channels, lr, num_classes, **others)


def _config(source: Any, stem_channels: int | None) -> AnyNetConfig:
    """Return the config of whatever describes a network; see `AnyNetClassifier`."""
    if isinstance(source, Sequence) and not isinstance(source, str):
        if not source or not all(isinstance(stage, Sequence) and len(stage) == 4 for stage in source):
            raise InputError(f"arch {source!r:.60} must have (depth, channels, groups, bot_mul) for each stage")
        depths, widths, groups, multipliers = zip(*source, strict=True)
        ratios = tuple(_inverse(m) for m in multipliers)
        return AnyNetConfig(depths, widths, ratios, groups, stem_width=32 if stem_channels is None else stem_channels)
    if stem_channels is not None:
        raise InputError(f"stem_channels {stem_channels!r:.60} is given beside a config, which has its own stem width")
    return as_config(source)


def _arguments(config: AnyNetConfig) -> list[tuple[int, int, int, float]]:
    """Return (depth, channels, groups, bot_mul) of every stage, in d2l's words."""
    columns = (config.depths, config.widths, config.group_widths, config.bottleneck_ratios)
    return [(depth, width, group, 1 / ratio) for depth, width, group, ratio in zip(*columns, strict=True)]


def _inverse(multiplier: Any) -> float:
    """Return the bottleneck ratio b of a multiplier 1 / b: whole, if it is so but for the rounding of 1 / b."""
    if isinstance(multiplier, bool) or not isinstance(multiplier, (int, float)) or not multiplier > 0:
        raise InputError(f"bot_mul {multiplier!r:.60} must be above 0: 1 is no bottleneck, 0.5 halves the inner width")
    ratio = 1 / float(multiplier)
    return round(ratio) if abs(ratio - round(ratio)) < 1e-9 else ratio
