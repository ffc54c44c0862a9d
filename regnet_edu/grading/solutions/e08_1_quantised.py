"""The quantised linear rule (equations 2 to 4 of the paper)."""

from itertools import groupby

import numpy as np


def block_widths(d, w0, wa, wm):
    """Return the widths of d blocks, whole multiples of 8, for slope wa and multiplier wm."""
    u = w0 + wa * np.arange(d)
    s = np.round(np.log(u / w0) / np.log(wm))
    return (np.round(w0 * wm**s / 8) * 8).astype(int)


def stages(widths):
    """Return (depths, widths) of the stages: the lengths and the widths of the runs of equal block widths."""
    runs = [(width, len(list(run))) for width, run in groupby(widths)]
    return [depth for _, depth in runs], [width for width, _ in runs]
