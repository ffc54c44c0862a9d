"""Errors within one recipe, and what a recipe is worth: table 3, squeeze-and-excitation and ImageNetV2, again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...analysis.pareto import error_at
from ...analysis.properties import rank_correlation
from ...common.errors import InputError, nearest_name
from ...networks import zoo
from .table import COSTS, MACHINES, SOURCE, errors

if TYPE_CHECKING:
    import pandas as pd

PAPER = "pycls_in1k"  # the weights that the authors of the paper released
TORCHVISION = "tv2_in1k"  # torchvision's second weights: one modern recipe for RegNets and ResNe(X)ts
TEST_SETS = {"error": "ImageNet", "error_v2": "ImageNetV2", "error_real": "ReaL"}
SIZES = ("002", "004", "006", "008", "016", "032", "040", "064", "080", "120", "160", "320")  # in 100 MF


def equal_cost(
    baseline: str = "ResNe(X)t",
    recipe: str = TORCHVISION,
    size: int | None = 224,
    measures: Sequence[str] = ("flops", "activations", *MACHINES),
) -> pd.DataFrame:
    """Return the error of RegNetX and RegNetY less that of a baseline of equal cost, in points (table 3, figure 17).

    RegNet's error at a cost lies on a straight line over the logarithm of the cost, between its two neighbours of the
    same recipe.

    Args:
        baseline: a family of `FAMILIES`.
        recipe: tag of the weights; networks of different recipes are not compared.
        size: of the baseline's images in pixels; None for all sizes, RegNets always at 224. One set of weights at two
            sizes is then two rows.
        measures: of `COSTS`.

    Returns:
        DataFrame with a row a baseline network and a column a (RegNet family, measure); below 0 RegNet is better, and
        NaN where the baseline costs less or more than all RegNets.

    Raises:
        InputError: the recipe has no RegNets or no such baseline, or a measure is unknown.
    """
    import pandas as pd

    for measure in measures:
        if measure not in COSTS:
            raise InputError(f"measure {measure!r} is unknown; {nearest_name(measure, COSTS)}")
    table = errors()
    table = table[table["tag"] == recipe]
    others = table[(table["family"] == baseline) & ((table["img_size"] == size) | (size is None))]
    found = {}
    for family in ("RegNetX", "RegNetY"):
        own = table[(table["family"] == family) & (table["img_size"] == 224)]
        if own.empty or others.empty:
            what = f"{baseline} at {size} pixels" if len(own) else family
            raise InputError(f"recipe {recipe!r} has no weights of {what}; 'tv2_in1k' has RegNets and ResNe(X)ts")
        for measure in measures:
            found[family, measure] = 100 * (error_at(own[measure], own["error"], others[measure]) - others["error"])
    return pd.DataFrame(found).set_index(pd.MultiIndex.from_frame(others[["arch", "img_size"]]))


def equal_cost_then(measures: Sequence[str] = ("flops", "activations", "inference_ms")) -> pd.DataFrame:
    """Return the same by the paper's own figures: one recipe, of 100 epochs, mean of five runs, times on a V100.

    Args:
        measures: attributes of a published network: "flops", "params", "activations", "inference_ms".
    """
    import pandas as pd

    rivals = [zoo.get(name) for name in zoo.baselines() if zoo.get(name).title.startswith("ResNe")]
    own = {f: [zoo.get(n) for n in zoo.names() if zoo.get(n).title.startswith(f)] for f in ("RegNetX", "RegNetY")}
    found = {}
    for family, models in own.items():
        for measure in measures:
            curve = [getattr(m, measure) for m in models], [m.top1_error_mean for m in models]
            at = error_at(*curve, [getattr(m, measure) for m in rivals])
            found[family, measure] = 100 * (at - [m.top1_error_mean for m in rivals])
    return pd.DataFrame(found, index=[m.title for m in rivals])


def same_recipe() -> dict[str, pd.DataFrame]:
    """Return the networks of `equal_cost_then` and of `equal_cost`, by the name of their recipe, to be drawn.

    Columns: name, family, error, flops, activations, and ms: for 64 images on a V100 then, for one on an RTX 5090 now.
    """
    import pandas as pd

    models = [m for m in map(zoo.get, (*zoo.names(), *zoo.baselines())) if m.title.startswith("Re")]
    then = pd.DataFrame(
        {
            "name": [m.title for m in models],
            "family": ["ResNe(X)t" if m.title.startswith("ResNe") else m.title.split("-")[0] for m in models],
            "error": [m.top1_error_mean for m in models],
            "flops": [m.flops for m in models],
            "activations": [m.activations for m in models],
            "ms": [m.inference_ms for m in models],
        }
    )
    paper = "Recipe of 2020: Radosavovic et al., figures 15 and 16, tables 3 and 4; counts of the authors' model zoo."
    then.attrs.update(labels={"ms": "time of 64 images, V100 (ms)"}, source=paper)
    table = errors()
    now = table[(table["tag"] == TORCHVISION) & (table["img_size"] == 224)]
    now = now.rename(columns={"arch": "name", "ms_rtx5090": "ms"})[list(then.columns)].reset_index(drop=True)
    now.attrs.update(labels={"ms": COSTS["ms_rtx5090"]}, source=f"Torchvision's second recipe: {SOURCE}")
    return {"recipe of 2020": then, "torchvision's second recipe": now}


def recipe_gain(old: str = PAPER, new: str = TORCHVISION) -> pd.DataFrame:
    """Return the errors of the RegNets that two recipes trained, at 224 pixels, and their difference in points."""
    table = errors()
    table = table[table["family"].isin(["RegNetX", "RegNetY"]) & (table["img_size"] == 224)]
    before, after = (table[table["tag"] == tag].set_index("arch")["error"] for tag in (old, new))
    both = before.to_frame(old).join(after.rename(new), how="inner")
    both["points"] = 100 * (both[new] - both[old])
    return both


def se_gain() -> pd.DataFrame:
    """Return RegNetY's error less RegNetX's in points, for the twelve pairs of equal flops, on three sets of labels.

    The weights are those that the paper's authors released. Pairs have equal flops; only some have the same stages.
    """
    import pandas as pd

    table = _published()
    x, y = (table.loc[[f"{family}_{size}" for size in SIZES]] for family in ("regnetx", "regnety"))
    gains = {words: 100 * (y[column].to_numpy() - x[column].to_numpy()) for column, words in TEST_SETS.items()}
    return pd.DataFrame(gains, index=pd.Index(SIZES, name="size")).assign(
        flops_ratio=y["flops"].to_numpy() / x["flops"].to_numpy()
    )


def rank_correlations() -> dict[str, float]:
    """Return how well the 24 published RegNets keep their order on other images and other labels (tables 5 and 6)."""
    table = _published()
    return {
        words: rank_correlation(table["error"], table[column])
        for column, words in TEST_SETS.items()
        if words != "ImageNet"
    }


def _published() -> pd.DataFrame:
    table = errors()
    return table[table["tag"] == PAPER].set_index("arch")
