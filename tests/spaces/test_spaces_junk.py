"""Junk in every public function of the spaces, the rule and the zoo: a result or an InputError, nothing else."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regnet_edu import spaces, zoo
from regnet_edu.common.errors import InputError
from regnet_edu.networks.regnet import RegNetParams, quantized_linear_widths
from regnet_edu.networks.regnet_fit import fit_quantized_linear
from regnet_edu.spaces import sampling

NUMBERS = st.one_of(
    st.integers(-3, 40),
    st.sampled_from([0, -1, 8, 16, 24, 2**31, 10**12, 2**63, 10**400, 1.5, 2.0, 0.1, 1e-9, 1e300]),
    st.sampled_from([math.inf, -math.inf, math.nan]),
    st.floats(allow_nan=True),
    st.sampled_from([np.int64(8), np.float64(2.5), np.float64("nan"), np.bool_(True), np.uint8(3)]),
)  # fmt: skip
THINGS = st.one_of(
    NUMBERS, st.none(), st.booleans(), st.text(max_size=4), st.binary(max_size=2), st.complex_numbers(),
    st.sampled_from([np.array(8), np.array([8, 16]), np.array([[1.0]]), "X", "Y", "relu", {8}, range(3), object()]),
)  # fmt: skip
JUNK = st.one_of(
    THINGS, st.lists(THINGS, max_size=4), st.lists(NUMBERS, max_size=4).map(tuple), st.tuples(NUMBERS, NUMBERS)
)
# What has once slipped through.


def test_whole_numbers_beyond_every_float():
    huge = 10**400
    for call in (
        lambda: RegNetParams(5, huge, 1, 2, 8),
        lambda: RegNetParams(5, 8, huge, 2, 8),
        lambda: spaces.AnyNetXA(max_width=huge),
        lambda: spaces.AnyNetXA().sample(huge),
        lambda: spaces.AnyNetXA().sample(2, flops=(huge, huge)),
        lambda: spaces.AnyNetXA().sample(2, resolution=huge),
    ):
        with pytest.raises(InputError):
            call()
    assert len(spaces.AnyNetXA().sample(2, rng=huge, flops=(0, huge))) == 2


RELAXED = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


@pytest.fixture(autouse=True)
def give_up_soon(monkeypatch):
    monkeypatch.setattr(sampling, "MAX_PROPOSALS", 1500)
    monkeypatch.setattr("regnet_edu.spaces.design_space.MAX_PROPOSALS", 1500)
    monkeypatch.setattr(sampling, "IN_DOUBT", 1000)


def result_or_input_error(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except InputError as error:
        assert str(error)
        assert "\n" not in str(error)
        return None


RANGES = sorted({f for name in spaces.names() for f in spaces.get(name).__dataclass_fields__})


@RELAXED
@given(st.one_of(st.sampled_from(spaces.names()), JUNK), st.dictionaries(st.sampled_from(RANGES), JUNK, max_size=3))
def test_spaces_of_junk(name, ranges):
    space = result_or_input_error(spaces.get, name, **ranges)
    if space is not None:
        assert repr(space)
        assert space.free_parameters() >= 0
        assert space.paper_size() >= 0
        result_or_input_error(space.sample, 2)


BANDS = ["flops", "params", "activations", "resolution", "in_channels", "num_classes", "rng", "n"]


@RELAXED
@given(st.sampled_from(["AnyNetXA", "AnyNetXE", "RegNetX"]), st.dictionaries(st.sampled_from(BANDS), JUNK, max_size=3))
def test_samples_of_junk(name, arguments):
    if isinstance(arguments.get("n"), (int, np.integer)) and arguments["n"] > 1000:
        arguments["n"] = 1000
    space = spaces.get(name)
    for method in (space.sample, space.sample_batch):
        result_or_input_error(method, **{"n": 2, **arguments})


@RELAXED
@given(JUNK, JUNK, JUNK)
def test_refinements_membership_and_estimates_of_junk(name, constraint, answer):
    space = spaces.AnyNetXA(max_depth=3, max_width=24)
    result_or_input_error(space.refine, name, constraint)
    refined = result_or_input_error(space.refine, "mine", lambda batch: answer)
    result_or_input_error(refined.sample, 2)
    assert name not in space
    assert name not in spaces.RegNetX()
    if not isinstance(name, (int, np.integer)) or name < 2000:
        result_or_input_error(space.estimate_size, name)
    result_or_input_error(space.estimate_size, 10, constraint)


@RELAXED
@given(JUNK, JUNK, JUNK, JUNK, JUNK)
def test_rules_fits_and_names_of_junk(depth, w0, wa, wm, other):
    if isinstance(depth, (int, np.integer)) and depth > 5000:
        depth = 5000
    result_or_input_error(quantized_linear_widths, depth, w0, wa, wm)
    result_or_input_error(quantized_linear_widths, 13, 24, wa, wm, other)
    params = result_or_input_error(RegNetParams, 5, 24, wa, wm, other, w0)
    if params is not None:
        result_or_input_error(params.to_config)
        assert params not in spaces.RegNetX() or params.to_config() in spaces.RegNetX()
    result_or_input_error(fit_quantized_linear, other)
    result_or_input_error(fit_quantized_linear, [8, 16, 16], other)
    result_or_input_error(zoo.get, other)
