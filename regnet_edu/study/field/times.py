"""Time, activations and flops on five machines: what the paper's figure 12 says, on hardware of today."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...analysis.growth import fit_forms, power_law, preferred
from ...common.errors import InputError, nearest_name
from .table import MACHINES, costs

if TYPE_CHECKING:
    import pandas as pd

RESAMPLES = 1000
FEWEST = 6  # networks of a family, for three forms to be told apart


def time_correlations(machines: Sequence[str] = tuple(MACHINES)) -> pd.DataFrame:
    """Return how closely time goes with activations, flops and parameters (figure 12, top right), a row a machine.

    Correlations are of logarithms, over all networks at a size that the machine was measured on.

    Returns:
        DataFrame by machine: networks, activations, flops and params (correlations), difference (the first less the
        second) with its 95 % interval (low, high), and "activations | flops" and "flops | activations", the correlation
        of time with the one where the other is held fixed. The interval is a bootstrap over architectures, because
        one architecture at two sizes is not two.
    """
    import pandas as pd

    rows = {}
    table = costs()
    for column in machines:
        t = table[table[_machine(column)].notna()]
        logs = np.log(t[[column, "activations", "flops", "params"]].to_numpy())
        acts, flops, params = np.corrcoef(logs.T)[0, 1:]
        both = np.corrcoef(logs[:, 1], logs[:, 2])[0, 1]
        low, high = _difference(logs, t["arch"].to_numpy())
        rows[MACHINES[column]] = {
            "networks": len(t),
            "activations": acts,
            "flops": flops,
            "params": params,
            "difference": acts - flops,
            "low": low,
            "high": high,
            "activations | flops": _partial(acts, flops, both),
            "flops | activations": _partial(flops, acts, both),
        }
    return pd.DataFrame(rows).T.astype({"networks": int})


def _partial(one: float, other: float, both: float) -> float:
    return (one - other * both) / ((1 - other**2) * (1 - both**2)) ** 0.5


def _difference(logs: np.ndarray, arch: np.ndarray) -> tuple[float, float]:
    """The 95 % interval of the difference of two correlations, architectures drawn with replacement."""
    _, group = np.unique(arch, return_inverse=True)
    count = group.max() + 1
    rng, drawn = np.random.default_rng(0), []
    for _ in range(RESAMPLES):
        weight = np.bincount(rng.integers(count, size=count), minlength=count)[group]
        acts, flops = _weighted(logs[:, 1], logs[:, 0], weight), _weighted(logs[:, 2], logs[:, 0], weight)
        drawn.append(acts - flops)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def _weighted(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> float:
    x, y = (v - np.average(v, weights=weight) for v in (x, y))
    return float((weight * x * y).sum() / ((weight * x * x).sum() * (weight * y * y).sum()) ** 0.5)


def time_models(machines: Sequence[str] = tuple(MACHINES), families: Sequence[str] | None = None) -> pd.DataFrame:
    """Return which of F, √F and F + √F describes the time of a family best, by AIC (figure 12, bottom right).

    Errors are taken in relation to the time, so that small networks count too.

    Args:
        machines: of `MACHINES`.
        families: of `FAMILIES`; all that have six networks or more, if not given.

    Returns:
        DataFrame by (family, machine): networks, the AIC of "F", "√F" and "F + √F", preferred (a form, or "" where no
        form leads by 2), and ms_per_gf and ms_per_root, the factors of both terms: milliseconds for each GF and for the
        root of a GF.
    """
    import pandas as pd

    rows = {}
    for family in families or _large_families():
        for column in machines:
            table = _networks_of(family, _machine(column))
            fits = fit_forms(table["flops"] / 1e9, table[column], relative=True)
            rows[family, MACHINES[column]] = {
                "networks": len(table),
                **{name: fit.aic for name, fit in fits.items()},
                "preferred": preferred(fits) or "",
                **dict(zip(("ms_per_gf", "ms_per_root"), fits["F + √F"].factors, strict=True)),
            }
    return pd.DataFrame(rows).T.rename_axis(["family", "machine"]).infer_objects()


def _large_families() -> list[str]:
    table = costs()
    sizes = table[table["family"] != ""].groupby("family", sort=False).size()
    return [str(family) for family, n in sizes.items() if n >= FEWEST and family != "RegNetZ"]  # Z is a dozen designs


def _networks_of(family: str, column: str) -> pd.DataFrame:
    table = costs()
    if family not in set(table["family"]) - {""}:
        raise InputError(f"family {family!r} is unknown; {nearest_name(family, sorted(set(table['family']) - {''}))}")
    return table[(table["family"] == family) & table[column].notna()]


# The RegNets that the paper published, and the EfficientNets of their authors, each at the size that belongs to it
_SERIES = {"RegNetX": r"regnetx_\d{3}", "RegNetY": r"regnety_\d{3}", "EfficientNet": r"tf_efficientnet_b[0-7]"}


def growth_networks(family: str) -> pd.DataFrame:
    """Return the rows of `costs` of a family that was scaled up: RegNetX, RegNetY, or EfficientNet B0 to B7.

    Raises:
        InputError: it is none of these.
    """
    if family not in _SERIES:
        raise InputError(f"family {family!r} is unknown; {nearest_name(family, _SERIES)}")
    table = costs()
    own = table["arch"].str.fullmatch(_SERIES[family])
    larger = table["img_size"].gt(224) | table["arch"].eq("regnety_640")  # not of the paper
    return table[own & ~(larger & table["family"].str.startswith("RegNet"))]


def growth_powers() -> dict[str, float]:
    """Return the power of flops with which activations grow, of RegNetX, RegNetY, and EfficientNet B0 to B7."""
    tables = {family: growth_networks(family) for family in _SERIES}
    return {family: power_law(table["flops"], table["activations"])[1] for family, table in tables.items()}


def speedup(
    fast: str = "regnetx_080", slow: str = "tf_efficientnet_b5", slow_family: str = _SERIES["EfficientNet"]
) -> pd.DataFrame:
    """Return how many times as many images one network processes as another, a row a machine (section 5.3).

    Args:
        fast, slow: timm's names; each at the size of its authors.
        slow_family: pattern of the names of the slow one's family, for a comparison at equal flops.

    Returns:
        DataFrame by machine: "as they are", and "at equal flops": there the time of the slow family at the flops of
        the fast network lies on a straight line between the two neighbours, with both axes logarithmic.
    """
    import pandas as pd

    table = costs()
    one = _single(table, fast)
    other = _single(table, slow)
    family = table[table["arch"].str.fullmatch(slow_family)].sort_values("flops")
    rows = {}
    for column, machine in MACHINES.items():
        between = np.interp(np.log(one["flops"]), np.log(family["flops"]), np.log(family[column]))
        rows[machine] = {
            "as they are": other[column] / one[column],
            "at equal flops": float(np.exp(between)) / one[column],
        }
    return pd.DataFrame(rows).T


def _single(table: pd.DataFrame, arch: str) -> pd.Series:
    rows = table[table["arch"] == arch]
    if len(rows) != 1:
        raise InputError(f"{arch!r} has {len(rows)} rows; name a network that was measured at one image size")
    return rows.iloc[0]


def _machine(column: str) -> str:
    if column not in MACHINES:
        raise InputError(f"machine {column!r} is unknown; {nearest_name(column, MACHINES)}")
    return column
