"""Figures of fits, of trends with complexity, and of published networks."""

from __future__ import annotations

import re

import numpy as np
import pytest
from each import each
from fake_populations import population

from regnet_edu import plots, zoo
from regnet_edu.analysis.edf import bootstrap_best
from regnet_edu.analysis.properties import fits, property_values
from regnet_edu.common.errors import InputError
from regnet_edu.networks.regnet import RegNetParams

A = population(40)


def regnets(n=12):
    """A population of RegNets, so that their quantised linear fit is exact."""
    table = population(n, space="RegNetX", shared=True)
    configs = [RegNetParams(12 + k, 16, 8 + k / 2, 2.0, 8).to_config() for k in range(n)]
    for column in ("depths", "widths", "bottleneck_ratios", "group_widths"):
        table[column] = [getattr(c, column) for c in configs]
    return table


def scaled(factor):
    """The same networks with so many times the flops, parameters and time, and the root of it the activations."""
    table = A.copy()
    table["flops"] = 1e6 * factor
    table["params"] = 1e5 * factor
    table["activations"] = 1e5 * factor**0.5
    table["cpu_seconds"] = 3.0 * factor
    return table


def curve(ax, label):
    return next(line for line in ax.lines if line.get_label().startswith(label))


def test_line_through_the_best_is_least_squares_over_all_their_blocks():
    figure = plots.linear_fits(A, 20)
    best = A.sort_values("error").head(20)
    blocks = [np.repeat(w, d) for w, d in zip(best["widths"], best["depths"], strict=True)]
    slope, start = np.polyfit(np.concatenate([np.arange(len(b)) for b in blocks]), np.concatenate(blocks), 1)
    assert f"line is {start:.1f} {'+' if slope > 0 else '-'} {abs(slope):.1f} j" in figure.alt_text
    assert list(curve(figure.axes[0], "paper").get_ydata()[:3]) == [48, 96, 144]
    assert "best 20 of 40 networks" in figure.alt_text


def test_quantised_fits_of_regnets_lie_on_their_widths():
    table = regnets()
    assert all(fit.error == 0 for fit in fits(table))
    figure = plots.quantized_fits(table, 2)
    assert figure.alt_text.count("e_fit 0.00") == 2
    assert "wm 2" in figure.alt_text
    best = table.sort_values("error").iloc[0]
    drawn = figure.axes[0].lines[0].get_ydata()
    assert np.array_equal(drawn, np.repeat(best["widths"], best["depths"]))


def test_fit_error_has_one_panel_a_population_with_its_bootstrap():
    figure = plots.fit_error([A, regnets()])
    assert [ax.get_title() for ax in figure.axes] == ["AnyNetXA", "RegNetX"]
    known = A.sort_values(["error", "index"])
    band = bootstrap_best(property_values(known, "e_fit").values, known["error"])
    assert f"most likely best {band.median:.2f}, 95 % interval {band.low:.2f} to {band.high:.2f}" in figure.alt_text
    assert "RegNetX: e_fit 0.00 to 0.00" in figure.alt_text


def test_trends_are_ordered_by_flops_and_show_the_bootstrap():
    figure = plots.parameter_trends({"large": scaled(32), "small": scaled(2), "middle": scaled(8)}, ["depth"])
    known = A.sort_values(["error", "index"])
    band = bootstrap_best(known["depths"].map(sum), known["error"])
    words = [f"{band.median:.3g} at {x} MF ({band.low:.3g} to {band.high:.3g})" for x in (2, 8, 32)]
    assert "; ".join(words) in figure.alt_text


def test_relations_recover_the_powers_of_the_paper():
    found = plots.complexity_relations([scaled(2), scaled(8), scaled(32)]).alt_text.split(": ")
    powers = [re.search(r"correlation ([+.0-9]+), power ([0-9]\.[0-9]+)", words).groups() for words in found[1:]]
    r = np.corrcoef([2, 8, 32], np.sqrt([2, 8, 32]))[0, 1]  # the three are equally frequent
    assert powers == [(f"+{r:.2f}", "0.50"), ("+1.00", "1.00"), ("+1.00", "1.00"), (f"+{r:.2f}", "2.00")]


def test_one_band_of_flops_gives_no_power():
    text = plots.complexity_relations(A).alt_text
    assert "power" not in text.split("runtime")[0].split("training time")[0]


def test_runtimes_say_on_what_they_were_measured():
    table = population(20)
    table["runtime"] = np.linspace(10, 30, 20)
    table.attrs["runtime"] = {
        "batch": 64,
        "resolution": 32,
        "threads": 1,
        "device": "cpu",
        "hardware": "a quiet machine",
    }
    note = " ".join(plots.complexity_relations(table, "runtime").texts[-1].get_text().split())
    assert "Measured: runtime of 64 images at 32 px, 1 thread, a quiet machine." in note
    assert "quiet" not in plots.complexity_relations(table, "cpu_seconds").texts[-1].get_text()


def test_times_of_different_hardware_are_drawn_and_not_fitted():
    def on(hardware, factor):
        table = scaled(factor)
        table["runtime"] = np.linspace(10, 30, len(table)) * factor
        table.attrs["runtime"] = {"hardware": hardware}
        return table

    same = plots.complexity_relations([on("a", 2), on("a", 8)], "runtime").alt_text
    mixed = plots.complexity_relations([on("a", 2), on("b", 8)], "runtime").alt_text
    assert "different hardware" not in same and same.count("power") == 4
    start, times = mixed.split("runtime (ms)", 1)
    assert times.count("times of different hardware") == 2 and "correlation" not in times and start.count("power") == 2
    # The times of training are of the hardware that the header names.
    trained = [scaled(2), scaled(8)]
    trained[1].attrs["header"] = {**trained[1].attrs["header"], "hardware": "another"}
    assert plots.complexity_relations(trained).alt_text.count("times of different hardware") == 2
    # One sweep may have gone on elsewhere: its table names the hardware of each network.
    resumed = scaled(2).assign(hardware=lambda table: ["a", "b"] * (len(table) // 2))
    alone = resumed[resumed["hardware"] == "a"]
    assert plots.complexity_relations(resumed).alt_text.count("times of different hardware") == 2
    assert "different hardware" not in plots.complexity_relations(alone).alt_text


def test_a_runtime_that_was_not_recorded_is_one_sentence():
    with pytest.raises(InputError, match="columns with a time are seconds, cpu_seconds"):
        plots.complexity_relations(A, "inference")
    table = A.assign(runtime=np.linspace(1, 2, len(A)))
    assert "runtime (ms) against flops" in plots.complexity_relations(table, "runtime").alt_text


def test_diagrams_draw_the_widths_that_are_built_and_the_line_that_makes_them():
    figure = plots.model_diagrams(["regnetx_400mf"])
    line = figure.axes[0].lines[0].get_ydata()
    assert line[1] - line[0] == pytest.approx(24.48)
    assert "depths 1 2 7 12, widths 32 64 160 384, g 16, error 27.3 %" in figure.alt_text


def test_diagrams_are_by_default_all_twelve_regnetx():
    figure = plots.model_diagrams()
    assert figure.alt_text.count("RegNetX-") == 12
    assert "RegNetY" not in figure.alt_text


def test_the_field_has_every_published_network_at_its_published_error():
    figure = plots.field_comparison(["flops", "params"])
    for ax, measure, unit in zip(figure.axes, ("flops", "params"), (1e9, 1e6), strict=True):
        drawn = {(round(x, 6), round(y, 4)) for line in ax.lines for x, y in zip(*line.get_data(), strict=True)}
        models = [zoo.get(name) for name in (*zoo.names(), *zoo.baselines())]
        assert drawn == {(round(getattr(m, measure) / unit, 6), round(100 * m.top1_error_mean, 4)) for m in models}
    legend = [t.get_text() for t in figure.axes[-1].get_legend().get_texts()]
    assert legend == ["RegNetX", "RegNetY", "ResNet", "ResNeXt", "EfficientNet"]


def test_published_figures_name_their_source():
    for figure in (plots.model_diagrams(["regnety_8.0gf"]), plots.field_comparison("flops")):
        assert "Radosavovic et al. 2020" in figure.texts[0].get_text().replace("\n", " ")
        assert plots.to_svg(figure).startswith("<svg")


@each(
    "call",
    [
        lambda: plots.linear_fits([A, A]),
        lambda: plots.linear_fits(A, 0),
        lambda: plots.quantized_fits(A, 1.5),
        lambda: plots.parameter_trends(A, []),
        lambda: plots.parameter_trends(A, ["width"]),
        lambda: plots.complexity_relations(A, best=0),
        lambda: plots.model_diagrams(["regnetz"]),
        lambda: plots.model_diagrams([]),
        lambda: plots.model_diagrams(["ResNet-50"]),
        lambda: plots.field_comparison("flop"),
        lambda: plots.field_comparison([]),
        lambda: plots.property_scatter(A, []),
        lambda: plots.property_scatter([A, A]),
        lambda: plots.width_profiles([A, A]),
        lambda: plots.width_profiles(A, 0),
    ],
)
def test_bad_arguments_are_one_sentence(call):
    with pytest.raises(InputError) as caught:
        call()
    assert "\n" not in str(caught.value)
