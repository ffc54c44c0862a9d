"""What a sweep asks of a space that somebody else wrote."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol


class Space(Protocol):
    """Anything that networks can be sampled from: every `DesignSpace`, or an object of your own with these two members.

    A search by chance around one network, say, or the cells of another paper::

        class Neighbours:
            name = "neighbours of a small MLP"

            def sample(self, n, rng=0, **limits):
                draw = random.Random(rng)
                return [rn.ModuleConfig(mlp, {"depth": 3, "width": 16 * draw.randint(3, 5)}) for _ in range(n)]

    The functions that `ModuleConfig` names, `build` and perhaps `cost`, are the other two things that are yours.
    """

    @property
    def name(self) -> str:
        """What records and figures call the space."""

    def sample(self, n: int, rng: int = 0, **limits: Any) -> Sequence[Any]:
        """Return n networks, as `AnyNetConfig` or `ModuleConfig`.

        The same seed gives the same networks, and the first k of n are the k of k, so that a sweep can be resumed and
        extended.

        Args:
            n: how many.
            rng: the seed of the sweep.
            limits: the bands of the regime, `flops`, `params` and `activations` as (low, high), those that it has;
                and `resolution`, `in_channels` and `num_classes`, for which they count.
        """
