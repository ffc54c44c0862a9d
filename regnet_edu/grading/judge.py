"""Turns what came back into points and into sentences that teach."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from . import wire
from .compare import show
from .draws import NOT_SEEDED, UNUSED
from .evaluate import alike, expected_of, found, joined
from .exercise import SEEDS, Ask, Asked, Exercise, Part, Rng
from .patterns import PLACES
from .process import MEMORY, Limits, Outcome, Submission
from .recognise import recognise
from .runner import run, run_again
from .verdict import PartVerdict, Verdict
from .worlds import plain

LONGEST_LINE = 800
OUT_OF_ROOM = ("failed to map segment", "cannot allocate memory in static TLS", "cannot open shared object file")


def check_source(
    exercise: Exercise, submission: Submission, seeds: Sequence[int] = SEEDS, limits: Limits | None = None
) -> Verdict:
    """Run and judge one submission of one exercise."""
    calls = [part.calls(seeds) for part in exercise.parts]
    ran = run(exercise, submission, calls, limits)
    killed = {
        k: replace(part, script=part.after_kill)
        for k, part in enumerate(exercise.parts)
        if part.after_kill and _whole(ran.parts[k], calls[k])
    }
    for k, after in run_again(exercise, submission, calls, limits, killed, ran.parts).items():
        ran.parts[k] = [joined(one, two) for one, two in zip(ran.parts[k], after, strict=False)]
    handed_in, submission = submission, replace(submission, name=wire.printable(submission.name))
    if all(outcomes[0].kind == "syntax" for outcomes in ran.parts):
        return _nothing(exercise, submission, syntax_words(ran.parts[0][0].facts, submission.name))
    parts = [judge_part(exercise, part, calls[k], ran.parts[k], submission) for k, part in enumerate(exercise.parts)]
    drawn = {k: p for k, p in enumerate(exercise.parts) if p.repeatable and parts[k].passed}
    for k, outcomes in run_again(exercise, handed_in, calls, limits, drawn).items():
        if _whole(outcomes, calls[k]):
            parts[k] = repeated(parts[k], ran.parts[k], outcomes)
        else:
            parts[k] = judge_part(exercise, exercise.parts[k], calls[k], outcomes, submission)
    if ran.rebound:
        parts = [p if p.passed or p.untouched else replace(p, words=f"{p.words}\n{_later(ran.rebound)}") for p in parts]
    return Verdict(exercise, submission.name, tuple(parts), layers=tuple(ran.layers))


def _whole(outcomes: list[Outcome], calls: list[tuple]) -> bool:
    return len(outcomes) == len(calls) and all(o.kind == "value" for o in outcomes)


def _later(names: Sequence[str]) -> str:
    """What to tell a learner whose functions look up a name that a later cell uses for something else."""
    listed = " and ".join(names[:3])
    return (
        f"A later cell of this notebook gives {listed} another value, and functions look a name up when they are "
        "called, not when they are defined: use another name there, or hand the value over as an argument."
    )


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
    expected = expected_of(exercise, part, calls)
    first: tuple[int, str] | None = None
    for k, call in enumerate(calls):
        outcome = outcomes[k] if k < len(outcomes) else Outcome("ended", facts={"words": "nothing came back"})
        complaint = complain(part, call, outcome, expected[k], submission)
        if complaint:
            first = (k, complaint)
            break
    if first is None and any(isinstance(a, Rng) for a in calls[0]) and all(o.facts.get("unused") for o in outcomes):
        first = (0, f"{_called(part, calls[0])}\n{UNUSED}")
    if first is None:
        return PartVerdict(part.name, part.points, part.points, "", part.idea)
    words = _tidy(first[1])
    likely = _likely(exercise, part, calls, outcomes, expected)
    if likely and likely not in words:
        words += f"\n{_tidy(likely)}"
    changed = outcomes[first[0]].facts.get("changed") if first[0] < len(outcomes) else None
    if changed:  # allowed, and a likely reason
        words += f"\nBy the way, the call changed its {PLACES[min(changed[0], 7)]} argument: was that meant?"
    return PartVerdict(part.name, 0, part.points, words, part.idea, first[0], outcomes[0].kind == "todo")


def repeated(verdict: PartVerdict, first: list[Outcome], again: list[Outcome]) -> PartVerdict:
    """The verdict on a part that draws by chance, when a new process has made the same calls."""
    same = repr([plain(o.value) for o in first]) == repr([plain(o.value) for o in again])
    return verdict if same else replace(verdict, points=0, words=NOT_SEEDED)


def _likely(
    exercise: Exercise, part: Part, calls: list[tuple], outcomes: list[Outcome], expected: list[Outcome]
) -> str | None:
    """What it looks like; nothing where that cannot be told of what a learner returned, such as 10**1000."""
    try:
        return recognise(exercise, part, calls, outcomes, expected)
    except Exception:
        return None


def _tidy(words: str) -> str:
    """What a judge says, with what a learner made in it: some lines that a terminal only prints."""
    lines = [wire.printable(line) for line in words.split("\n")[:20]]
    return "\n".join(line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]} ..." for line in lines)


def complain(part: Part, call: tuple, outcome: Outcome, expected: Outcome, submission: Submission) -> str | None:
    """Say what is wrong with one outcome, or None."""
    called = _called(part, call)
    if outcome.kind == "value":
        if part.judge is not None:
            words = _ask_judge(part, call, outcome)
            shown = show(outcome.value)
            came = "" if "array" in shown else f"\ncame back {shown}"  # tensors say nothing to a reader
            return f"{called}{came}\n{words}" if words else None
        if alike(part, outcome, expected):
            return None
        return f"{called}\ncame back {show(found(part, outcome))}\nexpected  {show(found(part, expected))}"
    return f"{called}\n{ending(part, outcome, submission)}"


def _called(part: Part, call: tuple) -> str:
    if part.told is not None:
        return f"tried     {part.told(call)}"
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
        if any(sign in str(facts.get("words")) for sign in OUT_OF_ROOM):
            limit = f"a process may fill {MEMORY >> 30} GiB here"
            what += f"\nThat is a limit of this check ({limit}) and no mistake of yours: tell your instructor."
        where = f"\nin {_place(facts, submission.name)}:  {facts.get('text')}" if facts.get("line") else ""
        return what + where
    if outcome.kind == "unreadable":
        return f"it returned {facts.get('words')}; return plain numbers, lists, tuples or arrays"
    if outcome.kind == "timeout":
        return f"it did not come back within {facts.get('seconds', 10):g} seconds; is there a loop that never ends?"
    if outcome.kind == "ended" and facts.get("code") is not None:
        return f"it ended its own process before it returned ({facts['words']})"
    return f"no result came back: {facts.get('words', 'the process ended')}"
