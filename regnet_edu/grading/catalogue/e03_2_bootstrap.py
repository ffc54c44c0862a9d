"""Exercise 03.2: the empirical bootstrap of the best value."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from ..draws import SAME, luck
from ..exercise import Exercise, Part, Rng

IDEA = 'chapter 3, "Which property goes with a low error?"'

# With 23 pairs the high end is one of two ranks, equally likely, and another one when no pair is put back.
MANY, DRAWS = 23, 2000


def draws(rng: np.random.Generator) -> list[tuple]:
    cases: list[tuple] = [
        ([7, 9], [0.5, 0.4], [0]),
        ([7, 9], [0.5, 0.4], [0, 1]),
        ([7, 9, 8], [0.4, 0.4, 0.5], [2, 1, 0]),
    ]
    for n in (5, 9, 20):
        values, errors = rng.integers(1, 99, n).tolist(), np.round(rng.uniform(0.3, 0.7, n), 2).tolist()
        cases.append((values, errors, rng.integers(0, n, 4).tolist()))
    return cases


def populations(rng: np.random.Generator) -> list[tuple]:
    cases = []
    for n in (1, 40):
        values = (np.arange(n) + 10).tolist()
        errors = np.round(np.abs(np.linspace(-1, 1, n) - 0.2) / 3 + rng.uniform(0.3, 0.4, n), 4).tolist()
        cases.append((values, errors, Rng(int(rng.integers(1000)))))
    last = np.round(rng.uniform(0.4, 0.5, 44), 4)  # the two best are the first and the last: all must be drawn
    last[[0, -1]] = 0.35, 0.34
    cases.append(((np.arange(44) + 10).tolist(), last.tolist(), Rng(int(rng.integers(1000)))))
    places = rng.permutation(MANY)  # the value is the rank: its high end tells whether pairs were put back
    cases.append((places.tolist(), np.round(0.3 + places / 300, 4).tolist(), Rng(int(rng.integers(1000)))))
    return cases


def ask_often(m: Any, values: list, errors: list, rng: Any) -> Any:
    """the interval of the best value, with values, errors, rng ="""
    import copy

    import numpy as np

    seed, before = int(copy.deepcopy(rng).integers(2**31)), str(np.random.get_state())
    first = [float(x) for x in m.bootstrap_best(values, errors, rng)]
    moved = str(np.random.get_state()) != before
    high = []
    for k in range(20 if len(values) == 23 else 0):
        high.append(float(m.bootstrap_best(values, errors, np.random.default_rng([k, seed]))[2]))
    return [first, moved, high]


def judge_interval(call: tuple, answer: Any) -> str | None:
    values, errors, _ = call
    try:
        (low, median, high), moved, highs = answer
        numbers = [float(low), float(median), float(high)]
    except (TypeError, ValueError):
        return "Three numbers were expected: low, median and high."
    if moved:
        return "It looks as if numpy's global random state was used: draw from the Generator that you are given."
    if not low <= median <= high:
        return "The three numbers must be in order: low, median, high."
    n = len(values)
    ranked = np.asarray(values, float)[np.argsort(errors, kind="stable")]
    chance = (1 - np.arange(n + 1) / n) ** max(1, n // 4)  # that none of the r best is among those drawn
    chance = chance[:-1] - chance[1:]
    order: Any = np.argsort(ranked)
    summed = np.cumsum(chance[order])
    for name, got, level in (("low", low, 0.025), ("median", median, 0.5), ("high", high, 0.975)):
        slack = luck(level, DRAWS)
        first = ranked[order][int(np.searchsorted(summed, max(level - slack, 0)))]
        last = ranked[order][min(int(np.searchsorted(summed, min(level + slack, 1))), n - 1)]
        if not first <= got <= last:
            where = f"{first:g}" if first == last else f"between {first:g} and {last:g}"
            return f"{name} should be {where}. {guess(numbers, ranked, n)}"
    if n == MANY and len(set(highs)) == 1:
        return SAME
    if n == MANY:
        back, away = (high_end(n, put_back) for put_back in (True, False))
        if not abs(np.mean(highs) - back) < abs(np.mean(highs) - away):
            return (
                f"In {len(highs)} repetitions the high end was {np.mean(highs):.2f} in the mean, and should be about "
                f"{back:.2f}. It looks as if each pair was drawn once at most: draw *with* replacement."
            )
    return None


@lru_cache(maxsize=8)
def high_end(n: int, put_back: bool) -> float:
    """The high end of the rank of the best, with and without replacement; the mean of many repetitions."""
    rng, found = np.random.default_rng(0), []
    for _ in range(60):
        keys = rng.random((DRAWS, n // 4 if put_back else n))
        drawn = (keys * n).astype(int) if put_back else keys.argsort(axis=1)[:, : n // 4]
        found.append(np.quantile(drawn.min(axis=1), 0.975))
    return float(np.mean(found))


def guess(numbers: list[float], ranked: np.ndarray, n: int) -> str:
    """Name the mistake that gives about these numbers."""
    low, median, high = numbers
    if low == median == high and n > 3:
        return "It looks as if always the best network was kept: draw a quarter of the pairs anew in each repetition."
    worst = ranked[-max(1, n // 4) :]
    if median in worst:
        return "It looks as if the pair with the highest error was kept: the best is the one with the lowest."
    ordered = np.sort(ranked)
    if (
        abs(median - np.median(ordered)) <= 0.1 * n
        and low <= ordered[max(1, n // 12)]
        and high >= ordered[-max(1, n // 12) - 1]
    ):
        return "It looks as if the error played no part: keep the value of the pair with the lowest error."
    share = float(np.mean(np.abs(ranked[: max(1, n // 4)] - median) >= 0))
    width = (high - low) / n
    if n > 10 and width < 0.2 and share:
        return "It looks as if all n pairs were drawn in each repetition: the footnote draws a quarter of them."
    return "Is the interval that of the 2.5th and 97.5th percentile, of a quarter of the pairs drawn with replacement?"


EXERCISE = Exercise(
    number="03.2",
    name="bootstrap",
    title="Which value is best? The bootstrap",
    task="""The footnote 4 of the paper asks which value of a property (say, the depth) goes with the lowest error, and how sure we
may be. Draw a quarter of the pairs (value, error) *with replacement* (n // 4 of them, but at least one), keep the value of the pair with the lowest error,
and repeat that 2,000 times. Low, median and high are the 2.5th, 50th and 97.5th percentiles of what you kept.""",
    minutes=25,
    hints=(
        "First write one draw: given the numbers of the pairs that were drawn, which value is kept?",
        "rng.integers(n, size=k) draws k numbers of pairs with replacement. Among those, argmin of their errors.",
        "best = [best_of_draw(values, errors, rng.integers(n, size=max(1, n // 4))) for _ in range(2000)], "
        "then np.quantile(best, [0.025, 0.5, 0.975]).",
    ),
    parts=(
        Part("the best of one draw", 2, "best_of_draw", draws, IDEA),
        Part(
            "the interval",
            3,
            "bootstrap_best",
            populations,
            IDEA,
            judge=judge_interval,
            script=ask_often,
            repeatable=True,
        ),
    ),
)
