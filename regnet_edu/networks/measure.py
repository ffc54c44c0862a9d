"""Count any torch module without computing anything: on the meta device, operation by operation."""

from __future__ import annotations

import copy
from functools import lru_cache
from typing import Any

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from ..common.errors import InputError, first_line
from .complexity import Complexity
from .count import Count
from .registry import Block

ATEN = torch.ops.aten
LAYERS = {ATEN.convolution: 2, ATEN.addmm: 0, ATEN.mm: None}  # where the bias stands among the arguments
ADDS = (ATEN.add, ATEN.add_)


class _Counter(TorchDispatchMode):
    """Adds up the multiply-adds (by torch's own formulas) and the outputs of convolutions and linear layers."""

    def __init__(self) -> None:
        super().__init__()
        self.flops = self.activations = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        packet = func.overloadpacket
        if packet in flop_registry:
            self.flops += int(flop_registry[packet](*args, **(kwargs or {}), out_val=out)) // 2
        if packet in LAYERS:
            self.activations += out.numel()
            place = LAYERS[packet]
            self.flops += out.numel() * (place is not None and args[place] is not None)  # one for each bias
        elif packet in ADDS and getattr(args[1], "ndim", 0) == 1:  # a linear layer whose input is not contiguous
            self.flops += out.numel()
        return out


def measured(module: nn.Module, *shape: int) -> tuple[int, int, int, tuple[int, ...]]:
    """Return (flops, params, activations, shape of the output) of a module on the meta device, for one input.

    Raises:
        RuntimeError, and others: the module cannot be run without values, or fails on such an input.
    """
    counter = _Counter()
    with torch.device("meta"), counter:  # gradients stay on: without them torch fuses attention into what none counts
        out = module.eval()(torch.empty(1, *shape))
    params = sum(p.numel() for p in module.parameters())
    return counter.flops, params, counter.activations, tuple(out.shape)


@lru_cache(maxsize=200_000)
def measured_block(block: Block, x: Count, options: tuple[tuple[str, Any], ...]) -> Count:
    """Return the cost of one block by making and running it on the meta device.

    Raises:
        InputError: it fails, or what it returns has not the shape of a block's output.
    """
    asked = dict(options)
    try:
        with torch.device("meta"):
            module = block.build(x.channels, **asked)
        flops, params, activations, shape = measured(module, x.channels, *x.pixels)
    except InputError:
        raise
    except Exception as error:
        raise InputError(
            f"block {block.path} fails with width_in {x.channels}, {', '.join(f'{k} {v}' for k, v in options)} on "
            f"{x.pixels[0]} x {x.pixels[1]} pixels: {type(error).__name__}: {first_line(error)}"
        ) from error
    if len(shape) not in (2, 4) or shape[1] != asked["width"]:
        raise InputError(
            f"block {block.path} turns (1, {x.channels}, {x.pixels[0]}, {x.pixels[1]}) into {shape}; "
            f"it must be (1, {asked['width']}, height, width)"
        )
    return Count(asked["width"], (shape[2], shape[3]) if len(shape) == 4 else (1, 1), flops, params, activations)


def measured_complexity(
    network: nn.Module, resolution: int | tuple[int, int] = 224, in_channels: int = 3
) -> Complexity:
    """Count any torch module by running it on the meta device, where nothing is computed.

    The conventions are those of `complexity`: multiply-adds by torch's own formulas (convolutions, linear layers and
    attention) and one for each bias; activations are the outputs of convolutions and linear layers.

    Args:
        network: a module that takes (n, in_channels, height, width); it is left as it is.
        resolution: height and width of the image in pixels.
        in_channels: channels of the image.

    Raises:
        InputError: the module fails.
    """
    height, width = (resolution, resolution) if isinstance(resolution, int) else resolution
    try:
        flops, params, activations, _ = measured(copy.deepcopy(network).to("meta"), in_channels, height, width)
    except Exception as error:
        raise InputError(
            f"{type(network).__name__} fails on {in_channels} x {height} x {width}: {first_line(error)}"
        ) from error
    return Complexity(flops, params, activations)
