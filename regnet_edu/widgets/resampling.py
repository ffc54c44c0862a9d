"""The random numbers of the interactives and what is drawn with them, exactly as `resampling.js` draws it.

A page must show what a link says, in every browser and in Python, so the generator is a function of (seed, number)
in 32-bit arithmetic: number i of a seed is scramble(scramble(seed) + (i + 1) * 0x9e3779b9). It is good enough to
resample with, and for nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

MASK = 0xFFFFFFFF
GOLDEN = 0x9E3779B9


def scramble(z: int) -> int:
    """Return a number in [0, 2^32) that depends on every bit of `z`, a number in the same range."""
    z = ((z ^ (z >> 16)) * 0x21F0AAAD) & MASK
    z = ((z ^ (z >> 15)) * 0x735A2D97) & MASK
    return z ^ (z >> 15)


def counter(seed: int) -> Callable[[int], int]:
    """Return a function that draws a whole number in [0, n), for n < 2^21."""
    state = scramble(seed & MASK)

    def below(n: int) -> int:
        nonlocal state
        state = (state + GOLDEN) & MASK
        return (scramble(state) * n) >> 32

    return below


def choose_few(n: int, k: int, seed: int) -> list[int]:
    """Return the first k of a random order of 0, ..., n - 1."""
    order = list(range(n))
    below = counter(seed)
    for i in range(k):
        j = i + below(n - i)
        order[i], order[j] = order[j], order[i]
    return order[:k]


def best_of_draws(values: Sequence[float], k: int, repeats: int, seed: int) -> list[float]:
    """Return the lowest value of each of `repeats` draws of k values without replacement."""
    order, below, best = list(values), counter(seed), []
    for _ in range(repeats):
        for i in range(k):
            j = i + below(len(order) - i)
            order[i], order[j] = order[j], order[i]
        best.append(min(order[:k]))
    return best


def quantile(ordered: Sequence[float], p: float) -> float:
    """Return the smallest value whose share of values at or below it reaches p (numpy's "inverted_cdf")."""
    rank = max(0, math.ceil(p * len(ordered) - 1e-9) - 1)
    return ordered[min(rank, len(ordered) - 1)]


def bootstrap_means(values: Sequence[float], repeats: int, seed: int) -> list[float]:
    """Return the means of `repeats` bootstrap samples of the values, in the order of their drawing."""
    below, n, means = counter(seed), len(values), []
    for _ in range(repeats):
        total = 0.0
        for _ in range(n):
            total += values[below(n)]
        means.append(total / n)
    return means


def bootstrap_best(
    values: Sequence[float],
    errors: Sequence[float],
    repeats: int,
    seed: int,
    level: float = 0.95,
    fraction: float = 0.25,
) -> tuple[float, float, float]:
    """Footnote 4 of the paper, as `regnet_edu.bootstrap_best`, with this generator: (low, median, high).

    Args:
        values, errors: (n,) the property and the error of each network.
        repeats: number of draws of max(1, int(fraction * n)) pairs.
        seed: of the generator.
        level: of the interval.
        fraction: share of the pairs in one draw.
    """
    below, n, kept = counter(seed), len(errors), []
    draw = max(1, int(fraction * n))
    for _ in range(repeats):
        drawn = [below(n) for _ in range(draw)]
        kept.append(values[min(drawn, key=lambda i: errors[i])])  # of ties the first drawn
    kept.sort()
    tail = (1 - level) / 2
    return quantile(kept, tail), quantile(kept, 0.5), quantile(kept, 1 - tail)


def bootstrap_band(n: int, repeats: int, seed: int, level: float = 0.95) -> list[tuple[float, float]]:
    """Return the pointwise band of the EDF of n distinct errors, just above each of them in order.

    It depends on the errors through their number only: the bootstrap draws places in the order.
    """
    below = counter(seed)
    shares: list[list[float]] = [[] for _ in range(n)]
    for _ in range(repeats):
        drawn = [0] * n
        for _ in range(n):
            drawn[below(n)] += 1
        so_far = 0
        for k in range(n):
            so_far += drawn[k]
            shares[k].append(so_far / n)
    tail = (1 - level) / 2
    ordered = [sorted(share) for share in shares]
    return [(quantile(s, tail), quantile(s, 1 - tail)) for s in ordered]
