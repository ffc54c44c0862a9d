"""Design spaces as sets: the chain A to E, membership, sizes, refinement, print."""

import itertools
import math

import numpy as np
import pytest
from each import each

from regnet_edu import spaces
from regnet_edu.common.errors import InputError
from regnet_edu.networks.config import AnyNetConfig
from regnet_edu.networks.regnet import RegNetParams, quantized_linear_widths
from regnet_edu.spaces import (
    AnyNetXA,
    AnyNetXB,
    AnyNetXC,
    AnyNetXD,
    AnyNetXDecreasingDepths,
    AnyNetXDecreasingWidths,
    AnyNetXE,
    AnyNetXEqualDepths,
    AnyNetXEqualWidths,
    RegNetX,
    RegNetXC,
    RegNetXW0Wa,
    RegNetXWm2,
    RegNetY,
)

ANYNETS = [AnyNetXA, AnyNetXB, AnyNetXC, AnyNetXD, AnyNetXE]
CONTROLS = [AnyNetXEqualWidths, AnyNetXDecreasingWidths, AnyNetXEqualDepths, AnyNetXDecreasingDepths]
BAND = (360e6, 400e6)


@each(("space", "dimensions", "formula", "exact"), [
    (AnyNetXA, 16, (16 * 128 * 3 * 6) ** 4, (16 * 128 * 3 * 6) ** 4),
    (AnyNetXB, 13, (16 * 128 * 6) ** 4 * 3, (16 * 128 * 6) ** 4 * 3),
    (AnyNetXC, 10, (16 * 128) ** 4 * 18, (16 * 128) ** 4 * 18),
    (AnyNetXD, 10, (16 * 128) ** 4 * 18 // 24, 16**4 * math.comb(131, 4) * 18),
    (AnyNetXE, 10, (16 * 128) ** 4 * 18 // 24**2, math.comb(19, 4) * math.comb(131, 4) * 18),
])  # fmt: skip
def test_table_1_dimensions_formula_and_exact_size(space, dimensions, formula, exact):
    assert space().free_parameters() == dimensions
    assert space().paper_size() == formula
    assert space().size() == exact
    assert isinstance(space().size(), int)


def test_table_1_rounded_as_printed():
    printed = ["1.8e+18", "6.8e+16", "3.2e+14", "1.3e+13", "5.5e+11"]
    assert [f"{space().paper_size():.1e}" for space in ANYNETS] == printed
    assert f"{RegNetX().paper_size():.1e}" == "3.0e+08"
    assert RegNetX().free_parameters() == 6


def test_each_anynet_is_a_subclass_of_the_one_before():
    for child, parent in itertools.pairwise(reversed(ANYNETS)):
        assert issubclass(child, parent)
    for control, parent in zip(CONTROLS, [AnyNetXC, AnyNetXC, AnyNetXD, AnyNetXD], strict=True):
        assert issubclass(control, parent)


@each("space", ANYNETS + CONTROLS)
def test_every_network_is_in_its_space_and_in_all_parents(space):
    for config in space().sample(60, rng=1):
        for parent in space.__mro__:
            if parent in ANYNETS + CONTROLS:
                assert config in parent()


def test_the_constraints_hold():
    for b, c, d, e in zip(*(s().sample(40, rng=2) for s in ANYNETS[1:]), strict=True):
        assert all(len(set(net.bottleneck_ratios)) == 1 for net in (b, c, d, e))
        assert all(len(set(net.group_widths)) == 1 for net in (c, d, e))
        assert all(list(net.widths) == sorted(net.widths) for net in (d, e))
        assert list(e.depths) == sorted(e.depths)


def test_a_network_that_breaks_a_constraint_is_not_in_the_space():
    free = AnyNetConfig((1, 2, 3, 2), (64, 32, 64, 128), (1, 2, 1, 1), (8, 8, 16, 8))
    assert [free in space() for space in ANYNETS] == [True, False, False, False, False]
    same = AnyNetConfig((1, 2, 3, 2), (32, 32, 64, 128), 2, 8)
    assert [same in space() for space in ANYNETS] == [True, True, True, True, False]
    rising = AnyNetConfig((1, 2, 2, 2), (32, 32, 64, 128), 2, 8)
    assert rising in AnyNetXE()


@each("change", [
    {"depths": (1, 2, 3, 17)}, {"widths": (8, 16, 24, 1032)}, {"widths": (8, 16, 24, 36)}, {"group_widths": 3},
    {"bottleneck_ratios": 8}, {"block": "R"}, {"se_ratio": 0.25}, {"stem_width": 16}, {"strides": 1},
    {"stem_stride": 1}, {"activation": "silu"}, {"depths": (1, 2, 3), "widths": (8, 16, 24)},
])  # fmt: skip
def test_what_is_out_of_range_or_differs_in_what_is_shared_is_not_in_the_space(change):
    values = {"depths": (1, 2, 3, 4), "widths": (8, 16, 24, 32), "bottleneck_ratios": 1, "group_widths": 8}
    assert AnyNetConfig(**values) in AnyNetXA()
    assert AnyNetConfig(**{**values, **change}) not in AnyNetXA()


def test_things_that_are_no_networks_are_in_no_space():
    for junk in (None, 3, "AnyNetXA", (1, 2, 3, 4), AnyNetXA()):
        assert junk not in AnyNetXA()
        assert junk not in RegNetX()


@each("space", ANYNETS + CONTROLS)
@each(("stages", "depths", "widths", "ratios", "groups"), [
    (2, 3, 3, (1, 2), (4, 8)),
    (3, 2, 2, (1, 2), (8,)),
    (4, 2, 2, (1,), (8,)),
])  # fmt: skip
def test_exact_size_by_brute_force_on_a_shrunken_space(space, stages, depths, widths, ratios, groups):
    ranges = {"num_stages": stages, "max_depth": depths, "max_width": 8 * widths}
    child = space(bottleneck_ratios=ratios, group_widths=groups, **ranges)
    stage = list(itertools.product(range(1, depths + 1), range(8, 8 * widths + 1, 8), ratios, groups))
    # Membership is defined without the draws' own counting, so it is an independent count.
    everything = (AnyNetConfig(*map(tuple, zip(*net, strict=True))) for net in itertools.product(stage, repeat=stages))
    assert sum(config in child for config in everything) == child.size()


@each(("space", "ranges"), [
    (RegNetX, {"max_depth": 9, "max_w0": 32, "min_wa": 3, "max_wa": 5, "min_wm": 2.248, "max_wm": 2.252,
               "num_stages": 3}),
    (RegNetX, {"max_depth": 12, "max_w0": 40, "min_wa": 7.5, "max_wa": 9, "min_wm": 1.5, "max_wm": 1.503,
               "max_width": 96, "min_width": 16, "max_stage_depth": 4}),
    (RegNetX, {"max_depth": 4, "max_w0": 40, "min_wa": 7.5, "max_wa": 9, "min_wm": 1.5, "max_wm": 1.503,
               "num_stages": 1}),
    (RegNetXW0Wa, {"max_depth": 20, "max_w0": 64, "min_wm": 1.99, "max_wm": 2.0}),
    (RegNetXWm2, {"max_depth": 20, "max_w0": 24, "max_wa": 9}),
])  # fmt: skip
def test_exact_regnet_size_by_brute_force_on_a_shrunken_space(space, ranges):
    shrunken = space(bottleneck_ratios=(1,), group_widths=(8,), **ranges)
    grid = {name: values.values.tolist() for name, values in shrunken._grids.items()}
    count = 0
    for d, w0, wa, wm in itertools.product(grid["d"], grid["w0"], grid.get("wa", [None]), grid["wm"]):
        wa = float(w0) if wa is None else wa
        levels = np.rint(np.round(np.log((w0 + wa * np.arange(d)) / w0) / np.log(wm), 9))
        widths, depths = np.unique(quantized_linear_widths(d, w0, wa, wm), return_counts=True)
        count += (
            len(widths) == shrunken.num_stages == levels.max() + 1
            and (shrunken.min_width or 1) <= widths[0]
            and widths[-1] <= (shrunken.max_width or 1e9)
            and depths.max() <= (shrunken.max_stage_depth or 1e9)
        )
    assert shrunken.size() == count > 0


@pytest.mark.heavy
def test_exact_size_of_the_paper_s_regnet_space():
    assert RegNetX().size() == 22_531_651_542


def test_size_of_a_refined_space_is_counted_where_it_is_small_and_estimated_where_it_is_not():
    small = AnyNetXC(num_stages=2, max_depth=4, max_width=32)
    rising = small.refine("widths rise", lambda batch: batch.widths[:, 1] >= batch.widths[:, 0])
    assert rising.size() == AnyNetXD(num_stages=2, max_depth=4, max_width=32).size()
    low, size, high = AnyNetXC().refine("rise", lambda b: (np.diff(b.widths) >= 0).all(axis=1)).estimate_size(200_000)
    assert low < AnyNetXD().size() < high
    assert low < size < high
    with pytest.raises(InputError, match="estimate_size"):
        AnyNetXC().refine("rise", lambda b: (np.diff(b.widths) >= 0).all(axis=1)).size()


def test_refine_composes_and_keeps_the_parent_s_networks():
    space = AnyNetXA().refine("deep", lambda b: b.depth >= 20).refine("wide end", lambda b: b.widths[:, -1] >= 256)
    networks = space.sample(30, rng=3, flops=BAND)
    assert all(net.depth >= 20 and net.widths[-1] >= 256 and net in space and net in AnyNetXA() for net in networks)
    shallow = AnyNetConfig((1, 1, 1, 1), (8, 8, 8, 512), 1, 8)
    assert shallow in AnyNetXA()
    assert shallow not in space
    assert space.name == "AnyNetXA + deep + wide end"
    assert repr(space).endswith(".refine('deep').refine('wide end')")
    assert "deep" in str(space)
    assert isinstance(space, AnyNetXA)


def test_the_title_of_a_space_says_what_is_unusual_about_it():
    assert spaces.title(AnyNetXA()) == "AnyNetXA"
    assert spaces.title(spaces.get("RegNetX", group_widths=1, block="R")) == "RegNetX (block R, group_widths 1)"


def test_a_design_space_in_ten_lines():
    def bottleneck_in_the_middle(batch):
        return batch.widths[:, 1] == batch.widths.min(axis=1)

    hourglass = AnyNetXC(max_width=512).refine("the second stage is the narrowest", bottleneck_in_the_middle)
    network = hourglass.sample(1, flops=BAND)[0]
    assert min(network.widths) == network.widths[1]


def test_print_names_dimensions_constraints_and_sizes():
    text = str(AnyNetXE())
    for part in ("AnyNetXE", "4 stages", "1 to 16", "8 to 1024", "never decreasing", "{1, 2, 4}", "the same in all"):
        assert part in text
    assert "817,446,539,520" in text
    assert "5.498e+11" in text
    assert "degrees of freedom  10" in text


def test_repr_names_every_range_and_can_be_evaluated():
    space = AnyNetXD(num_stages=5, max_width=512, stem_stride=1)
    assert eval(repr(space)) == space
    space = RegNetY(max_depth=28, min_wm=2.0)
    assert eval(repr(space)) == space


@each("stages", [1, 2, 3, 5, 6])
def test_any_number_of_stages(stages):
    for space in (AnyNetXA, AnyNetXE, RegNetX):
        networks = space(num_stages=stages).sample(20)
        assert all(net.num_stages == stages and net in space(num_stages=stages) for net in networks)


@each("block", ["X", "R", "V", "VR", "Y"])
def test_any_block(block):
    space = AnyNetXE(block=block)
    networks = space.sample(20, flops=(100e6, 800e6))
    assert all(net in space and net.block == ("X" if block == "Y" else block) for net in networks)


def test_ranges_scale_down_and_what_is_shared_is_passed_on():
    space = AnyNetXA(min_width=24, max_width=512, max_depth=8, stem_stride=1, stem_width=16, strides=(1, 2, 2, 2))
    batch = space.sample_batch(2000)
    assert batch.widths.min() == 24
    assert batch.widths.max() == 512
    assert batch.depths.max() == 8
    assert (batch.stem_stride, batch.stem_width, batch.strides) == (1, 16, (1, 2, 2, 2))
    regnets = RegNetX(min_width=24, max_width=512, max_stage_depth=16).sample_batch(500)
    assert regnets.widths.min() >= 24
    assert regnets.widths.max() <= 512
    assert regnets.depths.max() <= 16


# RegNet.


@pytest.mark.parametrize("stages", [3, 4, 5])
def test_regnet_networks_are_what_their_parameters_generate(stages):
    space = RegNetX(num_stages=stages)
    networks, params = space.sample(200, rng=4), space.sample_params(200, rng=4)
    assert [p.to_config() for p in params] == networks
    assert all(p in space and net in space for p, net in zip(params, networks, strict=True))


def test_regnet_parameters_of_a_network_are_found_again():
    space = RegNetX()
    for config in space.sample(100, rng=5):
        found = space.find_params(config)
        assert found is not None
        assert found.to_config() == config
        assert found in space


def test_what_no_line_generates_is_not_a_regnet():
    config = RegNetX().sample(1)[0]
    for change in (
        {"widths": config.widths[::-1]},
        {"depths": (40, 1, 1, 1)},
        {"bottleneck_ratios": (1, 2, 1, 1)},
        {"group_widths": (24,) * 4},
    ):
        assert AnyNetConfig.from_dict({**config.to_dict(), **change}) not in RegNetX()
    assert RegNetParams(13, 24, 36.44, 2.49, 8) not in RegNetX()  # wa is not a multiple of 0.1
    assert RegNetParams(13, 24, 36.4, 2.49, 8) in RegNetX()
    assert RegNetParams(13, 24, 36.4, 2.49, 8, se_ratio=0.25) in RegNetY()
    assert RegNetParams(64, 24, 36.4, 2.49, 8) not in RegNetX()
    assert RegNetParams(3, 24, 36.4, 2.49, 8) not in RegNetX()  # not four stages


def test_regnet_variants_are_subsets_of_regnetx():
    for variant in (RegNetXWm2(), RegNetXW0Wa(), RegNetXC()):
        params = variant.sample_params(40, rng=6)
        assert all(p in RegNetX() and p in variant and p.to_config() in variant for p in params)
    assert all(p.wm == 2 for p in RegNetXWm2().sample_params(20))
    assert all(p.w0 == p.wa for p in RegNetXW0Wa().sample_params(20))
    assert RegNetXWm2().free_parameters() == RegNetXW0Wa().free_parameters() == 5


def test_regnetx_c_keeps_the_limits_of_figure_13():
    from regnet_edu.networks.complexity import complexity

    for config in RegNetXC().sample(50, rng=7, flops=BAND):
        flops, params, activations = complexity(config)
        assert set(config.bottleneck_ratios) == {1}
        assert config.depth <= 40
        assert params < 3e6 + 5.5e6 * flops / 1e9
        assert activations < 6.5e6 * math.sqrt(flops / 1e9)
    low, size, high = RegNetXC().estimate_size()
    assert 0 < low < size < high < RegNetX().paper_size() * 100


def test_every_space_by_name_samples_in_the_paper_s_band():
    for name in spaces.names():
        if name == "AnyNetXEqualWidths":  # one in 100,000; the benchmark has it
            continue
        space = spaces.get(name)
        assert type(space).__name__ == name
        assert all(net in space for net in space.sample(5, flops=BAND))
    assert spaces.get("AnyNetXA", max_width=512) == AnyNetXA(max_width=512)


def test_inverted_and_depthwise_variants():
    assert {b for net in spaces.get("RegNetXInverted").sample(80) for b in net.bottleneck_ratios} == {
        1,
        0.5,
        0.25,
        0.125,
    }
    assert {g for net in spaces.get("RegNetXDepthwise").sample(80) for g in net.group_widths} == {1}
    assert all(net.se_ratio == 0.25 for net in RegNetY().sample(10))
