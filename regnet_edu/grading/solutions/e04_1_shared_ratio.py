"""AnyNetXB: one bottleneck ratio for all stages (section 3.2 of the paper)."""

import numpy as np


def same_ratio(ratios):
    """Return for each row of the table `ratios` (a network a row, a stage a column) whether all its stages agree."""
    b = np.asarray(ratios)
    return (b == b[:, :1]).all(axis=1)


def share_kept(k, stages):
    """Return the probability that `stages` independent draws among k equally likely ratios are all the same."""
    return k / k**stages
