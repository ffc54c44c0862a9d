"""AnyNetXC: one group width for all stages, on top of AnyNetXB (section 3.2 of the paper)."""

import numpy as np


def in_c(widths, ratios, groups):
    """Return for each network whether it is in AnyNetXC; the tables have a row a network and a column a stage.

    `groups` holds the nominal group widths, as they were sampled.
    """
    b, g = np.asarray(ratios), np.asarray(groups)
    return (b == b[:, :1]).all(axis=1) & (g == g[:, :1]).all(axis=1)


def degrees_of_freedom(stages):
    """Return the degrees of freedom of AnyNetXA, AnyNetXB and AnyNetXC with so many stages, three whole numbers."""
    return 4 * stages, 3 * stages + 1, 2 * stages + 2
