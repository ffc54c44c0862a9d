"""Right and wrong ways to write exercise 08.2."""

import math
from itertools import product

import numpy as np


def _line(d, w0, wa, wm):
    s = np.round(np.log((w0 + wa * np.arange(d)) / w0) / np.log(wm))
    return np.round(w0 * wm**s / 8) * 8


def _error(setting, widths):
    return np.mean(np.abs(np.log(_line(len(widths), *setting) / np.asarray(widths))))


def fit_error__right_loop(predicted, observed):
    """Block by block."""
    return sum(abs(math.log(p) - math.log(o)) for p, o in zip(predicted, observed, strict=True)) / len(observed)


def fit__right_loops(widths, w0s, was, wms):
    """Three loops."""
    best, lowest = None, math.inf
    for w0 in w0s:
        for wa in was:
            for wm in wms:
                error = _error((w0, wa, wm), widths)
                if error < lowest:
                    best, lowest = [w0, wa, wm], error
    return best


def fit_error__signed(predicted, observed):
    """the absolute value is missing, so that errors above and below cancel."""
    return float(np.mean(np.log(np.asarray(predicted) / np.asarray(observed))))


def fit_error__absolute_mean(predicted, observed):
    """the absolute value was taken after the mean: errors above and below cancel before it."""
    return abs(float(np.mean(np.log(np.asarray(predicted) / np.asarray(observed)))))


def fit_error__difference(predicted, observed):
    """the difference of the widths was used: the ratio, in the logarithm, treats wide and narrow stages alike."""
    return float(np.mean(np.abs(np.asarray(predicted) - np.asarray(observed))))


def fit_error__log2(predicted, observed):
    """the logarithm to base 2 was used: e_fit has the natural one."""
    return float(np.mean(np.abs(np.log2(np.asarray(predicted) / np.asarray(observed)))))


def fit_error__sum(predicted, observed):
    """the sum over blocks came back: divide by their number."""
    return float(np.sum(np.abs(np.log(np.asarray(predicted) / np.asarray(observed)))))


def fit_error__squared(predicted, observed):
    """the logarithm was squared: e_fit takes its absolute value."""
    return float(np.mean(np.log(np.asarray(predicted) / np.asarray(observed)) ** 2))


def fit_error__relative(predicted, observed):
    """the relative difference was used: twice as wide and half as wide should count the same."""
    return float(np.mean(np.abs(np.asarray(predicted) / np.asarray(observed) - 1)))


def fit__worst(widths, w0s, was, wms):
    """It looks as if the largest error was looked for"""
    return max(product(w0s, was, wms), key=lambda s: _error(s, widths))


def fit__not_rounded(widths, w0s, was, wms):
    """It looks as if the widths of the line were not rounded to multiples of 8"""

    def error(w0, wa, wm):
        line = w0 * wm ** np.round(np.log((w0 + wa * np.arange(len(widths))) / w0) / np.log(wm))
        return np.mean(np.abs(np.log(line / np.array(widths))))

    return min(product(w0s, was, wms), key=lambda s: error(*s))


def fit__first(widths, w0s, was, wms):
    """It looks as if only the first setting of the grid was tried"""
    return w0s[0], was[0], wms[0]


def fit__order(widths, w0s, was, wms):
    """return (w0, wa, wm) in this order"""
    w0, wa, wm = min(product(w0s, was, wms), key=lambda s: _error(s, widths))
    return wm, w0, wa
