"""Right and wrong ways to write exercise 12.1."""

import torch
from torch import nn
from torch.nn import functional as F


class _Variant(nn.Module):
    def __init__(self, width, squeeze, **twist):
        super().__init__()
        self.twist = twist
        bias = not twist.get("no_bias")
        self.a, self.b = nn.Linear(width, squeeze, bias=bias), nn.Linear(squeeze, width, bias=bias)

    def forward(self, x):
        if self.twist.get("no_mean"):
            s = x.permute(0, 2, 3, 1)
        elif self.twist.get("maximum"):
            s = x.amax((2, 3))
        elif self.twist.get("batch"):
            s = x.mean((0, 2, 3)).expand(len(x), -1)
        else:
            s = x.mean((2, 3))
        s = self.a(s)
        bend = self.twist.get("bend", F.relu)
        s = self.b(s if self.twist.get("no_relu") else bend(s))
        if not self.twist.get("no_sigmoid"):
            s = self.twist.get("gate", torch.sigmoid)(s)
        s = s.permute(0, 3, 1, 2) if self.twist.get("no_mean") else s[:, :, None, None]
        if self.twist.get("weights"):
            return s
        return x + x * s if self.twist.get("added") else x * s


def squeeze_width__right_integers(w_in, inner_width):
    """Whole numbers only; half-way to even."""
    quarter, rest = divmod(w_in, 4)
    up = rest == 3 or (rest == 2 and quarter % 2 == 1)
    return max(quarter + up, 1)


def make_se__right_linear(width, squeeze):
    """Linear layers."""
    return _Variant(width, squeeze)


def make_se__right_outer_layer_first(width, squeeze):
    """The layers are made in the other order, and the means come from flat images."""
    outer, inner = nn.Linear(squeeze, width), nn.Linear(width, squeeze)

    class Se(nn.Module):
        def __init__(self):
            super().__init__()
            self.outer, self.inner = outer, inner

        def forward(self, x):
            weights = self.outer(self.inner(x.flatten(2).mean(-1)).clamp(min=0)).sigmoid()
            return x * weights.view(*weights.shape, 1, 1)

    return Se()


def squeeze_width__inner(w_in, inner_width):
    """the quarter of the inner width was taken: it is that of the block's input width."""
    return max(1, round(inner_width / 4))


def squeeze_width__floor(w_in, inner_width):
    """the quarter was rounded down: round to the nearest whole number."""
    return max(1, w_in // 4)


def squeeze_width__at_least_8(w_in, inner_width):
    """it was kept from being less than 8, as other networks do: here it is at least 1."""
    return max(8, round(w_in / 4))


def squeeze_width__sixteenth(w_in, inner_width):
    """a sixteenth was taken, as in the first networks with squeeze-and-excitation: RegNetY has a quarter."""
    return max(1, round(w_in / 16))


def make_se__no_mean(width, squeeze):
    """It looks as if the mean over pixels is missing"""
    return _Variant(width, squeeze, no_mean=True)


def make_se__no_relu(width, squeeze):
    """It looks as if the ReLU between the two layers is missing"""
    return _Variant(width, squeeze, no_relu=True)


def make_se__no_sigmoid(width, squeeze):
    """It looks as if the sigmoid is missing"""
    return _Variant(width, squeeze, no_sigmoid=True)


def make_se__added(width, squeeze):
    """It looks as if the weights were added to the input"""
    return _Variant(width, squeeze, added=True)


def make_se__no_bias(width, squeeze):
    """It looks as if the biases are missing"""
    return _Variant(width, squeeze, no_bias=True)


def make_se__maximum(width, squeeze):
    """It looks as if something other than the mean over pixels was taken"""
    return _Variant(width, squeeze, maximum=True)


def make_se__weights_only(width, squeeze):
    """The output should have the input's shape"""
    return _Variant(width, squeeze, weights=True)


def make_se__batch(width, squeeze):
    """It looks as if the mean was taken over the images of a batch too"""
    return _Variant(width, squeeze, batch=True)


def make_se__silu(width, squeeze):
    """It looks as if something other than a ReLU stands between the two layers"""
    return _Variant(width, squeeze, bend=F.silu)


def make_se__relu6(width, squeeze):
    """something other than a ReLU stands between the two layers"""
    return _Variant(width, squeeze, bend=F.relu6)


def make_se__hardsigmoid(width, squeeze):
    """It looks as if a hard sigmoid, made of straight lines, stands for the sigmoid"""
    return _Variant(width, squeeze, gate=F.hardsigmoid)


def make_se__tanh(width, squeeze):
    """It looks as if tanh stands for the sigmoid: weights lie between 0 and 1"""
    return _Variant(width, squeeze, gate=torch.tanh)


def make_se__softmax(width, squeeze):
    """It looks as if a softmax stands for the sigmoid: the weight of a channel does not depend on the others"""
    return _Variant(width, squeeze, gate=lambda s: s.softmax(1))


def make_se__two_sigmoids(width, squeeze):
    """It looks as if a sigmoid stands between the two layers too: there it is a ReLU"""
    return _Variant(width, squeeze, bend=torch.sigmoid)


def make_se__detached(width, squeeze):
    """With the same numbers in its layers, the weights of the channels are others"""
    return _Variant(width, squeeze, gate=lambda s: s.detach().sigmoid())
