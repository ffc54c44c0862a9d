"""Exercise 08.2: fit a quantised line to a network."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..exercise import Exercise, Part

IDEA = 'chapter 8, "Fitting a line to a network"'


def _rule(d: int, w0: int, wa: float, wm: float) -> list[int]:
    from ...networks.regnet import quantized_linear_widths

    return quantized_linear_widths(d, w0, wa, wm).tolist()


def pairs(rng: np.random.Generator) -> list[tuple]:
    cases: list[tuple] = [([8], [8]), ([16], [8]), ([8], [16]), ([8, 32], [16, 16]), ([8, 8, 64], [8, 16, 64])]
    for n in (3, 6, 12):
        cases.append(((8 * rng.integers(1, 30, n)).tolist(), (8 * rng.integers(1, 30, n)).tolist()))
    return cases


def networks(rng: np.random.Generator) -> list[tuple]:
    cases: list[tuple] = []
    for d in (3, 6, 10):
        w0, wa, wm = (
            8 * int(rng.integers(1, 5)),
            float(rng.choice([8, 16, 24, 32])),
            float(rng.choice([1.5, 2.0, 2.5, 3.0])),
        )
        widths = _rule(d, w0, wa, wm)
        if d > 3:
            widths[d // 2] += 8
        cases.append((widths, [8, 16, 24, 32], [8.0, 16.0, 24.0, 32.0], [1.5, 2.0, 2.5, 3.0]))
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
    observed = np.asarray(widths, float)

    def error(a: float, b: float, c: float) -> float:
        return float(np.mean(np.abs(np.log(np.asarray(_rule(len(widths), int(a), b, c)) / observed))))

    every = [(a, b, c) for a in grids[0] for b in grids[1] for c in grids[2]]
    errors = [error(*s) for s in every]
    best = every[int(np.argmin(errors))]
    own = error(w0, wa, wm)
    if own <= min(errors) + 1e-9:
        return None
    words = f"(w0, wa, wm) = ({w0:g}, {wa:g}, {wm:g}) has the error {own:.4f}, and {best} has {min(errors):.4f}."
    if own >= max(errors) - 1e-9:
        return f"{words} It looks as if the largest error was looked for: the fit has the smallest."
    signed = [abs(float(np.mean(np.log(np.asarray(_rule(len(widths), int(a), b, c)) / observed)))) for a, b, c in every]
    if every[int(np.argmin(signed))] == (w0, wa, wm):
        return f"{words} It looks as if errors above and below cancel: take the absolute value of each before the mean."
    if every[0] == (w0, wa, wm):
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
