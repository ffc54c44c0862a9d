"""How much of the spread of errors is between networks, and how much between seeds of one network?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..common.errors import InputError
from ..common.validation import as_generator, whole
from ..sweeps.population import as_population
from .comparison import EffectSize
from .edf import check_level
from .measure import ERROR

CONFIG_COLUMNS = (
    *("depths", "widths", "bottleneck_ratios", "group_widths", "block", "se_ratio", "strides", "activation"),
    *("build", "parameters"),
)


@dataclass(frozen=True)
class SeedNoise:
    """Variance components of the errors of networks that were trained from several seeds.

    Attributes:
        networks: how many different ones.
        runs: how many with an error.
        failed: how many runs failed and are left out.
        mean: mean error of all runs, a fraction.
        network_sd: standard deviation between networks, after seed noise is taken out, a fraction.
        seed_sd: standard deviation between seeds of one network, a fraction.
        share: share of the variance of one run's error that is between networks, in [0, 1] (intraclass correlation).
    """

    networks: int
    runs: int
    failed: int
    mean: float
    network_sd: EffectSize
    seed_sd: EffectSize
    share: EffectSize
    level: float

    @property
    def sentence(self) -> str:
        """The result in plain English, in percentage points."""
        between, low, high = (100 * x for x in self.network_sd)
        within, least, most = (100 * x for x in self.seed_sd)
        return (
            f"In {self.runs} runs of {self.networks} networks, errors have a standard deviation of {within:.2f} points "
            f"between seeds of one network ({100 * self.level:g} % interval {least:.2f} to {most:.2f}) and of "
            f"{between:.2f} points between networks ({low:.2f} to {high:.2f}): {100 * self.share.value:.0f} % of the "
            "variance of one run is between networks."
        )

    def __str__(self) -> str:
        return self.sentence


def seed_noise(population: Any, *, level: float = 0.95, repeats: int = 10_000, rng: Any = 0) -> SeedNoise:
    """Split the variance of errors into a part between networks and a part between seeds (one-way random effects).

    Method of moments: the mean squares within and between networks have the expectations s_seed^2 and
    s_seed^2 + n_0 s_network^2, where n_0 is the (suitably averaged) number of seeds a network. A negative estimate is
    reported as 0. Intervals resample whole networks with replacement.

    Args:
        population: one (a table, name or path) in which networks occur more than once with different seeds. Rows with
            the same config are one network. Failed runs (error NaN) are left out and counted.
        level: level of the intervals, in (0, 1).
        repeats: number of resamples.
        rng: seed, or a numpy Generator.

    Raises:
        InputError: a column is missing, there are fewer than two networks, or no network has two runs.
    """
    population = as_population(population)
    columns = [c for c in CONFIG_COLUMNS if c in population.columns]
    told = {"depths", "widths"} <= {*columns} or "parameters" in columns
    if not told or "error" not in population.columns:
        raise InputError("seed_noise needs a population, a table with the columns depths, widths and error")
    check_level(level)
    whole("repeats", repeats)
    errors, present = ERROR.clean(population["error"], "errors", least=2)
    keys = [tuple(row) for row in population.loc[present, columns].astype(str).to_numpy()]
    number = {key: i for i, key in enumerate(dict.fromkeys(keys))}
    group = np.array([number[key] for key in keys])
    if len(number) < 2:
        raise InputError("seed_noise found 1 network; at least 2 different networks must be there")
    count = np.bincount(group).astype(float)
    if count.max() < 2:
        raise InputError(
            f"seed_noise found {len(number)} networks with one run each; at least one must have 2 runs with other seeds"
        )
    mean = np.bincount(group, errors) / count
    squares = np.bincount(group, (errors - mean[group]) ** 2)
    value = _components(np.ones((1, count.size)), count, mean, squares)[:, 0]
    drawn = as_generator(rng).integers(count.size, size=(repeats, count.size))
    drawn += count.size * np.arange(repeats)[:, None]
    times = np.bincount(drawn.ravel(), minlength=repeats * count.size).reshape(repeats, -1)
    low, high = np.nanquantile(_components(times, count, mean, squares), [(1 - level) / 2, (1 + level) / 2], axis=1)
    between, within, share = (EffectSize(*map(float, x)) for x in zip(value, low, high, strict=True))
    return SeedNoise(
        networks=count.size,
        runs=errors.size,
        failed=int((~present).sum()),
        mean=float(errors.mean()),
        network_sd=between,
        seed_sd=within,
        share=share,
        level=level,
    )


def _components(times: np.ndarray, count: np.ndarray, mean: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """Return (3, rows): sd between networks, sd between seeds, share; row k has network i `times[k, i]` times."""
    groups = times.sum(axis=1)
    runs = times @ count
    grand = times @ (count * mean) / runs
    with np.errstate(divide="ignore", invalid="ignore"):
        within = times @ squares / (runs - groups)
        between = (times @ (count * mean**2) - runs * grand**2) / (groups - 1)
        typical = (runs - times @ count**2 / runs) / (groups - 1)
        network = np.maximum((between - within) / typical, 0)
        share = np.where(network + within > 0, network / (network + within), math.nan)
    return np.stack([np.sqrt(network), np.sqrt(within), share])
