"""Curves in TensorBoard and in Weights & Biases, where these are installed; offline."""

import sys
import time

import pytest

from regnet_edu.cli.arguments import tracked
from regnet_edu.common.errors import InputError
from regnet_edu.reports.tracking import Tracker

RECORDS = [
    {"index": k, "status": "ok", "error": error, "errors": [0.9, error], "losses": [2.0, error + 1]}
    for k, error in ((3, 0.5), (0, 0.3), (2, 0.4))
] + [{"index": 1, "status": "failed", "error": None, "errors": []}]


def fill(kind, out):
    with tracked(kind, out / "a.jsonl") as tracker:
        tracker.epoch(1, 0.75)
        tracker.losses([1.5, 1.25])
        for count in range(1, len(RECORDS) + 1):
            tracker.records(RECORDS[:count])
    return out / f"a.{kind}"


def test_tensorboard_has_every_epoch_and_the_growing_edf(tmp_path):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found = EventAccumulator(str(fill("tensorboard", tmp_path)), size_guidance={"images": 0})
    found.Reload()

    def curve(name):
        return [(point.step, round(point.value, 6)) for point in found.Scalars(name)]

    assert curve("error") == [(1, 0.75)] and curve("networks/0003") == [(1, 0.9), (2, 0.5)]
    assert curve("loss") == [(1, 1.5), (2, 1.25)] and curve("networks/loss/0003") == [(1, 2.0), (2, 1.5)]
    assert curve("population/best error") == [(1, 0.5), (2, 0.3), (3, 0.3), (4, 0.3)]
    assert curve("population/median error")[-1] == (4, 0.4) and curve("population/failed")[-1] == (4, 1)
    assert [image.step for image in found.Images("population/EDF")] == [1, 2, 3, 4]


def test_weights_and_biases_has_the_same_offline(tmp_path, monkeypatch):
    pytest.importorskip("wandb")
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_SILENT", "true")
    folder = fill("wandb", tmp_path)
    names = (
        "error",
        "loss",
        "networks/loss/0003",
        "networks/0003",
        "networks/0000",
        "population/median error",
        "population/failed",
    )
    (file,) = folder.rglob("*.wandb")
    for _ in range(300):  # its own process writes it
        if not (missing := [name for name in names if name.encode() not in file.read_bytes()]):
            break
        time.sleep(0.1)
    assert not missing
    assert len(list(folder.rglob("media/images/population/EDF*.png"))) == 4


def test_what_is_unknown_or_not_installed_is_said(tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r"--log 'tensorbord' is unknown; did you mean tensorboard\?"):
        Tracker("tensorbord", tmp_path, "a")
    monkeypatch.setitem(sys.modules, "wandb", None)
    with pytest.raises(InputError, match="--log wandb needs the package wandb: pip install wandb"):
        Tracker("wandb", tmp_path, "a")
