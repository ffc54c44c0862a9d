"""The X block: a residual bottleneck with groups (figure 4 of the paper)."""

from torch import nn


def _conv_norm(w_in, w_out, kernel, stride=1, groups=1):
    convolution = nn.Conv2d(w_in, w_out, kernel, stride, padding=kernel // 2, groups=groups, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(w_out))


class _Block(nn.Module):
    def __init__(self, w_in, w_out, inner_width, group_width, stride):
        super().__init__()
        self.reduce = _conv_norm(w_in, inner_width, 1)
        self.spatial = _conv_norm(inner_width, inner_width, 3, stride, inner_width // group_width)
        self.expand = _conv_norm(inner_width, w_out, 1)
        same = w_in == w_out and stride == 1
        self.shortcut = nn.Identity() if same else _conv_norm(w_in, w_out, 1, stride)

    def forward(self, x):
        y = self.reduce(x).relu()
        y = self.spatial(y).relu()
        return (self.expand(y) + self.shortcut(x)).relu()


def make_block(w_in, w_out, inner_width, group_width, stride):
    """Return the block as a torch module: (n, w_in, r, r) -> (n, w_out, r / stride, r / stride).

    All arguments are whole numbers of at least 1; the group width, the channels in each group, divides the inner width.
    """
    return _Block(w_in, w_out, inner_width, group_width, stride)
