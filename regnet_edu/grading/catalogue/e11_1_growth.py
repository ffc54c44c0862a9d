"""Exercise 11.1: how costs grow with flops, and which RegNets are in C."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..compare import within
from ..exercise import Exercise, Part

TREND = 'chapter 11, "How costs grow"'
TIME = 'chapter 11, "Runtime: one term or two?"'
CONSTRAINED = 'chapter 11, "RegNetX constrained"'


def clouds(rng: np.random.Generator) -> list[tuple]:
    """Networks (x, y) around a power law, not in order of size."""
    cases: list[tuple] = [([1.0, 4.0], [3.0, 6.0]), ([2.0, 1.0, 4.0], [8.0, 5.0, 30.0])]
    for n in (4, 6, 9):
        x = np.round(2 ** rng.uniform(-2, 5, n), 3)
        y = np.round(rng.uniform(2, 9) * x ** rng.uniform(0.3, 1.2) * np.exp(rng.normal(0, 0.2, n)), 3)
        cases.append((x.tolist(), y.tolist()))
    return cases


def _timed(rng: np.random.Generator, n: int) -> tuple[list[float], list[float]]:
    """Flops in GF and times in ms, as of published networks."""
    flops = np.round(0.2 * 2 ** rng.uniform(0, 7, n), 2)
    times = np.round((9 * flops + 12 * flops**0.5) * np.exp(rng.normal(0, 0.2, n)), 1)
    return flops.tolist(), times.tolist()


def timings(rng: np.random.Generator) -> list[tuple]:
    exact: list[tuple] = [([1], [1.0, 2.0], [5.0, 10.0]), ([1, 0.5], [1.0, 4.0, 9.0], [8.0, 26.0, 54.0])]
    drawn = [(powers, *_timed(rng, n)) for powers, n in (([1], 2), ([0.5], 5), ([1, 0.5], 6), ([0.5, 1], 9))]
    return [*exact, *drawn]


def unseen(rng: np.random.Generator) -> list[tuple]:
    drawn = [(powers, *_timed(rng, n)) for powers, n in (([1], 4), ([0.5], 6), ([1, 0.5], 7), ([1, 0.5], 11))]
    return [([1], [1.0, 2.0], [5.0, 20.0]), *drawn]


def networks(rng: np.random.Generator) -> list[tuple]:
    """Networks that differ from members of C in one respect, at its limits and beyond; and random ones."""
    base: tuple[Any, ...] = (22, 2.54, 1, 400_000_000, 5_100_000, 3_100_000)
    changed: list[dict[int, float]] = [{}, {0: 40}, {0: 41}, {0: 5}, {1: 2}, {1: 1.99}, {2: 2}, {2: 0.5}]
    cases: list[tuple] = [tuple(change.get(k, value) for k, value in enumerate(base)) for change in changed]
    for params, activations in ((8_499_999, 6_499_999), (8_500_000, 6_499_999), (8_499_999, 6_500_000)):
        cases.append((20, 2.5, 1, 1_000_000_000, params, activations))
    cases.append((20, 2.5, 1, 10**12, 5_502_999_999, 200_000_000))  # one parameter below the limit
    for gf in (0.2, 4, 16):
        f = gf * float(rng.uniform(0.8, 1.2))
        for p, a in ((0.9, 0.9), (1.1, 0.9), (0.9, 1.1), (1.1, 1.1)):
            limits = (round(p * (3 + 5.5 * f) * 1e6), round(a * 6.5 * f**0.5 * 1e6))
            cases.append((int(rng.integers(12, 29)), 2.5, 1, round(f * 1e9), *limits))
    return cases


EXERCISE = Exercise(
    number="11.1",
    name="growth",
    title="How costs grow, and who is in C",
    task="""Figure 12 of the paper says how activations, parameters and time grow with flops, and figure 13 turns that into limits.
Fit a power law; fit a time that is a sum of powers, with *relative* errors, so that a small network counts as much as a large one; and ask which
of two models is better where it counts: on networks that the fit has not seen. Last, say which networks belong to RegNetX C. The limits on
parameters and activations are those of the authors' program; the paper prints none.""",
    minutes=40,
    hints=(
        "In logarithms y = c * x**p is a straight line. What are its slope and its start? And what must be done with the start?",
        "A relative error is a plain one if both sides of time = a * flops**p + ... are divided by the time: then the numbers to be "
        "reached are all 1. np.linalg.lstsq finds the factors.",
        "terms = flops[:, None] ** powers / times[:, None]; np.linalg.lstsq(terms, np.ones(n))[0]. left_out_error: for each k "
        "fit_terms(powers, np.delete(flops, k), np.delete(times, k)), and predict network k with it.",
    ),
    parts=(
        Part("a power law", 2, "power_law", clouds, TREND, same=within(1e-6)),
        Part("a sum of powers", 2, "fit_terms", timings, TIME, same=within(1e-5, 1e-7)),
        Part("networks that the fit has not seen", 2, "left_out_error", unseen, TIME, same=within(1e-5, 1e-8)),
        Part("which networks are in C", 2, "in_c", networks, CONSTRAINED),
    ),
)
