"""How costs grow with flops: power laws, sums of powers, networks that a fit has not seen, and RegNetX C."""

import numpy as np


def power_law(x, y):
    """Return (c, p) of the power law y = c * x**p, by the least squares line of ln y over ln x.

    All numbers are above 0.
    """
    raise NotImplementedError("write this")


def fit_terms(powers, flops, times):
    """Return the factors a, one for each of `powers`, of time = a[0] * flops**powers[0] + a[1] * ...

    Of all factors, those for which the sum of the squares of the *relative* errors, (predicted - time) / time,
    is least.
    """
    raise NotImplementedError("write this")


def left_out_error(powers, flops, times):
    """Return how far off the fit is for networks that it has not seen.

    Each network is predicted by the fit to all others. The mean over networks of |predicted - time| / time.
    """
    raise NotImplementedError("write this")


def in_c(depth, wm, ratio, flops, params, activations):
    """Return whether a network of RegNetX is in the constrained space C.

    b = 1; at most 40 blocks; w_m of 2 or more; and, with F thousand million flops, fewer than 3 + 5.5 F million
    parameters and fewer than 6.5 sqrt(F) million activations. The last three arguments are plain counts.
    """
    raise NotImplementedError("write this")
