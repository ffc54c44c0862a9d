"""The error distribution function of a population (equation 1 of the paper)."""

import numpy as np


def edf(errors, e):
    """Return the share of `errors` (a list of fractions) that lie strictly below the number `e`."""
    raise NotImplementedError("write this")


def edf_curve(errors, at):
    """Return the EDF at every entry of the list `at`, in the order of `at`."""
    raise NotImplementedError("write this")


def mean_from_curve(errors):
    """Return the mean error as the area between the EDF and the line at 1, from error 0 to error 1.

    Between two neighbouring errors the curve is flat, so the area is a sum of rectangles.
    """
    raise NotImplementedError("write this")
