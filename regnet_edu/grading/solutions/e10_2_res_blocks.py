"""ResNet's basic blocks in place of X blocks, at the same flops."""

from torch import nn


class _Block(nn.Module):
    def __init__(self, w_in, w_out, stride):
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(w_in, w_out, 3, stride, 1, bias=False), nn.BatchNorm2d(w_out))
        self.second = nn.Sequential(nn.Conv2d(w_out, w_out, 3, 1, 1, bias=False), nn.BatchNorm2d(w_out))
        same = w_in == w_out and stride == 1
        projection = nn.Sequential(nn.Conv2d(w_in, w_out, 1, stride, bias=False), nn.BatchNorm2d(w_out))
        self.shortcut = nn.Identity() if same else projection

    def forward(self, x):
        return (self.second(self.first(x).relu()) + self.shortcut(x)).relu()


def make_block(w_in, w_out, stride):
    """Return a basic block of ResNet as a torch module: (n, w_in, r, r) -> (n, w_out, r / stride, r / stride).

    Two 3x3 convolutions, the stride on the first; no biases, batch norm after each; ReLU after the first and
    after the addition. The shortcut is the input itself, or a 1x1 convolution with batch norm where width or
    height changes.
    """
    return _Block(w_in, w_out, stride)


def block_flops(w_in, w_out, stride, size):
    """Return the multiply-adds of the convolutions of a block, for an input of size x size pixels.

    A stride of 2 makes (size - 1) // 2 + 1 pixels out of `size`, and 1 leaves them.
    """
    out = (size - 1) // stride + 1
    projection = w_in * w_out if w_in != w_out or stride != 1 else 0
    return out**2 * (9 * w_in * w_out + 9 * w_out**2 + projection)


def body_flops(depths, widths, size):
    """Return the multiply-adds of all blocks of a body: `depths[i]` blocks of width `widths[i]` in each stage.

    The stem hands over 32 channels of size x size pixels; the first block of each stage has stride 2, the others 1.
    """
    total, w_in = 0, 32
    for stage, width in enumerate(widths):
        for k in range(depths[stage]):
            stride = 2 if k == 0 else 1
            total += block_flops(w_in, width, stride, size)
            size, w_in = (size - 1) // stride + 1, width
    return total


def fair_widths(depths, widths, size, flops):
    """Return the widths, all scaled by one factor, at which the body comes nearest to `flops` multiply-adds.

    Try the factors 0.01, 0.02, ..., 2.00. A scaled width is the nearest multiple of 8 (Python's `round`), but
    at least 8. Of two that are equally near the smaller factor wins.
    """
    tried = ([max(8, 8 * round(k / 100 * w / 8)) for w in widths] for k in range(1, 201))
    return min(tried, key=lambda scaled: abs(body_flops(depths, scaled, size) - flops))
