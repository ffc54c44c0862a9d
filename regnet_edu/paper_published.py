"""Rules on what needs no population: sizes, definitions that tests prove, arithmetic on published figures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from . import spaces, zoo
from .paper_rules import CONTRADICTED, IN_PART, NOT_ATTEMPTED, REPRODUCED, Outcome
from .regime import get as regime


def size(space: str, paper: float, dimensions: int) -> Outcome:
    """A space has the paper's size, to the two digits that it prints, and its number of degrees of freedom."""
    ours = spaces.get(space)
    same = f"{ours.paper_size():.1e}" == f"{paper:.1e}" and ours.free_parameters() == dimensions
    exact = f"; counted exactly {ours.size():.3e}" if space != "RegNetX" else ""
    words = f"{ours.paper_size():.3e} by the formula, dim. {ours.free_parameters()}{exact}"
    return Outcome(REPRODUCED if same else CONTRADICTED, words)


def size_ratio(space: str, to: str, orders: int) -> Outcome:
    """One space is smaller than another by so many orders of magnitude."""
    ratio = spaces.get(space).paper_size() / spaces.get(to).paper_size()
    return Outcome(REPRODUCED if round(np.log10(ratio)) == orders else CONTRADICTED, f"a factor of {ratio:.1e}")


def population_cost() -> Outcome:
    """100 networks of 400 MF for 10 epochs cost about one ResNet-50 for 100 epochs."""
    preset, resnet = regime("imagenet"), zoo.get("resnet_50")
    assert preset.flops is not None
    ratio = 100 * preset.flops[1] * preset.epochs / (resnet.flops * 100)
    return Outcome(REPRODUCED if 0.8 < ratio < 1.25 else CONTRADICTED, f"{ratio:.2f} of ResNet-50's flops x epochs")


def published_power(family: str, of: str, paper: float, other: float, within: float = 0.15) -> Outcome:
    """A count of the published networks of a family grows as flops to the paper's power, and not to another."""
    models = [zoo.get(name) for name in (*zoo.names(), *zoo.baselines()) if zoo.get(name).title.startswith(family)]
    x, y = (np.log([getattr(m, field) for m in models]) for field in ("flops", of))
    found = float(np.polyfit(x, y, 1)[0])
    words = f"power {found:.2f} over the {len(models)} published networks"
    if abs(found - paper) < within:
        return Outcome(REPRODUCED, words, "from published figures")
    if abs(found - paper) < abs(found - other):
        return Outcome(IN_PART, words, f"nearer to {paper:g} than to {other:g}; from published figures")
    return Outcome(CONTRADICTED, words, "from published figures")


def published_runtime() -> Outcome:
    """Runtime on a GPU follows activations more closely than flops, in the published networks."""
    models = [zoo.get(name) for name in (*zoo.names(), *zoo.baselines())]
    time = np.log([m.inference_ms for m in models])
    acts, flops = (np.corrcoef(np.log([getattr(m, f) for m in models]), time)[0, 1] for f in ("activations", "flops"))
    words = f"correlation of logarithms {acts:.3f} with activations, {flops:.3f} with flops, {len(models)} networks"
    return Outcome(IN_PART if acts > flops else CONTRADICTED, words, "from published times; nothing was timed here")


def published_last_stage(above: float) -> Outcome:
    """Published RegNets above some flops have most blocks in the third stage and one or two in the last."""
    models = [zoo.get(n) for n in zoo.names() if zoo.get(n).flops > above]
    fits = [m.config.depths[-1] <= 2 and max(m.config.depths) == m.config.depths[2] for m in models]
    words = f"{sum(fits)} of the {len(models)} published RegNets above {above / 1e9:g} GF"
    return Outcome(REPRODUCED if all(fits) else IN_PART if any(fits) else CONTRADICTED, words, "from published figures")


def published_speed(fast: str, slow: str, paper: float) -> Outcome:
    """One published network is so many times faster than another, with a lower error."""
    a, b = zoo.get(fast), zoo.get(slow)
    ratio = b.inference_ms / a.inference_ms
    words = (
        f"{a.inference_ms:g} ms against {b.inference_ms:g} ms, {ratio:.1f} times; "
        f"error {100 * a.top1_error_mean:.1f} % against {100 * b.top1_error_mean:.1f} %"
    )
    holds = round(ratio) == paper and a.top1_error_mean < b.top1_error_mean
    return Outcome(IN_PART if holds else CONTRADICTED, words, "arithmetic on published figures; nothing was timed here")


def published_better(pairs: Sequence[Sequence[str]]) -> Outcome:
    """The first published network of each pair has the lower error."""
    models = [(zoo.get(a), zoo.get(b)) for a, b in pairs]
    differences = [100 * (a.top1_error_mean - b.top1_error_mean) for a, b in models]
    words = [f"{a.title} - {b.title}: {d:+.1f} points" for (a, b), d in zip(models, differences, strict=True)]
    verdict = IN_PART if max(differences) < 0 else CONTRADICTED
    return Outcome(verdict, "; ".join(words), "published errors; nothing was trained here")


def proved(part: str = "") -> Outcome:
    """Mathematics or a definition: the tests of the row hold it to the paper."""
    return Outcome(IN_PART if part else REPRODUCED, "exact, see the tests", part)


def untried(because: str) -> Outcome:
    """What the course does not attempt."""
    return Outcome(NOT_ATTEMPTED, "", because)


RULES = (
    *(size, size_ratio, population_cost, published_power, published_runtime, published_last_stage),
    *(published_speed, published_better, proved, untried),
)
