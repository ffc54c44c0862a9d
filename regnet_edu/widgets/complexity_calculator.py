"""Complexity calculator: one convolution or one network, and how its costs grow (sections 3.1 and 4, figure 12)."""

from __future__ import annotations

from .base import Interactive, choice, number


class ComplexityCalculator(Interactive):
    """Scale the width, depth, group width or resolution and see flops, parameters and activations grow.

    Args:
        subject: "one convolution", or a published network: "RegNetX-400MF", "RegNetX-4.0GF" or "RegNetY-400MF".
        scaled: what is scaled: "width", "depth", "group_width" or "resolution".
        factor: by how much, 1/4 to 4.
        kernel: k of the convolution: 1, 3, 5 or 7.
        width_in, width_out: its channels, 1 to 2048.
        groups: its number of groups; the nearest that divides both widths is counted.
        stride: 1 or 2.
        resolution: height and width of its input, 1 to 512 pixels.
        link_id: names it in the page's address.

    Raises:
        InputError: a value is outside its limits.
    """

    _module = "complexity_calculator"
    _title = "Complexity calculator"

    subject = choice("one convolution", ["one convolution", "RegNetX-400MF", "RegNetX-4.0GF", "RegNetY-400MF"])
    scaled = choice("width", ["width", "depth", "group_width", "resolution"])
    factor = number(2, 0.25, 4)
    kernel = choice(3, [1, 3, 5, 7])
    width_in = number(64, 1, 2048, step=1)
    width_out = number(64, 1, 2048, step=1)
    groups = number(1, 1, 2048, step=1)
    stride = choice(1, [1, 2])
    resolution = number(56, 1, 512, step=1)
