"""Right and wrong ways to write exercise 08.1."""

import math
from itertools import groupby

import numpy as np


def block_widths__right_loop(d, w0, wa, wm):
    """One block after the other."""
    found = []
    for j in range(d):
        s = round(math.log((w0 + wa * j) / w0, wm))
        found.append(8 * round(w0 * wm**s / 8))
    return found


def stages__right_groupby(widths):
    """Runs."""
    runs = [(len(list(run)), width) for width, run in groupby(widths)]
    return [d for d, _ in runs], [w for _, w in runs]


def _rule(d, w0, wa, wm, first=0, rounding=np.round, last=np.round, q=8):
    s = rounding(np.log((w0 + wa * (np.arange(d) + first)) / w0) / np.log(wm))
    return (last(w0 * wm**s / q) * q).astype(int)


def block_widths__from_one(d, w0, wa, wm):
    """blocks were counted from 1: they are counted from 0, so that the first width is w_0."""
    return _rule(d, w0, wa, wm, first=1)


def block_widths__line_rounded(d, w0, wa, wm):
    """the line was rounded to a multiple of 8 before its logarithm was taken: only the last width is rounded so."""
    s = np.round(np.log(np.round((w0 + wa * np.arange(d)) / 8) * 8 / w0) / np.log(wm))
    return (np.round(w0 * wm**s / 8) * 8).astype(int)


def block_widths__floor(d, w0, wa, wm):
    """the exponent was rounded down: equation 4 takes the nearest whole number."""
    return _rule(d, w0, wa, wm, rounding=np.floor)


def block_widths__ceil(d, w0, wa, wm):
    """the exponent was rounded up: equation 4 takes the nearest whole number."""
    return _rule(d, w0, wa, wm, rounding=np.ceil)


def block_widths__not_quantised(d, w0, wa, wm):
    """the line itself was rounded to multiples of 8: equations 3 and 4, the powers of w_m, are missing."""
    return (np.round((w0 + wa * np.arange(d)) / 8) * 8).astype(int)


def block_widths__no_multiple(d, w0, wa, wm):
    """the widths were not rounded to multiples of 8."""
    return _rule(d, w0, wa, wm, q=1)


def block_widths__eight_down(d, w0, wa, wm):
    """the widths were rounded down to a multiple of 8: take the nearest."""
    return _rule(d, w0, wa, wm, last=np.floor)


def block_widths__nearest_width(d, w0, wa, wm):
    """the nearest power was taken on the line and not in the logarithm: round s_j, not u_j."""
    u = w0 + wa * np.arange(d)
    powers = w0 * wm ** np.arange(40.0)
    return (np.round(powers[np.abs(u[:, None] - powers).argmin(axis=1)] / 8) * 8).astype(int)


def block_widths__geometric(d, w0, wa, wm):
    """the width was multiplied by w_m in every block: the exponent follows the line u_j."""
    return (np.round(w0 * float(wm) ** np.arange(min(d, 40)) / 8) * 8).astype(int)


def stages__right_changes(widths):
    """Where the width changes."""
    w = np.asarray(widths)
    begins = np.flatnonzero(np.append(True, np.diff(w) != 0))
    return np.diff(np.append(begins, len(w))), w[begins]


def stages__unique(widths):
    """blocks of the same width were put together wherever they are: [8, 16, 8] has three stages, not two."""
    found, depths = np.unique(widths, return_counts=True)
    return depths.tolist(), found.tolist()


def stages__swapped(widths):
    """widths came before depths: the depths are asked for first."""
    return stages__right_groupby(widths)[::-1]


def stages__set(widths):
    """the widths went through a set, which keeps no order: go along the blocks from the first to the last."""
    return [widths.count(w) for w in set(widths)], list(set(widths))


def stages__blocks(widths):
    """a stage was made of every block: a stage is a whole run of blocks of the same width."""
    return [1] * len(widths), list(widths)


def stages__ends(widths):
    """the place where each stage begins came back: its depth is the number of its blocks."""
    begins = [k for k in range(len(widths)) if k == 0 or widths[k] != widths[k - 1]]
    return begins, [widths[k] for k in begins]


def block_widths__power_alone(d, w0, wa, wm):
    """the power of w_m was not multiplied by w_0."""
    s = np.round(np.log((w0 + wa * np.arange(d)) / w0) / np.log(wm))
    return (np.round(wm**s / 8) * 8).astype(int)


def block_widths__two_logarithms(d, w0, wa, wm):
    """two kinds of logarithm were mixed: take the same one, whichever it is, of u / w_0 and of w_m."""
    s = np.round(np.log2((w0 + wa * np.arange(d)) / w0) / np.log(wm))
    return (np.round(w0 * wm**s / 8) * 8).astype(int)


def block_widths__log10_of_the_line(d, w0, wa, wm):
    """the logarithm of the line has base 10, and that of w_m another: take the same one for both."""
    s = np.round(np.log10((w0 + wa * np.arange(d)) / w0) / np.log(wm))
    return (np.round(w0 * wm**s / 8) * 8).astype(int)


def block_widths__log10_and_log2(d, w0, wa, wm):
    """the logarithm of the line has base 10 and that of w_m base 2: take the same one for both."""
    s = np.round(np.log10((w0 + wa * np.arange(d)) / w0) / np.log2(wm))
    return (np.round(w0 * wm**s / 8) * 8).astype(int)
