"""Fair comparisons of networks: the Pareto front, the error at equal cost, and the error of a difference."""

import math
from operator import le, lt

import numpy as np


def front(networks):
    """Return a list of True and False: which networks are on the Pareto front.

    `networks` is a list of networks, each a list of its numbers, such as [flops, inference time, error]; lower is
    better in all of them. A network is off the front if another one is nowhere higher than it, and somewhere lower.
    """
    raise NotImplementedError("write this")


def at_cost(costs, errors, cost):
    """Return the error of a family of networks at a given cost, or None where the family has no such networks.

    `costs` and `errors` are lists, one number a network, in any order; no two costs are equal. Between the two
    networks that are nearest in cost, one below and one above, the error follows a straight line over the *logarithm*
    of the cost. Below the lowest cost of the family and above its highest nothing is known: None.
    """
    raise NotImplementedError("write this")


def gap(first, second):
    """Return (difference, standard error) of two mean errors, the first minus the second.

    Each network is (mean, std, runs): mean and standard deviation of its error over so many independent runs.
    """
    raise NotImplementedError("write this")
