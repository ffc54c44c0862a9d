"""AnyNetConfig: what it accepts, what it says of what it does not, and the compatibility rule of appendix D."""

import math

import pytest
from each import each
from hypothesis import given
from hypothesis import strategies as st

from regnet_edu.common.errors import InputError
from regnet_edu.networks.config import AnyNetConfig, Stage, compatible_widths


def test_a_config_is_frozen_hashable_and_equal_by_value():
    one = AnyNetConfig([1, 2], [8, 16], 1, 8)
    other = AnyNetConfig((1, 2), (8, 16), (1, 1.0), (8, 8), strides=(2, 2))
    assert one == other and hash(one) == hash(other)
    with pytest.raises(AttributeError):
        one.depths = (3, 3)


def test_nominal_parameters_stay_and_stages_are_effective():
    regnetx_400mf = AnyNetConfig((1, 2, 7, 12), (24, 64, 152, 392), 1, 16)
    assert regnetx_400mf.widths == (24, 64, 152, 392)
    assert [s.width for s in regnetx_400mf.stages] == [32, 64, 160, 384]
    assert regnetx_400mf.stages[0] == Stage(depth=1, width=32, inner_width=32, group_width=16, stride=2)
    assert regnetx_400mf.stages[3].groups == 24


@each(
    ("nominal", "built"),
    [
        ((24, 1, 16), (32, 32, 16)),  # X-400MF, stage 1: up by a third
        ((88, 1, 48), (96, 96, 48)),  # X-3.2GF, stage 1
        ((168, 1, 112), (224, 224, 112)),  # X-12GF, stage 1: 1.5 groups round to the even 2
        ((80, 1, 120), (80, 80, 80)),  # X-8.0GF, stage 1: the group is as wide as the stage
        ((8, 4, 32), (8, 2, 2)),
        ((32, 0.25, 8), (32, 128, 8)),  # an inverted bottleneck widens
    ],
)
def test_the_compatibility_rule_gives_the_published_widths(nominal, built):
    assert compatible_widths(*nominal) == built


@given(
    st.integers(1, 200).map(lambda k: 8 * k),
    st.sampled_from([0.125, 0.25, 0.5, 1, 2, 4]),
    st.sampled_from([1, 2, 4, 8, 16, 24, 32, 40, 112]),
)
def test_the_compatibility_rule_makes_groups_divide_and_changes_width_by_a_third_at_most(width, ratio, group):
    built, inner, built_group = compatible_widths(width, ratio, group)
    assert inner % built_group == 0 and built * 1 == inner * ratio
    if ratio >= 1:  # with an inverted bottleneck the step may be larger than the inner width
        assert abs(built - width) <= max(width / 3, ratio - 1) + 1e-9
    assert compatible_widths(built, ratio, built_group) == (built, inner, built_group)


def test_y_is_x_with_squeeze_and_excitation():
    assert AnyNetConfig((1,), (8,), 1, 8, block="Y") == AnyNetConfig((1,), (8,), 1, 8, se_ratio=0.25)


def test_blocks_without_groups_ignore_the_group_width():
    assert AnyNetConfig((1,), (24,), 1, 16, block="R").stages[0][1:4] == (24, 24, 24)
    assert AnyNetConfig((1,), (24,), 4, 16, block="V").stages[0][1:4] == (24, 24, 24)


def test_to_dict_and_back():
    config = AnyNetConfig((1, 2), (8, 16), (1, 0.5), 8, strides=(1, 2), block="R", stem_stride=1, activation="silu")
    assert AnyNetConfig.from_dict(config.to_dict()) == config
    with pytest.raises(InputError, match="no entry 'depth'; did you mean depths"):
        AnyNetConfig.from_dict({"depth": [1]})
    with pytest.raises(InputError, match="lacks 'group_widths'"):
        AnyNetConfig.from_dict({"depths": [1], "widths": [8], "bottleneck_ratios": [1]})


def test_depth_and_block_widths():
    config = AnyNetConfig((1, 2), (8, 16), 1, 8)
    assert config.depth == 3 and config.block_widths == (8, 16, 16)


@each(
    ("arguments", "sentence"),
    [
        (((), (), 1, 8), "depths is empty"),
        (((0,), (8,), 1, 8), r"depths\[0\] 0 must be a whole number of at least 1"),
        (((1,), (-8,), 1, 8), r"widths\[0\] -8 must be a whole"),
        (((1,), (8.5,), 1, 8), r"widths\[0\] 8.5 must be a whole number of at least 1; the nearest is 8"),
        (((1,), (math.nan,), 1, 8), "nan must be a whole number"),
        (((1, 1), (8,), 1, 8), "widths has 1 entries for 2 stages; it needs 2"),
        (((1,), 8, 1, 8), "must be a sequence of numbers, one a stage"),
        ((("1",), (8,), 1, 8), "'1' must be a whole number"),
        (((True,), (8,), 1, 8), "True must be a whole number"),
        (((1,), (8,), 0, 8), "must be above 0"),
        (((1,), (8,), 1, 0), r"group_widths\[0\] 0 must be a whole"),
    ],
)
def test_bad_values_get_one_sentence(arguments, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        AnyNetConfig(*arguments)
    assert "\n" not in str(caught.value)


@each(
    ("options", "sentence"),
    [
        ({"block": "Z"}, "block 'Z' is unknown"),
        ({"se_ratio": 2}, "outside .*; the nearest is 1"),
        ({"block": "V", "se_ratio": 0.25}, "needs a block with a bottleneck"),
        ({"activation": "rellu"}, "did you mean relu"),
        ({"stem_width": 0}, "stem_width 0 must be a whole"),
        ({"strides": (2, 2, 2)}, "strides has 3 entries for 1 stages"),
    ],
)
def test_bad_options_get_one_sentence(options, sentence):
    with pytest.raises(InputError, match=sentence):
        AnyNetConfig((1,), (8,), 1, 8, **options)


numbers = st.one_of(st.none(), st.booleans(), st.floats(), st.integers(-5, 70))
junk = st.one_of(numbers, st.text(max_size=3), st.lists(st.integers(-2, 40), max_size=3))


@given(junk, junk, junk, junk, junk, junk)
def test_junk_is_a_config_or_an_input_error(depths, widths, ratios, groups, strides, stem):
    try:
        config = AnyNetConfig(depths, widths, ratios, groups, strides=strides, stem_width=stem)
    except InputError as error:
        assert "\n" not in str(error)
    else:
        assert all(s.inner_width % s.group_width == 0 for s in config.stages)
