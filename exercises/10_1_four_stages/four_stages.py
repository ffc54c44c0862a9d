"""Four stages in place of two: deeper networks of RegNetX at the flops of d2l's RegNetX32.

A network is a tuple (depths, widths, bottleneck ratio, group width); `regnet_edu.AnyNetConfig(*network)` builds
it. Flops are counted for images of 32 x 32 pixels with 3 channels and for 10 classes. You may import
regnet_edu.
"""

import numpy as np

import regnet_edu as rn


def four_stages(n, low, high, rng):
    """Return a list of n networks of RegNetX with four stages, more than 10 blocks, and flops from `low` to `high`.

    `rng` is a numpy Generator, the only source of chance.
    """
    raise NotImplementedError("write this")


def beats(train, two, four, seeds):
    """Return (difference, its standard error): by how much the mean error of `four` is above that of `two`.

    `train(network, seed)` trains a network and returns its error. Train both with each of the seeds, once. The seeds
    disturb both networks alike, so work with the differences seed by seed; their standard deviation has n - 1 below.
    """
    raise NotImplementedError("write this")


def choose(train, two, candidates, seeds):
    """Return (place, difference): which candidate is best, and by how much its mean error is above that of
    `two`.

    Choose by the mean error over the first half of the seeds (their number is even), and measure the difference
    on the second half only. `train(network, seed)` returns an error. Of equal candidates the first wins.
    """
    raise NotImplementedError("write this")


def my_network():
    """Return one network of RegNetX with four stages, more than 10 blocks and at most 4,625,194 flops.

    That is what RegNetX32 has. The check trains both with the seeds 0 and 1, for 64 steps on 2,048 built-in
    pictures of 32 x 32 pixels, and yours should have the lower mean error.
    """
    raise NotImplementedError("write this")
