"""Draws by chance: a state of the Generator gives the same in a new process, and another state something else.

A right solution may draw in another order than ours, so that its luck is its own. The rule for whatever is compared:
only what is five standard errors away is wrong, and a known mistake is further away still; where the two are nearer,
more is drawn. Of right solutions fewer than 1 in 10,000 are then refused.
"""

from __future__ import annotations

from typing import Any

from .worlds import plain

STANDARD_ERRORS = 5

SAME = (
    "It looks as if chance came from somewhere else: two Generators gave the same, so that nothing was drawn from the "
    "Generator that you are given, or nothing that counts."
)
UNUSED = "It looks as if the draw is not seeded: the Generator that you are given was not used."
NOT_SEEDED = (
    "It looks as if the draw is not seeded: in a new program, the same arguments gave something else, and the same "
    "Generator state (or the same seed) must give the same."
)


def luck(share: float, n: int) -> float:
    """How far the share of what comes with this probability may be off in n draws."""
    return STANDARD_ERRORS * (share * (1 - share) / n) ** 0.5


# This runs in the learner's process too: its text goes there.
def draw_twice(m: Any, rng: Any, draw: Any) -> Any:
    """What draw(module, rng) gives with a Generator, and with another one, whose children are others too."""
    import copy

    import numpy as np

    other = np.random.default_rng(copy.deepcopy(rng).integers(2**31, size=4))
    return [draw(m, rng), draw(m, other)]


def wrong_draw(draws: Any, few: bool = False) -> str | None:
    """Say that a draw does not come from the Generator; where `few` can be drawn, two states may give the same."""
    first, other = map(plain, draws)
    return SAME if first == other and not few else None
