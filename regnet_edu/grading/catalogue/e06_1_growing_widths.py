"""Exercise 06.1: the constraint of AnyNetXD, and why sorting is not sampling."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..draws import draw_twice, luck, wrong_draw
from ..exercise import Exercise, Part, Rng

IDEA = 'chapter 6, "What is left of the space"'


def tables(rng: np.random.Generator) -> list[tuple]:
    cases: list[tuple] = [([[8]],), ([[8, 8]],), ([[8, 16]],), ([[16, 8]],), ([[8, 16, 8]],), ([[8, 24, 16, 32]],)]
    for n in (4, 9):
        rows = 8 * rng.integers(1, 12, (n, 4))
        rows[::2] = np.sort(rows[::2], axis=1)
        cases.append((rows.tolist(),))
    return cases


def samples(rng: np.random.Generator) -> list[tuple]:
    return [(5, 2, 4, Rng(1)), (3000, 2, 2, Rng(int(rng.integers(999)))), (3000, 3, 2, Rng(int(rng.integers(999))))]


def draw_rows(m: Any, n: int, k: int, stages: int, rng: Any) -> Any:
    """drawing n rows of `stages` numbers from 1 to k that never shrink, with n, k, stages, rng ="""
    import numpy as np

    return draw_twice(m, rng, lambda m, rng: np.asarray(m.sample_growing(n, k, stages, rng)))


def judge_rows(call: tuple, answer: Any) -> str | None:
    n, k, stages, _ = call
    if not isinstance(answer, list) or any(not isinstance(a, np.ndarray) for a in answer):
        return "The rows are not a table of numbers."
    rows = answer[0]
    if rows.shape != (n, stages):
        return f"The table should have the shape ({n}, {stages}), and has {rows.shape}."
    words = wrong_draw(answer, few=True)
    if words:
        return words
    if rows.min() < 1 or rows.max() > k:
        return f"The numbers reach from {rows.min()} to {rows.max()}, and should be 1 to {k}."
    if (np.diff(rows, axis=1) < 0).any():
        return f"The row {rows[(np.diff(rows, axis=1) < 0).any(axis=1)][0].tolist()} shrinks."
    if n < 1000 or stages != 2:
        return None
    equal, exact = float(np.mean(rows[:, 0] == rows[:, 1])), 2 / (k + 1)
    sorted_share = 1 / k
    if equal == 0:
        return "It looks as if rows with equal numbers were thrown away: widths may stay the same."
    if abs(equal - sorted_share) < abs(equal - exact):
        return (
            f"{equal:.0%} of the rows have equal numbers, and {exact:.0%} should. It looks as if the rows were sorted: "
            "that gives (1, 2) twice its weight, because (2, 1) becomes (1, 2) too. Draw again what shrinks."
        )
    if abs(equal - exact) > luck(exact, n):
        return f"{equal:.0%} of the rows have equal numbers, and {exact:.0%} should."
    if abs(float(np.mean(rows[:, 0] == 1)) - exact) > luck(exact, n):
        return "The first numbers are not as they are among unordered draws given that they never shrink."
    return wrong_draw(answer)


EXERCISE = Exercise(
    number="06.1",
    name="growing_widths",
    title="Widths that never shrink",
    task="""In AnyNetXD the widths of the stages never shrink; they may stay the same. Write the constraint. Then *sample* rows that keep it:
the space is AnyNetXC *conditioned* on the constraint, so every row that keeps it must be as likely as before,
relative to the others. Numbers from 1 to k stand for the widths here, each equally likely in each stage.""",
    minutes=20,
    hints=(
        "With k = 2 and two stages there are three rows that never shrink. Should they be equally likely?",
        "Sorting maps both (1, 2) and (2, 1) to (1, 2). What happens to the weights? What would drawing again do?",
        "Rejection: draw many rows with rng.integers(1, k + 1, (many, stages)), keep those with no negative difference, "
        "and go on until there are n.",
    ),
    parts=(
        Part("which networks are in D", 2, "never_shrink", tables, IDEA),
        Part(
            "sampling given the constraint",
            3,
            "sample_growing",
            samples,
            IDEA,
            judge=judge_rows,
            script=draw_rows,
            helpers=(draw_twice,),
            repeatable=True,
        ),
    ),
)
