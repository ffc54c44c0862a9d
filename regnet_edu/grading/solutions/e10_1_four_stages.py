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
    found = []
    while len(found) < n:
        drawn = rn.RegNetX().sample(n, rng=rng, flops=(low, high), resolution=32, in_channels=3, num_classes=10)
        found += [(c.depths, c.widths, c.bottleneck_ratios[0], c.group_widths[0]) for c in drawn if c.depth > 10]
    return found[:n]


def beats(train, two, four, seeds):
    """Return (difference, its standard error): by how much the mean error of `four` is above that of `two`.

    `train(network, seed)` trains a network and returns its error. Train both with each of the seeds, once. The seeds
    disturb both networks alike, so work with the differences seed by seed; their standard deviation has n - 1 below.
    """
    differences = [train(four, seed) - train(two, seed) for seed in seeds]
    return float(np.mean(differences)), float(np.std(differences, ddof=1) / len(seeds) ** 0.5)


def choose(train, two, candidates, seeds):
    """Return (place, difference): which candidate is best, and by how much its mean error is above that of
    `two`.

    Choose by the mean error over the first half of the seeds (their number is even), and measure the difference
    on the second half only. `train(network, seed)` returns an error. Of equal candidates the first wins.
    """
    half = len(seeds) // 2
    means = [np.mean([train(network, seed) for seed in seeds[:half]]) for network in candidates]
    place = int(np.argmin(means))
    return place, beats(train, two, candidates[place], seeds[half:])[0]


def my_network():
    """Return one network of RegNetX with four stages, more than 10 blocks and at most 4,625,194 flops.

    That is what RegNetX32 has. The check trains both with the seeds 0 and 1, for 64 steps on 2,048 built-in
    pictures of 32 x 32 pixels, and yours should have the lower mean error.
    """
    return (1, 3, 6, 2), (40, 80, 160, 320), 1, 8
