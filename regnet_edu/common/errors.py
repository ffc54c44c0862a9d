"""The one kind of error that a user is meant to read."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class InputError(ValueError):
    """Something that was asked for cannot be done; the message is one sentence.

    The sentence names the value, the rule it breaks and, where there is one, the nearest value that would do. The
    command line prints it without a traceback and exits with a non-zero status.
    """


def nearest_name(name: object, known: Iterable[str]) -> str:
    """Return the end of a sentence that offers the nearest of the `known` names, or lists them all.

    >>> nearest_name("AnyNetXa", ["AnyNetXA", "RegNetX"])
    'did you mean AnyNetXA? (known: AnyNetXA, RegNetX)'
    """
    names = list(known)
    folded = {n.lower(): n for n in names}
    close = difflib.get_close_matches(str(name).lower(), folded, n=1, cutoff=0.5)
    listing = ", ".join(names)
    return f"did you mean {folded[close[0]]}? (known: {listing})" if close else f"known: {listing}"


def first_line(error: BaseException, longest: int = 200) -> str:
    """Return the first line of what an exception says, at most `longest` characters; some go on for pages.

    >>> first_line(OSError("no such disk.\\nhint: look under the table"))
    'no such disk'
    """
    return (str(error).strip() or type(error).__name__).splitlines()[0][:longest].rstrip(".")
