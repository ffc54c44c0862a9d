"""Progress bars that suit where they are read: lively in a terminal and a notebook, a line now and then in a log."""

from __future__ import annotations

import sys
from typing import Any


def progress_bar(*arguments: Any, **options: Any) -> Any:
    """Return a bar of tqdm with these arguments; in a file or a pipe, where no line replaces another, it is rare."""
    from tqdm.auto import tqdm

    lively = sys.stderr.isatty() or "ipykernel" in sys.modules
    options |= {"mininterval": 0.2 if lively else 30, "miniters": 1}
    return tqdm(*arguments, **options)
