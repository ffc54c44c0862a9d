"""The quantised linear rule (equations 2 to 4 of the paper)."""

import numpy as np


def block_widths(d, w0, wa, wm):
    """Return the widths of d blocks, whole multiples of 8, for slope wa and multiplier wm."""
    raise NotImplementedError("write this")


def stages(widths):
    """Return (depths, widths) of the stages: the lengths and the widths of the runs of equal block widths."""
    raise NotImplementedError("write this")
