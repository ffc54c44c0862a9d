"""Computes what the solution returns once for a whole class, which is asked the same questions (2 seconds in 03.2)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from .exercise import Ask, Exercise, Part
from .process import Outcome, as_wire

MOST = 512
_known: dict[tuple[Any, ...], list[Outcome]] = {}


def once(exercise: Exercise, part: Part, calls: list[tuple], compute: Callable[[], list[Outcome]]) -> list[Outcome]:
    """Return what `compute` gives for the calls of a part, from memory if they were made before.

    A call with an `Ask` is made each time: what it answers is not in its arguments.
    """
    if any(isinstance(argument, Ask) for call in calls for argument in call):
        return compute()
    asked = hashlib.sha256(json.dumps([as_wire(call) for call in calls]).encode()).digest()
    key = (exercise.slug, part, getattr(exercise.solution, part.function, None), asked)
    if key not in _known:
        while len(_known) >= MOST:
            _known.pop(next(iter(_known)), None)
        _known[key] = compute()
    return _known[key]
