"""A design space of your own, tested against RegNetX at equal flops, with a report that writes itself.

A network is a tuple (depths, widths, ratios, groups), each with one entry a stage;
`regnet_edu.AnyNetConfig(*network)` builds it. Flops are counted for images of 32 x 32 pixels, 3 channels and 10
classes. You may import regnet_edu.
"""

import numpy as np

import regnet_edu as rn

COUNT = {"resolution": 32, "in_channels": 3, "num_classes": 10}


def my_space():
    """Return a design space of your own: one of the package's with at least one `refine(name, constraint)` of
    yours.

    It has networks of four stages with X blocks in the bands of flops that are asked about, 1.5 to 3 million,
    and it is not RegNetX under another name. A constraint gets many networks at once, as tables with a row each
    (`batch.depths`, `batch.widths`, `batch.bottleneck_ratios`, `batch.group_widths`), and returns one True or False
    a row.
    """
    raise NotImplementedError("write this")


def study(train, n, low, high, seed):
    """Return (mine, theirs): the records of n networks of my space and of n of RegNetX (or of `rival()`, if there
    is such a function), both with flops from `low` to `high`. `space.sample(n, rng=seed, flops=(low, high), **COUNT)`
    draws networks, which have `depths`, `widths`, `bottleneck_ratios` and `group_widths`.

    A record is a dict with "network", "flops" and "error". The k-th network of each list is trained once, with
    the seed k counted from 0: `train(network, k)` returns its error. A network that diverges has the error of
    guessing, 0.9; it stays. `seed` is that of both samples.
    """
    raise NotImplementedError("write this")


def interval(mine, theirs, rng):
    """Return (difference, low, high): the mean of `mine` minus that of `theirs`, and its 95 % bootstrap
    interval.

    Both are lists of errors. Draw each anew with replacement, at its full length, 2,000 times; the ends are the
    2.5th and 97.5th percentile of the differences of the means. `rng` is a numpy Generator, the only source of
    chance.
    """
    raise NotImplementedError("write this")


def verdict(low, high, margin=0.0):
    """Return what the interval of the difference says of my space: "better", "worse", or "cannot tell" if 0 is
    in it; but "the same", whatever else, if the whole interval lies between -margin and margin, ends excluded.
    """
    raise NotImplementedError("write this")


def report(mine, theirs, rng):
    """Return a report on two lists of records, such as `study` returns, as text in markdown.

    It says: how many networks each population has; each mean and each lowest error in percent; the lowest and
    the highest flops of all, in millions; the difference of the means and its interval in percentage points;
    how many networks have an error of 0.9 or more, if any; and the verdict, in the word or the words of
    `verdict`. Numbers have two decimals.
    """
    raise NotImplementedError("write this")
