"""Exact sizes of the spaces AnyNetXA to AnyNetXE (compare table 1 of the paper)."""

import math


def ordered(m, stages):
    """Return how many rows of `stages` values never shrink, when each value is one of `m` numbers; equal is allowed."""
    raise NotImplementedError("write this")


def size(letter, depths, widths, ratios, groups, stages):
    """Return the exact number of networks in AnyNetX of the letter "A" to "E", as a whole number.

    `depths`, `widths`, `ratios` and `groups` say how many values d, w, b and g can take in one stage. A: all stages
    free. B: also one b for all stages. C: also one g for all. D: also widths that never shrink. E: also depths that
    never shrink.
    """
    raise NotImplementedError("write this")
