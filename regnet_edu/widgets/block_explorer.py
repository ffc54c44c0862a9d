"""Block explorer: shapes, costs and the compatibility rule inside one block (figure 4, appendix D)."""

from __future__ import annotations

from .base import Interactive, choice, number


class BlockExplorer(Interactive):
    """Look into one block: the shape of every tensor, the cost of every convolution, what the rule changed.

    Args:
        block: "X", "R", "V", "VR" or "Y".
        width_in: channels of the input, 1 to 2048.
        width: nominal width w of the block, 1 to 2048.
        bottleneck_ratio: b, one of 1/8, 1/4, 1/2, 1, 2, 4.
        group_width: nominal g, 1 to 256.
        stride: 1 or 2.
        resolution: height and width of the input, 1 to 512 pixels.
        link_id: names it in the page's address.

    Raises:
        InputError: a value is outside its limits.
    """

    _module = "block_explorer"
    _title = "Block explorer"

    block = choice("X", ["X", "R", "V", "VR", "Y"])
    width_in = number(32, 1, 2048, step=1)
    width = number(24, 1, 2048, step=1)
    bottleneck_ratio = choice(1, [0.125, 0.25, 0.5, 1, 2, 4])
    group_width = number(16, 1, 256, step=1)
    stride = choice(2, [1, 2])
    resolution = number(112, 1, 512, step=1)
