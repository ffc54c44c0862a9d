"""Squeeze-and-excitation as in RegNetY (appendix D of the paper)."""

from torch import nn


def squeeze_width(w_in, inner_width):
    """Return the numbers between the two layers, for a block with `w_in` input channels and this inner width."""
    return max(1, round(w_in / 4))


class _SE(nn.Module):
    def __init__(self, width, squeeze):
        super().__init__()
        self.squeeze = nn.Conv2d(width, squeeze, 1)
        self.excite = nn.Conv2d(squeeze, width, 1)

    def forward(self, x):
        means = x.mean((2, 3), keepdim=True)
        return x * self.excite(self.squeeze(means).relu()).sigmoid()


def make_se(width, squeeze):
    """Return a torch module (n, width, r, r) -> (n, width, r, r) with `squeeze` numbers between its two layers."""
    return _SE(width, squeeze)
