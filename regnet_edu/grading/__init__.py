"""Graded exercises: checks that run a learner's code in a process of its own and say what to read again."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

__all__ = ["check", "hint", "part_names", "part_verdict"]


def check(number: object, *functions: Callable, **named: Callable) -> Any:
    """Check an exercise with the functions that this notebook defines: the checks of `regnet-edu check`.

    Args:
        number: such as "03.1".
        functions: the functions to check, if not those that the notebook defines by the names of the exercise.
        named: the same, each under the name that the exercise gives it.

    Returns:
        The verdict: `.points`, `.of`, `.passed`, and its text.

    Raises:
        InputError: there is no such exercise, or none of its functions is defined.
    """
    import __main__

    from .exercise import get
    from .judge import check_source
    from .submission import capture

    exercise = get(number)
    given = {**{f.__name__: f for f in functions}, **named}
    return check_source(exercise, capture(exercise, vars(__main__), given))


def hint(number: object, again: bool = False) -> None:
    """Print the next hint of an exercise: the same ladder of three as `regnet-edu hint`.

    Args:
        number: such as "03.1".
        again: print the last opened one again.

    Raises:
        InputError: there is no such exercise, or what was opened cannot be remembered.
    """
    from .exercise import get
    from .folders import hint_words

    print(hint_words(get(number), again))


def part_names(number: object) -> list[str]:
    """Return the names of the parts of an exercise, for pytest."""
    from .exercise import get

    return [part.name for part in get(number).parts]


def part_verdict(number: object, part: str, folder: Path) -> Any:
    """Return the verdict on one part of the exercise in a folder, for pytest; a submission runs once."""
    for found in _verdict(str(number), folder, max((p.stat().st_mtime for p in folder.glob("*.py")), default=0)).parts:
        if found.name == part:
            return found
    raise KeyError(part)


@lru_cache(maxsize=64)
def _verdict(number: str, folder: Path, saved: float) -> Any:
    from .batch import check as check_folder
    from .exercise import get

    return check_folder(get(number), folder)
