"""AnyNetXE: depths that never shrink, on top of AnyNetXD (section 3.2 of the paper)."""

import math

import numpy as np


def in_e(depths, widths):
    """Return for each network whether it is in AnyNetXE; the tables have a row a network and a column a stage."""
    d, w = np.diff(depths, axis=1), np.diff(widths, axis=1)
    return (d >= 0).all(axis=1) & (w >= 0).all(axis=1)


def shrinks_by(m, stages):
    """Return how many times more rows of `stages` depths there are than rows that never shrink; depths are 1 to m."""
    return m**stages / math.comb(m + stages - 1, stages)
