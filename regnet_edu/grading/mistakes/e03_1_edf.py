"""Right and wrong ways to write exercise 03.1."""

import numpy as np


def edf__right_loop(errors, e):
    """A loop that counts."""
    below = 0
    for error in errors:
        if error < e:
            below += 1
    return below / len(errors)


def edf_curve__right_sorted(errors, at):
    """A binary search in the sorted errors."""
    return np.searchsorted(np.sort(errors), at, side="left") / len(errors)


def mean_from_curve__right_shortcut(errors):
    """The area is the mean itself."""
    return np.float64(sum(errors) / len(errors))


def edf__counts_equal(errors, e):
    """networks whose error equals e were counted too: the paper counts those strictly below, < and not <=."""
    return float(np.mean(np.asarray(errors) <= e))


def edf__above(errors, e):
    """the networks above e were counted: the curve rises from 0 to 1 as e grows."""
    return float(np.mean(np.asarray(errors) > e))


def edf__complement(errors, e):
    """1 - F(e) came back, the share that is not below e."""
    return float(np.mean(np.asarray(errors) >= e))


def edf__count(errors, e):
    """a number of networks came back and not a share: divide by how many there are."""
    return int(np.sum(np.asarray(errors) < e))


def edf__percent(errors, e):
    """the share is in percent: in this house a share is a fraction between 0 and 1."""
    return float(100 * np.mean(np.asarray(errors) < e))


def edf__distinct(errors, e):
    """equal errors were counted once: two networks with the same error are two networks."""
    return float(np.mean(np.unique(errors) < e))


def edf__n_minus_one(errors, e):
    """the count was divided by n - 1: a share divides by n."""
    return float(np.sum(np.asarray(errors) < e) / max(len(errors) - 1, 1))


def edf_curve__sorted_at(errors, at):
    """the entries of `at` were sorted: the answers belong in the order of the questions."""
    return [float(np.mean(np.asarray(errors) < e)) for e in sorted(at)]


def edf_curve__counts_equal(errors, at):
    """networks whose error equals e were counted too: the paper counts those strictly below, < and not <=."""
    return [float(np.mean(np.asarray(errors) <= e)) for e in at]


def mean_from_curve__other_side(errors):
    """the area under the curve came back: the mean is the area above it, up to the line at 1."""
    return 1 - float(np.mean(errors))


def mean_from_curve__median(errors):
    """the median came back: where the curve crosses one half is not the mean."""
    return float(np.median(errors))


def mean_from_curve__from_minimum(errors):
    """the area to the left of the smallest error was left out: from error 0 on, the curve is 0 and 1 - F is 1."""
    return float(np.mean(errors) - np.min(errors))


def edf__searchsorted(errors, e):
    """np.searchsorted was used on errors that are not sorted: sort them first."""
    return float(np.searchsorted(errors, e)) / len(errors)
