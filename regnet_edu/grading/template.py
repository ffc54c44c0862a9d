"""A new exercise to start from: three files that are sound as they are, to be changed line by line."""

from __future__ import annotations

import re
from pathlib import Path

from ..common.errors import InputError
from .exercise import exercises

SOLUTION = '''"""TITLE in a line."""


def double(x):
    """Return twice the number `x`."""
    return 2 * x
'''

CATALOGUE = '''"""Exercise NUMBER: TITLE."""

from __future__ import annotations

import numpy as np

from ..exercise import Exercise, Part

IDEA = 'chapter CHAPTER, "SECTION"'  # where to read again; the section is a heading of that chapter


def numbers(rng: np.random.Generator) -> list[tuple]:
    """The arguments of each call; those from `rng` differ between the two sets of seeds."""
    return [(0,), (3,), (-1.5,), *((x,) for x in rng.integers(4, 99, 5).tolist())]


def more_numbers(rng: np.random.Generator) -> list[tuple]:
    return [(round(float(x), 3),) for x in rng.uniform(-9, 9, 5)]


EXERCISE = Exercise(
    number="NUMBER",
    name="NAME",
    title="TITLE",
    task="""Two or three sentences: what to write, and what it is good for. The docstrings of the solution say
what goes in and what comes out; the stub is made from them.""",
    minutes=15,
    hints=(
        "The first hint is a question that leads to the idea.",
        "The second hint says which tool does it.",
        "The third hint is nearly the line itself: 2 * x.",
    ),
    parts=(
        Part("whole numbers", 2, "double", numbers, IDEA),
        Part("any numbers", 1, "double", more_numbers, IDEA),
    ),
)
'''

MISTAKES = '''"""Right and wrong ways to write exercise NUMBER. A learner is told the docstring of a wrong way."""


def double__right_sum(x):
    """A sum."""
    return x + x


def double__right_shift(x):
    """Half of four times."""
    return 4 * x / 2


def double__square(x):
    """the number was squared: twice a number is a product with 2."""
    return x * x


def double__same(x):
    """the number itself came back."""
    return x


def double__half(x):
    """the number was halved."""
    return x / 2


def double__one_more(x):
    """1 was added."""
    return x + 1


def double__size(x):
    """the sign is lost."""
    return 2 * abs(x)


def double__cut(x):
    """the number was cut off to a whole one before it was doubled."""
    return 2 * int(x)
'''


def new(number: str, name: str, title: str, folder: Path | None = None) -> list[Path]:
    """Write the three files of a new exercise, and return their paths.

    Args:
        number: such as "04.2": the chapter, and the next free place in it.
        name: of its folder and of the learner's file, a Python name.
        title: in words.
        folder: of the package's grading room; that of this installation if not given.

    Raises:
        InputError: the number or the name is taken, or is none, or the files cannot be written.
    """
    parsed = re.fullmatch(r"(\d{1,2})\.(\d)", number)
    if not parsed:
        raise InputError(f"{number!r} is no number of an exercise; it is CHAPTER.PLACE, such as 04.2")
    number = f"{int(parsed[1]):02}.{parsed[2]}"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise InputError(f"{name!r} is no name for a file; use small letters and _, such as {_as_name(name)}")
    taken = {e.name: n for n, e in exercises().items()}
    if number in exercises() or name in taken:
        raise InputError(f"{number} {name} is taken by {exercises()[taken.get(name, number)].slug}; choose another")
    room = folder or Path(__file__).resolve().parent
    slug = f"e{number.replace('.', '_')}_{name}.py"
    texts = {"solutions": SOLUTION, "catalogue": CATALOGUE, "mistakes": MISTAKES}
    words = {"NUMBER": number, "NAME": name, "TITLE": title, "CHAPTER": str(int(parsed[1]))}
    written = []
    for part, text in texts.items():
        for word, value in words.items():
            text = text.replace(word, value)
        path = room / part / slug
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise InputError(f"{path} cannot be written: {error.strerror or error}") from None
        written.append(path)
    return written


def _as_name(text: str) -> str:
    return re.sub(r"\W+", "_", text.lower()).strip("_0123456789") or "my_exercise"
