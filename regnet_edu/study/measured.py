"""Rules on what others measured on ImageNet and on machines of today (`study.field`): the paper's claims at full scale.

Nothing was trained or timed here, and the networks are not a sample of a design space. So these rows have verdicts of
their own, *tested on published measurements*, and are counted by themselves.
"""

from __future__ import annotations

from collections.abc import Sequence

from . import field
from .growth import judge_growth
from .rules import (
    CONTRADICTED,
    MEASURED_FAILS,
    MEASURED_HOLDS,
    MEASURED_PART,
    MEASURED_UNDECIDED,
    REPRODUCED,
    Judgement,
)

PRINTED = 0.05  # points: half of the last digit that the paper prints


def _together(ahead: Sequence[bool], ours: str, why: str = "") -> Judgement:
    """One verdict for several statements: all of them, some, or none."""
    verdict = MEASURED_HOLDS if all(ahead) else MEASURED_PART if any(ahead) else MEASURED_FAILS
    return Judgement(verdict, ours, why)


def measured_runtime(machines: Sequence[str]) -> Judgement:
    """Time goes with activations more closely than with flops, on each of these machines."""
    found = field.time_correlations(machines)
    words = [
        f"{machine}: {row.activations:.3f} with activations, {row.flops:.3f} with flops, "
        f"difference [{row.low:+.3f}, {row.high:+.3f}], n = {row.networks:.0f}"
        for machine, row in found.iterrows()
    ]
    if ((found["low"] <= 0) & (found["high"] >= 0)).all():
        return Judgement(MEASURED_UNDECIDED, "; ".join(words), "the two cannot be told apart")
    return _together(list(found["low"] > 0), "; ".join(words), "correlations of logarithms, intervals by architecture")


def measured_runtime_model(family: str, machines: Sequence[str]) -> Judgement:
    """The time of a family is described best by F + √F on each of these machines, both factors above 0."""
    found = field.time_models(machines, [family])
    words = [
        f"{machine}: AIC {row['F']:.0f} for F, {row['√F']:.0f} for √F, {row['F + √F']:.0f} for both"
        for machine, row in found.droplevel("family").iterrows()
    ]
    both = (found["preferred"] == "F + √F") & (found["ms_per_gf"] > 0) & (found["ms_per_root"] > 0)
    return _together(list(both), f"{'; '.join(words)}; n = {found['networks'].min()}")


def measured_growth(family: str, of: str, paper: str, other: str) -> Judgement:
    """A count of a family's networks grows with flops as the paper's form, and not as another."""
    table = field.growth_networks(family)
    verdict, ours, why = judge_growth(table["flops"], table[of], paper, other)
    verdicts = {REPRODUCED: MEASURED_HOLDS, CONTRADICTED: MEASURED_FAILS}
    mixed = MEASURED_PART if "do not agree" in why else MEASURED_UNDECIDED
    return Judgement(verdicts.get(verdict, mixed), ours, why)


def measured_speed(fast: str, slow: str, paper: float) -> Judgement:
    """One network is as many times as fast as another as the paper says, or faster, on each machine."""
    found = field.speedup(fast, slow)
    words = [
        f"{machine}: {row['as they are']:.1f} times, {row['at equal flops']:.1f} at equal flops"
        for machine, row in found.iterrows()
    ]
    return _together(list(found["as they are"].round() >= paper), "; ".join(words), "images per second")


def measured_equal_cost(family: str, measures: Sequence[str]) -> Judgement:
    """At equal cost a family has lower errors than ResNe(X)t in one modern recipe, on average, at 224 pixels."""
    found = field.equal_cost(measures=measures)[family]
    words = [
        f"{field.COSTS[name].split(' (')[0]}: {round(found[name].mean(), 2) + 0.0:+.2f} points, "
        f"lower beside {(found[name] < 0).sum()} of {found[name].notna().sum()}"
        for name in measures
    ]
    return _together(
        [found[name].mean() < -PRINTED for name in measures], "; ".join(words), "torchvision's second weights"
    )


def measured_se(on: Sequence[str] = tuple(field.TEST_SETS.values())) -> Judgement:
    """Squeeze-and-excitation lowers the error of each of the twelve published pairs, on these sets of labels."""
    found = field.se_gain()[list(on)]
    words = [f"{name}: {gain.min():+.2f} to {gain.max():+.2f} points" for name, gain in found.items()]
    return _together([bool((gain < 0).all()) for _, gain in found.items()], f"Y - X, {'; '.join(words)}")


def measured_ranks(least: float) -> Judgement:
    """The published RegNets keep their order on other images and other labels: rank correlation of so much or more."""
    found = field.rank_correlations()
    words = [f"rank correlation {rho:.3f} on {name}" for name, rho in found.items()]
    return _together([rho >= least for rho in found.values()], f"{'; '.join(words)}; n = 24")


def measured_recipe(points: float) -> Judgement:
    """A modern recipe lowers the error of the same network by so many points or more, on average."""
    gain = -field.recipe_gain()["points"]
    ours = f"{gain.mean():.1f} points, from {gain.min():.1f} to {gain.max():.1f}, {len(gain)} RegNets"
    holds = gain.mean() >= points - PRINTED
    return Judgement(MEASURED_HOLDS if holds else MEASURED_FAILS, ours, "torchvision's second weights less the paper's")


def measured_front(measures: Sequence[str]) -> Judgement:
    """Some RegNet is on the front of error against each of these costs, over all networks that are trained plainly."""
    table = field.front_counts(measures)
    own = table[table.index.str.match("RegNet[XY]")]
    far = field.front_distance(measures).groupby("group")[list(measures)].median()
    words = [f"{field.COSTS[name].split(' (')[0]}: {own[name].sum()} of {own['weights'].sum()}" for name in measures]
    words += [f"{group}: {row.min():.1f} to {row.max():.1f} points above (medians)" for group, row in far.iterrows()]
    return _together([bool(own[name].sum()) for name in measures], f"on the front, {'; '.join(words)}")


RULES = (
    *(measured_runtime, measured_runtime_model, measured_growth, measured_speed, measured_equal_cost),
    *(measured_se, measured_ranks, measured_recipe, measured_front),
)
