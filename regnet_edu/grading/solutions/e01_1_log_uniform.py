"""Log-uniform draws on a grid (section 3.2 of the paper)."""

import math

import numpy as np


def log_uniform(u, high, step):
    """Return the multiple of `step`, from `step` to `high`, that belongs to the uniform number `u` in [0, 1).

    The logarithm runs evenly from log(step / 2), at u = 0, to log(high), at u = 1; the real number is rounded up.
    """
    low, top = math.log(step / 2), math.log(high)
    x = math.exp(low + u * (top - low))
    return max(1, math.ceil(x / step)) * step


def sample_widths(n, rng):
    """Return n widths, multiples of 8 from 8 to 1024, log-uniform; `rng` is a numpy Generator, the only source."""
    return np.array([log_uniform(u, 1024, 8) for u in rng.random(n)])
