"""Names the mistake behind wrong answers: a known one, two at once, one that explains some cases, or a pattern."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

from .compare import close
from .evaluate import With, alike, evaluate, found
from .exercise import Exercise, Part
from .patterns import entries, in_words, pattern
from .process import Outcome


def recognise(
    exercise: Exercise, part: Part, calls: list[tuple], outcomes: list[Outcome], expected: list[Outcome]
) -> str | None:
    """Return a sentence about what came back, if something is known that gives just that, or most of it."""
    if part.judge is not None:
        return None  # such a judge says itself what it sees
    known = {
        sentence(f): evaluate(part, f, With(exercise.solution, part.function, f), calls) for f in _known(exercise, part)
    }
    for words, theirs in known.items():
        if len(outcomes) == len(theirs) and all(alike(part, o, t) for o, t in zip(outcomes, theirs, strict=True)):
            return f"It looks as if {words}"
    wrong = [k for k, o in enumerate(outcomes) if o.kind == "value" and not alike(part, o, expected[k])]
    if not wrong or len(outcomes) < len(calls):
        return None
    return (
        _explained(part, outcomes, expected, known, wrong)
        or _entry_by_entry(part, outcomes, expected, known, wrong)
        or pattern([(found(part, outcomes[k]), found(part, expected[k])) for k in wrong])
    )


def _known(exercise: Exercise, part: Part) -> list[Callable]:
    """The known mistakes of a part."""
    every = list(vars(exercise.mistakes).items())  # a list: a mistake that warns adds to its module
    return [f for name, f in every if name.startswith(f"{part.function}__") and "__right_" not in name]


def _explained(
    part: Part, outcomes: list[Outcome], expected: list[Outcome], known: dict[str, list[Outcome]], wrong: list[int]
) -> str | None:
    """One mistake, or two, that give the answers of the cases that fail; or one that gives most of them."""
    fit: dict[str, float] = {}
    explains: dict[str, set[int]] = {}
    for words, theirs in known.items():
        fails = {k for k, one in enumerate(theirs) if one.kind == "value" and not alike(part, one, expected[k])}
        explains[words] = {k for k in wrong if k in fails and alike(part, outcomes[k], theirs[k])}
        fit[words] = len(explains[words]) / max(1, len(fails | set(wrong)))
    best = sorted((w for w in known if explains[w]), key=lambda w: -fit[w])
    for words in best:
        if explains[words] == set(wrong) and (len(wrong) > 1 or fit[words] >= 0.5):
            return f"In the cases that fail it looks as if {words}"
    for one, two in combinations(best[:12], 2):
        if (
            explains[one] | explains[two] == set(wrong)
            and min(len(explains[one] - explains[two]), len(explains[two] - explains[one])) > 1
        ):
            return f"It looks like two things at once. Here {_start(one)} And there {_start(two)}"
    if best and len(explains[best[0]]) >= max(3, len(wrong) / 2):
        return f"In {len(explains[best[0]])} of the {len(wrong)} cases that fail it looks as if {best[0]}"
    return None


def _start(words: str) -> str:
    return words if words.endswith((".", "?")) else f"{words}."


def _entry_by_entry(
    part: Part, outcomes: list[Outcome], expected: list[Outcome], known: dict[str, list[Outcome]], wrong: list[int]
) -> str | None:
    """Where an answer is a row of few numbers: which of them are wrong, and the mistake that gives each."""
    rows = [(entries(found(part, outcomes[k])), entries(found(part, expected[k]))) for k in wrong]
    both = [(mine, right) for mine, right in rows if mine and right and mine.keys() == right.keys()]
    names = list(both[0][1]) if both else []
    if len(both) < len(rows) or len(names) < 2 or any(list(right) != names for _, right in both):
        return None
    pairs = {name: [(mine[name], right[name]) for mine, right in both] for name in names}
    same = close if isinstance(names[0], str) else part.same  # of an entry that has a name each part knows the whole
    bad = [name for name in names if any(not same(a, b) for a, b in pairs[name])]
    if len(bad) == len(names) > 3:
        return None
    said: list[str] = []
    for name in bad:
        by_mistake = _entry_of_a_mistake(part, known, wrong, name, [a for a, _ in pairs[name]], same)
        words = by_mistake or pattern([(a, b) for a, b in pairs[name] if not same(a, b)])
        if words and words not in said:
            said.append(words)
    right = [name for name in names if name not in bad]
    head = f"{in_words(right, len(names))} right. " if right else ""
    return (head + " ".join(_start(w) for w in said[:2])) if said or right else None


def _entry_of_a_mistake(
    part: Part,
    known: dict[str, list[Outcome]],
    wrong: Sequence[int],
    name: Any,
    mine: list[Any],
    same: Callable[[Any, Any], bool],
) -> str | None:
    for words, theirs in known.items():
        rows = [entries(found(part, theirs[k])) if theirs[k].kind == "value" else None for k in wrong]
        if all(row and name in row and same(a, row[name]) for row, a in zip(rows, mine, strict=True)):
            return f"It looks as if {words}"
    return None


def sentence(function: Callable) -> str:
    """What a known mistake is, from its docstring."""
    return " ".join((function.__doc__ or "").split())
