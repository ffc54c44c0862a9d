"""Squeeze-and-excitation as in RegNetY (appendix D of the paper)."""

from torch import nn


def squeeze_width(w_in, inner_width):
    """Return the numbers between the two layers, for a block with `w_in` input channels and this inner width."""
    raise NotImplementedError("write this")


def make_se(width, squeeze):
    """Return a torch module (n, width, r, r) -> (n, width, r, r) with `squeeze` numbers between its two layers."""
    raise NotImplementedError("write this")
