"""Right and wrong ways to write exercise 05.1."""

import numpy as np


def _same(table):
    table = np.asarray(table)
    return (table == table[:, :1]).all(axis=1)


def in_c__right_sets(widths, ratios, groups):
    """Sets of pairs."""
    return [len(set(zip(b, g, strict=True))) == 1 for b, g in zip(ratios, groups, strict=True)]


def degrees_of_freedom__right_list(stages):
    """A list."""
    free = 4 * stages
    return [free, free - (stages - 1), free - 2 * (stages - 1)]


def in_c__forgets_b(widths, ratios, groups):
    """only the group widths were compared: a network of C is in B too, so that all ratios agree."""
    return _same(groups)


def in_c__forgets_g(widths, ratios, groups):
    """only the bottleneck ratios were compared: that is B."""
    return _same(ratios)


def in_c__either(widths, ratios, groups):
    """networks with one shared number were kept: both must be shared, b and g."""
    return _same(ratios) | _same(groups)


def in_c__built(widths, ratios, groups):
    """the group widths that are built were compared: the constraint is on the nominal ones, as they were sampled."""
    inner = np.maximum(1, np.asarray(widths) // np.asarray(ratios))
    return _same(ratios) & _same(np.minimum(np.asarray(groups), inner))


def in_c__number_of_groups(widths, ratios, groups):
    """the number of groups was compared and not the group width: g is the number of channels in each group."""
    inner = np.maximum(1, np.asarray(widths) // np.asarray(ratios))
    return _same(ratios) & _same(inner // np.asarray(groups))


def in_c__widths_too(widths, ratios, groups):
    """the widths were made to agree too: they stay free in C."""
    return _same(ratios) & _same(groups) & _same(widths)


def in_c__b_equals_g(widths, ratios, groups):
    """b was compared with g: each is compared with itself, stage by stage."""
    b, g = np.asarray(ratios), np.asarray(groups)
    return (b == g[:, :1]).all(axis=1)


def degrees_of_freedom__dropped(stages):
    """a shared number was counted as none: one number for all stages is still one degree of freedom."""
    return 4 * stages, 3 * stages, 2 * stages


def degrees_of_freedom__stem(stages):
    """the width of the stem was counted too: the paper fixes it at 32."""
    return 4 * stages + 1, 3 * stages + 2, 2 * stages + 3
