"""Any finite measure instead of the error: the same statistics, in its unit and its direction."""

import numpy as np
import pytest
from each import each

import regnet_edu as rn
from regnet_edu.common.errors import InputError
from regnet_edu.plots import alt_text

rng = np.random.default_rng(0)
FAST, SLOW = rng.normal(3.1, 0.2, 40), rng.normal(3.4, 0.2, 40)
LATENCY, SPEED = rn.Measure("latency", "ms"), rn.Measure("throughput", "images/s", lower_is_better=False)
POPULATION = rn.load_population("regnetx-cpu").head(24)


def test_a_comparison_speaks_the_unit_of_its_measure():
    found = rn.compare(FAST, SLOW, ("X", "A"), measure=LATENCY)
    value, low, high = (abs(x) for x in found.mean_difference)
    size = f"its mean latency is {value:.3g} ms lower (95 % interval {high:.3g} to {low:.3g})"
    assert found.better == "X" and size in found.sentence and "%" not in found.sentence.replace("95 %", "")
    unsure = rn.compare(FAST[:20], FAST[20:], ("X", "A"), measure=LATENCY).sentence
    assert "the mean latency of X is" in unsure and f" {LATENCY.unit} " in unsure


def test_where_higher_is_better_all_is_turned_around():
    lower = rn.compare(FAST, SLOW, ("X", "A"), measure=LATENCY)
    higher = rn.compare(-FAST, -SLOW, ("X", "A"), measure=SPEED)
    assert higher.better == lower.better == "X" and "images/s higher" in higher.sentence
    assert higher.means == pytest.approx((-FAST.mean(), -SLOW.mean())) and higher.minima[0] == (-FAST).max()
    turned = tuple(-x for x in lower.mean_difference)
    assert tuple(higher.mean_difference) == pytest.approx((turned[0], turned[2], turned[1]))
    assert higher.superiority == lower.superiority and higher.ks == lower.ks
    assert rn.compare(FAST, SLOW, ("X", "A"), measure=SPEED).better == "A"
    best = rn.bootstrap_best(np.arange(40), FAST, measure=LATENCY)
    assert rn.bootstrap_best(np.arange(40), -FAST, measure=SPEED) == best
    down, up = rn.random_search_curve(FAST, measure="loss"), rn.random_search_curve(-FAST, measure=SPEED)
    assert np.array_equal(up.expected, -down.expected) and np.array_equal(up.low, -down.high)


def test_the_edf_of_any_numbers_and_errors_in_percent_are_still_refused():
    assert rn.edf([2.3, 1.1, np.nan], at=2.3, measure="loss") == 0.5
    assert rn.summary([2.0, 4.0], "perplexity").mean == 3
    with pytest.raises(InputError, match=r"as a percentage it is 0.023; another measure is named by measure='loss'"):
        rn.edf([2.3, 1.1])


@each(
    "call,sentence",
    [
        (lambda: rn.edf([1.0, np.inf], measure="loss"), "loss has the value inf, and loss must be finite"),
        (lambda: rn.edf([np.nan], measure="energy"), "0 networks with an energy and 1 failed without one"),
        (lambda: rn.Measure(""), "measure '' must be a name"),
        (lambda: rn.plots.edfs(POPULATION, measure="energy"), "has no column 'energy'"),
        (lambda: rn.property_values(POPULATION, lambda table: [1.0]), "gives 1 numbers for 24 networks"),
        (lambda: rn.property_values(POPULATION, "reasn"), "property 'reasn' is unknown"),
    ],
)
def test_what_is_no_measure_gets_one_sentence(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()


def test_properties_are_any_column_or_a_function():
    assert np.array_equal(rn.property_values(POPULATION, "loss").values, POPULATION["loss"])
    timed = POPULATION.assign(runtime=2.0)
    assert rn.property_values(timed, "runtime")[1:3] == (pytest.approx(np.full(24, 2.0)), "runtime (ms)")

    def flops_a_parameter(table):
        return table["flops"] / table["params"]

    found = rn.property_values(POPULATION, flops_a_parameter)
    assert found.label == "flops a parameter" and found.values[3] == POPULATION.flops[3] / POPULATION.params[3]


def test_figures_and_the_report_take_a_measure(tmp_path):
    timed = POPULATION.assign(throughput=1 / POPULATION["seconds"])
    edfs = rn.plots.edfs(timed, measure=SPEED)
    assert edfs.axes[0].get_xlabel() == "throughput (images/s)"
    assert f"highest throughput {timed['throughput'].max():.4g} images/s" in alt_text(edfs)
    search = rn.plots.random_search(timed, measure=SPEED)
    assert search.axes[0].get_ylabel() == "highest throughput among m (images/s)"
    scatter = rn.plots.property_scatter(timed, "flops", measure="loss")
    assert "rank correlation with the loss" in alt_text(scatter) and scatter.axes[0].get_ylabel() == "loss"
    page = rn.report({"X": timed, "Y": timed.head(12)}, tmp_path / "r.html", measure=SPEED).read_text()
    assert "Throughput (images/s); failed networks" in page and "in images/s, with 95 % intervals" in page
    assert "top-1" not in page.lower() and "further right is better" in page


def test_the_runtimes_of_any_population_are_measured_now(tmp_path):
    small = POPULATION.head(2)
    timed = rn.with_runtimes(small, rounds=1, batch=2, precision="bf16")
    assert (timed["runtime"] > 0).all() and "runtime" not in small
    assert timed.attrs["runtime"]["batch"] == 2 and timed.attrs["runtime"]["precision"] == "bf16"
    assert "runtime (ms)" in rn.plots.edfs(timed, measure="runtime").axes[0].get_xlabel()
    assert rn.inference_ms("regnetx_200mf", (16, 24), in_channels=1, batch=1, rounds=1) > 0
    with pytest.raises(InputError, match="no header"):
        rn.with_runtimes(small.drop(columns="errors").set_index("index").reset_index().pipe(type(small)))
