"""Right and wrong ways to write exercise 02.3."""

import torch
from torch import nn
from torch.nn import functional as F


class _Variant(nn.Module):
    def __init__(self, w_in, w_out, inner, groups, stride, **twist):
        super().__init__()
        self.twist = twist

        def conv(a, b, k, s=1, g=1):
            layer = nn.Conv2d(a, b, k, s, k // 2, groups=g, bias=twist.get("bias", False))
            return layer if twist.get("no_norm") else nn.Sequential(layer, nn.BatchNorm2d(b))

        first = stride if twist.get("stride_first") else 1
        self.a, self.b = conv(w_in, inner, 1, first), conv(inner, inner, 3, stride // first, groups)
        self.c = conv(inner, w_out, 1)
        project = twist.get("project", w_in != w_out or stride != 1)
        self.d = conv(w_in, w_out, 1, stride) if project else nn.Identity()

    def forward(self, x):
        first, second = self.twist.get("bends", (torch.relu, torch.relu))
        y = self.c(second(self.b(first(self.a(x)))))
        if self.twist.get("unused"):
            return (y + x).relu() if y.shape == x.shape else y.relu()
        if self.twist.get("zeros"):
            return y * 0 if isinstance(self.d, nn.Sequential) else (x + self.c[1].bias[:, None, None]).relu()
        if self.twist.get("no_shortcut"):
            return y.relu()
        if self.twist.get("path_alone"):
            return y.relu() + self.d(x)
        if self.twist.get("relu_first"):
            return y.relu() + self.d(x).relu()
        y = y + self.d(x)
        return y if self.twist.get("no_relu") else y.relu()


def make_block__right_functional(w_in, w_out, inner_width, group_width, stride):
    """The same in another style."""
    return _Variant(w_in, w_out, inner_width, inner_width // group_width, stride)


class _Flat(nn.Module):
    def __init__(self, w_in, w_out, inner, group, stride):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(w_in, inner, 1, bias=False),
            nn.BatchNorm2d(inner),
            nn.ReLU(inplace=True),
            nn.Conv2d(inner, inner, 3, stride, 1, groups=inner // group, bias=False),
            nn.BatchNorm2d(inner),
            nn.ReLU(inplace=True),
            nn.Conv2d(inner, w_out, 1, bias=False),
            nn.BatchNorm2d(w_out),
        )
        self.around = nn.Sequential()
        if w_in != w_out or stride > 1:
            self.around = nn.Sequential(nn.Conv2d(w_in, w_out, 1, stride, bias=False), nn.BatchNorm2d(w_out))

    def forward(self, x):
        return nn.functional.relu(self.around(x) + self.body(x))


def make_block__right_sequential(w_in, w_out, inner_width, group_width, stride):
    """One row of layers."""
    return _Flat(w_in, w_out, inner_width, group_width, stride)


def make_block__group_is_groups(w_in, w_out, inner_width, group_width, stride):
    """It looks as if groups was taken for group width"""
    return _Variant(w_in, w_out, inner_width, group_width, stride)


def make_block__no_groups(w_in, w_out, inner_width, group_width, stride):
    """It looks as if the 3x3 convolution has no groups"""
    return _Variant(w_in, w_out, inner_width, 1, stride)


def make_block__no_projection(w_in, w_out, inner_width, group_width, stride):
    """It looks as if the projection was forgotten"""
    return _Variant(w_in, w_out, inner_width, inner_width // group_width, stride, project=False)


def make_block__always_projection(w_in, w_out, inner_width, group_width, stride):
    """It looks as if there is a projection where none is needed"""
    return _Variant(w_in, w_out, inner_width, inner_width // group_width, stride, project=True)


def make_block__bias(w_in, w_out, inner_width, group_width, stride):
    """It looks as if the convolutions have a bias"""
    return _Variant(w_in, w_out, inner_width, inner_width // group_width, stride, bias=True)


def make_block__no_norms(w_in, w_out, inner_width, group_width, stride):
    """It looks as if batch norms are missing"""
    return _Variant(w_in, w_out, inner_width, inner_width // group_width, stride, no_norm=True)


def make_block__stride_first(w_in, w_out, inner_width, group_width, stride):
    """It looks as if the stride sits in the wrong place"""
    return _Variant(w_in, w_out, inner_width, inner_width // group_width, stride, stride_first=True)


def make_block__unused_projection(w_in, w_out, inner_width, group_width, stride):
    """It looks as if the projection is built and never used: the input goes through it to the addition."""
    return _Variant(w_in, w_out, inner_width, inner_width // group_width, stride, unused=True)


def make_block__no_shortcut(w_in, w_out, inner_width, group_width, stride):
    """It looks as if the shortcut was forgotten"""
    return _Variant(w_in, w_out, inner_width, inner_width // group_width, stride, no_shortcut=True)


def make_block__no_last_relu(w_in, w_out, inner_width, group_width, stride):
    """It looks as if the last ReLU is missing"""
    return _Variant(w_in, w_out, inner_width, inner_width // group_width, stride, no_relu=True)


def make_block__relu_before(w_in, w_out, inner_width, group_width, stride):
    """It looks as if the last ReLU comes before the addition"""
    return _Variant(w_in, w_out, inner_width, inner_width // group_width, stride, relu_first=True)


def make_block__relu_on_the_path(w_in, w_out, inner_width, group_width, stride):
    """It looks as if the last ReLU is on the path alone: it comes after the addition"""
    return _Variant(w_in, w_out, inner_width, inner_width // group_width, stride, path_alone=True)


class _NormLast(nn.Module):
    def __init__(self, w_in, w_out, inner, groups, stride):
        super().__init__()
        self.a, self.b = nn.Conv2d(w_in, inner, 1, bias=False), nn.Conv2d(inner, inner, 3, stride, 1, 1, groups, False)
        self.c, self.norms = nn.Conv2d(inner, w_out, 1, bias=False), nn.ModuleList(map(nn.BatchNorm2d, [inner] * 2))
        self.norms.append(nn.BatchNorm2d(w_out))
        self.d = nn.Identity()
        if w_in != w_out or stride != 1:
            self.d = nn.Sequential(nn.Conv2d(w_in, w_out, 1, stride, bias=False), nn.BatchNorm2d(w_out))

    def forward(self, x):
        y = self.norms[1](self.b(self.norms[0](self.a(x).relu())).relu())
        return (self.norms[2](self.c(y)) + self.d(x)).relu()


def _twisted(w_in, w_out, inner, group, stride, **twist):
    return _Variant(w_in, w_out, inner, inner // group, stride, **twist)


def make_block__norm_after_relu(w_in, w_out, inner_width, group_width, stride):
    """It looks as if batch norm comes after the ReLU: it comes before, right after the convolution."""
    return _NormLast(w_in, w_out, inner_width, inner_width // group_width, stride)


def make_block__no_inner_relu(w_in, w_out, inner_width, group_width, stride):
    """It looks as if both inner ReLUs are missing: one follows each of the first two batch norms."""
    return _twisted(w_in, w_out, inner_width, group_width, stride, bends=(lambda y: y, lambda y: y))


def make_block__first_relu_only(w_in, w_out, inner_width, group_width, stride):
    """It looks as if the ReLU after the 3x3 convolution is missing."""
    return _twisted(w_in, w_out, inner_width, group_width, stride, bends=(torch.relu, lambda y: y))


def make_block__second_relu_only(w_in, w_out, inner_width, group_width, stride):
    """It looks as if the ReLU after the first 1x1 convolution is missing."""
    return _twisted(w_in, w_out, inner_width, group_width, stride, bends=(lambda y: y, torch.relu))


def make_block__silu(w_in, w_out, inner_width, group_width, stride):
    """It looks as if the inner activations are SiLU: the block has ReLU."""
    return _twisted(w_in, w_out, inner_width, group_width, stride, bends=(F.silu, F.silu))


def make_block__gelu(w_in, w_out, inner_width, group_width, stride):
    """It looks as if the inner activations are GELU: the block has ReLU."""
    return _twisted(w_in, w_out, inner_width, group_width, stride, bends=(F.gelu, F.gelu))


def make_block__relu6(w_in, w_out, inner_width, group_width, stride):
    """It looks as if the inner activations are ReLU6: the block has plain ones."""
    return _twisted(w_in, w_out, inner_width, group_width, stride, bends=(F.relu6, F.relu6))


def make_block__leaky(w_in, w_out, inner_width, group_width, stride):
    """It looks as if the inner activations are leaky ReLUs: the block has plain ones."""
    return _twisted(w_in, w_out, inner_width, group_width, stride, bends=(F.leaky_relu, F.leaky_relu))


def make_block__zeros(w_in, w_out, inner_width, group_width, stride):
    """With the same numbers in its layers, the output or the gradients are not those of the block"""
    return _twisted(w_in, w_out, inner_width, group_width, stride, zeros=True)


class _Lazy(nn.Module):
    def __init__(self, w_in, w_out, inner, group, stride):
        super().__init__()
        self.way = nn.ModuleDict(
            {
                "one": nn.LazyConv2d(inner, 1, bias=False),
                "norm_one": nn.LazyBatchNorm2d(),
                "two": nn.LazyConv2d(inner, 3, stride, 1, groups=inner // group, bias=False),
                "norm_two": nn.LazyBatchNorm2d(eps=1e-3),
                "three": nn.LazyConv2d(w_out, 1, bias=False),
                "norm_three": nn.LazyBatchNorm2d(momentum=0.01),
            }
        )
        self.around = None
        if (w_in, 1) != (w_out, stride):
            self.around = nn.Sequential(nn.LazyConv2d(w_out, 1, stride, bias=False), nn.LazyBatchNorm2d())

    def forward(self, x):
        y = x
        for name, layer in self.way.items():
            y = layer(y)
            if name in ("norm_one", "norm_two"):
                y = y.clamp(min=0)
        y += x if self.around is None else self.around(x)
        return y.relu_()


def make_block__right_lazy(w_in, w_out, inner_width, group_width, stride):
    """Lazy layers, which know their sizes when they have run."""
    return _Lazy(w_in, w_out, inner_width, group_width, stride)


def make_block__right_projection_first(w_in, w_out, inner_width, group_width, stride):
    """The layers are made in another order, and one ReLU serves for all."""
    made = [nn.BatchNorm2d(n) for n in (w_out, w_out, inner_width, inner_width)]
    around = nn.Sequential(nn.Conv2d(w_in, w_out, 1, stride, bias=False), made[0])
    convs = [
        nn.Conv2d(inner_width, w_out, (1, 1), bias=False),
        nn.Conv2d(inner_width, inner_width, (3, 3), (stride, stride), "same" if stride == 1 else 1,
                  groups=inner_width // group_width, bias=False),
        nn.Conv2d(w_in, inner_width, 1, bias=False),
    ]  # fmt: skip

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.bend = nn.ReLU(inplace=True)
            self.around = around if w_in != w_out or stride != 1 else nn.Identity()
            self.convs, self.norms = nn.ModuleList(convs), nn.ModuleList(made[1:])

        def forward(self, x):
            y = self.bend(self.norms[2](self.convs[2](x)))
            y = self.bend(self.norms[1](self.convs[1](y)))
            return self.bend(self.around(x) + self.norms[0](self.convs[0](y)))

    return Block()
