"""Right and wrong ways to write exercise 03.2."""

import numpy as np


def _interval(best, ends=(0.025, 0.5, 0.975)):
    return tuple(np.quantile(best, ends))


def _drawn(errors, rng, size, replace=True):
    n = len(errors)
    if replace:
        return rng.integers(n, size=(2000, size))
    return rng.random((2000, n)).argsort(axis=1)[:, :size]


def best_of_draw__right_argmin(values, errors, drawn):
    """numpy."""
    drawn = np.asarray(drawn)
    return np.asarray(values)[drawn[np.argmin(np.asarray(errors)[drawn])]]


def bootstrap_best__right_vectorised(values, errors, rng):
    """All draws at once."""
    drawn = _drawn(errors, rng, max(1, len(errors) // 4))
    best = drawn[np.arange(2000), np.asarray(errors)[drawn].argmin(axis=1)]
    return np.percentile(np.asarray(values)[best], [2.5, 50, 97.5])


def best_of_draw__position(values, errors, drawn):
    """the place within the draw was used as the number of the pair: look the number up in `drawn`."""
    return values[int(np.argmin(np.asarray(errors)[drawn]))]


def best_of_draw__worst(values, errors, drawn):
    """the pair with the highest error was kept: the best is the one with the lowest."""
    return values[max(drawn, key=lambda k: errors[k])]


def best_of_draw__error(values, errors, drawn):
    """the lowest error came back: its value is what was asked for."""
    return min(errors[k] for k in drawn)


def best_of_draw__all(values, errors, drawn):
    """the best of all pairs was kept, drawn or not."""
    return values[int(np.argmin(errors))]


def best_of_draw__last(values, errors, drawn):
    """of equal errors the last drawn won: the first should."""
    return values[min(reversed(drawn), key=lambda k: errors[k])]


def best_of_draw__smallest_value(values, errors, drawn):
    """the smallest value came back: the value that belongs to the smallest error is asked for."""
    return min(values[k] for k in drawn)


def bootstrap_best__worst(values, errors, rng):
    """It looks as if the pair with the highest error was kept"""
    drawn = _drawn(errors, rng, max(1, len(errors) // 4))
    return _interval(np.asarray(values)[drawn[np.arange(2000), np.asarray(errors)[drawn].argmax(axis=1)]])


def bootstrap_best__all_pairs(values, errors, rng):
    """It looks as if all n pairs were drawn in each repetition"""
    drawn = _drawn(errors, rng, len(errors))
    return _interval(np.asarray(values)[drawn[np.arange(2000), np.asarray(errors)[drawn].argmin(axis=1)]])


def bootstrap_best__always_best(values, errors, rng):
    """It looks as if always the best network was kept"""
    return (values[int(np.argmin(errors))],) * 3


def bootstrap_best__values_only(values, errors, rng):
    """It looks as if the error played no part"""
    return _interval(rng.choice(values, 2000))


def bootstrap_best__unseeded(values, errors, rng):
    """It looks as if the draw is not seeded"""
    return bootstrap_best__right_vectorised(values, errors, np.random.default_rng())


def bootstrap_best__global(values, errors, rng):
    """It looks as if numpy's global random state was used"""
    drawn = np.random.randint(len(errors), size=(2000, max(1, len(errors) // 4)))
    return _interval(np.asarray(values)[drawn[np.arange(2000), np.asarray(errors)[drawn].argmin(axis=1)]])


def bootstrap_best__backwards(values, errors, rng):
    """The three numbers must be in order"""
    return bootstrap_best__right_vectorised(values, errors, rng)[::-1]


def bootstrap_best__never_the_last(values, errors, rng):
    """Is the interval that of the 2.5th and 97.5th percentile, of a quarter of the pairs drawn with replacement?"""
    drawn = rng.integers(0, max(1, len(errors) - 1), (2000, max(1, len(errors) // 4)))
    return _interval(np.asarray(values)[drawn[np.arange(2000), np.asarray(errors)[drawn].argmin(axis=1)]])


def bootstrap_best__own_seed(values, errors, rng):
    """nothing was drawn from the Generator that you are given"""
    return bootstrap_best__right_vectorised(values, errors, np.random.default_rng(0))


def bootstrap_best__not_put_back(values, errors, rng):
    """It looks as if each pair was drawn once at most: draw *with* replacement."""
    drawn = _drawn(errors, rng, max(1, len(errors) // 4), replace=False)
    return _interval(np.asarray(values)[drawn[np.arange(2000), np.asarray(errors)[drawn].argmin(axis=1)]])


def bootstrap_best__right_choice(values, errors, rng):
    """numpy draws the numbers one repetition after the other."""
    found = []
    for _ in range(2000):
        drawn = rng.choice(len(values), size=len(values) // 4 or 1, replace=True)
        found.append(min((errors[k], place, values[k]) for place, k in enumerate(drawn))[2])
    found.sort()
    return [float(np.percentile(found, p)) for p in (2.5, 50, 97.5)]
