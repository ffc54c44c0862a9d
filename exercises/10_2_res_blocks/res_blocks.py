"""ResNet's basic blocks in place of X blocks, at the same flops."""

from torch import nn


def make_block(w_in, w_out, stride):
    """Return a basic block of ResNet as a torch module: (n, w_in, r, r) -> (n, w_out, r / stride, r / stride).

    Two 3x3 convolutions, the stride on the first; no biases, batch norm after each; ReLU after the first and
    after the addition. The shortcut is the input itself, or a 1x1 convolution with batch norm where width or
    height changes.
    """
    raise NotImplementedError("write this")


def block_flops(w_in, w_out, stride, size):
    """Return the multiply-adds of the convolutions of a block, for an input of size x size pixels.

    A stride of 2 makes (size - 1) // 2 + 1 pixels out of `size`, and 1 leaves them.
    """
    raise NotImplementedError("write this")


def body_flops(depths, widths, size):
    """Return the multiply-adds of all blocks of a body: `depths[i]` blocks of width `widths[i]` in each stage.

    The stem hands over 32 channels of size x size pixels; the first block of each stage has stride 2, the others 1.
    """
    raise NotImplementedError("write this")


def fair_widths(depths, widths, size, flops):
    """Return the widths, all scaled by one factor, at which the body comes nearest to `flops` multiply-adds.

    Try the factors 0.01, 0.02, ..., 2.00. A scaled width is the nearest multiple of 8 (Python's `round`), but
    at least 8. Of two that are equally near the smaller factor wins.
    """
    raise NotImplementedError("write this")
