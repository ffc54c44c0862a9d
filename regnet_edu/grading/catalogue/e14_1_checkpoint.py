"""Exercise 14.1: a long training that may be killed at any instant."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import Any

import numpy as np

from ..exercise import Ask, Exercise, Part

NAME, OLD = "checkpoint", "the old text"
ARGUMENTS = {"write": 2, "sync": 1, "rename": 2, "remove": 1}


def steps_of_schedules(rng: np.random.Generator) -> list[tuple]:
    cases = [(0, 20, 128), (1, 20, 128), (19, 20, 128), (0, 100, 128), (4, 100, 1024), (5, 100, 1024), (50, 100, 32)]
    for _ in range(5):
        steps = 20 * int(rng.integers(3, 500))
        cases.append((int(rng.integers(steps)), steps, 2 ** int(rng.integers(4, 12))))
        cases.append((int(rng.integers(steps // 20)), steps, 96))
    return cases


def trainings(rng: np.random.Generator) -> list[tuple]:
    cases = []
    for images, epochs in ((1, 2), (3, 1), (4, 3)):
        world = (images * epochs, rng.normal(size=images).tolist())
        cases.append((Ask("machine", machine, world, recalls=True), images, epochs, int(rng.integers(1, 999))))
    return cases


def machine(steps: int, targets: list[float], asked: Sequence[tuple[tuple, Any]], kind: Any, *more: Any) -> Any:
    """Answer for all that surrounds a training: the gradient, and the states that were saved until it was killed."""
    if kind == "gradient":
        weight, image = more
        return float(weight) - targets[int(image)]
    if kind == "save":
        return None
    if not asked:  # the first program
        return None
    first = takewhile(lambda one: one[0][0] != "how many", asked[1:])
    saved = [question[1] for question, _ in first if question[0] == "save"]
    return saved[int(more[0])] if kind == "state" else min(len(saved), 2 * steps)


def killed_everywhere(m: Any, machine: Any, images: int, epochs: int, seed: int) -> Any:
    """Train to the end; in a new program, from each of the states that were saved: the last ones first, so that what it
    remembers is of no use."""
    import json

    import numpy as np

    orders = [np.random.default_rng([seed, k]).permutation(images).tolist() for k in range(epochs + 1)]

    def run(state: Any) -> float:
        fresh = m.__afresh__() if hasattr(m, "__afresh__") else m
        weight = fresh.train(
            lambda weight, image: machine("gradient", float(weight), int(image)),
            lambda epoch: list(orders[epoch]),
            lambda step: 0.05 * (1 + step % 7),
            epochs,
            state,
            lambda state: machine("save", json.dumps(state)),
        )
        return float(weight)

    number = machine("how many")
    if number is None:
        return {"weight": run(None)}
    weights = [run(json.loads(machine("state", k))) for k in reversed(range(number))]
    return {"weight after a kill": weights[::-1]}


def images_taken(questions: list[tuple[tuple, Any]]) -> dict[str, Any]:
    """The images of the first training, and of each that went on from a state."""
    runs: list[list[int]] = [[]]
    for question, _ in questions:
        if question[0] == "state":
            runs.append([])
        elif question[0] == "gradient":
            runs[-1].append(question[2])
    return {"images": runs[0], "images after a kill": runs[:0:-1]}


def told(call: tuple) -> str:
    return f"training on {call[1]} images for {call[2]} epochs, killed after each step and gone on from the saved state"


def texts(rng: np.random.Generator) -> list[tuple]:
    return [(f"weights {rng.integers(10**9)}", Ask("disk", operate)) for _ in range(2)]


def operate(*arguments: Any) -> None:
    """Answer for the disk: all is well, unless there is no such operation."""
    if not arguments or arguments[0] not in ARGUMENTS or len(arguments) - 1 != ARGUMENTS[arguments[0]]:
        raise ValueError(
            f"the disk knows write (name, text), sync (name), rename (old, new), remove (name): {arguments}"
        )
    if not all(isinstance(a, str) for a in arguments):
        raise ValueError(f"names and texts are strings: {arguments}")


def judge_disk(call: tuple, answer: Any) -> str | None:
    """Cut the power at every instant, and look what is in the checkpoint."""
    text = call[0]
    files = {NAME: OLD}  # what each file holds when all of it reaches the disk
    loose: set[str] = set()  # files of which any beginning may be all that is left
    for (operation, name, *more), _ in answer.questions:
        if operation != "write" and name not in files:
            return f"There is no file {name!r} to {operation}."
        if operation == "write":
            files[name] = more[0]
            loose.add(name)
        elif operation == "sync":
            loose.discard(name)
        else:
            content, half = files.pop(name), name in loose
            loose.discard(name)
            if operation == "rename":
                files[more[0]] = content
                (loose.add if half else loose.discard)(more[0])
        words = _found(files, loose, operation, name, text)
        if words:
            return words
    if files[NAME] != text:
        return f"At the end the file {NAME!r} still holds the old text: the new one never got that name."
    return None


def _found(files: dict[str, str], loose: set[str], operation: str, name: str, text: str) -> str | None:
    """What is wrong with the checkpoint, if the power fails now."""
    if NAME not in files and operation == "remove":
        return "It looks as if the old checkpoint was removed first: killed then, there is none at all."
    if NAME not in files:
        return f"It looks as if it was renamed the wrong way round: after that there is no file {NAME!r}."
    if NAME in loose and operation == "write":
        return f"It looks as if {NAME!r} itself was written: killed in the middle, half of it would be left."
    if NAME in loose:
        return (
            f"It looks as if {name!r} was renamed before it was synced: when the power fails now, the name is there "
            "and the text may not be."
        )
    if files[NAME] not in (OLD, text):
        return f"What is in {NAME!r} is not the text that was to be kept: {files[NAME]!r:.60}."
    return None


EXERCISE = Exercise(
    number="14.1",
    name="checkpoint",
    title="A long training that can be killed",
    task="""A hundred epochs on ImageNet take days, and somewhere on the way a machine stops. Write the three things that such a
training needs: the learning rate of every step, for any number of GPUs; the loop, with a state that holds all that the
next step depends on; and the replacing of a file such that no kill and no power cut can leave half of it. One weight stands for the
network here. The checks kill your training after *each* of its steps, and cut the power at each operation of the disk.""",
    minutes=45,
    hints=(
        "Imagine the machine is replaced by another one after a step. Which numbers would you have to tell it, so that it takes "
        "the very next step as the first machine would have? The weight alone is not enough.",
        "Everything follows from the number of the step: step // images is the epoch, step % images the place in its order. And a file that "
        "is being written can be half; a file that is being renamed cannot.",
        "rate: peak * (step + 1) / rise, then peak * (1 + cos(pi * (step - rise) / (steps - rise))) / 2. train: the state is "
        "step, weight and velocity. keep: write another file, sync it, rename it.",
    ),
    parts=(
        Part("the learning rate", 2, "rate", steps_of_schedules, 'chapter 14, "Many GPUs for one network"'),
        Part(
            "the same end, wherever it was killed",
            3,
            "train",
            trainings,
            'chapter 14, "What a checkpoint must hold"',
            script=killed_everywhere,
            after_kill=killed_everywhere,
            evidence=images_taken,
            told=told,
        ),
        Part(
            "a file that is always whole",
            2,
            "keep",
            texts,
            'chapter 14, "What a checkpoint must hold"',
            judge=judge_disk,
        ),
    ),
)
