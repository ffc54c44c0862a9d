"""Right and wrong ways to write exercise 01.1."""

import math

import numpy as np


def log_uniform__right_powers(u, high, step):
    """Powers of two."""
    return int(np.maximum(1, np.ceil((step / 2) * (2 * high / step) ** u / step)) * step)


def sample_widths__right_vectorised(n, rng):
    """All at once."""
    x = np.exp(rng.uniform(np.log(4), np.log(1024), n))
    return np.ceil(x / 8).astype(int) * 8


def sample_widths__right_doubling_and_place(n, rng):
    """First the doubling, then the place in it."""
    x = 4 * 2.0 ** (rng.integers(0, 8, n) + rng.random(n))
    return [8 * math.ceil(v / 8) for v in x]


def log_uniform__uniform(u, high, step):
    """the draw is uniform and not log-uniform: take the exponential of a number between two logarithms."""
    return max(1, math.ceil(u * high / step)) * step


def log_uniform__floor(u, high, step):
    """the real number was rounded down: the rule rounds up, so that `high` can be reached."""
    return max(1, math.floor((step / 2) * (2 * high / step) ** u / step)) * step


def log_uniform__nearest(u, high, step):
    """the real number was rounded to the nearest multiple: the rule rounds up."""
    return max(1, round((step / 2) * (2 * high / step) ** u / step)) * step


def log_uniform__from_step(u, high, step):
    """the range begins at log(step): it begins at log(step / 2), so that the first value gets a whole doubling too."""
    return math.ceil(step * (high / step) ** u / step) * step


def log_uniform__no_grid(u, high, step):
    """the result was not rounded to a multiple of the step."""
    return math.ceil((step / 2) * (2 * high / step) ** u)


def log_uniform__index(u, high, step):
    """the number of the multiple came back: multiply it by the step."""
    return max(1, math.ceil((step / 2) * (2 * high / step) ** u / step))


def sample_widths__uniform(n, rng):
    """It looks as if the widths are uniform and not log-uniform"""
    return rng.integers(1, 129, n) * 8


def sample_widths__unseeded(n, rng):
    """It looks as if the draw is not seeded"""
    return np.ceil(np.exp(np.random.default_rng().uniform(np.log(4), np.log(1024), n)) / 8).astype(int) * 8


def sample_widths__global(n, rng):
    """It looks as if numpy's global random state was used"""
    return np.ceil(np.exp(np.random.uniform(np.log(4), np.log(1024), n)) / 8).astype(int) * 8


def sample_widths__doublings(n, rng):
    """of the widths are at most 64, where half of them should be"""
    return 2 ** rng.integers(3, 9, n)


def sample_widths__powers_of_two(n, rng):
    """It looks as if not every multiple of 8 can come"""
    return 2 ** rng.integers(3, 11, n)


def sample_widths__own_seed(n, rng):
    """nothing was drawn from the Generator that you are given"""
    return np.ceil(np.exp(np.random.default_rng(0).uniform(np.log(4), np.log(1024), n)) / 8).astype(int) * 8


def sample_widths__sorted(n, rng):
    """the sample was sorted: it comes as it is drawn."""
    return sorted(np.ceil(np.exp(rng.uniform(np.log(4), np.log(1024), n)) / 8).astype(int) * 8)
