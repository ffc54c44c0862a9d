"""The one kind of error that a user reads, and the names it offers."""

import pytest

from regnet_edu.common.errors import InputError, nearest_name


@pytest.mark.parametrize(
    ("name", "offered"),
    [
        ("anynetxa", "AnyNetXA"),
        ("RegNet", "RegNetX"),
        ("regnet-x", "RegNetX"),
        ("AnyNetX", "AnyNetXA"),
        (7, None),
        ("", None),
    ],
)
def test_the_nearest_known_name_is_offered_and_all_are_listed(name, offered):
    said = nearest_name(name, ["AnyNetXA", "RegNetX"])
    assert said.startswith(f"did you mean {offered}?" if offered else "known:") and "AnyNetXA, RegNetX" in said


def test_an_input_error_is_a_value_error():
    assert issubclass(InputError, ValueError)
