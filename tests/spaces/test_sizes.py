"""Counting the settings of a RegNet space, against trying out every one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from regnet_edu.common.errors import InputError
from regnet_edu.networks.regnet import regnet_stages
from regnet_edu.spaces import RegNetX
from regnet_edu.spaces.sizes import count_settings


def tried_out(stages, depths, widths, longest_stage, proportional, w0, wa, wm):
    """The same count, setting by setting."""
    line = np.array([(d, a, s, m) for d in range(depths[0], depths[1] + 1) for a in w0 for s in wa for m in wm])
    if proportional:
        line = line[line[:, 1] == line[:, 2]]
    if not len(line):
        return 0
    _, found, wide = regnet_stages(line[:, 0].astype(int), *line[:, 1:].T, stages)
    kept = (wide[:, 0] >= widths[0]) & (wide[:, -1] <= widths[1]) & (found.max(axis=1) <= longest_stage)
    return int(kept.sum())


def values(low, high, divisor):
    found = st.sets(st.integers(low, high), min_size=1, max_size=6)
    return found.map(lambda chosen: tuple(sorted(k / divisor for k in chosen)))


@given(
    st.integers(1, 5),
    st.tuples(st.integers(5, 12), st.integers(12, 40)),
    st.sampled_from([(8, np.inf), (16, 500.0)]),
    st.sampled_from([np.inf, 9.0]),
    st.booleans(),
    values(1, 32, 0.125),
    values(1, 2560, 10),
    values(1010, 4000, 1000),
)
# Where w_m is a square, levels begin exactly at a block, and rounding decides: w_a j = w_0 (w_m^(i - 1/2) - 1).
@example(2, (5, 30), (8, np.inf), np.inf, False, tuple(range(8, 260, 8)), tuple(np.arange(1, 40) * 0.8), (1.44, 2.25))
@settings(deadline=None, max_examples=60)
def test_a_count_is_what_trying_out_every_setting_finds(stages, depths, widths, longest, proportional, w0, wa, wm):
    wa = tuple(sorted({*wa, *w0})) if proportional else wa  # each value once, as on a grid
    case = (stages, depths, widths, longest, proportional, w0, wa, wm)
    assert count_settings(*case) == tried_out(*case)


def test_settings_are_not_called_networks():
    space = RegNetX(
        min_depth=13, max_depth=13, min_w0=24, max_w0=24, min_wm=2.4, max_wm=2.6, bottleneck_ratios=1, group_widths=8
    )
    assert (space.size(), space.distinct_networks()) == (59_779, 179)
    assert "settings            59,779" in str(space) and "different networks  179" in str(space)
    with pytest.raises(InputError, match="use smaller ranges"):
        RegNetX().distinct_networks()
