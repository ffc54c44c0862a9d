"""Turns what came back into points and into sentences that teach."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from typing import Any

from . import wire
from .compare import show
from .exercise import SEEDS, Ask, Asked, Exercise, Part, Rng
from .once import once
from .process import Limits, Outcome, Submission, as_wire, reply
from .runner import run
from .verdict import PartVerdict, Verdict

LONGEST_LINE = 800
NOT_DRAWN = "It looks as if chance came from somewhere else: nothing was drawn from the Generator that you are given."


def check_source(
    exercise: Exercise, submission: Submission, seeds: Sequence[int] = SEEDS, limits: Limits | None = None
) -> Verdict:
    """Run and judge one submission of one exercise."""
    calls = [part.calls(seeds) for part in exercise.parts]
    ran = run(exercise, submission, calls, limits)
    if all(outcomes[0].kind == "syntax" for outcomes in ran.parts):
        return _nothing(exercise, submission, syntax_words(ran.parts[0][0].facts, submission.name))
    parts = [judge_part(exercise, part, calls[k], ran.parts[k], submission) for k, part in enumerate(exercise.parts)]
    return Verdict(exercise, submission.name, tuple(parts), layers=tuple(ran.layers))


def _nothing(exercise: Exercise, submission: Submission, words: str) -> Verdict:
    parts = tuple(PartVerdict(p.name, 0, p.points, words, p.idea) for p in exercise.parts)
    return Verdict(exercise, submission.name, parts, problem=words)


def syntax_words(facts: dict[str, Any], name: str) -> str:
    """The learner's own line, and where Python stopped reading."""
    if not facts.get("line"):
        return f"{name} is not Python: {facts.get('words')}"
    mark = " " * min(facts.get("offset", 0), len(facts.get("text", ""))) + "^"
    return f"{_place(facts, name)} is not Python ({facts.get('words')}):\n  {facts.get('text')}\n  {mark}"


def _place(facts: dict[str, Any], name: str) -> str:
    """Where a line is; the lines of a notebook have no number that its reader sees."""
    return f"line {facts['line']} of {name}" if name.endswith(".py") else f"a line of {name}"


def judge_part(
    exercise: Exercise, part: Part, calls: list[tuple], outcomes: list[Outcome], submission: Submission
) -> PartVerdict:
    """Give the points of one part, or say why not."""
    solution = exercise.solution
    function = getattr(solution, part.function, None)
    expected = once(exercise, part, calls, lambda: evaluate(part, function, solution, calls))
    first: tuple[int, str] | None = None
    for k, call in enumerate(calls):
        outcome = outcomes[k] if k < len(outcomes) else Outcome("ended", facts={"words": "nothing came back"})
        complaint = complain(part, call, outcome, expected[k].value, submission)
        if complaint:
            first = (k, complaint)
            break
    if first is None and any(isinstance(a, Rng) for a in calls[0]) and all(o.facts.get("unused") for o in outcomes):
        first = (0, f"{_called(part, calls[0])}\n{NOT_DRAWN}")
    if first is None:
        return PartVerdict(part.name, part.points, part.points, "", part.idea)
    words = _tidy(first[1])
    likely = recognise(exercise, part, calls, outcomes)
    if likely and likely not in words:
        words += f"\n{likely}"
    return PartVerdict(part.name, 0, part.points, words, part.idea, first[0], outcomes[0].kind == "todo")


def _tidy(words: str) -> str:
    """What a judge says, with what a learner made in it: some lines that a terminal only prints."""
    lines = [wire.printable(line) for line in words.split("\n")[:20]]
    return "\n".join(line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]} ..." for line in lines)


def complain(part: Part, call: tuple, outcome: Outcome, expected: Any, submission: Submission) -> str | None:
    """Say what is wrong with one outcome, or None."""
    called = _called(part, call)
    facts = outcome.facts
    if outcome.kind == "value":
        if facts.get("changed"):
            k = facts["changed"][0] if isinstance(facts["changed"][0], int) else 0
            name = ("first", "second", "third", "fourth", "fifth", "sixth")[min(k, 5)]
            return f"{called}\nThe {name} argument was changed by the call: work on a copy of it."
        if part.judge is not None:
            words = _ask_judge(part, call, outcome)
            shown = show(outcome.value)
            came = "" if "array" in shown else f"\ncame back {shown}"  # tensors say nothing to a reader
            return f"{called}{came}\n{words}" if words else None
        if _same(part, outcome.value, expected):
            return None
        return f"{called}\ncame back {show(outcome.value)}\nexpected  {show(expected)}"
    return f"{called}\n{ending(part, outcome, submission)}"


def _called(part: Part, call: tuple) -> str:
    if part.script is None:
        return f"called    {part.function}({', '.join(show(a) for a in call)})"
    return f"tried     {(part.script.__doc__ or part.name).strip()} {show(call) if call else ''}".rstrip()


def _ask_judge(part: Part, call: tuple, outcome: Outcome) -> str | None:
    """What the judge of a part says; what it cannot even read is wrong."""
    assert part.judge is not None
    asks = any(isinstance(a, Ask) for a in call)
    try:
        return part.judge(call, Asked(outcome.value, outcome.asked) if asks else outcome.value)
    except Exception:  # a learner may return anything
        return "This has not the form that is asked for: read again what the function should return."


def _same(part: Part, answer: Any, expected: Any) -> bool:
    try:
        return bool(part.same(answer, expected))
    except Exception:  # a learner may return anything
        return False


def ending(part: Part, outcome: Outcome, submission: Submission) -> str:
    """Say why there is no answer."""
    facts, name = outcome.facts, part.function
    if outcome.kind == "todo":
        return f"{name} is still to be written."
    if outcome.kind == "missing":
        found = [str(f) for f in facts.get("found", [])]
        near = difflib.get_close_matches(name, found, n=1, cutoff=0.5)
        hint = f"; did you mean to call {near[0]} that?" if near else ""
        return f"{submission.name} has no function {name}{hint}"
    if outcome.kind == "signature":
        return f"{name} was called with these arguments, and yours takes {facts.get('signature', 'others')}"
    if outcome.kind == "raised":
        what = f"it stopped with {facts.get('error')}: {facts.get('words')}".rstrip(": ")
        line = str(facts.get("text"))
        if "No module named 'regnet_edu" in str(facts.get("words")) or ("import" in line and "regnet_edu" in line):
            what = f"this exercise rebuilds a part of regnet_edu, so that a solution may not import it ({what})"
        if facts.get("error") == "SystemExit":
            what = "it tried to end the program (sys.exit); a function returns its result"
        where = f"\nin {_place(facts, submission.name)}:  {facts.get('text')}" if facts.get("line") else ""
        return what + where
    if outcome.kind == "unreadable":
        return f"it returned {facts.get('words')}; return plain numbers, lists, tuples or arrays"
    if outcome.kind == "timeout":
        return f"it did not come back within {facts.get('seconds', 10):g} seconds; is there a loop that never ends?"
    if outcome.kind == "ended" and facts.get("code") is not None:
        return f"it ended its own process before it returned ({facts['words']})"
    return f"no result came back: {facts.get('words', 'the process ended')}"


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
        said = reply(ask, question)
        asked.append((question, wire.decode(said.get("value"))))
        if "words" in said:
            raise ValueError(said["words"])
        return asked[-1][1]

    return function


class _With:
    """A module in which one function is replaced."""

    def __init__(self, module: Any, name: str, function: Callable) -> None:
        self.__dict__.update({n: v for n, v in vars(module).items() if not n.startswith("__")})
        self.__dict__[name] = function


def recognise(exercise: Exercise, part: Part, calls: list[tuple], outcomes: list[Outcome]) -> str | None:
    """Compare what came back with what known mistakes return; the sentence of the one that returns just that."""
    if part.judge is not None:
        return None  # such a judge says itself what it sees
    for name, function in list(vars(exercise.mistakes).items()):  # a list: a mistake that warns adds to its module
        if not name.startswith(f"{part.function}__") or "__right_" in name:
            continue
        theirs = evaluate(part, function, _With(exercise.solution, part.function, function), calls)
        if len(outcomes) == len(theirs) and all(_alike(part, o, t) for o, t in zip(outcomes, theirs, strict=True)):
            return f"It looks as if {sentence(function)}"
    return None


def _alike(part: Part, outcome: Outcome, theirs: Outcome) -> bool:
    if outcome.kind != theirs.kind:
        return False
    if outcome.kind == "raised":
        return outcome.facts.get("error") == theirs.facts.get("error")
    return _same(part, outcome.value, theirs.value)


def sentence(function: Callable) -> str:
    """What a known mistake is, from its docstring."""
    return " ".join((function.__doc__ or "").split())
