"""Right and wrong ways to write exercise 02.2."""

import math

import numpy as np


def _conv(w_in, w_out, kernel, stride, groups, r):
    height = (r - 1) // stride + 1
    parameters = kernel * kernel * (w_in // groups) * w_out
    return np.array([parameters * height**2, parameters, w_out * height**2])


def _block(w_in, w_out, inner, groups, stride, r, *, first=1, projection=None, norms=1, last=None):
    middle = (r - 1) // first + 1
    after = (middle - 1) // (stride if first == 1 else 1) + 1
    total = _conv(w_in, inner, 1, first, 1, r) + _conv(inner, inner, 3, stride if first == 1 else 1, groups, middle)
    total = total + _conv(inner, w_out, 1, 1, 1, after if last is None else last)
    shortcut = (w_in != w_out or stride != 1) if projection is None else projection
    if shortcut:
        total = total + _conv(w_in, w_out, 1, stride, 1, r)
    return tuple(int(x) for x in total + np.array([0, norms * 2 * (2 * inner + w_out * (1 + shortcut)), 0]))


def count_convolution__right_loops(w_in, w_out, kernel, stride, groups, r):
    """Walk over the output."""
    height = len(range(0, r, stride))
    weights = sum(kernel**2 * w_in // groups for _ in range(w_out))
    return [height * height * weights, weights, height * height * w_out]


def count_block__right_sums(w_in, w_out, inner_width, group_width, stride, r):
    """Written out."""
    a, b = r * r, math.ceil(r / stride) ** 2
    s = int(w_in != w_out or stride != 1)
    reduce, spatial, expand = w_in * inner_width, 9 * inner_width * group_width, inner_width * w_out + s * w_in * w_out
    norms = 4 * inner_width + 2 * w_out * (1 + s)
    outputs = inner_width * (a + b) + w_out * b * (1 + s)
    return np.array([reduce * a + (spatial + expand) * b, reduce + spatial + expand + norms, outputs])


def count_convolution__groups_ignored(w_in, w_out, kernel, stride, groups, r):
    """the groups were forgotten: each output channel sees only the input channels of its own group."""
    return tuple(_conv(w_in, w_out, kernel, stride, 1, r).tolist())


def count_convolution__group_width(w_in, w_out, kernel, stride, groups, r):
    """the number of groups was taken for the group width: a group has w_in / groups input channels."""
    height = (r - 1) // stride + 1
    parameters = kernel * kernel * groups * w_out
    return parameters * height**2, parameters, w_out * height**2


def count_convolution__floor(w_in, w_out, kernel, stride, groups, r):
    """the output height was rounded down: with this padding 7 pixels at stride 2 give 4, not 3."""
    height = r // stride
    parameters = kernel * kernel * (w_in // groups) * w_out
    return parameters * height**2, parameters, w_out * height**2


def count_convolution__no_padding(w_in, w_out, kernel, stride, groups, r):
    """the padding was forgotten: it keeps the height at stride 1."""
    height = (r - kernel) // stride + 1
    parameters = kernel * kernel * (w_in // groups) * w_out
    return parameters * height**2, parameters, w_out * height**2


def count_convolution__twice(w_in, w_out, kernel, stride, groups, r):
    """multiplications and additions were counted apart: the paper's flops are multiply-adds, one for each pair."""
    flops, parameters, activations = _conv(w_in, w_out, kernel, stride, groups, r).tolist()
    return 2 * flops, parameters, activations


def count_convolution__bias(w_in, w_out, kernel, stride, groups, r):
    """a bias was counted: convolutions before a batch norm have none."""
    flops, parameters, activations = _conv(w_in, w_out, kernel, stride, groups, r).tolist()
    return flops, parameters + w_out, activations


def count_convolution__one_side(w_in, w_out, kernel, stride, groups, r):
    """the kernel was counted along one side only: it has kernel x kernel pixels."""
    height = (r - 1) // stride + 1
    parameters = kernel * (w_in // groups) * w_out
    return parameters * height**2, parameters, w_out * height**2


def count_block__no_projection(w_in, w_out, inner_width, group_width, stride, r):
    """the projection of the shortcut was forgotten: it is there where the width changes or the stride is not 1."""
    return _block(w_in, w_out, inner_width, inner_width // group_width, stride, r, projection=False)


def count_block__projection_always(w_in, w_out, inner_width, group_width, stride, r):
    """every block was given a projection: where width and height stay, the shortcut is the input itself."""
    return _block(w_in, w_out, inner_width, inner_width // group_width, stride, r, projection=True)


def count_block__projection_by_width(w_in, w_out, inner_width, group_width, stride, r):
    """a stride without a change of width was given no projection: the height changes, so it needs one too."""
    return _block(w_in, w_out, inner_width, inner_width // group_width, stride, r, projection=w_in != w_out)


def count_block__stride_first(w_in, w_out, inner_width, group_width, stride, r):
    """the stride was put on the first 1x1 convolution: it sits on the 3x3."""
    return _block(w_in, w_out, inner_width, inner_width // group_width, stride, r, first=stride)


def count_block__group_is_groups(w_in, w_out, inner_width, group_width, stride, r):
    """the group width was taken for the number of groups: there are inner width / group width of them."""
    return _block(w_in, w_out, inner_width, group_width, stride, r)


def count_block__no_norms(w_in, w_out, inner_width, group_width, stride, r):
    """the batch norms were forgotten: each has two parameters a channel."""
    return _block(w_in, w_out, inner_width, inner_width // group_width, stride, r, norms=0)
