"""Rules on what needs no population: sizes, definitions that tests prove, arithmetic on published figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from .. import spaces
from ..analysis.properties import rank_correlation
from ..networks import zoo
from ..training.regime import get as regime
from .rules import CONTRADICTED, IN_PART, NOT_ATTEMPTED, REPRODUCED, Judgement

SLOW = "RegNetX"  # counting its networks one by one takes 10 s
PRINTED = 0.05  # points: half of the last digit that the paper prints


def size(space: str, paper: float, dimensions: int) -> Judgement:
    """A space has the paper's size, to the two digits that it prints, and its number of degrees of freedom."""
    ours = spaces.get(space)
    same = f"{ours.paper_size():.1e}" == f"{paper:.1e}" and ours.free_parameters() == dimensions
    exact = f"; counted exactly {ours.size():.3e}" if space != SLOW else ""
    words = f"{ours.paper_size():.3e} by the formula, dim. {ours.free_parameters()}{exact}"
    return Judgement(REPRODUCED if same else CONTRADICTED, words)


def size_ratio(space: str, to: str, orders: int) -> Judgement:
    """One space is smaller than another by so many orders of magnitude."""
    large, small = spaces.get(space), spaces.get(to)
    ratio = large.paper_size() / small.paper_size()
    ours = f"a factor of {ratio:.1e} by the formulas of table 1"
    exact = ratio if to == SLOW else large.size() / small.size()
    ours += "" if to == SLOW else f", {exact:.1e} counted exactly"
    holds, exactly = (round(np.log10(value)) == orders for value in (ratio, exact))
    if holds and not exactly:
        return Judgement(IN_PART, ours, f"counted exactly it is nearer to 10^{round(np.log10(exact))}")
    return Judgement(REPRODUCED if holds else CONTRADICTED, ours)


def population_cost() -> Judgement:
    """100 networks of 400 MF for 10 epochs cost about one ResNet-50 for 100 epochs."""
    preset, resnet = regime("imagenet"), zoo.get("resnet_50")
    assert preset.flops is not None
    ratio = 100 * preset.flops[1] * preset.epochs / (resnet.flops * 100)
    return Judgement(REPRODUCED if 0.8 < ratio < 1.25 else CONTRADICTED, f"{ratio:.2f} of ResNet-50's flops x epochs")


def published_runtime() -> Judgement:
    """Runtime on a GPU follows activations more closely than flops, in the published networks."""
    models = [zoo.get(name) for name in (*zoo.names(), *zoo.baselines())]
    time = np.log([m.inference_ms for m in models])
    acts, flops = (np.corrcoef(np.log([getattr(m, f) for m in models]), time)[0, 1] for f in ("activations", "flops"))
    words = f"correlation of logarithms {acts:.3f} with activations, {flops:.3f} with flops, {len(models)} networks"
    return Judgement(IN_PART if acts > flops else CONTRADICTED, words, "from published times; nothing was timed here")


def published_last_stage(above: float) -> Judgement:
    """Published RegNets above some flops have most blocks in the third stage and one or two in the last."""
    models = [zoo.get(n) for n in zoo.names() if zoo.get(n).flops > above]
    fits = [m.config.depths[-1] <= 2 and max(m.config.depths) == m.config.depths[2] for m in models]
    words = f"{sum(fits)} of the {len(models)} published RegNets above {above / 1e9:g} GF"
    return Judgement(
        REPRODUCED if all(fits) else IN_PART if any(fits) else CONTRADICTED, words, "from published figures"
    )


def published_speed(fast: str, slow: str, paper: float) -> Judgement:
    """One published network is so many times faster than another, with a lower error."""
    a, b = zoo.get(fast), zoo.get(slow)
    ratio = b.inference_ms / a.inference_ms
    words = (
        f"{a.inference_ms:g} ms against {b.inference_ms:g} ms, {ratio:.1f} times; "
        f"error {100 * a.top1_error_mean:.1f} % against {100 * b.top1_error_mean:.1f} %"
    )
    holds = round(ratio) == paper and a.top1_error_mean < b.top1_error_mean
    return Judgement(
        IN_PART if holds else CONTRADICTED, words, "arithmetic on published figures; nothing was timed here"
    )


def published_times(groups: Sequence[Sequence[str]], most: float = 1.25) -> Judgement:
    """The published networks of each group take similar times: the slowest at most so many times that of the fastest.

    A quarter more is our reading of "similar".
    """
    times = [[zoo.get(name).inference_ms for name in group] for group in groups]
    words = [
        f"{', '.join(zoo.get(name).title for name in group)}: {min(ms):g} to {max(ms):g} ms"
        for group, ms in zip(groups, times, strict=True)
    ]
    holds = max(max(ms) / min(ms) for ms in times) <= most
    return Judgement(IN_PART if holds else CONTRADICTED, "; ".join(words), "published times; nothing was timed here")


def published_better(pairs: Sequence[Sequence[str]]) -> Judgement:
    """The first published network of each pair has the lower error."""
    models = [(zoo.get(a), zoo.get(b)) for a, b in pairs]
    differences = [100 * (a.top1_error_mean - b.top1_error_mean) for a, b in models]
    words = [f"{a.title} - {b.title}: {d:+.1f} points" for (a, b), d in zip(models, differences, strict=True)]
    equal = [f"{a.title} and {b.title}" for (a, b), d in zip(models, differences, strict=True) if abs(d) < PRINTED]
    ties = [f"equal as printed: {', '.join(equal)}"] * bool(equal)
    verdict = IN_PART if max(differences) < PRINTED and min(differences) < -PRINTED else CONTRADICTED
    return Judgement(verdict, "; ".join(words), "; ".join([*ties, "published errors; nothing was trained here"]))


def published_retrained(families: Sequence[str]) -> Judgement:
    """Trained as the RegNets were, the published networks of these families have lower errors than first reported."""
    models = [zoo.get(name) for name in zoo.baselines() if zoo.get(name).title.split("-")[0] in families]
    first = [(m.title, 100 * (m.top1_error_mean - m.top1_error_reported)) for m in models if m.top1_error_reported]
    words = "; ".join(f"{title}: {gain:+.1f} points" for title, gain in first)
    holds = max(gain for _, gain in first) < -PRINTED
    return Judgement(IN_PART if holds else CONTRADICTED, words, "published errors; nothing was trained here")


def published_mobile() -> Judgement:
    """The RegNets of 600 MF have lower errors than at least half of the mobile networks of table 2."""
    reported = [m.top1_error_reported for m in zoo.mobile()]
    regnets = [zoo.get(name) for name in ("regnetx_600mf", "regnety_600mf")]
    beaten = [sum(m.top1_error_mean < error for error in reported) for m in regnets]
    words = [
        f"{m.title}, {100 * m.top1_error_mean:.1f} %, beats {count} of the {len(reported)}"
        for m, count in zip(regnets, beaten, strict=True)
    ]
    why = 'published errors; "surprisingly" is no number, and half of them or more is our reading of "effective"'
    return Judgement(IN_PART if 2 * min(beaten) >= len(reported) else CONTRADICTED, "; ".join(words), why)


def published_trend(of: str, rises: bool, above: float = 0.0) -> Judgement:
    """A parameter of the published RegNets rises with flops in both families, or beyond some flops it does not."""
    words, rho = [], []
    for family in ("RegNetX", "RegNetY"):
        models = [m for m in map(zoo.get, zoo.names()) if m.title.startswith(family) and m.flops > above]
        values = [getattr(m.regnet_params, of) for m in models]
        rho.append(rank_correlation([m.flops for m in models], values))
        words.append(f"{family}: {min(values)} to {max(values)}, rank correlation with flops {rho[-1]:+.2f}")
    start = f"above {above / 1e9:g} GF, " if above else ""
    # half of the way to a perfect order, either way, is our reading of "increases" and of "saturates"
    holds = min(rho) > 0.5 if rises else max(rho) < 0.5
    return Judgement(REPRODUCED if holds else CONTRADICTED, start + "; ".join(words), "from published figures")


def published_limits(space: str, min_depth: int, max_depth: int) -> Judgement:
    """The published RegNetX keep the limits of a space and of section 5, and RegNetY those on b, d and w_m."""
    limits: Any = spaces.get(space)
    rules = {m.title: m.regnet_params for m in map(zoo.get, zoo.names()) if m.regnet_params}
    wrong = [
        title
        for title, rule in rules.items()
        if rule.bottleneck_ratio != 1 or not min_depth <= rule.depth <= max_depth or rule.wm < limits.min_wm
    ]
    for model in map(zoo.get, zoo.names()):
        giga = model.flops / 1e9
        low = model.params < (3 + 5.5 * giga) * 1e6 and model.activations < 6.5 * np.sqrt(giga) * 1e6
        wrong += [model.title] * (model.title.startswith("RegNetX") and not low)
    depths, wms = ([getattr(rule, name) for rule in rules.values()] for name in ("depth", "wm"))
    words = f"b = 1, depths {min(depths)} to {max(depths)}, w_m {min(wms):g} to {max(wms):g} in {len(rules)} RegNets"
    verdict = REPRODUCED if not wrong else IN_PART if 2 * len(set(wrong)) < len(rules) else CONTRADICTED
    return Judgement(verdict, words, "; ".join([*wrong, "from published figures"]))


def published_groups(names: Sequence[str], low: int, high: int, step: int) -> Judgement:
    """Some published RegNets have group widths in a range, and all 24 have multiples of a step."""
    found = {name: rule.group_width for name in zoo.names() if (rule := zoo.get(name).regnet_params)}
    words = ", ".join(f"{zoo.get(name).title} g = {found[name]}" for name in names)
    odd = [name for name, g in found.items() if g % step]
    holds = all(low <= found[name] <= high for name in names) and not odd
    words += f"; {len(found) - len(odd)} of {len(found)} are multiples of {step}"
    why = "from published figures: what was chosen, which is inside what was sampled"
    return Judgement(IN_PART if holds else CONTRADICTED, words, why)


class Gap(NamedTuple):
    """Two published networks on two test sets, in points of error: the first less the second."""

    first: str
    second: str
    before: float
    after: float

    @property
    def change(self) -> str:
        """What became of the distance, to the digit that is printed: "shrinks", "stays" or "grows"."""
        by = abs(self.after) - abs(self.before)
        return "stays" if abs(by) < PRINTED else "grows" if by > 0 else "shrinks"


def gaps_again(pairs: Sequence[Sequence[str]], errors: Mapping[str, float]) -> list[Gap]:
    """Return the gap of each pair on ImageNet, and again on a new test set (tables 5 and 6).

    Args:
        pairs: of published networks.
        errors: on the new test set in percent, by network.
    """
    old = {name: 100 * zoo.get(name).top1_error_mean for name in errors}
    return [Gap(zoo.get(a).title, zoo.get(b).title, old[a] - old[b], errors[a] - errors[b]) for a, b in pairs]


def published_again(pairs: Sequence[Sequence[str]], errors: Mapping[str, float]) -> Judgement:
    """On a new test set the published networks keep their order, and more of the gaps of pairs shrink than grow.

    Args:
        pairs: of networks that the paper compares.
        errors: on the new test set in percent, by network.
    """
    rho = rank_correlation([zoo.get(name).top1_error_mean for name in errors], list(errors.values()))
    gaps = gaps_again(pairs, errors)
    count = Counter(gap.change for gap in gaps)
    before, after = (np.mean([abs(getattr(gap, when)) for gap in gaps]) for when in ("before", "after"))
    ours = (
        f"rank correlation {rho:+.2f} of {len(errors)} errors; of {len(gaps)} gaps {count['shrinks']} shrink, "
        f"{count['stays']} stay, {count['grows']} grow; mean gap {before:.2f} points, then {after:.2f}"
    )
    larger = [] if count["shrinks"] > count["grows"] else ["no more gaps shrink than grow"]
    why = "; ".join([*larger, "published errors; nothing was trained or tested here"])
    return Judgement(IN_PART if rho > 0.8 else CONTRADICTED, ours, why)


def proved(part: str = "") -> Judgement:
    """Mathematics or a definition: the tests of the row hold it to the paper."""
    return Judgement(IN_PART if part else REPRODUCED, "exact, see the tests", part)


def untried(because: str) -> Judgement:
    """What the course does not attempt."""
    return Judgement(NOT_ATTEMPTED, "", because)


RULES = (
    *(size, size_ratio, population_cost, published_runtime, published_last_stage),
    *(
        published_speed,
        published_times,
        published_better,
        published_retrained,
        published_mobile,
        published_trend,
        published_limits,
    ),
    *(published_groups, published_again, proved, untried),
)
