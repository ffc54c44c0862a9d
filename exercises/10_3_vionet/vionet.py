"""VioNets: networks that break one principle of RegNetX each, and which break costs most.

A network is a tuple (depths, widths, ratios, groups), each with one entry a stage;
`regnet_edu.AnyNetConfig(*network)` builds it. The principles: depths never shrink from stage to stage, widths
never shrink, all stages share the bottleneck ratio, and all share the group width. Flops are counted for images
of 32 x 32 pixels, 3 channels and 10 classes. You may import regnet_edu.
"""

import numpy as np

import regnet_edu as rn

FACTORS = ("depths", "widths", "ratios", "groups")


def violate(network, factor, rng):
    """Return the network with the entries of one factor drawn anew until they break its principle; the others
    stay.

    `factor` is "depths" (whole numbers from 1 to 16), "widths" (multiples of 8 from 8 to 256), "ratios" (each
    1, 2 or 4) or "groups" (each 1, 2, 4, 8, 16 or 32). `rng` is a numpy Generator, the only source of chance.
    """
    raise NotImplementedError("write this")


def vionets(n, factor, low, high, rng):
    """Return a list of n networks with flops from `low` to `high`: if `factor` is None networks of
    `rn.AnyNetXE`, which keep all principles, else such networks with that factor violated.
    `rn.AnyNetXE(max_width=256).sample(200, rng=rng)` draws some, in any band; they have `depths`, `widths`,
    `bottleneck_ratios` and `group_widths`.
    """
    raise NotImplementedError("write this")


def effects(train, baseline, families):
    """Return a dict from each factor to (rise, standard error) of the mean error of its family above that of
    the baseline.

    `baseline` is a list of networks, `families` a dict from each factor to a list of networks. `train(network,
    seed)` trains a network and returns its error; the k-th network of each list is trained with the seed k,
    counted from 0. The networks are different ones, so that the variances of the two means add up; standard
    deviations have n - 1 below.
    """
    raise NotImplementedError("write this")


def most_important(found):
    """Return the factor with the largest rise, or None if the data cannot tell it from the second.

    `found` is what `effects` returns. The data can tell if the lead is more than 2 standard errors of the
    difference, the root of the sum of both squared.
    """
    raise NotImplementedError("write this")


def study(train, n, low, high, rng):
    """Return the most important factor, or None: n networks without and n with each violation, all trained and
    compared.
    """
    raise NotImplementedError("write this")
