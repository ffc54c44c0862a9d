"""Figures of what others measured: they draw what the tables hold."""

from __future__ import annotations

import numpy as np
import pytest

from regnet_edu import plots
from regnet_edu.common.errors import InputError
from regnet_edu.study import field


def drawn(ax, label):
    """The points that have this label."""
    line = next(line for line in ax.lines if line.get_label().startswith(label))
    return np.column_stack([line.get_xdata(), line.get_ydata()])


def test_times_are_drawn_against_both_counts_with_their_correlations():
    figure = plots.measured_times(field.costs(), "ms_rtx4090")
    flops, acts = figure.axes
    assert (flops.get_title(), acts.get_title()) == ("correlation 0.907", "correlation 0.956")
    assert len(drawn(flops, "all 1090")) == 1090 and len(drawn(acts, "RegNetX")) == 13
    row = field.costs().query("arch == 'regnetx_080'").iloc[0]
    assert any(np.allclose(point, (row["activations"] / 1e6, row["ms_rtx4090"])) for point in drawn(acts, "RegNetX"))
    assert "with flops 0.907, with activations 0.956" in figure.alt_text
    assert flops.get_ylabel() == "time an image, RTX 4090 (ms)"


def test_each_recipe_is_a_row_of_panels():
    figure = plots.same_recipe(field.same_recipe())
    assert len(figure.axes) == 6
    assert len(drawn(figure.axes[0], "RegNetX")) == 12 and len(drawn(figure.axes[3], "ResNe(X)t")) == 7
    assert drawn(figure.axes[0], "RegNetX")[0] == pytest.approx((0.199, 31.1), rel=0.01)
    assert "torchvision's second recipe: lowest errors RegNetX 17.2 %" in figure.alt_text
    text = " ".join(t.get_text() for t in figure.texts)
    assert "Radosavovic" in text and "timm" in text


def test_the_front_is_that_of_all_networks():
    table = field.plainly_trained()
    figure = plots.error_fronts(table, ["flops"])
    x, y = drawn(figure.axes[0], "front").T
    assert (np.diff(x) >= 0).all() and (np.diff(y) <= 0).all()
    for cost, error in zip(x, y, strict=True):
        cheaper = table[table["flops"] / 1e9 <= cost + 1e-12]
        assert error == pytest.approx(100 * cheaper["error"].min())
    assert len(drawn(figure.axes[0], "RegNetY, modern")) == 17
    assert "RegNetY, recipe of 2020 4.1" in figure.alt_text


def test_without_a_note_there_is_no_small_print():
    assert plots.measured_times(field.costs(), "ms_cpu_i9", note=False).texts == []


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: plots.measured_times(field.costs(), "ms_rtx409"), "column 'ms_rtx409' is not in the table"),
        (lambda: plots.measured_times(field.costs(), "ms_rtx4090", families=["RegNetQ"]), "family 'RegNetQ' has no"),
        (lambda: plots.same_recipe({}), "tables is empty"),
        (lambda: plots.error_fronts(field.plainly_trained(), groups=["AlexNet"]), "group 'AlexNet' has no network"),
    ],
)
def test_what_cannot_be_drawn_is_named(call, words):
    with pytest.raises(InputError, match=words):
        call()
