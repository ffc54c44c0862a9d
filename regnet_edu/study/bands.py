"""Rules on one design space at several flops: what stays, what grows, and what time follows (figures 11 and 12)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..analysis.comparison import compare
from ..analysis.edf import Interval, bootstrap_best
from ..analysis.growth import DECISIVE
from ..analysis.properties import property_values, rank_correlation
from ..sweeps.population import populations as recorded
from ..sweeps.runtimes import runtimes_recorded, with_runtimes
from .best import narrower_than_chance
from .rules import (
    CONTRADICTED,
    IN_PART,
    MORE,
    NOT_VISIBLE,
    REPRODUCED,
    Judgement,
    NotRecordedError,
    errors_of,
    mixed_hardware,
    networks_of,
)


def _bands(populations: Sequence[str], of: str) -> tuple[list[Interval], list[str], str]:
    """Return the bootstrap intervals of a property in the populations that are recorded, their names, and the gap."""
    there, gap = _recorded(populations)
    return [bootstrap_best(property_values(networks_of(p), of).values, errors_of(p)) for p in there], there, gap


def _words(names: Sequence[str], bands: Sequence[Interval]) -> list[str]:
    return [f"{p}: {b.median:.3g} [{b.low:.3g}, {b.high:.3g}]" for p, b in zip(names, bands, strict=True)]


def _recorded(names: Sequence[str], least: int = 2) -> tuple[list[str], str]:
    missing = [name for name in names if name not in recorded()]
    if len(names) - len(missing) < least:
        raise NotRecordedError(*missing)
    there = [name for name in names if name not in missing]
    words = [str(NotRecordedError(*missing)) if missing else "", mixed_hardware(*there)]
    return there, "; ".join(filter(None, words))


def stable(populations: Sequence[str], of: str) -> Judgement:
    """The best value of a property is the same at all flops.

    Against it speak bootstrap intervals without a value in common, and a common threshold below which networks are
    better at some flops and worse at others. For it speak intervals with a value in common, but only those that are
    narrower than chance makes them: wide ones overlap whatever is true.
    """
    bands, there, gap = _bands(populations, of)
    values = [property_values(networks_of(p), of).values for p in there]
    limit = float(np.median([np.median(v) for v in values]))
    rho = [rank_correlation(v, errors_of(p)) for v, p in zip(values, there, strict=True)]
    sides = [_better_side(v, errors_of(p), limit, 1 - 0.05 / len(there)) for v, p in zip(values, there, strict=True)]
    words = _words(there, bands)
    ours = "; ".join(f"{w}, rank correlation with the error {r:+.2f}" for w, r in zip(words, rho, strict=True))
    why = []
    if max(b.low for b in bands) > min(b.high for b in bands):
        why += ["the intervals have no value in common"]
    if {"lower", "higher"} <= set(sides):
        why += [f"networks up to {limit:.3g} are better at some flops and worse at others"]
    if why:
        return Judgement(CONTRADICTED, ours, "; ".join(filter(None, [*why, gap])))
    narrow = [narrower_than_chance(v, b) for v, b in zip(values, bands, strict=True)]
    said = f"{sum(narrow)} of {len(narrow)} intervals are narrower than chance makes them"
    verdict = REPRODUCED if all(narrow) else IN_PART if any(narrow) else NOT_VISIBLE
    return Judgement(verdict, ours, "; ".join(filter(None, [said, MORE * (verdict == NOT_VISIBLE), gap])))


def _better_side(values: np.ndarray, errors: np.ndarray, limit: float, level: float) -> str | None:
    """Which networks have the lower mean error: those with "lower" values, "higher" ones, or it cannot be told."""
    low = values <= limit
    if low.all() or not low.any():
        return None
    return compare(errors[low], errors[~low], ("lower", "higher"), level=level).better


def grows(populations: Sequence[str], of: str) -> Judgement:
    """The best value of a property rises from the population of the lowest flops to that of the highest."""
    bands, there, gap = _bands(populations, of)
    ours = "; ".join(_words(there, bands))
    if bands[0].high < bands[-1].low:
        return Judgement(REPRODUCED, ours, gap)
    if bands[-1].high < bands[0].low:
        return Judgement(CONTRADICTED, ours, gap)
    words = ["the intervals of the lowest and the highest flops overlap", MORE, gap]
    return Judgement(NOT_VISIBLE, ours, "; ".join(filter(None, words)))


def _timed(populations: Sequence[str], best: float) -> tuple[np.ndarray, str, str]:
    """Return (networks, 3) of flops, activations and milliseconds of the best networks, on what, and what lacks."""
    there = [name for name in populations if name in recorded() and runtimes_recorded(name)]
    missing = [f"runtimes of {name}" for name in populations if name not in there]
    if len(there) < 2:
        raise NotRecordedError(*missing)
    tables = [with_runtimes(name).sort_values("error") for name in there]
    kept = [t[t["error"].notna() & t["runtime"].notna()] for t in tables]
    parts = [t.head(max(2, round(best * len(t))))[["flops", "activations", "runtime"]] for t in kept]
    machines = dict.fromkeys(str(t.attrs["runtime"].get("hardware", "unknown hardware")) for t in tables)
    gap = str(NotRecordedError(*missing)) if missing else ""
    return np.concatenate([p.to_numpy(dtype=np.float64) for p in parts]), f"on {' and '.join(machines)}", gap


def runtime_follows(populations: Sequence[str]) -> Judgement:
    """Measured runtimes go with activations more closely than with flops (correlation of logarithms)."""
    table, where, gap = _timed(populations, 1.0)
    flops, acts, time = np.log(table).T

    def closer(rows: np.ndarray) -> tuple[float, float]:
        return tuple(float(np.corrcoef(x[rows], time[rows])[0, 1]) for x in (acts, flops))  # type: ignore[return-value]

    rng, everyone = np.random.default_rng(0), np.arange(len(time))
    drawn = [np.subtract(*closer(rng.choice(everyone, len(time)))) for _ in range(1000)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    ours = "correlation of logarithms {:.2f} with activations, {:.2f} with flops".format(*closer(everyone))
    ours += f", difference [{low:+.2f}, {high:+.2f}], n = {len(time)}, {where}"
    if low <= 0 <= high:
        return Judgement(NOT_VISIBLE, ours, "; ".join(filter(None, [MORE, gap])))
    return Judgement(REPRODUCED if low > 0 else CONTRADICTED, ours, gap)


def runtime_model(populations: Sequence[str], best: float = 0.25) -> Judgement:
    """The runtime of the best networks is modelled best by flops and their square root together (by AIC)."""
    table, where, gap = _timed(populations, best)
    flops, time = table[:, 0] / 1e6, table[:, 2]
    columns = {"linear": [flops], "square root": [flops**0.5], "both": [flops, flops**0.5]}
    score, both = {}, np.zeros(2)
    for name, terms in columns.items():
        design = np.stack(terms, axis=1)
        both = np.linalg.lstsq(design, time, rcond=None)[0]  # after the loop, that of both
        residual = float(np.square(time - design @ both).mean())
        score[name] = len(time) * np.log(residual) + 2 * len(terms)
    ours = ", ".join(f"AIC {value:.0f} {name}" for name, value in score.items())
    ours += f"; {both[0]:.2f} ms a MF and {both[1]:.2f} ms a root of a MF, n = {len(time)}, {where}"
    lead = min(score["linear"], score["square root"]) - score["both"]
    if lead < 0:  # the second term is not worth its number
        return Judgement(CONTRADICTED, ours, gap)
    if lead < DECISIVE:
        words = [f"both terms are ahead by less than {DECISIVE:g}", MORE, gap]
        return Judgement(NOT_VISIBLE, ours, "; ".join(filter(None, words)))
    return Judgement(REPRODUCED if both.min() > 0 else IN_PART, ours, gap)


RULES = (stable, grows, runtime_follows, runtime_model)
