"""One test for one rule, over many cases: `@each("width", (8, 24, 64))` in the place of `pytest.mark.parametrize`.

Every case runs, and those that fail are shown together, each with what it was; the rule counts as one test.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any


def each(names: str | tuple[str, ...], cases: Iterable[Any], **_: Any) -> Callable[[Callable], Callable]:
    """Call a test with every case; `names` are those of its parameters that a case gives, separated by commas."""
    parameters = [n.strip() for n in names.split(",")] if isinstance(names, str) else list(names)
    cases = list(cases)

    def decorate(test: Callable) -> Callable:
        signature = inspect.signature(test)

        @functools.wraps(test)
        def run(*args: Any, **fixtures: Any) -> None:
            failed = []
            for case in cases:
                values = dict(zip(parameters, case if len(parameters) > 1 else (case,), strict=True))
                try:
                    test(*args, **fixtures, **values)
                except Exception as error:
                    error.add_note(f"in the case {values!r:.300}")
                    failed.append(error)
            if failed:
                raise ExceptionGroup(f"{len(failed)} of {len(cases)} cases failed", failed)

        left = [p for name, p in signature.parameters.items() if name not in parameters]
        run.__signature__ = signature.replace(parameters=left)  # type: ignore[attr-defined]
        del run.__wrapped__  # pytest would look through it
        return run

    return decorate
