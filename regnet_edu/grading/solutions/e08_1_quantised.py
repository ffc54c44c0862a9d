"""The quantised linear rule (equations 2 to 4 of the paper)."""

import numpy as np


def block_widths(d, w0, wa, wm):
    """Return the widths of d blocks, whole multiples of 8, for slope wa and multiplier wm."""
    u = w0 + wa * np.arange(d)
    s = np.round(np.log(u / w0) / np.log(wm))
    return (np.round(w0 * wm**s / 8) * 8).astype(int)


def stages(widths):
    """Return (depths, widths) of the stages: the lengths and the widths of the runs of equal block widths."""
    begins = [k for k in range(len(widths)) if k == 0 or widths[k] != widths[k - 1]]
    ends = [*begins[1:], len(widths)]
    return [end - begin for begin, end in zip(begins, ends, strict=True)], [widths[k] for k in begins]
