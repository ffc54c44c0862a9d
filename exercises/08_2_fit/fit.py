"""The fit of a quantised line to the widths of a network (section 3.3 and figure 8 of the paper)."""

from itertools import product

import numpy as np


def fit_error(predicted, observed):
    """Return e_fit: the mean over blocks of |ln(predicted width / observed width)|; both are lists of d widths."""
    raise NotImplementedError("write this")


def fit(widths, w0s, was, wms):
    """Return the (w0, wa, wm) with the lowest e_fit; each comes from its list `w0s`, `was`, `wms`.

    The widths of the line are those of equations 2 to 4, rounded to multiples of 8, one for each of the blocks.
    """
    raise NotImplementedError("write this")
