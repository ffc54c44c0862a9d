"""Rules that turn data into a verdict on what the paper says: written down once, applied to whatever is recorded.

A statement on errors counts as seen when Welch's 95 % interval of the difference of means leaves out 0, and "alike"
when the whole interval is inside a margin.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..analysis.comparison import Comparison, compare
from ..analysis.edf import summary
from ..analysis.properties import property_values, rank_correlation
from ..common.environment import same_hardware
from ..sweeps.population import hardware_of, load_population, populations

REPRODUCED, IN_PART = "reproduced", "reproduced in part"
NOT_VISIBLE, CONTRADICTED = "not visible at this scale", "contradicted at this scale"
NOT_ATTEMPTED = "not attempted"
# What is tested on figures that others measured is counted by itself: nothing was trained or timed here.
MEASURED = "tested on published measurements"
MEASURED_HOLDS, MEASURED_PART = f"{MEASURED}: holds", f"{MEASURED}: holds in part"
MEASURED_UNDECIDED, MEASURED_FAILS = f"{MEASURED}: not decided", f"{MEASURED}: does not hold"
VERDICTS = (
    *(REPRODUCED, IN_PART, NOT_VISIBLE, CONTRADICTED, NOT_ATTEMPTED),
    *(MEASURED_HOLDS, MEASURED_PART, MEASURED_UNDECIDED, MEASURED_FAILS),
)
REPEATS = 10_000  # resamples where no formula gives the interval
MORE = "would need more networks"
MARGIN = 1.0  # points: populations whose means differ by less are called alike


class Judgement(NamedTuple):
    """What a rule found: our figure in words, the verdict, and what explains the verdict."""

    verdict: str
    ours: str = ""
    why: str = ""


class NotRecordedError(Exception):
    """Populations that a rule needs are not recorded; the arguments are their names."""

    def __str__(self) -> str:
        return f"not recorded yet: {', '.join(dict.fromkeys(self.args))}"


@functools.lru_cache(maxsize=128)
def networks_of(name: str) -> Any:
    """Return the networks of a recorded population that have an error."""
    if name not in populations():
        raise NotRecordedError(name)
    table = load_population(name)
    return table[table["error"].notna()]


def errors_of(name: str) -> np.ndarray:
    """Return their errors."""
    return networks_of(name)["error"].to_numpy(dtype=np.float64)


@functools.lru_cache(maxsize=256)
def compared(a: str, b: str, level: float = 0.95) -> Comparison:
    return compare(errors_of(a), errors_of(b), (a, b), level=level)


def _points(estimate: Sequence[float]) -> str:
    value, low, high = (100 * x for x in estimate)
    return f"{value:+.2f} points [{low:+.2f}, {high:+.2f}]"


def sizes_of(*names: str) -> str:
    return "n = " + " and ".join(str(len(errors_of(name))) for name in names)


def mixed_hardware(*names: str) -> str:
    """Say that networks that are compared were trained on different processors, if they were or may have been.

    Two populations may both have gone on elsewhere: what decides is which hardware trained each network.
    """
    machines = list(dict.fromkeys(machine for name in names for machine in hardware_of(networks_of(name))))
    alike = [same_hardware(a, b) for a, b in itertools.combinations(machines, 2)]  # None: a record says too little
    if all(alike):
        return ""
    return f"{'perhaps ' * (False not in alike)}on different hardware: {' and '.join(machines)}"


def better(population: str, than: str, level: float = 0.95) -> Judgement:
    """The mean error of one population is lower than that of another."""
    found = compared(population, than, level)
    ours = f"{_points(found.mean_difference)}, {_curves(found)}, {sizes_of(population, than)}"
    mixed = mixed_hardware(population, than)
    if found.better is None:
        why = f"{100 * found.detectable:.1f} points would be found with a power of {100 * found.power:g} %"
        curves = "but the curves differ" if found.curves_differ else ""
        return Judgement(NOT_VISIBLE, ours, "; ".join(filter(None, [why, curves, mixed])))
    return Judgement(REPRODUCED if found.better == population else CONTRADICTED, ours, mixed)


def _curves(found: Comparison) -> str:
    """Say how far apart two EDFs are, and how often chance alone brings them so far apart."""
    return f"KS {found.ks.value:.2f} (p {found.ks_p:.3f})"


def all_better(pairs: Sequence[Sequence[str]]) -> Judgement:
    """The first of each pair is better than the second; pairs that are not recorded are left out and named.

    The pairs share one level of 5 % (Bonferroni).
    """
    level = 1 - 0.05 / max(1, sum(a in populations() and b in populations() for a, b in pairs))
    return _all(pairs, lambda first, second: better(first, second, level))


def _all(pairs: Sequence[Sequence[str]], rule: Callable[[str, str], Judgement]) -> Judgement:
    """Judge each pair that is recorded, and give one verdict for all: as many must speak against the paper as for it.

    All reproduced is reproduced, all contradicted is contradicted; some reproduced is in part, whatever the others say;
    some contradicted and none reproduced is not visible, with the reason.
    """
    found = []
    missing = [name for pair in pairs for name in pair if name not in populations()]
    for first, second in pairs:
        if first not in missing and second not in missing:
            found.append((f"{first} against {second}", rule(first, second)))
    if not found:
        raise NotRecordedError(*missing)
    verdicts = [outcome.verdict for _, outcome in found]
    ours = "; ".join(f"{name}: {outcome.ours}" for name, outcome in found)
    gap = [str(NotRecordedError(*missing))] if missing else []
    against = [f"{name} contradicts it" for name, outcome in found if outcome.verdict == CONTRADICTED]
    why = "; ".join([*against, *(f"{name} {outcome.why}" for name, outcome in found if outcome.why), *gap])
    if len(set(verdicts)) == 1 and verdicts[0] != REPRODUCED:
        return Judgement(verdicts[0], ours, why)
    if REPRODUCED not in verdicts:
        return Judgement(NOT_VISIBLE, ours, why)
    return Judgement(REPRODUCED if len(set(verdicts)) == 1 and not missing else IN_PART, ours, why)


def alike(population: str, to: str, margin: float = MARGIN) -> Judgement:
    """Two EDFs are alike: their means differ by less than a margin, in points, and their curves by chance."""
    found = compared(population, to)
    low, high = 100 * found.mean_difference.low, 100 * found.mean_difference.high
    ours = f"{_points(found.mean_difference)}, {_curves(found)}, "
    verdict, why = _alike(low, high, margin)
    if verdict == REPRODUCED and found.curves_differ:
        verdict, why = IN_PART, f"{why}, but the curves differ"
    return Judgement(
        verdict, ours + sizes_of(population, to), "; ".join(filter(None, [why, mixed_hardware(population, to)]))
    )


def _alike(low: float, high: float, margin: float) -> tuple[str, str]:
    if -margin < low and high < margin:
        return REPRODUCED, f"the interval is within {margin:g} point" + "s" * (margin != 1)
    if low <= -margin and margin <= high:
        return NOT_VISIBLE, f"the interval reaches beyond {margin:g} on both sides; {MORE}"
    if low <= 0 <= high:
        return IN_PART, f"not told apart, but the interval reaches beyond {margin:g}"
    if min(abs(low), abs(high)) > margin:
        return CONTRADICTED, ""
    return IN_PART, f"told apart, but perhaps by less than {margin:g}"


def falls_with(population: str, of: str) -> Judgement:
    """The error falls as a property rises: rank correlation below 0."""
    return _goes_with(population, of, -1)


def rises_with(population: str, of: str) -> Judgement:
    """The error rises with a property: rank correlation above 0."""
    return _goes_with(population, of, 1)


def _goes_with(population: str, of: str, sign: int) -> Judgement:
    values, errors = property_values(networks_of(population), of).values, errors_of(population)
    rng = np.random.default_rng(0)
    drawn = [rank_correlation(values[k], errors[k]) for k in rng.integers(len(errors), size=(1000, len(errors)))]
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    rho = rank_correlation(values, errors)
    ours = f"rank correlation {rho:+.2f} [{low:+.2f}, {high:+.2f}], {sizes_of(population)}"
    if not low <= 0 <= high:
        return Judgement(REPRODUCED if rho * sign > 0 else CONTRADICTED, ours)
    return Judgement(NOT_VISIBLE, ours, f"{detectable_rank(len(errors)):.2f} would be found with a power of 80 %")


def detectable_rank(n: int) -> float:
    """The rank correlation that n networks show at the 5 % level with a power of 80 % (Fisher's approximation)."""
    return math.tanh(2.8 / math.sqrt(n - 3)) if n > 3 else 1.0


def lower(population: str, than: str, of: str) -> Judgement:
    """The mean of a property, not of the error, is lower in one population than in another."""
    a, b = (property_values(networks_of(name), of).values for name in (population, than))
    rng = np.random.default_rng(0)
    means = [x[rng.integers(len(x), size=(REPEATS, len(x)))].mean(axis=1) for x in (a, b)]
    low, high = np.quantile(means[0] - means[1], [0.025, 0.975])
    ours = f"mean {of} {a.mean():.3g} against {b.mean():.3g}, difference [{low:+.2g}, {high:+.2g}]"
    if low <= 0 <= high:
        return Judgement(NOT_VISIBLE, f"{ours}, {sizes_of(population, than)}", MORE)
    return Judgement(REPRODUCED if high < 0 else CONTRADICTED, f"{ours}, {sizes_of(population, than)}")


def all_lower(pairs: Sequence[Sequence[str]], of: str) -> Judgement:
    """The mean of a property is lower in the first of each pair; pairs that are not recorded are left out and named."""
    return _all(pairs, lambda first, second: lower(first, second, of))


def line(population: str, paper: float, best: int = 20) -> Judgement:
    """The widths of the best networks grow along a line with the paper's slope, in channels a block."""
    table = networks_of(population).sort_values("error").head(best)
    blocks = [np.repeat(w, d) for w, d in zip(table["widths"], table["depths"], strict=True)]

    def slope(chosen: Any) -> float:
        j = np.concatenate([np.arange(len(blocks[k])) for k in chosen])
        return float(np.polyfit(j, np.concatenate([blocks[k] for k in chosen]), 1)[0])

    rng = np.random.default_rng(0)
    drawn = [slope(chosen) for chosen in rng.integers(len(blocks), size=(500, len(blocks)))]
    low, high = np.quantile(drawn, [0.025, 0.975])
    ours = f"slope {slope(range(len(blocks))):.1f} [{low:.1f}, {high:.1f}] channels a block, best {len(blocks)}"
    own = [float(np.polyfit(np.arange(len(w)), w, 1)[0]) for w in blocks]
    ours += f", median within networks {np.median(own):.1f}"
    if low <= paper <= high:
        return Judgement(REPRODUCED, ours)
    if high < 0:
        return Judgement(CONTRADICTED, ours)
    return Judgement(IN_PART, ours, "it rises, with another slope") if low > 0 else Judgement(NOT_VISIBLE, ours, MORE)


def drawn(names: Sequence[str]) -> Judgement:
    """A figure can be drawn from these populations; what it states is judged in rows of its own."""
    there = [name for name in names if name in populations()]
    missing = [name for name in names if name not in there]
    if names and not there:
        raise NotRecordedError(*missing)
    legends = "; ".join(f"{name} {summary(errors_of(name))}" for name in there)
    why = str(NotRecordedError(*missing)) if missing else ""
    return Judgement(IN_PART if missing else REPRODUCED, legends or "drawn from published figures", why)


RULES = (
    *(better, all_better, alike, falls_with, rises_with, lower, all_lower),
    line,
)
