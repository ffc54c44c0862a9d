"""Right and wrong ways to write exercise 11.1. A learner is told the docstring of a wrong way."""

import math

import numpy as np


def _fit(powers, flops, times, weights=None):
    flops, times = np.asarray(flops, float), np.asarray(times, float)
    weights = 1 / times if weights is None else weights
    terms = np.power.outer(flops, powers) * weights[:, None]
    return np.linalg.lstsq(terms, times * weights, rcond=None)[0].tolist()


def _predict(factors, powers, flops):
    return sum(a * flops**p for a, p in zip(factors, powers, strict=True))


def _left_out(powers, flops, times, fit=_fit):
    """Predictions for each network, by the fit to all others."""
    rows = range(len(times))
    kept = [([flops[i] for i in rows if i != k], [times[i] for i in rows if i != k]) for k in rows]
    return [_predict(fit(powers, *others), powers, flops[k]) for k, others in zip(rows, kept, strict=True)]


def power_law__right_sums(x, y):
    """The slope as a ratio of sums."""
    u, v = [math.log(a) for a in x], [math.log(b) for b in y]
    mu, mv = sum(u) / len(u), sum(v) / len(v)
    p = sum((a - mu) * (b - mv) for a, b in zip(u, v, strict=True)) / sum((a - mu) ** 2 for a in u)
    return [math.exp(mv - p * mu), p]


def power_law__right_base_2(x, y):
    """Logarithms to base 2, taken back with 2."""
    p, start = np.polyfit(np.log2(x), np.log2(y), 1)
    return 2**start, p


def fit_terms__right_normal_equations(powers, flops, times):
    """The normal equations."""
    terms = np.array([[f**p / t for p in powers] for f, t in zip(flops, times, strict=True)])
    return np.linalg.solve(terms.T @ terms, terms.sum(axis=0))


def left_out_error__right_lists(powers, flops, times):
    """Without arrays."""
    predicted = _left_out(powers, flops, times)
    return sum(abs(p / t - 1) for p, t in zip(predicted, times, strict=True)) / len(times)


def in_c__right_steps(depth, wm, ratio, flops, params, activations):
    """One constraint after the other."""
    if ratio != 1 or depth > 40 or wm < 2:
        return False
    if params >= 3e6 + 5.5e-3 * flops:
        return False
    return activations**2 < 6.5**2 * flops * 1e3


def power_law__no_logarithms(x, y):
    """a straight line was fitted to the numbers themselves: a power law is a line in their logarithms."""
    p, c = np.polyfit(x, y, 1)
    return c, p


def power_law__order(x, y):
    """(p, c) came back: the factor comes first, then the power."""
    p, start = np.polyfit(np.log(x), np.log(y), 1)
    return p, math.exp(start)


def power_law__start_in_logarithms(x, y):
    """ln c came back: c itself is asked for, exp of that."""
    p, start = np.polyfit(np.log(x), np.log(y), 1)
    return start, p


def power_law__base_10(x, y):
    """logarithms to base 10 were taken back with exp: use one base for both ways."""
    p, start = np.polyfit(np.log10(x), np.log10(y), 1)
    return math.exp(start), p


def power_law__ends(x, y):
    """the line goes through the smallest and the largest network only: all of them count."""
    low, high = int(np.argmin(x)), int(np.argmax(x))
    p = math.log(y[high] / y[low]) / math.log(x[high] / x[low])
    return y[low] / x[low] ** p, p


def power_law__other_way_round(x, y):
    """ln x was fitted to ln y, and the line turned round: that makes the power too large."""
    slope, start = np.polyfit(np.log(y), np.log(x), 1)
    return math.exp(-start / slope), 1 / slope


def fit_terms__absolute(powers, flops, times):
    """plain errors were squared: then the largest networks decide alone. Divide each error by the time."""
    return _fit(powers, flops, times, np.ones(len(times)))


def fit_terms__half_relative(powers, flops, times):
    """the *squares* were divided by the times: divide the errors, before they are squared."""
    return _fit(powers, flops, times, np.asarray(times, float) ** -0.5)


def fit_terms__relative_to_flops(powers, flops, times):
    """the errors were divided by the flops: divide them by the time."""
    return _fit(powers, flops, times, 1 / np.asarray(flops, float))


def fit_terms__constant(powers, flops, times):
    """a constant was fitted beside the powers: the time of a network without flops is 0."""
    return _fit([*powers, 0], flops, times)[: len(powers)]


def fit_terms__one_by_one(powers, flops, times):
    """each power was fitted alone, as if the others were not there: fit them together."""
    return [_fit([p], flops, times)[0] for p in powers]


def fit_terms__order(powers, flops, times):
    """the factors came back in reverse: they stand in the order of the powers."""
    return _fit(powers, flops, times)[::-1]


def left_out_error__seen(powers, flops, times):
    """each network took part in the fit that predicted it: leave it out."""
    factors = _fit(powers, flops, times)
    return float(np.mean([abs(_predict(factors, powers, f) / t - 1) for f, t in zip(flops, times, strict=True)]))


def left_out_error__milliseconds(powers, flops, times):
    """the error is not relative: divide it by the time of the network."""
    return float(np.mean(np.abs(np.array(_left_out(powers, flops, times)) - times)))


def left_out_error__signed(powers, flops, times):
    """errors above and below cancel: take the absolute value of each before the mean."""
    return float(np.mean(np.array(_left_out(powers, flops, times)) / times - 1))


def left_out_error__of_predicted(powers, flops, times):
    """the error was divided by the predicted time: divide it by the time that was measured."""
    predicted = np.array(_left_out(powers, flops, times))
    return float(np.mean(np.abs(predicted - times) / predicted))


def left_out_error__squares(powers, flops, times):
    """the root of the mean square came back: the mean of the absolute values is asked for."""
    return float(np.sqrt(np.mean((np.array(_left_out(powers, flops, times)) / times - 1) ** 2)))


def left_out_error__largest(powers, flops, times):
    """the largest error came back: the mean over all networks is asked for."""
    return float(np.max(np.abs(np.array(_left_out(powers, flops, times)) / times - 1)))


def left_out_error__only_last(powers, flops, times):
    """only the last network was left out: leave out each in turn, and take the mean."""
    return float(abs(_left_out(powers, flops, times)[-1] / times[-1] - 1))


def left_out_error__absolute_fit(powers, flops, times):
    """the fit itself used plain errors, not relative ones."""
    predicted = _left_out(powers, flops, times, lambda p, f, t: _fit(p, f, t, np.ones(len(t))))
    return float(np.mean(np.abs(np.array(predicted) / times - 1)))


def in_c__below_40(depth, wm, ratio, flops, params, activations):
    """40 blocks are allowed: at most 40, not fewer than 40."""
    f = flops / 1e9
    return ratio == 1 and depth < 40 and wm >= 2 and params < (3 + 5.5 * f) * 1e6 and activations < 6.5e6 * f**0.5


def in_c__above_2(depth, wm, ratio, flops, params, activations):
    """a w_m of exactly 2 is allowed."""
    f = flops / 1e9
    return ratio == 1 and depth <= 40 and wm > 2 and params < (3 + 5.5 * f) * 1e6 and activations < 6.5e6 * f**0.5


def in_c__any_ratio(depth, wm, ratio, flops, params, activations):
    """the bottleneck ratio was not asked for: it must be 1, neither above nor below."""
    f = flops / 1e9
    return depth <= 40 and wm >= 2 and params < (3 + 5.5 * f) * 1e6 and activations < 6.5e6 * f**0.5


def in_c__section_5(depth, wm, ratio, flops, params, activations):
    """a least depth was asked for: 12 to 28 blocks are a limit of section 5, C only has the largest depth of 40."""
    f = flops / 1e9
    return (
        ratio == 1 and 12 <= depth <= 40 and wm >= 2 and params < (3 + 5.5 * f) * 1e6 and activations < 6.5e6 * f**0.5
    )


def in_c__linear_activations(depth, wm, ratio, flops, params, activations):
    """the limit of the activations grows with the *root* of the flops."""
    f = flops / 1e9
    return ratio == 1 and depth <= 40 and wm >= 2 and params < (3 + 5.5 * f) * 1e6 and activations < 6.5e6 * f


def in_c__limits_included(depth, wm, ratio, flops, params, activations):
    """as many parameters or activations as the limit were let in: fewer are asked for."""
    f = flops / 1e9
    return ratio == 1 and depth <= 40 and wm >= 2 and params <= (3 + 5.5 * f) * 1e6 and activations <= 6.5e6 * f**0.5


def in_c__either(depth, wm, ratio, flops, params, activations):
    """one of the two limits was enough to let a network in: both must hold."""
    f = flops / 1e9
    cheap = params < (3 + 5.5 * f) * 1e6 or activations < 6.5e6 * f**0.5
    return ratio == 1 and depth <= 40 and wm >= 2 and cheap


def in_c__no_limits(depth, wm, ratio, flops, params, activations):
    """the limits on parameters and activations let everything in: F is in units of a thousand million flops."""
    return ratio == 1 and depth <= 40 and wm >= 2
