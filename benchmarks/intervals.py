"""Which interval of a difference of means keeps its promise at small n? The simulation behind `rn.compare`.

Two samples of n are drawn from one recorded population, so that nothing differs, and the share of intervals of 95 %
that leave out 0 is counted: it should be 5 %. The populations are a wide one (AnyNetXA), a narrow one (RegNetX) and,
for the hardest case, one of each around a common mean. Prints a table; a minute of one quiet core.

    python benchmarks/intervals.py [--trials 4000]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
from scipy import stats

import regnet_edu as rn

SIZES = (5, 12, 30, 50, 200)
RESAMPLES = 1_000
LEVEL = 0.95


def welch(a: np.ndarray, b: np.ndarray, _: np.random.Generator) -> np.ndarray:
    """Whether 0 is left out, for rows of samples."""
    return np.asarray(stats.ttest_ind(a, b, axis=1, equal_var=False).pvalue < 1 - LEVEL)


def resampled(x: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Means and squared standard errors of resamples of one sample."""
    drawn = x[rng.integers(x.size, size=(RESAMPLES, x.size))]
    return drawn.mean(axis=1), drawn.var(axis=1, ddof=1) / x.size


def one_by_one(excludes: Callable[..., bool]) -> Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]:
    return lambda a, b, rng: np.array([excludes(x, y, rng) for x, y in zip(a, b, strict=True)])


def percentile(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> bool:
    low, high = np.quantile(resampled(x, rng)[0] - resampled(y, rng)[0], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return bool(low > 0 or high < 0)


def studentised(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> bool:
    """The bootstrap-t: quantiles of (difference - observed) / standard error."""
    (mean_x, var_x), (mean_y, var_y) = resampled(x, rng), resampled(y, rng)
    observed = x.mean() - y.mean()
    error = np.sqrt(x.var(ddof=1) / x.size + y.var(ddof=1) / y.size)
    t = (mean_x - mean_y - observed) / np.maximum(np.sqrt(var_x + var_y), 1e-12)
    low, high = np.quantile(t, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return bool(observed - high * error > 0 or observed - low * error < 0)


def accelerated(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> bool:
    """BCa: percentiles corrected for bias and skewness."""
    drawn = resampled(x, rng)[0] - resampled(y, rng)[0]
    bias = stats.norm.ppf(np.clip((drawn < x.mean() - y.mean()).mean(), 1 / RESAMPLES, 1 - 1 / RESAMPLES))
    left = [(s.sum() - s) / (s.size - 1) for s in (x, y)]
    spread = [sign * (m.mean() - m) / m.size for sign, m in zip((1, -1), left, strict=True)]
    influence = np.concatenate([s * m.size for s, m in zip(spread, left, strict=True)])
    skew = (influence**3).sum() / (6 * (influence**2).sum() ** 1.5)
    z = bias + stats.norm.ppf([(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    low, high = np.quantile(drawn, stats.norm.cdf(bias + z / (1 - skew * z)))
    return bool(low > 0 or high < 0)


METHODS = {
    "percentile": one_by_one(percentile),
    "BCa": one_by_one(accelerated),
    "bootstrap-t": one_by_one(studentised),
    "Welch": welch,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=4_000, help="of Welch; the bootstraps get a quarter (4000)")
    trials = parser.parse_args().trials
    wide, narrow = (rn.load_population(name)["error"].to_numpy() for name in ("anynetxa-cpu", "regnetx-cpu"))
    pairs = {
        "A, A": (wide, wide),
        "X, X": (narrow, narrow),
        "A, X centred": (wide - wide.mean(), narrow - narrow.mean()),
    }
    print(f"{'':14}{'n':>5}  " + "".join(f"{name:>13}" for name in METHODS))
    for title, (first, second) in pairs.items():
        for n in SIZES:
            shares = []
            for method in METHODS.values():
                rng = np.random.default_rng(n)
                count = trials if method is welch else trials // 4
                a, b = (x[rng.integers(x.size, size=(count, n))] for x in (first, second))
                shares.append(method(a, b, rng).mean())
            print(f"{title:14}{n:5}  " + "".join(f"{100 * share:11.1f} %" for share in shares), flush=True)


if __name__ == "__main__":
    main()
