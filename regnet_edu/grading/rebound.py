"""Names of a notebook that an earlier function looks up and a later cell gives another value.

Runs where the learner's code runs, which loads this file by its path; it imports nothing of the package.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any


def rebound(statements: Sequence[Any], wanted: Iterable[str]) -> list[str]:
    """Return such names, in the order in which they are first bound.

    Args:
        statements: of all cells, as `cells.read` gives them.
        wanted: names of functions of the exercise.
    """
    found: list[str] = []
    names, seen = set(wanted), set[str]()
    defined = {s.defines: k for k, s in enumerate(statements) if s.defines}
    while names - seen:
        name = min(names - seen)
        seen.add(name)
        places = [k for k, s in enumerate(statements) if name in s.binds]
        if name in defined:
            names |= statements[defined[name]].uses
        reads = [k for one, k in defined.items() if one in seen and name in statements[k].uses]
        first = min([*reads, *([defined[name]] if name in defined else [])], default=None)
        if first is None or not any(k <= first for k in places):
            continue  # nothing before looks it up, or it is first bound after the function: that is how a notebook runs
        before = {statements[k].text for k in places if k <= first}  # a cell that was run again changes nothing
        if any(k > first and name in statements[k].made and statements[k].text not in before for k in places):
            found.append(name)
    return sorted(found, key=lambda n: next(k for k, s in enumerate(statements) if n in s.binds))
