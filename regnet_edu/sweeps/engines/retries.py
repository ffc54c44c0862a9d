"""How often each network of a sweep was tried, whatever the engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

ATTEMPTS = 2  # a network whose worker dies or fails is tried once more, then recorded as failed


class RetryPolicy:
    """Counts the attempts at each network."""

    def __init__(self) -> None:
        self._of: Counter[int] = Counter()

    def settled(self, task: Mapping[str, Any], outcome: Mapping[str, Any]) -> bool:
        """Count one more attempt at a task; return whether this outcome stands, or it is to be tried again."""
        self._of[task["index"]] += 1
        return outcome["status"] != "failed" or self._of[task["index"]] >= ATTEMPTS
