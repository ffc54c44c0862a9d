"""Rules on how a cost grows with flops (figure 12, bottom): two forms and one criterion for all networks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..analysis.growth import DECISIVE, fit_forms, power_law
from ..networks import zoo
from .bands import _recorded
from .rules import CONTRADICTED, IN_PART, MORE, NOT_VISIBLE, REPRODUCED, Outcome, networks_of


def judge_growth(flops: Any, cost: Any, paper: str, other: str) -> Outcome:
    """Whether a cost grows with flops as the paper's form and not as the other one, by AIC.

    Each form is fitted twice: alone and to the counts themselves, and with a constant term and to relative errors. The
    first is what the paper writes, but its largest networks decide; the second lets a line begin where it likes and
    every network count. A form is ahead where its AIC is lower by 2 or more.

    Args:
        flops, cost: of the networks.
        paper, other: names of `growth.FORMS`.
    """
    readings = {
        "alone": fit_forms(flops, cost),
        "with a start": fit_forms(flops, cost, start=True, relative=True),
    }
    leads = [fits[other].aic - fits[paper].aic for fits in readings.values()]
    words = [
        f"AIC {fits[paper].aic:.0f} for {paper}, {fits[other].aic:.0f} for {other} ({name})"
        for name, fits in readings.items()
    ]
    ours = f"{', '.join(words)}; power {power_law(flops, cost)[1]:.2f} of flops, n = {len(np.ravel(cost))}"
    ahead, behind = sum(lead >= DECISIVE for lead in leads), sum(lead <= -DECISIVE for lead in leads)
    if ahead == len(leads):
        return Outcome(REPRODUCED, ours)
    if behind == len(leads):
        return Outcome(CONTRADICTED, ours)
    if ahead:
        return Outcome(IN_PART, ours, "the two ways of fitting do not agree")
    return Outcome(NOT_VISIBLE, ours, f"the two ways of fitting do not both tell the forms apart; {MORE}")


def grows_as(populations: Sequence[str], of: str, paper: str, other: str, best: float = 0.25) -> Outcome:
    """A count of the best networks of several bands grows with flops as the paper's form, and not as another."""
    there, gap = _recorded(populations)
    tables = [networks_of(name).sort_values("error") for name in there]
    kept = [t.head(max(2, round(best * len(t))))[["flops", of]].to_numpy(dtype=np.float64) for t in tables]
    flops, cost = np.concatenate(kept).T
    found = judge_growth(flops, cost, paper, other)
    return found._replace(ours=f"best {found.ours}", why="; ".join(filter(None, [found.why, gap])))


def published_grows_as(family: str, of: str, paper: str, other: str) -> Outcome:
    """A count of the published networks of a family grows with flops as the paper's form, and not as another."""
    models = [zoo.get(name) for name in (*zoo.names(), *zoo.baselines()) if zoo.get(name).title.startswith(family)]
    found = judge_growth([m.flops for m in models], [getattr(m, of) for m in models], paper, other)
    return found._replace(why="; ".join(filter(None, [found.why, "from published figures"])))


RULES = (grows_as, published_grows_as)
