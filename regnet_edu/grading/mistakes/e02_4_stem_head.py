"""Right and wrong ways to write exercise 02.4."""

from torch import nn


class _Stem(nn.Module):
    def __init__(self, channels, width):
        super().__init__()
        self.conv = nn.Conv2d(channels, width, kernel_size=3, stride=2, padding="valid", bias=False)
        self.norm = nn.BatchNorm2d(width)

    def forward(self, x):
        return nn.functional.relu(self.norm(self.conv(nn.functional.pad(x, (1, 1, 1, 1)))))


class _Head(nn.Module):
    def __init__(self, width, classes, pool):
        super().__init__()
        self.fc, self.pool = nn.Linear(width, classes), pool

    def forward(self, x):
        return self.fc(self.pool(x))


def _stem(channels, width, kernel=3, stride=2, bias=False, norm=True, relu=True, padding=None, pool=False):
    padding = kernel // 2 if padding is None else padding
    layers = [nn.Conv2d(channels, width, kernel, stride, padding, bias=bias)]
    layers += [nn.BatchNorm2d(width)] * norm + [nn.ReLU()] * relu + [nn.MaxPool2d(3, 2, 1)] * pool
    return nn.Sequential(*layers)


def make_stem__right_class(channels, width):
    """A class of its own, padded by hand."""
    return _Stem(channels, width)


def make_head__right_class(width, classes):
    """The mean of torch."""
    return _Head(width, classes, lambda x: x.mean((2, 3)))


def make_stem__resnet_kernel(channels, width):
    """It looks as if the stem is that of ResNet"""
    return _stem(channels, width, kernel=7)


def make_stem__resnet_pool(channels, width):
    """It looks as if a pooling layer follows"""
    return _stem(channels, width, pool=True)


def make_stem__no_stride(channels, width):
    """It looks as if the stride was forgotten"""
    return _stem(channels, width, stride=1)


def make_stem__bias(channels, width):
    """It looks as if the convolution has a bias"""
    return _stem(channels, width, bias=True)


def make_stem__no_norm(channels, width):
    """It looks as if the batch norm is missing"""
    return _stem(channels, width, norm=False)


def make_stem__no_relu(channels, width):
    """It looks as if the ReLU is missing"""
    return _stem(channels, width, relu=False)


def make_stem__no_padding(channels, width):
    """is the convolution padded by 1?"""
    return _stem(channels, width, padding=0)


def make_stem__silu(channels, width):
    """It looks as if SiLU stands for the ReLU"""
    return nn.Sequential(*_stem(channels, width)[:2], nn.SiLU())


def make_stem__norm_after_relu(channels, width):
    """It looks as if batch norm comes after the ReLU"""
    conv, norm, relu = _stem(channels, width)
    return nn.Sequential(conv, relu, norm)


def make_stem__two_norms(channels, width):
    """It looks as if there are two batch norms"""
    return nn.Sequential(*_stem(channels, width), nn.BatchNorm2d(width))


def make_head__sum(width, classes):
    """It looks as if the pixels were added up: take their mean"""
    return _Head(width, classes, lambda x: x.sum((2, 3)))


def make_head__relu(width, classes):
    """It looks as if the scores went through a ReLU"""
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, classes), nn.ReLU())


def make_head__one_pixel(width, classes):
    """It looks as if one pixel was taken: the head takes the mean of all"""
    return _Head(width, classes, lambda x: x[:, :, 0, 0])


def make_head__right_convolution(width, classes):
    """A 1x1 convolution serves as the linear layer."""
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(width, classes, 1), nn.Flatten())


def make_head__softmax(width, classes):
    """It looks as if the scores went through a softmax"""
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, classes), nn.Softmax(1))


def make_head__maximum(width, classes):
    """It looks as if the pixels were not averaged"""
    return nn.Sequential(nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(width, classes))


def make_head__no_bias(width, classes):
    """It looks as if the bias of the linear layer is missing"""
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, classes, bias=False))


def make_head__pixels_kept(width, classes):
    """The scores should have the shape"""
    return nn.Conv2d(width, classes, 1)
