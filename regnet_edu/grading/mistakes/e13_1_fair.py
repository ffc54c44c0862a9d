"""Right and wrong ways to write exercise 13.1. A learner is told the docstring of a wrong way."""

import math

import numpy as np

# --- front ---


def front__right_numpy(networks):
    """All pairs at once."""
    x = np.array(networks, dtype=float)
    lower = (x[:, None] < x[None]).any(axis=2)
    nowhere_higher = (x[:, None] <= x[None]).all(axis=2)
    return (~(lower & nowhere_higher).any(axis=0)).tolist()


def front__right_distinct(networks):
    """Among different networks, nowhere higher means somewhere lower."""
    different = {tuple(n) for n in networks}
    kept = {
        n for n in different if not any(m != n and all(x <= y for x, y in zip(m, n, strict=True)) for m in different)
    }
    return [tuple(n) in kept for n in networks]


def front__everywhere_lower(networks):
    """a network was dropped only if another is lower in *all* of its numbers: lower in one and nowhere higher is enough."""
    return [not any(all(x < y for x, y in zip(m, n, strict=True)) for m in networks) for n in networks]


def front__twins(networks):
    """two equal networks threw each other out: neither is lower anywhere, so that both stay."""
    return [
        not any(i != j and all(x <= y for x, y in zip(m, n, strict=True)) for i, m in enumerate(networks))
        for j, n in enumerate(networks)
    ]


def front__itself(networks):
    """each network was also held against itself, with <= and no <, so that none is left."""
    return [not any(all(x <= y for x, y in zip(m, n, strict=True)) for m in networks) for n in networks]


def front__champions(networks):
    """only the networks that are lowest in one of the numbers were kept: the front also holds good bargains between them."""
    lowest = [min(column) for column in zip(*networks, strict=True)]
    return [any(x == low for x, low in zip(n, lowest, strict=True)) for n in networks]


def front__two_numbers(networks):
    """only the first two numbers of each network were looked at."""
    short = [n[:2] for n in networks]
    return front__right_numpy(short)


def front__higher(networks):
    """higher was taken for better: here the lower number is better, in the error too."""
    return front__right_numpy([[-x for x in n] for n in networks])


def front__any_lower(networks):
    """a network was dropped as soon as another is lower somewhere: that one must also be nowhere higher."""
    return [not any(any(x < y for x, y in zip(m, n, strict=True)) for m in networks) for n in networks]


def front__hull(networks):
    """only networks below the straight lines between the others were kept; but nobody can buy a mixture of two networks."""
    x = np.array(networks, dtype=float)
    if x.shape[1] != 2:
        return front__right_numpy(networks)
    kept = []
    for n in x:
        mixes = [
            share * a + (1 - share) * b for a in x for b in x for share in np.linspace(0, 1, 101) if (a != b).any()
        ]
        beaten = any((m <= n).all() and (m < n).any() for m in [*x, *mixes])
        kept.append(not beaten)
    return kept


# --- at_cost ---


def at_cost__right_nan(costs, errors, cost):
    """numpy's interpolation, with both ends cut off."""
    points = sorted(zip(costs, errors, strict=True))
    x, y = np.log2([p[0] for p in points]), [p[1] for p in points]
    found = np.interp(np.log2(cost), x, y, left=np.nan, right=np.nan)
    return None if np.isnan(found) else float(found)


def at_cost__right_neighbours(costs, errors, cost):
    """The dearest that costs no more and the cheapest that costs no less."""
    below = [(c, e) for c, e in zip(costs, errors, strict=True) if c <= cost]
    above = [(c, e) for c, e in zip(costs, errors, strict=True) if c >= cost]
    if not below or not above:
        return None
    (low, first), (high, last) = max(below), min(above)
    if low == high:
        return first
    share = (math.log10(cost) - math.log10(low)) / (math.log10(high) - math.log10(low))
    return (1 - share) * first + share * last


def _sorted(costs, errors):
    order = np.argsort(costs)
    return np.asarray(costs, dtype=float)[order], np.asarray(errors, dtype=float)[order]


def _inside(costs, cost):
    return min(costs) <= cost <= max(costs)


def at_cost__linear(costs, errors, cost):
    """the line was drawn over the cost itself: a doubling should count the same wherever it is, so take the logarithm."""
    return float(np.interp(cost, *_sorted(costs, errors))) if _inside(costs, cost) else None


def at_cost__ends(costs, errors, cost):
    """the error of the cheapest or of the dearest network was used beyond it, as np.interp does: there nothing is known."""
    x, y = _sorted(costs, errors)
    return float(np.interp(np.log(cost), np.log(x), y))


def at_cost__unsorted(costs, errors, cost):
    """the networks were not sorted by cost first; np.interp needs that, and does not complain."""
    if not _inside(costs, cost):
        return None
    return float(np.interp(np.log(cost), np.log(costs), errors))


def at_cost__nearest(costs, errors, cost):
    """the error of the network with the nearest cost came back, and not that of the line between its neighbours."""
    if not _inside(costs, cost):
        return None
    return float(errors[int(np.argmin(np.abs(np.log(np.asarray(costs) / cost))))])


def at_cost__cheaper(costs, errors, cost):
    """the error of the next cheaper network came back, and not that of the line between it and the next more expensive one."""
    if not _inside(costs, cost):
        return None
    return max((c, e) for c, e in zip(costs, errors, strict=True) if c <= cost)[1]


def at_cost__trend(costs, errors, cost):
    """one straight line was fitted to all networks: the error follows the two neighbours of the cost alone."""
    if not _inside(costs, cost):
        return None
    if len(costs) == 1:
        return errors[0]
    return float(np.polyval(np.polyfit(np.log(costs), errors, 1), np.log(cost)))


def at_cost__log_error(costs, errors, cost):
    """the logarithm of the error was taken as well: only that of the cost is."""
    if not _inside(costs, cost):
        return None
    x, y = _sorted(costs, errors)
    return float(np.exp(np.interp(np.log(cost), np.log(x), np.log(y))))


# --- gap ---


def gap__right_hypot(first, second):
    """The two standard errors as the sides of a right angle."""
    a, b = first[1] / math.sqrt(first[2]), second[1] / math.sqrt(second[2])
    return [first[0] - second[0], math.hypot(a, b)]


def gap__std(first, second):
    """the standard deviations of single runs were used: a mean of n runs is more certain, by a factor of the root of n."""
    return first[0] - second[0], math.hypot(first[1], second[1])


def gap__added(first, second):
    """the two standard errors were added: it is their squares that add up, since the runs are independent."""
    return first[0] - second[0], first[1] / math.sqrt(first[2]) + second[1] / math.sqrt(second[2])


def gap__subtracted(first, second):
    """the variances were subtracted, as the means are: the uncertainty of a difference is larger than that of each part."""
    return first[0] - second[0], math.sqrt(abs(first[1] ** 2 / first[2] - second[1] ** 2 / second[2]))


def gap__variance(first, second):
    """the variance came back: take its square root."""
    return first[0] - second[0], first[1] ** 2 / first[2] + second[1] ** 2 / second[2]


def gap__runs(first, second):
    """the standard deviation was divided by the number of runs, and not by its root."""
    return first[0] - second[0], math.hypot(first[1] / first[2], second[1] / second[2])


def gap__one(first, second):
    """only the uncertainty of the first network was counted."""
    return first[0] - second[0], first[1] / math.sqrt(first[2])


def gap__turned(first, second):
    """the difference was taken the other way round: it is the first minus the second."""
    return second[0] - first[0], math.sqrt(first[1] ** 2 / first[2] + second[1] ** 2 / second[2])


def gap__pooled(first, second):
    """all runs were counted together under one root: each network has its own number of runs."""
    return first[0] - second[0], math.sqrt((first[1] ** 2 + second[1] ** 2) / (first[2] + second[2]))
