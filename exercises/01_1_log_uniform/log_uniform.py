"""Log-uniform draws on a grid (section 3.2 of the paper)."""

import math

import numpy as np


def log_uniform(u, high, step):
    """Return the multiple of `step`, from `step` to `high`, that belongs to the uniform number `u` in [0, 1).

    The logarithm runs evenly from log(step / 2), at u = 0, to log(high), at u = 1; the real number is rounded up.
    """
    raise NotImplementedError("write this")


def sample_widths(n, rng):
    """Return n widths, multiples of 8 from 8 to 1024, log-uniform; `rng` is a numpy Generator, the only source."""
    raise NotImplementedError("write this")
