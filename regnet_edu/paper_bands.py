"""Rules on one design space at several flops: what stays, what grows, and with which power (figures 11 and 12)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .edf import Interval, bootstrap_best
from .paper_rules import (
    CONTRADICTED,
    IN_PART,
    NOT_VISIBLE,
    REPRODUCED,
    NotRecordedError,
    Outcome,
    errors_of,
    networks_of,
)
from .population import populations as recorded
from .properties import property_values


def _bands(populations: Sequence[str], of: str) -> tuple[list[Interval], str, str]:
    """Return the bootstrap intervals of a property in the populations that are recorded, in words, and what lacks."""
    there, gap = _recorded(populations)
    bands = [bootstrap_best(property_values(networks_of(p), of).values, errors_of(p)) for p in there]
    words = [f"{p}: {b.median:.3g} [{b.low:.3g}, {b.high:.3g}]" for p, b in zip(there, bands, strict=True)]
    return bands, "; ".join(words), gap


def _recorded(names: Sequence[str], least: int = 2) -> tuple[list[str], str]:
    missing = [name for name in names if name not in recorded()]
    if len(names) - len(missing) < least:
        raise NotRecordedError(*missing)
    return [name for name in names if name not in missing], str(NotRecordedError(*missing)) if missing else ""


def stable(populations: Sequence[str], of: str) -> Outcome:
    """The best value of a property is the same at all flops: the bootstrap intervals have a value in common."""
    bands, ours, gap = _bands(populations, of)
    if max(b.low for b in bands) > min(b.high for b in bands):
        return Outcome(CONTRADICTED, ours, gap)
    return Outcome(IN_PART, ours, "; ".join(filter(None, ["wide intervals overlap easily", gap])))


def grows(populations: Sequence[str], of: str) -> Outcome:
    """The best value of a property rises from the population of the lowest flops to that of the highest."""
    bands, ours, gap = _bands(populations, of)
    if bands[0].high < bands[-1].low:
        return Outcome(REPRODUCED, ours, gap)
    if bands[-1].high < bands[0].low:
        return Outcome(CONTRADICTED, ours, gap)
    words = ["the intervals of the lowest and the highest flops overlap", "would need more networks", gap]
    return Outcome(NOT_VISIBLE, ours, "; ".join(filter(None, words)))


def power(populations: Sequence[str], of: str, paper: float, best: float = 0.25) -> Outcome:
    """A count of the best networks grows as flops to the paper's power."""
    there, gap = _recorded(populations)
    tables = [networks_of(name).sort_values("error") for name in there]
    kept = [t.head(max(2, round(best * len(t)))) for t in tables]
    pairs = [np.log(t[["flops", of]].to_numpy(dtype=np.float64)) for t in kept]
    rng = np.random.default_rng(0)

    def fit(parts: list[np.ndarray]) -> float:
        x, y = np.concatenate(parts).T
        return float(np.polyfit(x, y, 1)[0])

    drawn = [fit([p[rng.integers(len(p), size=len(p))] for p in pairs]) for _ in range(1000)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    ours = f"power {fit(pairs):.2f} [{low:.2f}, {high:.2f}] of flops, best {sum(map(len, pairs))} networks"
    return Outcome(REPRODUCED if low <= paper <= high else CONTRADICTED, ours, gap)


RULES = (stable, grows, power)
