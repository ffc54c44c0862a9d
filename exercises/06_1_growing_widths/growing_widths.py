"""AnyNetXD: widths that never shrink (section 3.2 of the paper)."""

import numpy as np


def never_shrink(widths):
    """Return for each row of the table `widths` (a network a row) whether no stage is narrower than the one before."""
    raise NotImplementedError("write this")


def sample_growing(n, k, stages, rng):
    """Return an (n, stages) table of rows that never shrink; `rng` is a numpy Generator.

    The rows are independent. Each has the distribution of `stages` independent uniform draws from 1, ..., k, given
    that they never shrink.
    """
    raise NotImplementedError("write this")
