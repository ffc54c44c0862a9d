"""Curves for TensorBoard or Weights & Biases: each epoch of a training, and a population's EDF as it grows."""

from __future__ import annotations

import importlib
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from PIL import Image

from ..common.errors import InputError, nearest_name
from ..plots import edfs

GROWTH = 1.1  # the EDF is drawn when so many times as many networks are known


class Tracker:
    """Where curves go: `tracker.epoch` is an `on_epoch` of `train`, `tracker.records` an `on_record` of `sweep`.

    Args:
        kind: "tensorboard" or "wandb".
        folder: for the files of TensorBoard, or of Weights & Biases, which heeds its own variables, such as
            WANDB_MODE=offline.
        name: of the run.

    Raises:
        InputError: the kind is unknown, or its package is not installed.
    """

    def __init__(self, kind: str, folder: str | os.PathLike[str], name: str) -> None:
        if kind not in ("tensorboard", "wandb"):
            raise InputError(f"--log {kind!r:.60} is unknown; {nearest_name(kind, ('tensorboard', 'wandb'))}")
        try:
            module = importlib.import_module("torch.utils.tensorboard" if kind == "tensorboard" else kind)
        except ImportError as error:
            raise InputError(f"--log {kind} needs the package {kind}: pip install {kind}") from error
        Path(folder).mkdir(parents=True, exist_ok=True)
        self.drawn = 0
        if kind == "tensorboard":
            self.board, self.run = module.SummaryWriter(str(folder)), None
        else:
            self.board, self.run = module, module.init(project="regnet_edu", name=name, dir=str(folder))
            for name in ("error", "loss", "networks/*"):
                self.run.define_metric(name, step_metric="epoch")
            self.run.define_metric("population/*", step_metric="networks")

    def epoch(self, epoch: int, error: float) -> None:
        """Add the test error after an epoch of a training."""
        self._add({"error": error}, "epoch", epoch)

    def records(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Add the newest of the records of a sweep: its errors epoch by epoch, and what the population is like now."""
        newest, table = records[-1], pd.DataFrame({"error": [r["error"] for r in records]}, dtype=float)
        for kind, name in (("errors", "networks"), ("losses", "networks/loss")):
            self._curve(f"{name}/{newest['index']:04}", newest.get(kind) or ())
        count = len(records)
        figures = {"best error": table["error"].min(), "median error": table["error"].median()}
        status = [r["status"] for r in records]
        figures |= {kind: status.count(kind) for kind in ("failed", "diverged")}
        self._add({f"population/{name}": value for name, value in figures.items()}, "networks", count)
        if table["error"].notna().any() and count >= GROWTH * self.drawn:
            self.drawn = count
            figure = edfs({"population": table}, note=False)
            if self.run:
                figure.savefig(drawn := io.BytesIO(), format="png")
                self.run.log({"population/EDF": self.board.Image(Image.open(drawn)), "networks": count})
            else:
                self.board.add_figure("population/EDF", figure, count)

    def losses(self, losses: Sequence[float]) -> None:
        """Add the mean training loss of every epoch of a training, when it is over."""
        self._curve("loss", losses)

    def close(self) -> None:
        """Write what is left."""
        self.run.finish() if self.run else self.board.close()

    def _curve(self, name: str, values: Sequence[float | None]) -> None:
        for epoch, value in enumerate(values, 1):
            if value is not None:
                self._add({name: value}, "epoch", epoch)

    def _add(self, values: Mapping[str, float], axis: str, at: int) -> None:
        if self.run:
            self.run.log({**values, axis: at})
            return
        for name, value in values.items():
            self.board.add_scalar(name, value, at)
