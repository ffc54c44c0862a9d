"""Right and wrong ways to write exercise 09.1."""

import math

import numpy as np


def expected_best__right_product(errors, m):
    """A running product in place of binomials."""
    ranked, n = np.sort(errors), len(errors)
    chance, left, total = m / n, 1.0, 0.0
    for k, e in enumerate(ranked):
        rest = n - k
        chance = min(1.0, m / rest) if left > 0 else 0.0
        total += left * chance * e
        left *= 1 - chance
    return total


def chance_below__right_product(errors, target, m):
    """One network after the other."""
    n, above, none = len(errors), int(np.sum(np.asarray(errors) >= target)), 1.0
    for k in range(min(m, n)):
        none *= max(above - k, 0) / (n - k)
    return 1 - none


def expected_best__replacement(errors, m):
    """networks were drawn with replacement: the m networks of this search are all different."""
    ranked, n = np.sort(errors), len(errors)
    left = (np.arange(n, -1, -1) / n) ** m
    return float(np.sum(ranked * (left[:-1] - left[1:])))


def expected_best__minimum(errors, m):
    """the lowest error of all came back: a search of m networks seldom meets it."""
    return min(errors)


def expected_best__first(errors, m):
    """the lowest of the first m networks came back: take the mean over every choice of m."""
    return min(errors[:m])


def expected_best__one_too_many(errors, m):
    """the others were chosen from one network too many: above the k-th lowest, counted from 0, there are n - 1 - k."""
    ranked, n = sorted(errors), len(errors)
    return sum(e * math.comb(n - k, m - 1) for k, e in enumerate(ranked)) / math.comb(n, m)


def expected_best__others_are_m(errors, m):
    """m others were chosen beside the lowest one: it is one of the m, so that m - 1 are left to choose."""
    ranked, n = sorted(errors), len(errors)
    return sum(e * math.comb(n - 1 - k, m) for k, e in enumerate(ranked)) / math.comb(n, m)


def expected_best__mean(errors, m):
    """the mean error came back, the answer for m = 1: more networks find lower errors."""
    return float(np.mean(errors))


def expected_best__highest(errors, m):
    """the expected highest error came back: sort the other way round."""
    ranked, n = sorted(errors, reverse=True), len(errors)
    return sum(e * math.comb(n - 1 - k, m - 1) for k, e in enumerate(ranked)) / math.comb(n, m)


def expected_best__quantile(errors, m):
    """a quantile at 1 / (m + 1) came back: that is near the answer, but the expected value is a sum."""
    return float(np.quantile(errors, 1 / (m + 1)))


def expected_best__unsorted(errors, m):
    """the errors were not sorted before they were weighed by rank."""
    n = len(errors)
    return sum(e * math.comb(n - 1 - k, m - 1) for k, e in enumerate(errors)) / math.comb(n, m)


def chance_below__replacement(errors, target, m):
    """networks were drawn with replacement: the m networks of this search are all different."""
    return 1 - float(np.mean(np.asarray(errors) >= target)) ** m


def chance_below__equal(errors, target, m):
    """an error equal to the target was counted as below it: strictly below is asked for."""
    n, above = len(errors), sum(e > target for e in errors)
    m = min(m, n)
    return 1 - math.comb(above, m) / math.comb(n, m)


def chance_below__none(errors, target, m):
    """the probability that *no* network is below came back: subtract it from 1."""
    n, above = len(errors), sum(e >= target for e in errors)
    m = min(m, n)
    return math.comb(above, m) / math.comb(n, m)


def chance_below__all_of_them(errors, target, m):
    """the probability that *all* m networks are below came back: one is enough."""
    n, below = len(errors), sum(e < target for e in errors)
    m = min(m, n)
    return math.comb(below, m) / math.comb(n, m)


def chance_below__too_few(errors, target, m):
    """with fewer than m networks all of them are drawn: the answer is 1 only if one is below the target."""
    worse = sum(e >= target for e in errors)
    return 1 - math.comb(worse, m) / max(1, math.comb(len(errors), m))
