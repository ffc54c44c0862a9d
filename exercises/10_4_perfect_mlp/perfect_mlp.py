"""The perfect MLP: a design space of two numbers, searched among small networks, used for a large one.

The shape of an MLP is (depth, ratio): how many hidden layers it has, and how much wider the last is than the
first. The widths between follow a straight line, as those of RegNet do before they are quantised.
"""

from itertools import pairwise

import numpy as np


def mlp_widths(depth, ratio, first):
    """Return the list of hidden widths: from `first` to `ratio * first` in equal steps, rounded, each at least 1.

    With one hidden layer that is `first`. `round` is Python's.
    """
    raise NotImplementedError("write this")


def mlp_cost(inputs, widths, classes):
    """Return the multiply-adds of an MLP with these hidden widths, for one input; biases and activations do not
    count.
    """
    raise NotImplementedError("write this")


def scale_to(depth, ratio, inputs, classes, cost):
    """Return the hidden widths of this shape whose multiply-adds are nearest to `cost`.

    The first width is a whole number from 1 to 600; of two that are equally near the smaller wins.
    """
    raise NotImplementedError("write this")


def rank_agreement(small, large):
    """Return Spearman's rank correlation of two lists of errors, of the same shapes at two costs.

    Replace each error by its rank within its list, from 0 for the lowest (no two are equal), and take the correlation
    coefficient of the ranks. It is 1 if the small networks put the shapes in the order in which the large ones do.
    """
    raise NotImplementedError("write this")


def perfect_mlp(train, inputs, classes, small, large, rng):
    """Return the hidden widths of the best MLP with about `large` multiply-adds (within 5 %) that small ones
    can tell of.

    `train(widths, seed)` trains an MLP and returns its error, up to 60 times, and only MLPs within 10 % of
    `small` multiply-adds: more there is no time for. Depths are 2 to 8, ratios 0.25 to 4. `rng` is a numpy
    Generator, the only source of chance.
    """
    raise NotImplementedError("write this")
