"""Where RegNet stands today: the front of error against cost, over all networks that learned from ImageNet-1k alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...analysis.pareto import above_front, pareto_front
from .recipes import PAPER
from .table import errors, saw_more_data, taught

if TYPE_CHECKING:
    import pandas as pd

FRONTS = ("flops", "params", "activations", "ms_rtx4090", "ms_rtx5090_compiled", "ms_cpu_i9")


def plainly_trained() -> pd.DataFrame:
    """Return the rows of `errors` whose weights saw ImageNet-1k alone and learned from no other network.

    Recipes still differ, in length and in kind, and by more than most architectures: a network of today's front owes
    its place to both. What a tag does not say is not known here.
    """
    table = errors()
    plain = [not saw_more_data(tag) and not taught(arch, tag) for arch, tag in zip(table.arch, table.tag, strict=True)]
    table = table[plain].reset_index(drop=True)
    table["group"] = table["family"].where(~table["family"].isin(["RegNetX", "RegNetY"]), _regnet_group(table))
    return table


def _regnet_group(table: pd.DataFrame) -> pd.Series:
    then = table["tag"] == PAPER
    return table["family"] + then.map({True: ", recipe of 2020", False: ", modern recipes"})


def front_counts(measures: Sequence[str] = FRONTS) -> pd.DataFrame:
    """Return how many sets of weights of each group are on the Pareto front of error against each cost (figure 18)."""
    import pandas as pd

    table = plainly_trained()
    counts = {"weights": table.groupby("group").size()}
    for measure in measures:
        known = table[table[measure].notna()]
        counts[measure] = known[pareto_front(known[measure], known["error"])].groupby("group").size()
    found = pd.DataFrame(counts).fillna(0).astype(int)
    return found.rename(index={"": "others"})


def front_distance(measures: Sequence[str] = FRONTS) -> pd.DataFrame:
    """Return by how many points the RegNets are above the front: above the best that costs no more, by their recipe.

    Returns:
        DataFrame with a row a set of weights (arch, tag, img_size), its group, its error, and a column a cost.
    """
    table = plainly_trained()
    found = table[["arch", "tag", "img_size", "group", "error"]].copy()
    for measure in measures:
        known = table[measure].notna()
        found.loc[known, measure] = 100 * above_front(table.loc[known, measure], table.loc[known, "error"])
    return found[found["group"].str.match("RegNet[XY]")].reset_index(drop=True)
