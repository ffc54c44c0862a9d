"""Random search in a population, exactly (compare figure 9 of the paper, right)."""

import math


def expected_best(errors, m):
    """Return the expected lowest error among m different networks drawn from the list `errors`."""
    ranked, n = sorted(errors), len(errors)
    return sum(e * math.comb(n - 1 - k, m - 1) for k, e in enumerate(ranked)) / math.comb(n, m)


def chance_below(errors, target, m):
    """Return the probability that the lowest error among m different networks is strictly below `target`.

    If there are fewer than m networks, all of them are drawn.
    """
    n = len(errors)
    m = min(m, n)
    above = sum(e >= target for e in errors)
    return 1 - math.comb(above, m) / math.comb(n, m)
