"""The error distribution function of a population (equation 1 of the paper)."""

import numpy as np


def edf(errors, e):
    """Return the share of `errors` (a list of fractions) that lie strictly below the number `e`."""
    return float(np.mean(np.asarray(errors) < e))


def edf_curve(errors, at):
    """Return the EDF at every entry of the list `at`, in the order of `at`."""
    return [edf(errors, e) for e in at]


def mean_from_curve(errors):
    """Return the mean error as the area between the EDF and the line at 1, from error 0 to error 1.

    Between two neighbouring errors the curve is flat, so the area is a sum of rectangles.
    """
    edges = np.concatenate([[0.0], np.sort(errors), [1.0]])
    heights = [1 - edf(errors, middle) for middle in (edges[1:] + edges[:-1]) / 2]
    return float(np.sum(np.diff(edges) * heights))
