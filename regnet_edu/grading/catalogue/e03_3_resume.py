"""Exercise 03.3: a sweep that can be interrupted."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..compare import close
from ..exercise import Ask, Exercise, Part

IDEA = 'chapter 3, "What a population is"'


def answer(stop: int | None, step: float, k: Any, file: Any) -> float | None:
    """What training network k gives: an error, or nothing where the training is stopped."""
    return None if k == stop else (int(k) * step) % 1


def call(n: int, step: float, kept: Sequence[int] = (), half: str = "", stop: int | None = None) -> tuple:
    """A sweep of n networks, into a file that holds those in `kept` and then half a line."""
    lines = [json.dumps({"index": k, "error": (k * step) % 1}) for k in kept]
    return (Ask("train", answer, (stop, step)), n, lines, half, stop)


def fresh(rng: np.random.Generator) -> list[tuple]:
    sizes = [(1, 0.5), (3, 0.25), (int(rng.integers(4, 9)), round(float(rng.uniform(0.1, 0.9)), 3))]
    return [call(*size) for size in sizes]


def stops(rng: np.random.Generator) -> list[tuple]:
    n = int(rng.integers(5, 9))
    sizes = [(2, 1, 0.5), (3, 0, 0.25), (n, int(rng.integers(1, n)), round(float(rng.uniform(0.1, 0.9)), 3))]
    stopped = [call(n, step, stop=stop) for n, stop, step in sizes]
    return [*stopped, *(call(n, step, range(stop)) for n, stop, step in sizes)]


def torn(rng: np.random.Generator) -> list[tuple]:
    sizes = [(2, 1, 0.5), (int(rng.integers(4, 8)), 2, round(float(rng.uniform(0.1, 0.9)), 3))]
    half = '{"index": 0, "err'
    return [call(n, step, range(n - whole, n), half) for n, whole, step in sizes]


def run_sweep(m: Any, train: Any, n: int, lines: Any, half: str, stop: Any) -> Any:
    """Sweep into such a file. Each training asks the grader, and shows what the file holds at that moment."""
    import contextlib
    import os
    import tempfile

    def text() -> Any:
        if not os.path.exists(path):
            return ""
        with open(path) as file:
            return file.read()

    def one(k: Any) -> Any:
        error = train(k, text())
        if error is None:
            raise KeyboardInterrupt
        return error

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.jsonl")
        if lines or half:
            with open(path, "w") as file:
                file.write("".join(line + "\n" for line in lines) + half)
        with contextlib.suppress(KeyboardInterrupt):
            m.sweep(n, path, one)
        return text()


def readable(text: Any) -> list[dict[str, Any]]:
    """The records in the lines that can be read."""
    records = []
    for line in text.splitlines():
        try:
            records.append(json.loads(line))
        except ValueError:
            continue
    return records


def which_were_trained(questions: list[tuple[tuple, Any]]) -> dict[str, Any]:
    return {"trained": [asked[0] for asked, _ in questions]}


def what_was_trained(questions: list[tuple[tuple, Any]]) -> dict[str, Any]:
    return {
        **which_were_trained(questions),
        "lines in the file before each": [len(readable(asked[1])) for asked, _ in questions],
    }


def same_file(answer: Any, expected: Any) -> bool:
    """Whether the same was trained, and the file holds the same records in whatever order."""
    files = [sorted(readable(one["returned"]), key=lambda r: r["index"]) for one in (answer, expected)]
    return close(answer | {"returned": files[0]}, expected | {"returned": files[1]})


def told(call: tuple) -> str:
    _, n, lines, half, stop = call
    holds = "a new file" if not lines and not half else f"a file with the lines {lines}"
    torn = f" and then {half!r}" if half else ""
    return f"sweep({n}, path, train) into {holds}{torn}" + (f", stopped in train({stop})" if stop is not None else "")


def part(name: str, points: int, cases: Callable[[np.random.Generator], list[tuple]]) -> Part:
    evidence = which_were_trained if cases is fresh else what_was_trained
    how: dict[str, Any] = {"same": same_file, "script": run_sweep, "evidence": evidence, "told": told}
    return Part(name, points, "sweep", cases, IDEA, **how)


EXERCISE = Exercise(
    number="03.3",
    name="resume",
    title="A sweep that loses nothing",
    task="""Training a population takes hours, and programs are killed. Write a sweep that trains networks 0, 1, ..., n - 1, adds a line to a
file after *each* network, and, called again with the same file, trains only what is missing. A line is a JSON object
with `index` and `error`. A kill in the middle of writing may leave half a line at the end of the file: that network counts as missing, and the half line must not
spoil the next one. (A kill, not a power cut: for that the disk itself must be asked, with `os.fsync`; chapter 14 does so.)""",
    minutes=35,
    hints=(
        "Three steps: read which networks are there; go through 0 ... n - 1 and skip those; write each new line at once.",
        'Open the file to append ("a"), and flush after each line; a list that is written at the end is lost with the program.',
        "For a torn line: keep the lines that json.loads can read, and if the text does not end with a new line, write "
        "one first (or write the whole lines to the file again).",
    ),
    parts=(
        part("a fresh sweep", 1, fresh),
        part("it goes on where it was stopped", 2, stops),
        part("a torn line", 2, torn),
    ),
)
