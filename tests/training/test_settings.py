"""The settings of a regime: each is read by its type, however it is given, or refused by a sentence."""

import json
import math
import os
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from each import each

from regnet_edu import regime
from regnet_edu.cli.arguments import setting
from regnet_edu.common.errors import InputError
from regnet_edu.training.regime import Regime
from regnet_edu.training.settings import CHECKS

TINY = regime.get("tiny")


@pytest.mark.parametrize("name", [name for name in CHECKS if CHECKS[name] is CHECKS["flip"]])
def test_truth_is_understood_in_every_spelling_and_nothing_else_is(name):
    for value in (False, 0, np.False_, "False", "no", "NO", "0", "false"):
        assert getattr(TINY.replace(**{name: value}), name) is False
    for value in (True, 1, "True", "yes", "1"):
        assert getattr(TINY.replace(**{name: value}), name) is True
    for value in (3, "off it", None, [], 0.0, math.nan):
        with pytest.raises(InputError, match=f"^{name} .* must be true or false"):
            TINY.replace(**{name: value})


def test_a_whole_number_is_an_int_and_another_number_stays_what_it_is():
    for value in (2, 2.0, "2", np.int64(2), np.float32(2)):
        assert type(TINY.replace(epochs=value).epochs) is int
    assert TINY.replace(epochs=2.0).fingerprint == TINY.replace(epochs=2).fingerprint
    assert TINY.replace(lr=".1").lr == 0.1 and TINY.replace(train_images="None").train_images is None
    assert type(TINY.replace(lr=1).lr) is int  # records of old hold such, and their fingerprints tell 1 from 1.0


def test_the_command_line_and_json_are_read_as_python_is():
    for words in ("flip=False", "flip=no", "flip=0", "flip=false"):
        assert TINY.replace(**dict([setting(words)])) == TINY.replace(flip=False)
    assert Regime.from_dict(json.loads(json.dumps({**TINY.to_dict(), "epochs": 2.0, "flip": "No"}))).epochs == 2
    assert TINY.replace(data=Path("a")).data == os.path.join("a")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("epoch=3", "no setting 'epoch'; did you mean epochs"),
        ("self=1", "no setting 'self'"),
        ("epochs=0", "epochs 0 must be a whole number of at least 1"),
        ("epochs=1.5", "epochs 1.5 must be a whole number of at least 1; the nearest is 2"),
        ("epochs=1e10", "epochs 10000000000 is too large; the largest is 2147483648"),
        ("epochs=1e300", r"epochs beyond 10\^15 is too large; the largest is 2147483648"),
        ("epochs=true", "epochs True must be a whole number"),
        ("batch_size=1", "batch_size 1 must be a whole number of at least 2: batch norm needs two images"),
        ("resolution=4", "resolution 4 must be a whole number of at least 8"),
        ("resolution=32x40", "resolution '32x40' must be a number of pixels, or height and width, such as"),
        ("crop_padding=32", "crop_padding 32 would leave nothing of an image of 32 pixels; the largest is 31"),
        ("lr=-1", "lr -1 is out of range; the nearest is 0"),
        ("lr=NaN", "lr nan is not a finite number"),
        ("lr=nan", "lr nan is not a finite number"),
        ("lr=Infinity", "lr inf is not a finite number"),
        ("lr=fast", "lr 'fast' is not a number"),
        ("lr=null", "lr None is not a number"),
        ("warmup=2", "warmup 2 is out of range; the nearest is 1"),
        ("flops=1", "flops 1 must be two numbers, low first"),
        ('flops=["a","b"]', r"flops\[0\] 'a' is not a number"),
        ("flops=[null,1]", r"flops\[0\] None is not a number"),
        ("flops=[1,NaN]", r"flops\[1\] nan is not a finite number"),
        ("flops=[2e6,1e6]", "low first"),
        ("ranges=1", "ranges 1 must be a table such as"),
        ('ranges={"RegNet":1}', "ranges {'RegNet': 1} must be a table such as"),
        ("momentum=0", "nesterov needs a momentum above 0, and 0.9 is usual; or set nesterov=false"),
        ("precision=fp8", "precision 'fp8' is unknown"),
        ("precision=[1]", r"precision \[1\] is unknown"),
        ("name=3", "name 3 must be text"),
        ("name=\x1b[31mred", r"name '\\x1b\[31mred' must be text that can be printed on one line"),
        ("data=null", "data None must be text"),
    ],
)
def test_anything_else_is_refused_by_one_sentence(words, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        TINY.replace(**dict([setting(words)]))
    assert "\n" not in str(caught.value)


def test_a_table_that_is_no_regime_is_said():
    for table, sentence in (([1], "a table of settings"), ({}, "needs the setting 'name' too")):
        with pytest.raises(InputError, match=sentence):
            Regime.from_dict(table)
    with pytest.raises(InputError, match="cannot be written as JSON"):
        TINY.replace(ranges={"AnyNet": {"max_width": {1}}})


def test_every_setting_has_its_check():
    assert list(CHECKS) == [setting.name for setting in fields(Regime)]


def test_each_network_draws_its_own_value_of_what_varies():
    wide = TINY.replace(vary={"lr": (0.01, 1.0), "weight_decay": [1e-5, 1e-3]})
    rates = np.array([wide.for_network(seed).lr for seed in range(2000)])
    assert rates.min() >= 0.01 and rates.max() <= 1.0
    assert np.log10(rates).mean() == pytest.approx(-1, abs=0.05)  # log-uniform
    assert wide.for_network(3) == wide.for_network(3) != wide.for_network(4)
    assert wide.for_network(3).vary == {}
    # one setting's values do not hang on whether another varies
    assert TINY.replace(vary={"lr": (0.01, 1.0)}).drawn(3) == {"lr": wide.drawn(3)["lr"]}


def test_a_regime_in_which_nothing_varies_is_written_as_it_was_before():
    assert "vary" not in TINY.to_dict() and TINY.for_network(1) is TINY
    wide = TINY.replace(vary={"lr": (0.01, 1.0)})
    assert wide.fingerprint != TINY.fingerprint
    assert json.loads(json.dumps(wide.to_dict())) == wide.to_dict()  # as a record file, which is gone on with, has it
    assert Regime.from_dict(wide.to_dict()) == wide


@each(
    "value, said",
    [
        (3, "must be a table"),
        ({"epochs": [1, 2]}, "'epochs' is no setting to be drawn"),
        ({"lr": [0, 1]}, "must begin above 0"),
        ({"lr": [1, 0.1]}, r"must be two numbers, low first, such as \[0.015, 1.5\]"),
        ({"momentum": [0.5, 2]}, "momentum 2 is out of range; the nearest is 1"),
    ],
)
def test_what_varies_is_checked(value, said):
    with pytest.raises(InputError, match=said):
        TINY.replace(vary=value)
