"""The empirical bootstrap of footnote 4 of the paper."""

import numpy as np


def best_of_draw(values, errors, drawn):
    """Return the value of the pair with the lowest error among the pairs whose numbers are in `drawn`.

    `values` and `errors` are lists of the same length; of equal errors the one drawn first wins.
    """
    raise NotImplementedError("write this")


def bootstrap_best(values, errors, rng):
    """Return (low, median, high) of the best value over 2,000 draws of a quarter of the pairs, with replacement.

    `rng` is a numpy Generator, the only source of chance.
    """
    raise NotImplementedError("write this")
