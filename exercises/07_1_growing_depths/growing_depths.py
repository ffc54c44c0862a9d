"""AnyNetXE: depths that never shrink, on top of AnyNetXD (section 3.2 of the paper)."""

import math

import numpy as np


def in_e(depths, widths):
    """Return for each network whether it is in AnyNetXE; the tables have a row a network and a column a stage."""
    raise NotImplementedError("write this")


def shrinks_by(m, stages):
    """Return how many times more rows of `stages` depths there are than rows that never shrink; depths are 1 to m."""
    raise NotImplementedError("write this")
