"""Exercise 03.3: a sweep that can be interrupted."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..exercise import Exercise, Part

IDEA = 'chapter 3, "What a population is"'


def fresh(rng: np.random.Generator) -> list[tuple]:
    return [(1, 0.5), (3, 0.25), (int(rng.integers(4, 9)), round(float(rng.uniform(0.1, 0.9)), 3))]


def stops(rng: np.random.Generator) -> list[tuple]:
    n = int(rng.integers(5, 9))
    return [(2, 1, 0.5), (3, 0, 0.25), (n, int(rng.integers(1, n)), round(float(rng.uniform(0.1, 0.9)), 3))]


def torn(rng: np.random.Generator) -> list[tuple]:
    return [(2, 1, 0.5), (int(rng.integers(4, 8)), 2, round(float(rng.uniform(0.1, 0.9)), 3))]


def sweep_once(m: Any, n: int, step: float) -> Any:
    """sweep(n, path, train) into a new file, with n, and train(k) = (k * step) % 1 for step ="""
    import json
    import os
    import tempfile

    trained: Any = []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.jsonl")
        m.sweep(n, path, lambda k: trained.append(k) or (k * step) % 1)
        with open(path) as file:
            return {"trained": trained, "file": [json.loads(line) for line in file.read().splitlines()]}


def sweep_twice(m: Any, n: int, stop: int, step: float) -> Any:
    """a sweep of n networks that is stopped while it trains network `stop`, and the same call again; n, stop, step ="""
    import contextlib
    import json
    import os
    import tempfile

    trained: Any = []
    kept: Any = None  # lines that are there when the power goes, and not only when the file has been closed
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.jsonl")

        def train(k: int) -> float:
            nonlocal kept
            trained.append(k)
            if k == stop and kept is None:
                kept = 0
                if os.path.exists(path):
                    with open(path) as file:
                        kept = len(file.read().splitlines())
                raise KeyboardInterrupt
            return (k * step) % 1

        with contextlib.suppress(KeyboardInterrupt):
            m.sweep(n, path, train)
        m.sweep(n, path, train)
        with open(path) as file:
            lines = sorted((json.loads(line) for line in file.read().splitlines()), key=lambda r: r["index"])
        return {"lines when it stopped": kept, "trained": trained, "file": lines}


def sweep_torn(m: Any, n: int, whole: int, step: float) -> Any:
    """a sweep into a file with the last `whole` of n networks, and half a line of network 0; n, whole, step ="""
    import json
    import os
    import tempfile

    trained: Any = []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.jsonl")
        with open(path, "w") as file:
            for k in range(n - whole, n):
                file.write(json.dumps({"index": k, "error": (k * step) % 1}) + "\n")
            file.write('{"index": 0, "err')
        m.sweep(n, path, lambda k: trained.append(k) or (k * step) % 1)
        found = []
        with open(path) as file:
            for line in file.read().splitlines():
                try:
                    found.append(json.loads(line))
                except ValueError:
                    continue
        return {"trained": trained, "file": sorted(found, key=lambda r: r["index"])}


EXERCISE = Exercise(
    number="03.3",
    name="resume",
    title="A sweep that loses nothing",
    task="""Training a population takes hours, and machines stop. Write a sweep that trains networks 0, 1, ..., n - 1, adds a line to a
file after *each* network, and, called again with the same file, trains only what is missing. A line is a JSON object
with `index` and `error`. A power cut may leave half a line at the end of the file: that network counts as missing, and the half line must not spoil the next one.""",
    minutes=35,
    hints=(
        "Three steps: read which networks are there; go through 0 ... n - 1 and skip those; write each new line at once.",
        'Open the file to append ("a"), and flush after each line; a list that is written at the end is lost with the machine.',
        "For a torn line: keep the lines that json.loads can read, and if the text does not end with a new line, write "
        "one first (or write the whole lines to the file again).",
    ),
    parts=(
        Part("a fresh sweep", 1, "sweep", fresh, IDEA, script=sweep_once),
        Part("it goes on where it was stopped", 2, "sweep", stops, IDEA, script=sweep_twice),
        Part("a torn line", 2, "sweep", torn, IDEA, script=sweep_torn),
    ),
)
