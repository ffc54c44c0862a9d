"""The X block: a residual bottleneck with groups (figure 4 of the paper)."""

from torch import nn


def make_block(w_in, w_out, inner_width, group_width, stride):
    """Return the block as a torch module: (n, w_in, r, r) -> (n, w_out, r / stride, r / stride).

    All arguments are whole numbers of at least 1; the group width, the channels in each group, divides the inner width.
    """
    raise NotImplementedError("write this")
