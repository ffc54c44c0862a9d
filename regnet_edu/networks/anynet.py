"""AnyNet as a torch module: stem, stages of blocks, head (figure 3).

Read `blocks.py` first, then this file from top to bottom: the three parts, the network that strings them together, and
how its weights are drawn. Widths come from `config.stages`, that is, after the compatibility rule, so nothing here
rounds anything.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from ..common.errors import InputError
from ..common.validation import check_whole
from . import registry, weight_files, weights, zoo
from .blocks import activation_layer, conv_norm
from .config import AnyNetConfig, StageParams
from .dilation import dilate


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

    def __init__(self, width_in: int, stage: StageParams, config: AnyNetConfig) -> None:
        super().__init__()
        block = registry.get(config.block)
        shared = {**stage._asdict(), "se_ratio": config.se_ratio, "activation": config.activation}
        for i in range(stage.depth):
            before, stride = (width_in, stage.stride) if i == 0 else (stage.width, 1)
            self.append(block.build(before, **{**shared, "stride": stride}))


class Head(nn.Module):
    """Mean over all pixels, then one linear layer, (n, width, r, r) -> (n, num_classes)."""

    def __init__(self, width: int, num_classes: int = 1000) -> None:
        super().__init__()
        check_whole(width=width, num_classes=num_classes)
        self.fc = nn.Linear(width, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(x.mean((2, 3)))


class AnyNet(nn.Module):
    """A network of the AnyNet family (figure 3): `stem`, then `stages`, then `head`.

    Args:
        network: an `AnyNetConfig`, `RegNetParams` (equations 2 to 4) or the name of a published RegNet. The effective
            stages are built, so `complexity(network).params` is the number of parameters.
        num_classes: outputs of the head.
        in_channels: channels of the input image.
        zero_init_last: start every residual block as its shortcut, with zero gain in its last batch norm.
        output_stride: how many pixels of the image one of the last features stands for, at most: 8, 16 or 32 make later
            stages keep their resolution, by dilation. `complexity` counts the network without it.
        generator: source of the initial weights, which then depend on nothing else; torch's own if not given.

    Raises:
        InputError: an argument is not what it should be.
    """

    def __init__(
        self,
        network: zoo.Network,
        num_classes: int = 1000,
        in_channels: int = 3,
        *,
        zero_init_last: bool = False,
        output_stride: int | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        config = zoo.as_config(network)
        if not isinstance(generator, torch.Generator | None):
            raise InputError(
                f"generator {generator!r:.60} must be a torch.Generator, such as one seeded by manual_seed"
            )
        check_whole(num_classes=num_classes, in_channels=in_channels)
        self.config = config
        self.num_classes, self.in_channels = int(num_classes), int(in_channels)
        # Layers draw weights when they are made; with a generator of our own that must not move torch's.
        with torch.random.fork_rng(devices=[], enabled=generator is not None):
            first: dict[str, Any] = {
                "width": config.stem_width,
                "stride": config.stem_stride,
                "activation": config.activation,
            }
            stem: Callable[..., nn.Module] = registry.get(config.stem).build if config.stem else Stem
            self.stem = stem(in_channels, **first)
            self.stages = nn.Sequential()
            width = config.stem_width
            for stage in config.stages:
                self.stages.append(Stage(width, stage, config))
                width = stage.width
            head: Callable[..., nn.Module] = registry.get(config.head).build if config.head else Head
            self.head = head(width, num_classes)
        initialise(self, zero_init_last, generator)
        if output_stride is not None:
            dilate(self.stages, config.stem_stride, config.strides, output_stride)

    def forward(self, x: Tensor) -> Tensor:
        """Return the class scores: (n, in_channels, r, r) -> (n, num_classes)."""
        return self.head(self.stages(self.stem(x)))

    def forward_features(self, x: Tensor) -> Tensor:
        """Return what the last stage gives, before the head: (n, in_channels, r, r) -> (n, width, r / 32, r / 32)."""
        return self.stages(self.stem(x))

    def stage_features(self, x: Tensor) -> list[Tensor]:
        """Return what each stage gives, the finest first, as a detector or a feature pyramid takes them."""
        x = self.stem(x)
        found = []
        for stage in self.stages:
            x = stage(x)
            found.append(x)
        return found

    def feature_info(self) -> list[dict[str, int]]:
        """Return `channels` and `reduction` (pixels of the image that one stands for) of each of `stage_features`."""
        sizes = [layer.stride[0] for layer in self.stem.modules() if isinstance(layer, nn.Conv2d)]
        reduction, info = math.prod(sizes), []
        for stage, built in zip(self.config.stages, self.stages, strict=True):
            halved = any(layer.stride[0] > 1 for layer in built.modules() if isinstance(layer, nn.Conv2d))
            reduction *= stage.stride if halved else 1
            info.append({"channels": stage.width, "reduction": reduction})
        return info

    @classmethod
    def pretrained(
        cls,
        network: zoo.Network,
        source: str | os.PathLike[str] = "timm",
        num_classes: int = 1000,
        *,
        in_channels: int = 3,
        tag: str | None = None,
        output_stride: int | None = None,
    ) -> AnyNet:
        """Build a network with weights that were trained elsewhere: downloaded, or read from a file.

        The weights want RGB images whose channels have mean 0 and standard deviation 1, as training here gives them.

        Args:
            network: one of `zoo.names()`, or the source's own name for it; with a file, a network in any form.
            source: "timm" or "torchvision", from which the ImageNet weights of a published RegNet are downloaded; or a
                file of weights (torch.save or safetensors) in the names of timm, torchvision or this package.
            num_classes: where the weights have other classes, the head starts afresh.
            in_channels: where not 3, the RGB weights of the stem are summed (1) or repeated and scaled.
            tag: which of the source's weights; by default those of the paper's authors, or torchvision's first ones.
            output_stride: as for `AnyNet`.

        Raises:
            InputError: the source is not installed or out of reach, the file cannot be read, or the weights are of
                another network.
        """
        built = cls(network, num_classes, in_channels, output_stride=output_stride)
        state: Mapping[str, Tensor]
        if source in weights.DOWNLOADED:
            state, whose = weights.download(zoo.get(str(network)).name, built.config, str(source), tag), str(source)
        else:
            state, whose = weight_files.read_weights(source)
        state = weights.with_channels(state, whose, in_channels)
        return weights.load_state_dict(built, state, whose, weights.classes_of(state, whose) == num_classes)

    def check_fits(self, num_classes: int, in_channels: int) -> AnyNet:
        """Return the network itself; raise `InputError` if it does not fit data with so many classes and channels."""
        for what, wanted in (("num_classes", num_classes), ("in_channels", in_channels)):
            if getattr(self, what) != wanted:
                raise InputError(
                    f"the network has {what} {getattr(self, what)} and the data {wanted}; "
                    f"AnyNet.pretrained(..., {what}={wanted}) gives one that fits"
                )
        return self

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the network, its config and its weights to a file, for `AnyNet.load`, in one step."""
        weight_files.save(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> AnyNet:
        """Read a network that `save`, or `sweep(keep=...)`, has written.

        Raises:
            InputError: there is no such file, or it holds something else.
        """
        held = weight_files.read(path)
        if not isinstance(held, Mapping) or not {"config", "weights"} <= set(held):
            raise InputError(
                f"{path} holds no network that AnyNet.save wrote; AnyNet.pretrained(network, file) takes weights"
            )
        network = cls(AnyNetConfig.from_dict(held["config"]), held["num_classes"], held["in_channels"])
        network.load_state_dict(held["weights"])
        return network.eval()

    def to_timm_state_dict(self) -> dict[str, Tensor]:
        """Return the weights in timm's names: `timm.create_model("regnetx_004").load_state_dict(...)` takes them."""
        return weights.exported(self, "timm")

    def to_torchvision_state_dict(self) -> dict[str, Tensor]:
        """Return the weights in torchvision's names; refused where torchvision builds other widths by the name."""
        return weights.exported(self, "torchvision")

    def load_timm_state_dict(self, state: Mapping[str, Tensor], head: bool = True) -> AnyNet:
        """Take the weights of timm's module of the same network; see `weights.load_timm_state_dict`."""
        return weights.load_timm_state_dict(self, state, head)

    def load_torchvision_state_dict(self, state: Mapping[str, Tensor], head: bool = True) -> AnyNet:
        """Take the weights of torchvision's module; see `weights.load_torchvision_state_dict`."""
        return weights.load_torchvision_state_dict(self, state, head)


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
        bias = getattr(module, "bias", None)
        if isinstance(bias, Tensor):
            nn.init.zeros_(bias)
    if zero_init_last:
        for module in network.modules():
            if isinstance(last := getattr(module, "last_norm", None), nn.Module):
                nn.init.zeros_(last.get_parameter("weight"))
    return network


def _draw(weight: Tensor, deviation: float, generator: torch.Generator | None) -> None:
    """Fill `weight` from the generator, on the generator's device, so that every device gets the same numbers."""
    with torch.no_grad():
        if generator is None:
            weight.normal_(0, deviation)
        elif not weight.is_meta:
            drawn = torch.empty(weight.shape, device=generator.device)
            weight.copy_(drawn.normal_(0, deviation, generator=generator))
