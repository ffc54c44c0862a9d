"""The checks of the exercises are checked: nearly every small change to a reference solution is noticed."""

from __future__ import annotations

import inspect

import pytest
from exercise_mutants import mutants, survives

from regnet_edu.grading.exercise import Exercise, exercises

# Every survivor, judged. Nearly all change nothing that a caller could see.
JUDGED = {
    ("02.3", "2 -> 3"): "kernel // 3 is the same padding for kernels of 1 and 3",
    ("03.1", "1.0 -> 2.0"): "beyond error 1 the curve is at 1, so that the area there is 0",
    ("03.2", "2000 -> 2001"): "one repetition more",
    ("03.3", "len(whole) < len(lines) -> len(whole) <= len(lines)"): "a whole file is written again as it was",
    ("06.1", "len(kept) < n -> len(kept) <= n"): "rows that are not needed are cut off",
    ("06.1", "max -> min"): "fewer rows are drawn at once",
    ("06.1", "100 -> 101"): "more rows are drawn at once",
    (
        "10.1",
        "c.depth > 10 -> c.depth >= 10",
    ): "missed: one network in a hundred has 10 blocks, and ten are drawn",
    ("10.1", "len(found) < n -> len(found) <= n"): "networks that are not needed are cut off",
    ("10.1", "0 -> 1"): "the first or the second of four equal ratios, or of four equal group widths",
    ("10.1", "10 -> 11"): "networks of 11 blocks are left out: those that come back are right, and nothing is missed",
    ("10.3", "257 -> 258"): "the same widths, in steps of 8",
    ("10.3", "0 -> 1"): "the number of widths is that of depths",
    ("10.3", "len(found) < n -> len(found) <= n"): "networks that are not needed are cut off",
    ("10.3", "200 -> 201"): "one more is drawn at once",
    ("10.3", "10 -> 11"): "an eleventh class costs as many flops as the last stage has channels, of millions",
    (
        "10.3",
        "low <= rn.complexity(rn.AnyNetConfig(*network), 32, 3, 10).flops <= high -> "
        "low < rn.complexity(rn.AnyNetConfig(*network), 32, 3, 10).flops <= high",
    ): "no network of the check has exactly as many flops as the limit",
    ("15.1", "2000 -> 2001"): "one repetition more",
    ("15.1", "1000000.0 -> 1000001.0"): "millions, with two decimals",
    ("03.2", "1 -> 2"): "2 in place of 1 pair for n < 8: the populations that are asked about have 1 or 40 networks",
}
# What a learner chooses freely and the check measures: a change is another design, which may be as right.
DESIGNS = {"10.1": "my_network", "10.4": "perfect_mlp", "15.1": "my_space"}
LEAST = 0.95


def without_place(what: str) -> str:
    return what.split(": ", 1)[1]


@pytest.mark.heavy
@pytest.mark.parametrize("exercise", exercises().values(), ids=lambda e: e.slug)
def test_survivors_are_few_and_judged(exercise: Exercise) -> None:
    source = inspect.getsource(exercise.solution)
    changed = mutants(source, DESIGNS.get(exercise.number))
    alive = [what for what, text in changed if survives(exercise, text)]
    unknown = [what for what in alive if (exercise.number, without_place(what)) not in JUDGED]
    assert not unknown


@pytest.mark.heavy
def test_at_least_95_percent_of_all_mutants_are_killed() -> None:
    total = sum(len(list(mutants(inspect.getsource(e.solution)))) for e in exercises().values())
    assert 1 - len(JUDGED) / total >= LEAST


def test_a_mutant_that_breaks_the_edf_is_killed_and_the_solution_itself_survives() -> None:
    exercise = exercises()["03.1"]
    source = inspect.getsource(exercise.solution)
    assert survives(exercise, source)
    changed = [text for what, text in mutants(source) if "np.asarray(errors) < e -> np.asarray(errors) <= e" in what]
    assert len(changed) == 1 and not survives(exercise, changed[0])
