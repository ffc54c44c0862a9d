"""How a cost grows with flops: the power of a law, and which of three simple forms describes it best (figure 12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..common.errors import InputError

# name -> powers of the flops that are added up; the names are those of the paper's section 4, F for flops
FORMS: dict[str, tuple[float, ...]] = {"F": (1.0,), "√F": (0.5,), "F + √F": (1.0, 0.5)}
DECISIVE = 2.0  # a smaller difference of two AIC says little, by the usual rule of thumb


class FormFit(NamedTuple):
    """One form, fitted.

    Attributes:
        start: the constant term; 0 where none was fitted.
        factors: of the powers, in the order of `FORMS`.
        aic: Akaike's information criterion, n ln(RSS / n) + 2 k: of two forms, the one with the lower AIC is the better
            guess. It compares fits of the same data, fitted in the same way, and means nothing by itself.
        r2: share of the variance of the cost that the form explains.
    """

    start: float
    factors: tuple[float, ...]
    aic: float
    r2: float


def power_law(flops: Any, cost: Any) -> tuple[float, float]:
    """Return (c, p) of cost = c flops^p, by least squares in logarithms.

    Raises:
        InputError: fewer than two values, or one that is not above 0.
    """
    x, y = _positive(flops, cost, 2)
    p, start = np.polyfit(np.log(x), np.log(y), 1)
    return float(np.exp(start)), float(p)


def fit_forms(flops: Any, cost: Any, *, start: bool = False, relative: bool = False) -> dict[str, FormFit]:
    """Fit every form of `FORMS` to a cost by least squares (section 4, figure 12, bottom).

    Args:
        flops: of the networks, in any unit.
        cost: parameters, activations or time of the same networks.
        start: whether the forms also have a constant term, so that "F" is a straight line that need not begin at 0.
        relative: whether to minimise errors in relation to the cost, as is fair where costs differ by orders of
            magnitude; else the largest networks decide.

    Returns:
        FormFit of each form, by its name.

    Raises:
        InputError: fewer than five values, or one that is not above 0.
    """
    x, y = _positive(flops, cost, 5)
    return {name: _fit(x, y, powers, start, relative) for name, powers in FORMS.items()}


def _fit(x: np.ndarray, y: np.ndarray, powers: Sequence[float], start: bool, relative: bool) -> FormFit:
    terms = np.power.outer(x, [0.0] * start + list(powers))
    unit = y if relative else np.ones_like(y)
    scale = np.abs(terms).max(axis=0)  # flops by the thousand million beside their roots
    factors = np.linalg.lstsq(terms / scale / unit[:, None], y / unit, rcond=None)[0] / scale
    off = y - terms @ factors
    residual = float(np.square(off / unit).mean())
    aic = float(len(y) * np.log(residual)) + 2 * len(factors) if residual > 0 else -np.inf
    r2 = 1 - float(np.square(off).sum() / np.square(y - y.mean()).sum()) if np.ptp(y) else float("nan")
    values = [float(f) for f in factors]
    return FormFit(values[0] if start else 0.0, tuple(values[start:]), aic, r2)


def preferred(fits: Mapping[str, FormFit], margin: float = DECISIVE) -> str | None:
    """Return the name of the form with the lowest AIC, or None where another comes within a margin of it.

    A form that comes within the margin with fewer terms is preferred: nothing speaks for the additional term.
    """
    best = min(fits, key=lambda name: fits[name].aic)
    near = [name for name in fits if fits[name].aic < fits[best].aic + margin]
    fewest = min(len(fits[name].factors) for name in near)
    simple = [name for name in near if len(fits[name].factors) == fewest]
    return simple[0] if len(simple) == 1 else None


def _positive(flops: Any, cost: Any, least: int) -> tuple[np.ndarray, np.ndarray]:
    x, y = (np.asarray(v, dtype=np.float64).ravel() for v in (flops, cost))
    if x.size != y.size:
        raise InputError(f"{x.size} flops and {y.size} costs; give both of the same networks")
    if x.size < least:
        raise InputError(f"{x.size} networks are too few for a fit; give at least {least}")
    for name, values in (("flops", x), ("cost", y)):
        if not (np.isfinite(values) & (values > 0)).all():
            bad = values[~(np.isfinite(values) & (values > 0))][0]
            raise InputError(f"{name} {bad:g} is not above 0; leave such networks out")
    return x, y
