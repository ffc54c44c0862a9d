"""Comparisons at equal complexity, and p-values of a whole family of tests."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..common.errors import InputError
from ..sweeps.population import as_population
from .edf import check_level
from .measure import ERROR
from .two_sample import EffectSize


def adjusted_difference(
    population_a: Any, population_b: Any, covariate: str = "activations", level: float = 0.95
) -> EffectSize:
    """The difference of mean errors at equal complexity: analysis of covariance on the logarithm of a column.

    Error is modelled by one curve of second degree in log(covariate) for both populations, and a step between them, by
    least squares; the interval allows for unequal variances (HC3). What is left is the difference that the covariate
    does not explain. It answers another question than the raw difference: a space may be better *because* its networks
    have more activations at the same flops, and then the raw difference is the effect of the space, the adjusted one
    what other ways than activations contribute.

    Args:
        population_a, population_b: tables, names or paths, with the columns `error` and `covariate`; failed
            networks are left out.
        covariate: such as "activations", "params" or "flops"; above 0.
        level: of the interval, in (0, 1).

    Raises:
        InputError: a column is missing or not above 0, or there are too few networks.
    """
    from scipy import stats

    check_level(level)
    columns = []
    for population in map(as_population, (population_a, population_b)):
        if covariate not in population:
            raise InputError(f"the population has no column {covariate!r}; such as 'activations' or 'params' will do")
        errors, present = ERROR.clean(population["error"], least=2)
        values = np.asarray(population[covariate], dtype=np.float64)[present]
        if not (values > 0).all():
            raise InputError(f"{covariate} must be above 0 for its logarithm to be taken")
        columns.append((errors, np.log(values)))
    (y_a, x_a), (y_b, x_b) = columns
    first = np.repeat([1.0, 0.0], [y_a.size, y_b.size])
    errors, logs = np.concatenate([y_a, y_b]), np.concatenate([x_a, x_b])
    centred = (logs - logs.mean()) / max(float(logs.std()), 1e-12)
    design = np.stack([np.ones(first.size), first, centred, centred**2], axis=1)
    free = first.size - design.shape[1]
    if free < 1:
        raise InputError(f"{first.size} networks are too few for four coefficients; at least 5 will do")
    inverse = np.linalg.pinv(design.T @ design)
    fit = inverse @ design.T @ errors
    # HC3: the spaces differ in how much their networks vary, so no common variance is assumed.
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    residuals = (errors - design @ fit) / np.maximum(1 - leverage, 1e-12)
    variance = (inverse @ (design.T * residuals**2) @ design @ inverse)[1, 1]
    half = float(stats.t.ppf((1 + level) / 2, free) * math.sqrt(variance))
    return EffectSize(float(fit[1]), float(fit[1]) - half, float(fit[1]) + half)


def adjust_p_values(p_values: Any, method: str = "holm") -> np.ndarray:
    """Correct the p-values of a family of tests for their number.

    Args:
        p_values: (n,) of all tests of the family, not of the interesting ones.
        method: "holm" keeps the probability of even one false finding at the level (Holm's step-down procedure);
            "bh" keeps the expected share of false ones among the findings (Benjamini and Hochberg).

    Returns:
        (n,) corrected p-values, in the same order, to be compared with the level as they are.
    """
    p = np.asarray(p_values, dtype=np.float64)
    if p.ndim != 1 or not ((p >= 0) & (p <= 1)).all():
        raise InputError(f"p_values {p_values!r:.60} must be numbers in [0, 1]")
    if method == "bh":
        from scipy import stats

        return np.asarray(stats.false_discovery_control(p)) if p.size else p
    if method != "holm":
        raise InputError(f"method {method!r:.60} is unknown; holm and bh will do")
    order = np.argsort(p)
    stepped = np.maximum.accumulate(p[order] * (p.size - np.arange(p.size)))
    corrected = np.empty(p.size)
    corrected[order] = np.minimum(stepped, 1.0)
    return corrected
