"""The planned hypotheses and their tests, with scipy as the oracle."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from regnet_edu.common.errors import InputError
from regnet_edu.study import hypotheses
from regnet_edu.study.hypotheses import HYPOTHESES, MARGIN, findings, mean_difference

SPACES = sorted({h.first for h in HYPOTHESES} | {h.second for h in HYPOTHESES})
EPYC, XEON = "2 x AMD EPYC (family 26, model 2, AVX-512)", "2 x Intel Xeon (family 6, model 85, AVX-512)"


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> dict[str, pd.DataFrame]:
    """Populations whose means differ as a test wants it; every other network is of another machine."""
    rng = np.random.default_rng(0)
    tables = {
        f"{space.lower()}-made": pd.DataFrame(
            {
                "index": range(120),
                "error": rng.normal(0.55, 0.02, 120),
                "status": "ok",
                "hardware": [(EPYC, XEON)[k % 2] for k in range(120)],
            }
        )
        for space in SPACES
    }
    monkeypatch.setattr(hypotheses, "load_population", lambda name: tables[name])
    return tables


def errors(tables: dict[str, pd.DataFrame], space: str, n: int = 100) -> np.ndarray:
    return tables[f"{space.lower()}-made"]["error"].to_numpy()[:n]


def test_a_difference_is_welchs_and_holm_steps_through_its_family_only(recorded: dict[str, Any]) -> None:
    recorded["regnetx-made"]["error"] -= 0.03
    found = findings("made")
    tests = [stats.ttest_ind(errors(recorded, h.first), errors(recorded, h.second), equal_var=False)
             for h in HYPOTHESES[:6]]  # fmt: skip
    for finding, test in zip(found[2:], tests[2:], strict=True):
        low, high = test.confidence_interval(0.95)
        assert finding.p == pytest.approx(test.pvalue) and finding.difference[1:] == pytest.approx((low, high))
    order = sorted(range(2, 6), key=lambda k: tests[k].pvalue)
    stepped = np.minimum(np.maximum.accumulate([tests[k].pvalue * (4 - i) for i, k in enumerate(order)]), 1)
    assert [found[k].corrected for k in order] == pytest.approx(list(stepped))
    assert [f.verdict for f in found[2:]] == ["not told apart", "not told apart", "supported", "supported"]


def test_equivalence_takes_two_one_sided_tests(recorded: dict[str, Any]) -> None:
    recorded["anynetxb-made"]["error"] += 0.05
    first, second = findings("made")[:2]
    a, b, c = (errors(recorded, f"AnyNetX{letter}") for letter in "ABC")
    for finding, (x, y) in ((first, (b, a)), (second, (c, b))):
        below = stats.ttest_ind(x - MARGIN, y, equal_var=False, alternative="less").pvalue
        above = stats.ttest_ind(x + MARGIN, y, equal_var=False, alternative="greater").pvalue
        assert finding.p == finding.corrected == pytest.approx(max(below, above))
    assert (first.verdict, second.verdict) == ("contradicted", "contradicted")
    recorded["anynetxb-made"]["error"] = recorded["anynetxa-made"]["error"]
    assert findings("made")[0].verdict == "supported"


def test_the_other_sign_contradicts_and_is_not_hidden(recorded: dict[str, Any]) -> None:
    recorded["anynetxequalwidths-made"]["error"] -= 0.03
    recorded["anynetxdecreasingwidths-made"]["error"] += 0.03
    assert [f.verdict for f in findings("made", 2)][:2] == ["contradicted", "supported"]


def test_between_rounds_machines_are_compared_with_themselves(recorded: dict[str, Any]) -> None:
    """A slower machine that trained all but ten of one population, and adds ten points, changes nothing."""
    for name, few in (("anynetxequalwidths-made", 10), ("anynetxd-made", 60)):
        table = recorded[name]
        table["hardware"] = [EPYC if k < few else XEON for k in range(120)]
        table["error"] = 0.5 + 0.1 * (table["hardware"] == XEON) + 0.001 * np.resize([-1, 1], 120)
    first = findings("made", 2)[0]
    assert abs(first.difference.value) < 1e-12 and first.verdict == "not told apart"
    recorded["anynetxequalwidths-made"]["hardware"] = "a machine of its own"
    with pytest.raises(InputError, match="no kind of machine trained 10 networks of both"):
        findings("made", 2)


def test_strata_are_weighted_by_what_they_tell() -> None:
    rng = np.random.default_rng(1)
    strata = [(rng.normal(size=10), rng.normal(size=20)), (rng.normal(size=40), rng.normal(size=10))]
    found = mean_difference(strata)
    weights = np.array([10 * 20 / 30, 40 * 10 / 50])
    weights /= weights.sum()
    apart = [a.mean() - b.mean() for a, b in strata]
    square = sum(w**2 * sum(x.var(ddof=1) / x.size for x in pair) for w, pair in zip(weights, strata, strict=True))
    assert found[:2] == pytest.approx((weights @ apart, square**0.5))
    alone = mean_difference(strata[:1])
    test = stats.ttest_ind(*strata[0], equal_var=False)
    assert (alone.p(), alone.free) == pytest.approx((test.pvalue, test.df))


def test_nobody_looks_before_all_are_there_and_a_block_with_a_failure_is_left_out(recorded: dict[str, Any]) -> None:
    recorded["anynetxc-made"].loc[7, ["error", "status"]] = [np.nan, "failed"]
    left = np.delete(np.arange(100), 7)
    test = stats.ttest_ind(errors(recorded, "RegNetX")[left], errors(recorded, "AnyNetXA")[left], equal_var=False)
    assert findings("made")[5].p == pytest.approx(test.pvalue)
    recorded["anynetxc-made"] = recorded["anynetxc-made"].head(99)
    with pytest.raises(InputError, match="anynetxc-made has 99 of the 100 networks planned"):
        findings("made")
    with pytest.raises(InputError, match="family 3 is unknown"):
        findings("made", 3)


def test_the_table_is_in_points() -> None:
    """On the recorded regime `cpu`, whose populations are complete."""
    table = hypotheses.table("cpu")
    assert list(table["points"]) == pytest.approx([100 * f.difference.value for f in findings("cpu")])
    assert table.index[0] == "AnyNetXB alike, AnyNetXA" and len(table) == 6 and len(hypotheses.table("cpu", 2)) == 4
