"""The stem and the head of AnyNet (figure 3 of the paper)."""

from torch import nn


def make_stem(channels, width):
    """Return the stem as a torch module: (n, channels, r, r) -> (n, width, r / 2, r / 2), odd heights rounded up."""
    raise NotImplementedError("write this")


def make_head(width, classes):
    """Return the head as a torch module: (n, width, r, r) -> (n, classes) scores, for any r."""
    raise NotImplementedError("write this")
