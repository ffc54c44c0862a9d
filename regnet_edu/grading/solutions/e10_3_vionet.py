"""VioNets: networks that break one principle of RegNetX each, and which break costs most.

A network is a tuple (depths, widths, ratios, groups), each with one entry a stage;
`regnet_edu.AnyNetConfig(*network)` builds it. The principles: depths never shrink from stage to stage, widths
never shrink, all stages share the bottleneck ratio, and all share the group width. Flops are counted for images
of 32 x 32 pixels, 3 channels and 10 classes. You may import regnet_edu.
"""

import numpy as np

import regnet_edu as rn

FACTORS = ("depths", "widths", "ratios", "groups")


def _keeps(values, factor):
    if factor in ("ratios", "groups"):
        return len(set(values)) == 1
    return list(values) == sorted(values)


def violate(network, factor, rng):
    """Return the network with the entries of one factor drawn anew until they break its principle; the others
    stay.

    `factor` is "depths" (whole numbers from 1 to 16), "widths" (multiples of 8 from 8 to 256), "ratios" (each
    1, 2 or 4) or "groups" (each 1, 2, 4, 8, 16 or 32). `rng` is a numpy Generator, the only source of chance.
    """
    values = {
        "depths": range(1, 17),
        "widths": range(8, 257, 8),
        "ratios": (1, 2, 4),
        "groups": (1, 2, 4, 8, 16, 32),
    }
    place = FACTORS.index(factor)
    drawn = network[place]
    while _keeps(drawn, factor):
        drawn = tuple(rng.choice(values[factor], len(network[0])).tolist())
    return (*network[:place], drawn, *network[place + 1 :])


def vionets(n, factor, low, high, rng):
    """Return a list of n networks with flops from `low` to `high`: if `factor` is None networks of
    `rn.AnyNetXE`, which keep all principles, else such networks with that factor violated.
    `rn.AnyNetXE(max_width=256).sample(200, rng=rng)` draws some, in any band; they have `depths`, `widths`,
    `bottleneck_ratios` and `group_widths`.
    """
    found = []
    while len(found) < n:
        for config in rn.AnyNetXE(max_width=256).sample(200, rng=rng):
            network = (config.depths, config.widths, config.bottleneck_ratios, config.group_widths)
            network = violate(network, factor, rng) if factor else network
            if low <= rn.complexity(rn.AnyNetConfig(*network), 32, 3, 10).flops <= high:
                found.append(network)
    return found[:n]


def effects(train, baseline, families):
    """Return a dict from each factor to (rise, standard error) of the mean error of its family above that of
    the baseline.

    `baseline` is a list of networks, `families` a dict from each factor to a list of networks. `train(network,
    seed)` trains a network and returns its error; the k-th network of each list is trained with the seed k,
    counted from 0. The networks are different ones, so that the variances of the two means add up; standard
    deviations have n - 1 below.
    """
    base = [train(network, k) for k, network in enumerate(baseline)]
    found = {}
    for factor, networks in families.items():
        errors = [train(network, k) for k, network in enumerate(networks)]
        variance = np.var(errors, ddof=1) / len(errors) + np.var(base, ddof=1) / len(base)
        found[factor] = (float(np.mean(errors) - np.mean(base)), float(variance**0.5))
    return found


def most_important(found):
    """Return the factor with the largest rise, or None if the data cannot tell it from the second.

    `found` is what `effects` returns. The data can tell if the lead is more than 2 standard errors of the
    difference, the root of the sum of both squared.
    """
    (a, (first, se_first)), (_, (second, se_second)) = sorted(found.items(), key=lambda x: -x[1][0])[:2]
    return a if first - second > 2 * (se_first**2 + se_second**2) ** 0.5 else None


def study(train, n, low, high, rng):
    """Return the most important factor, or None: n networks without and n with each violation, all trained and
    compared.
    """
    families = {factor: vionets(n, factor, low, high, rng) for factor in FACTORS}
    return most_important(effects(train, vionets(n, None, low, high, rng), families))
