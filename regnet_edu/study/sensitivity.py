"""What the main contrasts owe to other things: complexity at equal flops, and our choice of the smallest slope."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..analysis.adjustment import adjusted_difference
from ..analysis.comparison import compare
from ..analysis.two_sample import EffectSize
from ..common.errors import InputError
from ..spaces import RegNetX
from .rules import networks_of

CONTRASTS = (
    ("regnetx-cpu", "anynetxe-cpu"),
    ("anynetxd-cpu", "anynetxequalwidths-cpu"),
    ("anynetxe-cpu", "anynetxd-cpu"),
    ("anynetxd-cpu", "anynetxc-cpu"),
    ("regnetx-cpu", "anynetxa-cpu"),
)
COVARIATES = ("activations", "params")
SMALLEST_SLOPES = (0.0, 8.0, 16.0)  # 0 keeps all of ours, from 0.1 on; the authors' sampler draws from 8 to 256


def raw_and_adjusted(
    pairs: Sequence[tuple[str, str]] = CONTRASTS, covariates: Sequence[str] = COVARIATES
) -> pd.DataFrame:
    """Differences of mean errors in points: as they are, and at equal activations or parameters.

    The raw difference is the effect of the space. A space may be better *because* its networks have more activations
    at the same flops: then activations are a mediator, and the adjusted difference is what the space contributes in
    other ways. Where the covariate came with the sampling by accident, it is a confounder, and the adjusted difference
    is the one to trust. The data cannot say which of the two it is.

    Returns:
        a row for each pair, "first - second", with an `EffectSize` in points in each column: raw, and each covariate.
    """
    rows = {}
    for first, second in pairs:
        a, b = networks_of(first), networks_of(second)
        found = {"raw": compare(a["error"], b["error"]).mean_difference}
        found |= {name: adjusted_difference(a, b, name) for name in covariates}
        rows[f"{first} - {second}"] = {k: EffectSize(*(100 * x for x in v)) for k, v in found.items()}
    return pd.DataFrame(rows).T


def lead_by_slope(
    population: str = "regnetx-cpu", over: str = "anynetxa-cpu", smallest: Sequence[float] = SMALLEST_SLOPES
) -> pd.DataFrame:
    """The lead of RegNetX when its slope w_a must be so large: its smallest value is our choice, not the paper's.

    A space with a limit is the space given the limit, so the networks of the record that obey are a sample of it. The
    slopes are those that were drawn: the same seed draws the same networks again.

    Returns:
        a row for each smallest slope: how many networks are left, and the difference in points with its interval.
    """
    table = networks_of(population)
    slopes = _drawn_slopes(table)
    rows = {}
    for least in smallest:
        errors = table["error"].to_numpy()[slopes >= least]
        difference = compare(errors, networks_of(over)["error"]).mean_difference
        rows[least] = [len(errors), *(100 * x for x in difference)]
    return pd.DataFrame(rows, index=["networks", "points", "low", "high"]).T.rename_axis("w_a at least")


def _drawn_slopes(table: pd.DataFrame) -> np.ndarray:
    """The w_a from which each network of a recorded population of RegNetX was made."""
    header = table.attrs["header"]
    regime, wanted = header["regime"], int(table["index"].max()) + 1
    drawn = RegNetX().sample_params(
        wanted,
        rng=header["seed"],
        flops=tuple(regime["flops"]),
        resolution=regime["resolution"],
        num_classes=header["data"]["classes"],
    )
    chosen = [drawn[k] for k in table["index"]]
    made = [(rule.to_config().depths, rule.to_config().widths) for rule in chosen]
    recorded = list(zip(map(tuple, table["depths"]), map(tuple, table["widths"]), strict=True))
    if made != recorded:
        raise InputError("the recorded networks are not those that RegNetX draws from their seed; record them anew")
    return np.array([rule.wa for rule in chosen])


def spelt(effect: EffectSize) -> str:
    """A difference in points with its interval, for a table."""
    value, low, high = effect
    return f"{value:+.2f} [{low:+.2f}, {high:+.2f}]"
