"""Rules on random search and on the best networks: a minimum is one network, so no verdict rests on it alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..analysis.random_search import random_search_curve
from .rules import (
    CONTRADICTED,
    IN_PART,
    MARGIN,
    MORE,
    NOT_VISIBLE,
    REPEATS,
    REPRODUCED,
    Judgement,
    errors_of,
    mixed_hardware,
    sizes_of,
)


def best_kept(population: str, of: str, margin: float = MARGIN) -> Judgement:
    """The best networks of one population are about as good as, or better than, those of another.

    A minimum is one network and falls with their number. What is compared is the error to be expected of the best of
    equally many, a quarter of the smaller population, so that several networks of each decide.
    """
    m = max(2, min(len(errors_of(population)), len(errors_of(of))) // 4)
    rng = np.random.default_rng(0)
    (best, drawn), (other, theirs) = (_best_of(errors_of(name), m, rng) for name in (population, of))
    low, high = 100 * np.quantile(drawn - theirs, [0.025, 0.975])
    ours = f"best of {m}: {100 * best:.1f} % against {100 * other:.1f} %, difference [{low:+.2f}, {high:+.2f}]"
    verdict, why = _within(100 * (best - other), low, high, margin)
    return Judgement(verdict, f"{ours}, {sizes_of(population, of)}", why)


def _best_of(errors: np.ndarray, draws: int, rng: np.random.Generator) -> tuple[float, np.ndarray]:
    """Return the expected error of the best of so many, drawn with replacement, and the same of resamples."""
    n = len(errors)
    worse = (np.arange(n, -1, -1) / n) ** draws
    chance = worse[:-1] - worse[1:]  # that the best drawn is the k-th best
    drawn = np.sort(errors[rng.integers(n, size=(REPEATS, n))], axis=1)
    return float(chance @ np.sort(errors)), drawn @ chance


def _within(value: float, low: float, high: float, margin: float) -> tuple[str, str]:
    """Judge whether a number is below a margin: its interval decides, else in part or not visible."""
    if high < margin:
        return REPRODUCED, f"the interval is below {margin:g} point" + "s" * (margin != 1)
    if low > margin:
        return CONTRADICTED, ""
    if value < margin:
        return IN_PART, f"below {margin:g}, but the interval reaches beyond"
    return NOT_VISIBLE, f"the interval reaches below {margin:g}; {MORE}"


def search(population: str, draws: int, margin: float = MARGIN) -> Judgement:
    """So many random networks come within a margin of the best of the population, in points of error.

    The best of the population is one network, so the interval is that of the distance in resamples of networks.
    """
    errors = errors_of(population)
    if len(errors) < 2 * draws:  # the best of nearly all is the best
        return Judgement(NOT_VISIBLE, sizes_of(population), f"would need at least {2 * draws} networks")
    expected, best = float(random_search_curve(errors, [draws]).expected[0]), errors.min()
    resampled = errors[np.random.default_rng(0).integers(len(errors), size=(REPEATS, len(errors)))]
    _, ours_again = _best_of(errors, draws, np.random.default_rng(0))
    low, high = 100 * np.quantile(ours_again - resampled.min(axis=1), [0.025, 0.975])
    ours = f"best of {draws}: {100 * expected:.1f} %; best of all {len(errors)}: {100 * best:.1f} %"
    verdict, why = _within(100 * (expected - best), low, high, margin)
    return Judgement(verdict, f"{ours}, distance [{low:.2f}, {high:.2f}]", why)


def search_better(population: str, than: Sequence[str], draws: int) -> Judgement:
    """The best of so many random networks is expected to be better in one population than in others."""
    names = (population, *than)
    rng = np.random.default_rng(0)
    found, drawn = zip(*(_best_of(errors_of(name), draws, rng) for name in names), strict=True)
    ours = ", ".join(f"{name} {100 * value:.1f} %" for name, value in zip(names, found, strict=True))
    high = [np.quantile(drawn[0] - other, 0.975) for other in drawn[1:]]
    low = [np.quantile(drawn[0] - other, 0.025) for other in drawn[1:]]
    verdict = REPRODUCED if max(high) < 0 else CONTRADICTED if min(low) > 0 else NOT_VISIBLE
    why = [MORE] * (verdict == NOT_VISIBLE) + [mixed_hardware(*names)]
    return Judgement(verdict, f"best of {draws}: {ours}, {sizes_of(*names)}", "; ".join(filter(None, why)))


RULES = (best_kept, search, search_better)
