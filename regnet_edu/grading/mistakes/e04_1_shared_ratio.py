"""Right and wrong ways to write exercise 04.1."""

import numpy as np


def same_ratio__right_sets(ratios):
    """Sets."""
    return [len(set(row)) == 1 for row in ratios]


def share_kept__right_product(k, stages):
    """Each stage after the first has to meet it."""
    return (1 / k) ** (stages - 1)


def same_ratio__one_answer(ratios):
    """one answer came back for the whole table: each row is a network, and each needs its own answer."""
    b = np.asarray(ratios)
    return bool((b == b[:, :1]).all())


def same_ratio__columns(ratios):
    """networks and stages were mixed up: rows are networks, so compare along axis 1."""
    b = np.asarray(ratios)
    return (b == b[:1]).all(axis=0)


def same_ratio__any(ratios):
    """networks in which some stage agrees with the first were kept: *all* stages must agree."""
    b = np.asarray(ratios)
    return (b[:, 1:] == b[:, :1]).any(axis=1) | (b.shape[1] == 1)


def same_ratio__first_and_last(ratios):
    """only the first and the last stage were compared: those between must agree too."""
    b = np.asarray(ratios)
    return b[:, 0] == b[:, -1]


def same_ratio__two_neighbours(ratios):
    """two neighbours that agree were enough: all stages must."""
    b = np.asarray(ratios)
    return (b[:, 1:] == b[:, :-1]).any(axis=1)


def same_ratio__opposite(ratios):
    """the answers are the wrong way round: True is for networks that are in B."""
    b = np.asarray(ratios)
    return ~(b == b[:, :1]).all(axis=1)


def same_ratio__mean(ratios):
    """the mean of the stages was compared with the first: different ratios can have that mean."""
    b = np.asarray(ratios)
    return b.mean(axis=1) == b[:, 0]


def share_kept__all_stages(k, stages):
    """the first stage was counted as a condition too: whatever it draws is fine, the others must meet it."""
    return (1 / k) ** stages


def share_kept__one_in_k(k, stages):
    """only one stage was asked to meet the first: each of the others must."""
    return 1 / k


def share_kept__stages(k, stages):
    """the roles are swapped: each draw has k equally likely outcomes."""
    return stages / stages**k
