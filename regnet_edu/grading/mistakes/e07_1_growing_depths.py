"""Right and wrong ways to write exercise 07.1."""

import math

import numpy as np


def _grows(table):
    return (np.diff(table, axis=1) >= 0).all(axis=1)


def in_e__right_sorted(depths, widths):
    """Sorting changes nothing."""
    return [list(d) == sorted(d) and list(w) == sorted(w) for d, w in zip(depths, widths, strict=True)]


def shrinks_by__right_product(m, stages):
    """Factor by factor."""
    return math.prod(m * (k + 1) / (m + k) for k in range(stages))


def in_e__forgets_widths(depths, widths):
    """only the depths were compared: a network of E is in D too, so that its widths never shrink."""
    return _grows(depths)


def in_e__forgets_depths(depths, widths):
    """only the widths were compared: that is D."""
    return _grows(widths)


def in_e__either(depths, widths):
    """networks that keep one of the two orders were kept: both must hold."""
    return _grows(depths) | _grows(widths)


def in_e__strict(depths, widths):
    """stages of equal depth were refused: depths may stay the same, <= and not <."""
    return (np.diff(depths, axis=1) > 0).all(axis=1) & _grows(widths)


def in_e__last_stage_free(depths, widths):
    """the last stage was left out: the paper remarks that it is an exception for good networks, but E includes it."""
    return _grows(np.asarray(depths)[:, :-1]) & _grows(widths)


def in_e__blocks(depths, widths):
    """depth times width was compared: depths and widths each have their own order."""
    return _grows(np.asarray(depths) * np.asarray(widths))


def in_e__shrinks(depths, widths):
    """depths that never grow were kept: the comparison is the wrong way round."""
    return (np.diff(depths, axis=1) <= 0).all(axis=1) & _grows(widths)


def shrinks_by__factorial(m, stages):
    """S factorial came back, as the paper writes: equal depths are allowed, so that the factor is smaller."""
    return math.factorial(stages)


def shrinks_by__strict(m, stages):
    """only rows that strictly grow were counted: neighbouring stages may be equal."""
    return m**stages / max(1, math.comb(m, stages))


def shrinks_by__inverse(m, stages):
    """the share of rows that never shrink came back: the factor is 1 divided by it."""
    return math.comb(m + stages - 1, stages) / m**stages
