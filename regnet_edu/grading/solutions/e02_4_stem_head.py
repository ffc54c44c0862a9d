"""The stem and the head of AnyNet (figure 3 of the paper)."""

from torch import nn


def make_stem(channels, width):
    """Return the stem as a torch module: (n, channels, r, r) -> (n, width, r / 2, r / 2), odd heights rounded up."""
    convolution = nn.Conv2d(channels, width, 3, stride=2, padding=1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(width), nn.ReLU())


def make_head(width, classes):
    """Return the head as a torch module: (n, width, r, r) -> (n, classes) scores, for any r."""
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, classes))
