"""Draws by chance: the same state of the Generator gives the same again, and another state something else."""

from __future__ import annotations

from typing import Any

from .worlds import plain

NOT_DRAWN = (
    "It looks as if chance came from somewhere else: nothing was drawn from the Generator that you are given, or "
    "nothing that counts."
)


# This runs in the learner's process too: its text goes there.
def draw_thrice(m: Any, rng: Any, draw: Any) -> Any:
    """What draw(module, rng) gives: the first time, with the same state in a new program, and with another state."""
    import copy

    same, other = copy.deepcopy(rng), copy.deepcopy(rng)
    other.random(7)
    first = draw(m, rng)
    return [first, draw(m.__afresh__() if hasattr(m, "__afresh__") else m, same), draw(m, other)]


def wrong_draw(draws: Any, what: str, few: bool = False) -> str | None:
    """Say that a draw does not come from the Generator; where `few` can be drawn, two states may give the same."""
    first, same, other = map(plain, draws)
    if first != same:
        return f"It looks as if the draw is not seeded: the same Generator state must give the same {what}."
    return NOT_DRAWN if first == other and not few else None
