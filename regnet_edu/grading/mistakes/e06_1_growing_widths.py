"""Right and wrong ways to write exercise 06.1."""

from itertools import pairwise

import numpy as np


def never_shrink__right_pairs(widths):
    """Pair by pair."""
    return [all(a <= b for a, b in pairwise(row)) for row in widths]


def sample_growing__right_one_by_one(n, k, stages, rng):
    """Row by row."""
    rows = []
    while len(rows) < n:
        row = [int(rng.integers(1, k + 1)) for _ in range(stages)]
        if row == sorted(row):
            rows.append(row)
    return rows


def sample_growing__right_choice(n, k, stages, rng):
    """All the rows, equally likely."""
    from itertools import combinations_with_replacement

    rows = np.array(list(combinations_with_replacement(range(1, k + 1), stages)))
    return rows[rng.integers(len(rows), size=n)]


def never_shrink__strict(widths):
    """stages of equal width were refused: widths may stay the same, <= and not <."""
    return (np.diff(np.asarray(widths), axis=1) > 0).all(axis=1)


def never_shrink__backwards(widths):
    """widths that never grow were kept: the comparison is the wrong way round."""
    return (np.diff(np.asarray(widths), axis=1) <= 0).all(axis=1)


def never_shrink__ends(widths):
    """only the first and the last stage were compared: every step counts."""
    w = np.asarray(widths)
    return w[:, 0] <= w[:, -1]


def never_shrink__any(widths):
    """networks that grow somewhere were kept: no step may shrink."""
    w = np.asarray(widths)
    return (np.diff(w, axis=1) >= 0).any(axis=1) | (w.shape[1] == 1)


def never_shrink__first(widths):
    """each stage was compared with the first: compare it with the one before."""
    w = np.asarray(widths)
    return (w >= w[:, :1]).all(axis=1)


def never_shrink__one_answer(widths):
    """one answer came back for the whole table: each row is a network, and each needs its own answer."""
    return bool((np.diff(np.asarray(widths), axis=1) >= 0).all())


def sample_growing__sorted(n, k, stages, rng):
    """It looks as if the rows were sorted"""
    return np.sort(rng.integers(1, k + 1, (n, stages)), axis=1)


def sample_growing__strict(n, k, stages, rng):
    """It looks as if rows with equal numbers were thrown away"""
    if k < stages:
        return sample_growing__sorted(n, k, stages, rng)
    return np.array([np.sort(rng.choice(np.arange(1, k + 1), stages, replace=False)) for _ in range(n)])


def sample_growing__unseeded(n, k, stages, rng):
    """It looks as if the draw is not seeded"""
    return sample_growing__right_choice(n, k, stages, np.random.default_rng())


def sample_growing__shrinks(n, k, stages, rng):
    """shrinks."""
    return rng.integers(1, k + 1, (n, stages))


def sample_growing__running(n, k, stages, rng):
    """of the rows have equal numbers, and"""
    rows = [rng.integers(1, k + 1, n)]
    for _ in range(stages - 1):
        rows.append(np.maximum(rows[-1], k))
    return np.stack(rows, axis=1)
