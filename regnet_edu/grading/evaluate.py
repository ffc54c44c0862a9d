"""Makes the calls of a part with code of our own, and says when two outcomes are the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from . import wire
from .exercise import Ask, Exercise, Part
from .once import once
from .process import Outcome, as_wire, reply


def expected_of(exercise: Exercise, part: Part, calls: list[tuple]) -> list[Outcome]:
    """What the reference returns; nothing where a judge says what is right."""
    if part.judge is not None:
        return [Outcome("value") for _ in calls]
    solution = exercise.solution
    function = getattr(solution, part.function, None)
    return once(exercise, part, calls, lambda: evaluate(part, function, solution, calls))


def evaluate(part: Part, function: Callable | None, module: Any, calls: list[tuple]) -> list[Outcome]:
    """Make the calls with code of our own in this process, through the same plain data."""
    space: dict[str, Any] = {}
    if part.script is not None:
        exec(part.script_source() or "", space)
    outcomes = []
    for call in calls:
        before, asked = as_wire(call), list[tuple[tuple, Any]]()
        arguments = [
            _asker(a, asked) if isinstance(a, Ask) else wire.decode(b) for a, b in zip(call, before, strict=True)
        ]
        try:
            if part.script is not None:
                value = space[part.script.__name__](module, *arguments)
                if part.after_kill:
                    value |= space[part.after_kill.__name__](module, *arguments)
            else:
                assert function is not None
                value = function(*arguments)
            facts: dict[str, Any] = {
                "unused": [k for k, (a, b) in enumerate(zip(arguments, before, strict=True)) if wire.is_unused(a, b)]
            }
            if part.script is None:
                after = [
                    b if isinstance(b, dict) and ("rng" in b or "ask" in b) else wire.encode(a)
                    for a, b in zip(arguments, before, strict=True)
                ]
                facts["changed"] = [k for k, (a, b) in enumerate(zip(after, before, strict=True)) if a != b]
            outcomes.append(Outcome("value", wire.decode(wire.encode(value)), facts, asked))
        except Exception as error:
            outcomes.append(Outcome("raised", facts={"error": type(error).__name__, "words": str(error)}))
    return outcomes


def _asker(ask: Ask, asked: list[tuple[tuple, Any]]) -> Callable:
    """The function that stands for an `Ask` in this process."""

    def function(*arguments: Any) -> Any:
        question = wire.decode(wire.encode(arguments))
        said = reply(ask, question, asked)
        asked.append((question, wire.decode(said.get("value"))))
        if "words" in said:
            raise ValueError(said["words"])
        return asked[-1][1]

    return function


class With:
    """A module in which one function is replaced."""

    def __init__(self, module: Any, name: str, function: Callable) -> None:
        self.__dict__.update({n: v for n, v in vars(module).items() if not n.startswith("__")})
        self.__dict__[name] = function


def found(part: Part, outcome: Outcome) -> Any:
    """What came of a call, with what the grader was asked meanwhile where that counts too."""
    if part.evidence is None:
        return outcome.value
    try:
        evidence = part.evidence(outcome.asked)
    except Exception:  # a learner may ask anything
        evidence = {"asked": "what nobody understands"}
    return {**evidence, **(outcome.value if isinstance(outcome.value, dict) else {"returned": outcome.value})}


def same(part: Part, answer: Any, expected: Any) -> bool:
    try:
        return bool(part.same(answer, expected))
    except Exception:  # a learner may return anything
        return False


def joined(first: Outcome, second: Outcome) -> Outcome:
    """What two programs return is one table; what failed in the second has failed."""
    if second.kind != "value" or not isinstance(first.value, dict) or not isinstance(second.value, dict):
        return second
    return replace(second, value={**first.value, **second.value})


def alike(part: Part, outcome: Outcome, theirs: Outcome) -> bool:
    if outcome.kind != theirs.kind:
        return False
    if outcome.kind == "raised":
        return outcome.facts.get("error") == theirs.facts.get("error")
    return same(part, found(part, outcome), found(part, theirs))
