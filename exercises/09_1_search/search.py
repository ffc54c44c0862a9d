"""Random search in a population, exactly (compare figure 9 of the paper, right)."""

import math


def expected_best(errors, m):
    """Return the expected lowest error among m different networks drawn from the list `errors`."""
    raise NotImplementedError("write this")


def chance_below(errors, target, m):
    """Return the probability that the lowest error among m different networks is strictly below `target`.

    If there are fewer than m networks, all of them are drawn.
    """
    raise NotImplementedError("write this")
