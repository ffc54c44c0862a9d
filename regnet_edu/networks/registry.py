"""The blocks that a network may be made of: each a torch module and, beside it, what it costs.

The five of the paper are entered here by the same call as one's own. Their modules (`blocks`) are named by import path,
so that nothing here needs torch.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..common.errors import InputError, nearest_name
from ..common.import_path import find, named, path_of
from .count import Count

OPTIONS = ("width_in", "width", "stride", "inner_width", "group_width", "se_ratio", "activation")
Cost = Callable[..., Count]


@dataclass(frozen=True)
class Block:
    """An entry: the import path of the module, its cost if one is written, and which of `OPTIONS` it takes."""

    path: str
    cost: Cost | None = None
    options: tuple[str, ...] | None = None

    @property
    def takes(self) -> tuple[str, ...]:
        """Which of `OPTIONS` the module names.

        Raises:
            InputError: it asks for anything else.
        """
        if self.options is not None:
            return self.options
        names = named(find(self.path))
        foreign = [name for name in names if name not in (*OPTIONS, "**")]
        if "width_in" not in names or "width" not in names or foreign:
            wrong = f"asks for {foreign[0]!r}" if foreign else f"takes {', '.join(names)}"
            raise InputError(
                f"block {self.path} {wrong}; it is made with width_in and width, and with those of "
                f"{', '.join(OPTIONS[2:])} that it names"
            )
        return OPTIONS if "**" in names else names

    @property
    def _counted(self) -> tuple[str, ...]:
        """Which of its options the cost depends on."""
        if self.cost is None:
            return self.takes
        wanted = named(self.cost)
        return self.takes if "**" in wanted else wanted

    def build(self, width_in: int, width: int, **options: Any) -> Any:
        """Make the torch module."""
        options = {"width_in": width_in, "width": width, **options}
        return find(self.path)(**{k: v for k, v in options.items() if k in self.takes})

    def count(self, x: Count, **options: Any) -> Count:
        """Return the cost of one block that is given a picture like `x`, whose own cost does not matter.

        The options are numbers or (n,) arrays. A cost that is written for one network only is called once for each that
        differs; so is a measurement, where no cost is written.
        """
        start, wanted = Count(x.channels, x.pixels), self._counted
        options = {k: v for k, v in options.items() if k in wanted}
        if self.cost is not None:
            try:
                return self.cost(start, **options)
            except (TypeError, ValueError):
                if not any(isinstance(v, np.ndarray) for v in (x.channels, *options.values())):
                    raise
        elif isinstance(options.get("width"), np.ndarray):
            warnings.warn(  # Python shows the same warning once
                f"{self.path} has no cost written, so each of its blocks is made and counted, which takes longer; "
                "rn.register_block(..., cost=...) says how to write one",
                stacklevel=3,
            )
        return _one_by_one(self._count_one, start, options)

    def _count_one(self, x: Count, options: dict[str, Any]) -> Count:
        if self.cost is not None:
            return self.cost(x, **options)
        from .measure import measured_block

        return measured_block(self, x, tuple(options.items()))


_BLOCKS: dict[str, Block] = {}


def register_block(
    module: Any = None, *, cost: Cost | None = None, name: str | None = None, takes: tuple[str, ...] | None = None
) -> Any:
    """Enter a block of your own, by a call or as the decorator of its class; configs then take `block=MyBlock`.

    A block is a torch module, made with `width_in`, `width` and those of `stride`, `inner_width`, `group_width`,
    `se_ratio` and `activation` that it names, that turns (n, width_in, h, w) into (n, width, h / stride, w / stride).
    Where it has a `last_norm`, that one starts at 0 under `zero_init_last`. What it costs stands
    beside it::

        def cost(x, width, stride):
            return x.conv(x.channels, 3, stride, groups=x.channels).norm().conv(width).norm()

        @rn.register_block(cost=cost)
        class Depthwise(nn.Sequential):
            def __init__(self, width_in, width, stride):
                ...

        rn.AnyNetXA(block=Depthwise)

    Configs and records hold the import path ("my_blocks:Depthwise"), by which worker processes find the class: it
    stands in a module that they can import. One that a notebook or a script defines is sent along.

    Args:
        module: the class, or any callable with a name that returns a module; or its import path as text.
        cost: a function of a `Count`, whose `channels` are `width_in`, and of the other arguments of the module, those
            that it names; it returns the `Count` after the block. It should take (n,) arrays, so that many networks are
            counted at once. Without it a block is counted on torch's meta device, which is exact and much slower.
        name: the letter of a block of this package.
        takes: the arguments of a module given by its path, which is then not imported to look.

    Returns:
        The module as it was given.

    Raises:
        InputError: it has no import path.
    """
    if module is None:
        return lambda given_module: register_block(given_module, cost=cost, name=name, takes=takes)
    path = path_of(module)
    _BLOCKS[name or path] = Block(path, cost, takes)
    return module


def block_name(block: Any) -> str:
    """Return what a config records of a block that is given by letter, class or import path.

    Raises:
        InputError: there is no such block.
    """
    name = block if isinstance(block, str) else path_of(block)
    if name not in _BLOCKS:
        if ":" not in name:
            own = 'or one of your own, as its class or its path "my_module:MyBlock"'
            raise InputError(f"block {block!r:.60} is unknown; {nearest_name(name, _BLOCKS)}, {own}")
        find(path_of(name))  # its module may register it, when it is imported
        _BLOCKS.setdefault(name, Block(name))
    return name


def get(block: Any) -> Block:
    """Return the entry of a block.

    Raises:
        InputError: there is no such block.
    """
    return _BLOCKS[block_name(block)]


def names() -> list[str]:
    """Return the names of all blocks."""
    return list(_BLOCKS)


def _one_by_one(count: Callable[[Count, dict[str, Any]], Count], x: Count, options: dict[str, Any]) -> Count:
    """Call `count` with numbers, once for each different network, and put what it returns into arrays."""
    columns = {"": x.channels, **options}
    arrays = {k: v for k, v in columns.items() if isinstance(v, np.ndarray)}
    if not arrays:
        return count(x, options)
    rows, back = np.unique(np.column_stack(list(arrays.values())), axis=0, return_inverse=True)
    found = []
    for row in rows:
        one = {**columns, **dict(zip(arrays, (v.item() for v in row), strict=True))}
        found.append(count(Count(one.pop(""), x.pixels), one))
    places = back.ravel()
    numbers = (np.array([getattr(c, f) for c in found])[places] for f in ("channels", "flops", "params", "activations"))
    channels, flops, params, activations = numbers
    return Count(channels, found[0].pixels, flops, params, activations)


# The paper's.


def squeeze_width(width_in: Any, se_ratio: float) -> Any:
    """Channels between the two layers of squeeze-and-excitation, taken from the *block's input* width.

    That is how the published RegNetY were built; taking it from the inner width is a common slip.
    """
    if isinstance(width_in, np.ndarray):
        return np.maximum(1, np.rint(width_in * se_ratio).astype(np.int64))
    return max(1, round(width_in * se_ratio))


def bottleneck_cost(
    x: Count, width: Any, stride: int, inner_width: Any, group_width: Any, se_ratio: float = 0
) -> Count:
    """X, R and Y: 1x1, 3x3 in groups, 1x1, and a way around (figure 4, appendix D).

    Sampling in a band spends its time here, so the layers are summed at once instead of counted one by one.
    """
    around = (x.channels != width) | (stride != 1)  # the 1x1 projection of the residual connection
    pixels = (-(-x.pixels[0] // stride), -(-x.pixels[1] // stride))
    area_in, area = x.area, pixels[0] * pixels[1]
    reduce, spatial = x.channels * inner_width, 9 * inner_width * group_width
    expand = (inner_width + around * x.channels) * width
    flops = reduce * area_in + (spatial + expand) * area
    params = reduce + spatial + expand + 2 * (2 * inner_width + width * (1 + around))
    activations = inner_width * (area_in + area) + width * area * (1 + around)
    if se_ratio:
        squeeze = squeeze_width(x.channels, se_ratio)
        excitation = 2 * inner_width * squeeze + squeeze + inner_width
        flops, params, activations = flops + excitation, params + excitation, activations + squeeze + inner_width
    return Count(width, pixels, flops, params, activations)


def vanilla_cost(x: Count, width: Any, stride: int) -> Count:
    """V: one 3x3 convolution (figure 23)."""
    return x.conv(width, 3, stride).norm()


def residual_vanilla_cost(x: Count, width: Any, stride: int) -> Count:
    """VR: V and a way around."""
    around = x.conv(width, 1, stride).norm()
    return vanilla_cost(x, width, stride).plus(around, (x.channels != width) | (stride != 1))


_HERE = f"{__package__}.blocks"
_SHAPE = OPTIONS[:3]
register_block(f"{_HERE}:XBlock", cost=bottleneck_cost, name="X", takes=OPTIONS)
register_block(
    f"{_HERE}:XBlock", cost=bottleneck_cost, name="R", takes=(*_SHAPE, "inner_width", "se_ratio", "activation")
)
register_block(f"{_HERE}:VBlock", cost=vanilla_cost, name="V", takes=(*_SHAPE, "activation"))
register_block(f"{_HERE}:ResidualVBlock", cost=residual_vanilla_cost, name="VR", takes=(*_SHAPE, "activation"))
register_block(f"{_HERE}:XBlock", cost=bottleneck_cost, name="Y", takes=OPTIONS)
