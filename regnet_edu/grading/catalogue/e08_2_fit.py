"""Exercise 08.2: fit a quantised line to a network."""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np

from ..exercise import Exercise, Part

IDEA = 'chapter 8, "Fitting a line to a network"'


GRIDS: tuple[list, ...] = ([8, 16, 24, 32], [8.0, 16.0, 24.0, 32.0], [1.5, 2.0, 2.5, 3.0])
EVERY = list(product(*GRIDS))


@lru_cache
def _lines(d: int) -> np.ndarray:
    """The widths of d blocks for every setting; and those that are not rounded to multiples of 8."""
    from ...networks.regnet import quantized_linear_widths

    bare = [w0 * wm ** np.round(np.log1p(wa * np.arange(d) / w0) / np.log(wm)) for w0, wa, wm in EVERY]
    return np.array([[quantized_linear_widths(d, *setting) for setting in EVERY], bare])


def _errors(widths: Any) -> np.ndarray:
    """How far every line is from these widths: rounded and bare ones, errors above positive and below negative."""
    return np.log(_lines(len(widths)) / np.asarray(widths, float))


def pairs(rng: np.random.Generator) -> list[tuple]:
    cases: list[tuple] = [([8], [8]), ([16], [8]), ([8], [16]), ([8, 32], [16, 16]), ([8, 8, 64], [8, 16, 64])]
    for n in (3, 6, 12):
        cases.append(((8 * rng.integers(1, 30, n)).tolist(), (8 * rng.integers(1, 30, n)).tolist()))
    return cases


def networks(rng: np.random.Generator) -> list[tuple]:
    cases: list[tuple] = []
    while len(cases) < 3:
        d = (3, 6, 10)[len(cases)]
        widths = rng.choice(_lines(d)[0]).astype(int) + 8 * rng.integers(0, 3 if d > 3 else 1, d)
        right, bare = np.abs(_errors(widths)).mean(axis=2)
        if d == 3 or right[bare.argmin()] > right.min() + 1e-6:  # who forgets to round finds another setting
            cases.append((widths.tolist(), *GRIDS))
    return cases


def judge_fit(call: tuple, answer: Any) -> str | None:
    widths, *grids = call
    try:
        w0, wa, wm = (float(x) for x in answer)
    except (TypeError, ValueError):
        return "Three numbers were expected: w0, wa, wm."
    for name, value, grid in zip(("w0", "wa", "wm"), (w0, wa, wm), grids, strict=True):
        if value not in grid:
            return f"{name} = {value:g} is not on its grid {grid}: return (w0, wa, wm) in this order."
    errors, bare = np.abs(_errors(widths)).mean(axis=2)
    mine = EVERY.index((w0, wa, wm))
    own, least = errors[mine], errors.min()
    if own <= least + 1e-9:
        return None
    best = EVERY[errors.argmin()]
    words = f"(w0, wa, wm) = ({w0:g}, {wa:g}, {wm:g}) has the error {own:.4f}, and {best} has {least:.4f}."
    if own >= errors.max() - 1e-9:
        return f"{words} It looks as if the largest error was looked for: the fit has the smallest."
    if mine == bare.argmin():
        return f"{words} It looks as if the widths of the line were not rounded to multiples of 8."
    if mine == np.abs(_errors(widths)[0].mean(axis=1)).argmin():
        return f"{words} It looks as if errors above and below cancel: take the absolute value of each before the mean."
    if mine == 0:
        return f"{words} It looks as if only the first setting of the grid was tried."
    return words


EXERCISE = Exercise(
    number="08.2",
    name="fit",
    title="Fit the quantised line",
    task="""How close is a network to a RegNet? The paper searches a grid of $w_0$, $w_a$ and $w_m$ for the quantised line that lies
closest to the widths of the network's blocks, and calls the distance that is left $e_{fit}$: the mean over blocks of the *absolute* natural logarithm of
(width of the line / width of the network).""",
    minutes=30,
    hints=(
        "A line twice as wide as the network and one half as wide are equally far away. What does the logarithm do with 2 and 1/2?",
        "fit_error: np.mean(np.abs(np.log(predicted / observed))). For the fit, you need the rule of exercise 08.1.",
        "itertools.product(w0s, was, wms), and min(..., key=...) with the error of the line of each setting.",
    ),
    parts=(
        Part("the distance of a line from a network", 2, "fit_error", pairs, IDEA),
        Part("the best setting on a grid", 3, "fit", networks, IDEA, judge=judge_fit),
    ),
)
