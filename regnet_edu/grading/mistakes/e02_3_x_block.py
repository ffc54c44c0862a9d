"""Right and wrong ways to write exercise 02.3."""

from torch import nn


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
        y = self.c(self.b(self.a(x).relu()).relu())
        if self.twist.get("no_shortcut"):
            return y.relu()
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


def make_block__no_shortcut(w_in, w_out, inner_width, group_width, stride):
    """It looks as if the shortcut was forgotten"""
    return _Variant(w_in, w_out, inner_width, inner_width // group_width, stride, no_shortcut=True)


def make_block__no_last_relu(w_in, w_out, inner_width, group_width, stride):
    """It looks as if the last ReLU is missing"""
    return _Variant(w_in, w_out, inner_width, inner_width // group_width, stride, no_relu=True)


def make_block__relu_before(w_in, w_out, inner_width, group_width, stride):
    """It looks as if the last ReLU comes before the addition"""
    return _Variant(w_in, w_out, inner_width, inner_width // group_width, stride, relu_first=True)
