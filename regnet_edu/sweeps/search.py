"""Successive halving: look for a good network by ending the training of those that promise least.

This is a *search*, and no way to compare design spaces: whoever is dropped after one epoch has no error of ten, and the
survivors of two spaces were chosen, so that neither their EDFs nor their means say what the spaces are like.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..common.errors import InputError
from ..common.validation import number, whole
from ..data import image_data
from ..networks.module_config import Config
from ..networks.zoo import Network
from ..spaces import DesignSpace
from ..spaces.protocol import Space
from ..training import regime as regimes
from ..training.regime import Regime
from .engines import Engine
from .population import config_of
from .sweep import sweep

if TYPE_CHECKING:
    import pandas as pd


def successive_halving(
    space: DesignSpace | Space | str | Sequence[Network | Config],
    n: int | None = None,
    regime: Regime | str = "tiny",
    out: str | os.PathLike[str] | None = None,
    *,
    epochs: Sequence[int] = (1, 3, 10),
    keep: Sequence[float] = (1, 1 / 3, 1 / 9),
    seed: int = 0,
    engine: str | Engine = "local",
    workers: int | None = None,
    device: str | None = None,
    data: image_data.Source | None = None,
    progress: bool = True,
) -> pd.DataFrame:
    """Search a space for a good network: train n for few epochs, the best of them for more, and so on.

    For searching, not for comparing spaces: use `sweep` and `compare` for that, which train every network alike. In
    each round a network is trained from the beginning, since its learning rate falls to 0 over the epochs of the round.
    The method: Jamieson and Talwalkar 2016; Hyperband is several of these.

    Args:
        space: as for `sweep`.
        n: how many networks the first round trains; if left out, 27, or all networks given.
        regime: a `Regime` or the name of a preset; its `epochs` are those of the round.
        out: folder with one record file a round, as `sweep` writes them: the same call goes on where it was stopped.
        epochs: of each round, rising.
        keep: the share of the n networks that each round trains, 1 first and falling; at least one network is kept.
        seed, engine, workers, device, data, progress: as for `sweep`.

    Returns:
        The populations of all rounds in one table, the last round first and in each the lowest error first: the first
        row is the network that was found. The column `round` counts from 0, and `network` says which of the n it is.

    Raises:
        InputError: an argument is invalid, or all networks of a round failed.
    """
    import pandas as pd

    regime = regimes.get(regime)
    n = 27 if n is None and isinstance(space, (str, DesignSpace)) else n
    how: dict[str, Any] = {"seed": seed, "engine": engine, "workers": workers, "device": device, "data": data}
    for name, given in (("epochs", epochs), ("keep", keep)):
        if not isinstance(given, Sequence):
            raise InputError(f"{name} {given!r:.60} must be a sequence of numbers, one a round")
    epochs, shares = [whole("epochs", count) for count in epochs], [number("keep", share) for share in keep]
    if not epochs or len(epochs) != len(shares) or sorted(set(epochs)) != epochs:
        raise InputError(f"epochs {epochs} must rise, and keep {shares} must have as many entries: one a round")
    if shares[0] != 1 or sorted(shares, reverse=True) != shares or shares[-1] <= 0:
        raise InputError(f"keep {shares} must begin with 1 and fall, staying above 0, such as 1, 1/3, 1/9")
    rounds: list[pd.DataFrame] = []
    for turn, (count, share) in enumerate(zip(epochs, shares, strict=True)):
        file = None if out is None else Path(out) / f"round-{turn}.jsonl"
        if rounds:
            best = rounds[-1].dropna(subset="error").head(max(1, round(share * len(rounds[0]))))
            if best.empty:
                raise InputError(f"all {len(rounds[-1])} networks of round {turn - 1} failed; none is left to choose")
            space, n = [config_of(row) for row in best.to_dict("records")], None
        found = sweep(space, n, regime.replace(epochs=count), file, **how, progress=progress)
        origin = best["network"].to_numpy() if rounds else found["index"]
        found = found.assign(round=turn, network=origin)
        rounds.append(found.sort_values(["error", "network"], kind="stable", ignore_index=True))
    return pd.concat(rounds[::-1], ignore_index=True)
