"""Successive halving: the best of each round go on, whatever interrupts it."""

import pytest
from each import each

import regnet_edu as rn
from regnet_edu.common.errors import InputError
from regnet_edu.sweeps import search
from regnet_edu.sweeps.engines.pool import Pool
from regnet_edu.training.regime import Regime

REGIME = Regime("test", "synthetic", 16, (1e5, 2e6), {}, 64, 16, 16)
OPTIONS = {"n": 9, "regime": REGIME, "workers": 1, "progress": False}


@pytest.fixture
def trained(monkeypatch):
    """Networks whose error is pretended: the wider the first stage, the lower. Returns how many each round trains."""
    rounds = []

    def train(self, tasks):
        epochs, tasks = self.job["regime"]["epochs"], list(tasks)
        rounds.append((epochs, len(tasks)))
        for task in tasks:
            error = 1 / (1 + task["config"]["widths"][0] / 100) / epochs
            yield {"index": task["index"], "status": "ok", "error": error, "errors": [error], "seconds": 1.0}

    monkeypatch.setattr(Pool, "train", train)
    return rounds


def test_the_best_go_on_and_the_first_row_is_the_best_of_all(trained):
    found = rn.successive_halving("AnyNetXA", epochs=[1, 3, 10], keep=[1, 1 / 3, 1 / 9], **OPTIONS)
    assert trained == [(1, 9), (3, 3), (10, 1)] and found["round"].tolist() == [2, 1, 1, 1, *[0] * 9]
    first = found[found["round"] == 0]
    widths = [w[0] for w in first["widths"]]
    assert widths == sorted(widths, reverse=True) and first["network"].tolist() == first["index"].tolist()
    assert found["network"][0] == first["network"].iloc[0] and found["widths"][0] == first["widths"].iloc[0]
    assert found["network"][1:4].tolist() == first["network"].head(3).tolist()


def test_it_goes_on_where_it_was_stopped(trained, tmp_path):
    once = rn.successive_halving("AnyNetXA", out=tmp_path / "a", **OPTIONS)
    assert [p.name for p in sorted((tmp_path / "a").glob("*.jsonl"))] == [f"round-{k}.jsonl" for k in range(3)]
    (tmp_path / "a" / "round-2.jsonl").unlink()
    again = rn.successive_halving("AnyNetXA", out=tmp_path / "a", **OPTIONS)
    assert trained == [(1, 9), (3, 3), (10, 1), (10, 1)]
    assert again.drop(columns="hardware").equals(once.drop(columns="hardware"))


@each(
    "options, sentence",
    (
        ({"epochs": [3, 1], "keep": [1, 0.5]}, r"epochs \[3, 1\] must rise"),
        ({"epochs": [1, 3]}, "must have as many entries"),
        ({"epochs": [0, 3], "keep": [1, 0.5]}, "epochs 0 must be a whole number"),
        ({"keep": [0.5, 0.3, 0.1]}, "must begin with 1 and fall"),
        ({"keep": [1, 0.3, 0]}, "staying above 0"),
        ({"keep": [1, "a", 0.1]}, "keep 'a' is not a number"),
        ({"n": 0}, "n 0 must be"),
        ({"epochs": 3}, "epochs 3 must be a sequence of numbers, one a round"),
    ),
)
def test_bad_arguments_get_one_sentence(options, sentence):
    with pytest.raises(InputError, match=sentence):
        rn.successive_halving("AnyNetXA", **{**OPTIONS, **options})


def test_where_all_fail_nobody_is_chosen(monkeypatch):
    monkeypatch.setattr(search, "sweep", lambda *_, **__: rn.load_population("regnetx-cpu").assign(error=float("nan")))
    with pytest.raises(InputError, match="networks of round 0 failed"):
        rn.successive_halving("AnyNetXA", **OPTIONS)
