"""Count the layers of a network one after the other: how a cost is written down, for one network or many at once."""

from __future__ import annotations

from typing import Any, NamedTuple


class Count(NamedTuple):
    """A picture of `channels` x height x width on its way through layers, and what these have cost so far.

    Every method returns a new `Count`. The numbers may be (n,) arrays, one entry a network, except for the pixels. The
    conventions are those of `complexity`::

        Count(3, (32, 32)).conv(64, 3, stride=2).norm().pool().linear(10).flops

    Args:
        channels: of the picture.
        pixels: its height and width.
        flops: multiply-adds so far.
        params: parameters so far.
        activations: output elements of all convolutions and linear layers so far.
    """

    channels: Any
    pixels: tuple[int, int]
    flops: Any = 0
    params: Any = 0
    activations: Any = 0

    @property
    def area(self) -> int:
        """Height times width."""
        return self.pixels[0] * self.pixels[1]

    def conv(self, channels: Any, kernel: Any = 1, stride: int = 1, groups: Any = 1, bias: bool = False) -> Count:
        """Convolve with kernel x kernel pixels, padded so that only the stride makes the picture smaller."""
        pixels = (-(-self.pixels[0] // stride), -(-self.pixels[1] // stride))
        area = pixels[0] * pixels[1]
        weights, outputs = kernel * kernel * self.channels * channels // groups, channels * area
        flops, params = self.flops + weights * area, self.params + weights
        if bias:
            flops, params = flops + outputs, params + channels
        return Count(channels, pixels, flops, params, self.activations + outputs)

    def linear(self, channels: Any, bias: bool = True) -> Count:
        """Apply a linear layer to the channels of each pixel."""
        return self.conv(channels, bias=bias)

    def norm(self) -> Count:
        """Normalise (batch, layer or group norm): two parameters a channel, no flops."""
        return self.add(params=2 * self.channels)

    def pool(self) -> Count:
        """Average all pixels, at no cost."""
        return self._replace(pixels=(1, 1))

    def add(self, flops: Any = 0, params: Any = 0, activations: Any = 0) -> Count:
        """Add what no other method counts, such as attention or a learnt scale."""
        channels, pixels, *before = self
        return Count(channels, pixels, before[0] + flops, before[1] + params, before[2] + activations)

    def plus(self, branch: Count, times: Any = 1) -> Count:
        """Add the cost of another branch, so many times: 0 or False where there is none."""
        return self.add(times * branch.flops, times * branch.params, times * branch.activations)
