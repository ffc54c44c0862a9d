"""AnyNetXD: widths that never shrink (section 3.2 of the paper)."""

import numpy as np


def never_shrink(widths):
    """Return for each row of the table `widths` (a network a row) whether no stage is narrower than the one before."""
    return (np.diff(np.asarray(widths), axis=1) >= 0).all(axis=1)


def sample_growing(n, k, stages, rng):
    """Return an (n, stages) table of rows that never shrink; `rng` is a numpy Generator.

    The rows are independent. Each has the distribution of `stages` independent uniform draws from 1, ..., k, given
    that they never shrink.
    """
    kept = np.empty((0, stages), int)
    while len(kept) < n:
        rows = rng.integers(1, k + 1, (max(100, n), stages))
        kept = np.concatenate([kept, rows[never_shrink(rows)]])
    return kept[:n]
