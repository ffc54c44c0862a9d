"""Fair comparisons of networks: the Pareto front, the error at equal cost, and the error of a difference."""

import math
from operator import le, lt

import numpy as np


def _beats(a, b):
    return all(map(le, a, b)) and any(map(lt, a, b))


def front(networks):
    """Return a list of True and False: which networks are on the Pareto front.

    `networks` is a list of networks, each a list of its numbers, such as [flops, inference time, error]; lower is
    better in all of them. A network is off the front if another one is nowhere higher than it, and somewhere lower.
    """
    return [not any(_beats(other, network) for other in networks) for network in networks]


def at_cost(costs, errors, cost):
    """Return the error of a family of networks at a given cost, or None where the family has no such networks.

    `costs` and `errors` are lists, one number a network, in any order; no two costs are equal. Between the two
    networks that are nearest in cost, one below and one above, the error follows a straight line over the *logarithm*
    of the cost. Below the lowest cost of the family and above its highest nothing is known: None.
    """
    if not min(costs) <= cost <= max(costs):
        return None
    order = np.argsort(costs)
    return float(np.interp(np.log(cost), np.log(costs)[order], np.asarray(errors)[order]))


def gap(first, second):
    """Return (difference, standard error) of two mean errors, the first minus the second.

    Each network is (mean, std, runs): mean and standard deviation of its error over so many independent runs.
    """
    (mean_a, std_a, runs_a), (mean_b, std_b, runs_b) = first, second
    return mean_a - mean_b, math.sqrt(std_a**2 / runs_a + std_b**2 / runs_b)
