"""Optimiser, loss, schedule and training of one's own: where they are called, and what a regime records of them."""

from __future__ import annotations

import math

import pytest
import torch
from each import each
from torch import nn

import regnet_edu as rn
from regnet_edu.common.errors import InputError
from regnet_edu.data.synthetic import CLASSES, pictures
from regnet_edu.training.result import own_result

REGIME = rn.Regime("test", "synthetic", 16, None, {}, 160, 100, 32, epochs=2, lr=0.05)
NETWORK = rn.AnyNetConfig((1, 1), (8, 16), 1, 8, stem_width=8)


def plain_sgd(groups, lr):
    assert [g["weight_decay"] for g in groups] == [5e-4, 0.0]
    return torch.optim.SGD(groups, lr=lr, momentum=0.9, nesterov=True, fused=True)


def cross_entropy(scores, labels):
    return nn.functional.cross_entropy(scores, labels)


def usual_rate(step, steps):
    return REGIME.learning_rate(step, steps) / REGIME.lr


def standstill(step, steps):
    return 0.0


@pytest.fixture(scope="module")
def images():
    return rn.ImageData("shapes", *pictures(200, 16, 1), *pictures(100, 16, 2), CLASSES, "0123456789abcdef")


def test_the_usual_recipe_given_as_one_s_own_trains_to_the_same_bits(images):
    usual = rn.train(NETWORK, REGIME, 3, data=images)
    for own in ({"optimizer": plain_sgd}, {"loss": cross_entropy}, {"schedule": usual_rate}):
        found = rn.train(NETWORK, REGIME.replace(**own), 3, data=images)
        assert (found.errors, found.loss) == (usual.errors, usual.loss), own


def test_other_optimisers_and_schedules_are_followed(images):
    still = rn.train(NETWORK, REGIME.replace(schedule=standstill), 3, data=images)
    adam = rn.train(NETWORK, REGIME.replace(optimizer="torch.optim:AdamW", lr=1e-3), 3, data=images)
    assert adam.status == "ok" and adam.loss < still.loss


def test_what_is_not_given_leaves_no_trace_in_records_and_fingerprints():
    header = rn.load_population("regnetx-cpu").attrs["header"]
    regime = rn.Regime.from_dict(header["regime"])
    assert regime.to_dict() == header["regime"] and regime.fingerprint == header["regime_fingerprint"]
    own = regime.replace(loss=cross_entropy, params=(1e5, 1e6))
    assert own.fingerprint != regime.fingerprint and rn.Regime.from_dict(own.to_dict()) == own
    assert own.to_dict()["loss"] == f"{__name__}:cross_entropy"
    assert own.replace(loss=None, params="none") == regime


@each("given, said", [
    ({"loss": 3}, 'loss 3 must be a function, or its import path such as "my_module:my_loss"'),
    ({"optimizer": lambda groups, lr: None}, "has no import path; give a function or class with a name"),
    ({"train": "my_module"}, "'my_module' has no import path"),
    ({"train": "my_module:go"}, "my_module:go is not found"),
    ({"loss": "math:pi"}, "loss math:pi is 3.14[0-9]*, which cannot be called"),
])  # fmt: skip
def test_what_is_no_function_is_refused(given, said):
    with pytest.raises(InputError, match=said):
        REGIME.replace(**given).find_own()


def test_a_training_may_return_its_error_a_table_or_a_result():
    assert own_result(lambda: 0.25, 10).error == 0.25
    table = own_result(lambda: {"error": 0.5, "errors": (0.75, 0.5), "loss": 1.5}, 10)
    assert (table.status, table.errors, table.loss) == ("ok", (0.75, 0.5), 1.5)
    assert own_result(lambda: table, 10) is table
    diverged = own_result(lambda: math.nan, 10)
    assert (diverged.status, diverged.error) == ("diverged", 0.9)
    for wrong, said in (({"accuracy": 1}, "has 'accuracy'"), ({"loss": 1}, "has no error"), ("x", "is no number")):
        with pytest.raises(InputError, match=said):
            own_result(lambda wrong=wrong: wrong, 10)
