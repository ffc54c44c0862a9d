"""The steps of the study, beside the paper's."""

from __future__ import annotations

import numpy as np
import pytest

import regnet_edu as rn
from regnet_edu.study import steps

A, D, X = (rn.load_population(f"{name}-cpu") for name in ("anynetxa", "anynetxd", "regnetx"))


def test_a_step_is_told_in_three_lines_with_the_figures_of_both() -> None:
    lines = steps.three_lines(A, D, "because").split("\n>\n")
    assert [line[: line.index(".**")] for line in lines] == [
        "> **The paper found",
        "> **Our records show",
        "> **Why they differ",
    ]
    assert "49.0 to 43.2 %" in lines[0] and lines[2].endswith("because")
    found = rn.compare(A["error"], D["error"])
    assert all(f"{100 * v:.1f}" in lines[1] for v in (*found.means, *found.mean_difference))
    assert "0 lies inside" in lines[1] and found.better is None


def test_a_step_that_the_legends_do_not_have_needs_the_sentence() -> None:
    assert "RegNetX is better" in steps.three_lines(A, X, "because", "A sentence.")
    with pytest.raises(KeyError):
        steps.three_lines(A, X, "because")


def test_the_picture_grows_on_the_same_axes() -> None:
    short, long = steps.picture([A]), steps.picture([A, D, X])
    for before, after in zip(short.axes, long.axes, strict=True):
        assert before.get_xlim() == after.get_xlim() and before.get_ylim() == after.get_ylim()
    drawn = long.axes[0].lines[2].get_xdata()
    assert np.allclose(drawn, 100 * np.sort(X["error"])) and len(long.axes[1].lines) == 2
