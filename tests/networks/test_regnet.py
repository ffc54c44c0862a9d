"""The quantised linear rule and its fit."""

import math
import time

import numpy as np
import pytest
from each import each

from regnet_edu import zoo
from regnet_edu.common.errors import InputError
from regnet_edu.networks.config import AnyNetConfig
from regnet_edu.networks.regnet import (
    RegNetParams,
    quantized_linear_widths,
    round_half_even,
    slopes_between,
)
from regnet_edu.networks.regnet_fit import fit_quantized_linear
from regnet_edu.spaces import AnyNetXC, AnyNetXE, RegNetX


def rule_in_words(d, w0, wa, wm):
    """Equations 2 to 4 with Python's own numbers, block by block."""
    widths = []
    for j in range(d):
        u = w0 + wa * j
        s = math.log(u / w0) / math.log(wm)
        widths.append(round(w0 * wm ** round(s) / 8) * 8)
    return widths


@pytest.mark.parametrize("stages", [3, 4, 5])
def test_widths_follow_equations_2_to_4(stages):
    for p in RegNetX(num_stages=stages).sample_params(150, rng=1):
        assert quantized_linear_widths(p.depth, p.w0, p.wa, p.wm).tolist() == rule_in_words(p.depth, p.w0, p.wa, p.wm)


def test_the_line_of_figure_8():
    # w_j = 48 (j + 1) is the trend of the best models; with w_m = 2 it becomes 48, 96, 192, ...
    assert quantized_linear_widths(6, 48, 48, 2).tolist() == [48, 96, 192, 192, 192, 384]


def test_ties_go_to_the_even_level_whatever_the_last_bit_says():
    # s_1 = log(1.5) / log(2.25) is exactly 1/2, and s_j = 3/2 where u_j = 3.375 w_0.
    assert quantized_linear_widths(2, 16, 8, 2.25).tolist() == [16, 16]
    assert quantized_linear_widths(2, 16, 38, 2.25).tolist() == [16, 80]  # s = 3/2 goes to 2: 16 * 5.0625 = 81
    assert round_half_even(np.array([0.5, 1.5, 2.5, 0.5 + 1e-12, 1.5 - 1e-12, 0.5 + 1e-8])).tolist() == [
        0,
        2,
        2,
        0,
        2,
        1,
    ]
    assert quantized_linear_widths(2, 8, 8, 1.5).tolist() == [8, 16]  # s = 1.7 and 8 * 1.5^2 = 18, which rounds to 16


def test_a_flat_line_gives_one_stage():
    assert quantized_linear_widths(5, 24, 0, 2).tolist() == [24] * 5
    assert RegNetParams(5, 24, 0, 2, 8).to_config() == AnyNetConfig((5,), (24,), 1, 8)


def test_params_become_a_config_and_pass_on_what_is_shared():
    params = RegNetParams(13, 24, 36.44, 2.49, 8)
    config = params.to_config(stem_stride=1, strides=(1, 2, 2, 2), block="R")
    assert (config.depths, config.widths) == ((1, 1, 4, 7), (24, 56, 152, 368))
    assert (config.stem_stride, config.strides, config.block) == (1, (1, 2, 2, 2), "R")
    assert RegNetParams(**params.to_dict()) == params
    assert RegNetParams(13, 24, 36.44, 2.49, 8, 2, 0.25).to_config().se_ratio == 0.25


@each(("change", "words"), [
    ({"depth": 0}, "depth 0 must be"), ({"depth": 2.5}, "the nearest is 2"), ({"w0": 20}, "nearest is 16"),
    ({"w0": -8}, "w0"), ({"wa": -1}, "wa -1"), ({"wa": float("nan")}, "finite"), ({"wm": 1}, "nearest is 1.001"),
    ({"wm": "2"}, "not a number"), ({"group_width": 0}, "group_width"), ({"bottleneck_ratio": 0}, "bottleneck_ratio"),
    ({"se_ratio": 2}, "nearest is 1"), ({"depth": 10**9}, "largest is 100000"),
])  # fmt: skip
def test_bad_parameters_are_named(change, words):
    with pytest.raises(InputError, match=words):
        RegNetParams(**{"depth": 13, "w0": 24, "wa": 36.4, "wm": 2.5, "group_width": 8, **change})


def test_slopes_between_bounds_the_slopes_that_give_the_stages():
    low, high = slopes_between((1, 1, 4, 7), (24, 56, 152, 368), np.array([2.49, 1.6]))
    assert low[0] < 36.44 < high[0]
    assert low[1] > high[1]
    for wa, same in (
        (low[0] * 0.999, False),
        (low[0] * 1.001, True),
        (high[0] * 0.999, True),
        (high[0] * 1.001, False),
    ):
        found = RegNetParams(13, 24, wa, 2.49, 8).to_config()
        assert ((found.depths, found.widths) == ((1, 1, 4, 7), (24, 56, 152, 368))) == same


# The fit.


@each("stages", [2, 3, 4, 5])
def test_the_fit_recovers_generated_networks_exactly(stages):
    errors = []
    for p in RegNetX(num_stages=stages).sample_params(100, rng=2):
        fit = fit_quantized_linear(p.block_widths)
        assert fit.error == 0
        assert fit.block_widths.tolist() == p.block_widths.tolist()
        assert fit.w0 == p.w0
        errors.append((abs(math.log(fit.wm / p.wm)), abs(math.log(fit.wa / p.wa))))
    if stages > 3:  # fewer stages leave the parameters open
        assert np.median(errors, axis=0)[0] < 0.01
        assert np.median(errors, axis=0)[1] < 0.05


def test_the_fit_recovers_the_published_networks():
    for name in zoo.names():
        p = zoo.get(name).regnet_params
        fit = fit_quantized_linear(p.block_widths)
        assert fit.error == 0
        assert fit.wm == pytest.approx(p.wm, rel=0.05)
        assert fit.wa == pytest.approx(p.wa, rel=0.2)


def test_the_error_is_the_mean_absolute_log_ratio():
    widths = (64, 64, 24, 80, 80, 200, 40)
    fit = fit_quantized_linear(widths)
    assert fit.error == pytest.approx(np.mean(np.abs(np.log(fit.block_widths / np.array(widths)))))
    assert fit.error > 0.1
    assert fit.block_widths.tolist() == quantized_linear_widths(7, fit.w0, fit.wa, fit.wm).tolist()


def test_the_fit_is_about_as_good_as_a_long_random_search():
    rng = np.random.default_rng(3)
    ratio = 2.0 ** rng.uniform(-12, 7, 20_000)[:, None]
    base = rng.uniform(np.log(1.05), np.log(128), 20_000)[:, None]
    found, searched = [], []
    for config in AnyNetXE().sample(10, rng=4, flops=(360e6, 400e6)):
        widths = np.array(config.block_widths, float)
        levels = np.rint(np.log(1 + ratio * np.arange(len(widths))) / base)
        start = np.exp(np.median(np.log(widths) - levels * base, axis=1, keepdims=True))
        best = math.inf
        for w0 in (np.maximum(start // 8, 1) * 8, np.maximum(start // 8, 1) * 8 + 8):
            fitted = np.maximum(np.rint(w0 * np.exp(levels * base) / 8) * 8, 8)
            best = min(best, np.abs(np.log(fitted / widths)).mean(axis=1).min())
        found.append(fit_quantized_linear(config.block_widths).error)
        searched.append(best)
    assert np.mean(found) <= np.mean(searched) * 1.01


def test_constraints_make_networks_easier_to_fit():
    band = (360e6, 400e6)
    errors = [
        [fit_quantized_linear(c.block_widths).error for c in s.sample(40, flops=band)] for s in (AnyNetXC(), AnyNetXE())
    ]
    assert np.mean(errors[0]) > 2 * np.mean(errors[1])


@each("widths", [(8,), (17,), (64, 64, 64), (1, 2, 3), (1024, 8), (8, 1024, 1024), (3,) * 500])
def test_any_widths_can_be_fitted(widths):
    fit = fit_quantized_linear(widths)
    assert fit.depth == len(widths) == len(fit.block_widths)
    assert 0 <= fit.error < 4


def test_the_range_of_the_multiplier_is_kept():
    fit = fit_quantized_linear((8, 8, 1024, 1024), wm_range=(1.5, 3))
    assert 1.5 <= fit.wm <= 3
    assert fit.error > fit_quantized_linear((8, 8, 1024, 1024)).error


@each("junk", [(), (0, 8), (8.5,), b"88", None, 8, (float("nan"),), (8, -8), [[8, 16]]])
def test_widths_that_are_no_widths_are_named(junk):
    with pytest.raises(InputError, match="block_widths"):
        fit_quantized_linear(junk)
    with pytest.raises(InputError, match="wm_range"):
        fit_quantized_linear((8, 16), wm_range=(3, 1.5))


def test_500_networks_are_fitted_in_under_2_seconds_of_one_core():
    networks = [config.block_widths for config in AnyNetXE().sample(100, flops=(360e6, 400e6))]
    fit_quantized_linear(networks[0])
    begin = time.process_time()
    for widths in networks:
        fit_quantized_linear(widths)
    assert (time.process_time() - begin) * 5 < 4  # twice the target, for busy machines; the benchmark has the figure
