"""The folder of one training: its checkpoint, replaced in one step, and its result; written by one process only."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import torch

from ...common.errors import InputError, first_line
from ...common.files import locked

STATE, RESULT, WEIGHTS = "checkpoint.pt", "result.json", "weights.pt"


class Checkpoint:
    """The files of one training in a folder.

    Args:
        folder: where they are; it is made if it is not there.
        settings: what the training is determined by, as JSON would hold it: another training with other settings is
            refused.
    """

    def __init__(self, folder: str | os.PathLike[str], settings: Mapping[str, Any]) -> None:
        self.folder = Path(folder)
        self.settings = json.loads(json.dumps(settings))

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Be the only process that writes here until the block ends; the lock dies with its process.

        Raises:
            InputError: another process has it, or the folder cannot be written.
        """
        held = locked(self.folder / "lock", self.folder, "training")
        try:
            yield
        finally:
            held.release()

    def load(self) -> dict[str, Any] | None:
        """Return what `save` was last given; None if there is nothing yet.

        Raises:
            InputError: the checkpoint is of a training with other settings, or cannot be read.
        """
        path = self.folder / STATE
        if not path.exists():
            return None
        try:
            held = torch.load(path, map_location="cpu", weights_only=True)
            settings, state = held["settings"], held["state"]
        except (OSError, RuntimeError, KeyError, TypeError, EOFError, pickle.UnpicklingError) as error:
            raise InputError(
                f"checkpoint {path} cannot be read ({first_line(error)}); remove it or choose another --out"
            ) from error
        for name in {**settings, **self.settings}:
            was, now = settings.get(name), self.settings.get(name)
            if was != now:
                was, now = (_short(a, b) for a, b in ((was, now), (now, was)))
                raise InputError(
                    f"{self.folder} was begun with {name} {was}, not {now}; give the same again or choose another --out"
                )
        return state

    def save(self, state: Mapping[str, Any]) -> None:
        """Replace the checkpoint; at any instant the old one or the new one is there, whole.

        Raises:
            InputError: the disk is full or fails; the old checkpoint is still there.
        """
        held = {"settings": self.settings, "state": dict(state)}
        self._replace(STATE, lambda file: torch.save(held, file))

    def finish(self, result: Mapping[str, Any], weights: Mapping[str, Any]) -> None:
        """Write the result, readable by anyone, and the weights alone."""
        self._replace(WEIGHTS, lambda file: torch.save(dict(weights), file))
        self._replace(RESULT, lambda file: file.write(json.dumps(result, indent=2).encode() + b"\n"))

    def _replace(self, name: str, write: Callable[[IO[bytes]], object]) -> None:
        path = self.folder / name
        part = path.with_name(f"{name}.part")
        try:
            with open(part, "wb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, path)
            folder = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(folder)  # else the new name may be lost with the power
            finally:
                os.close(folder)
        except (OSError, RuntimeError) as error:  # torch's writer reports a full disk as a RuntimeError
            reason = getattr(error, "strerror", None) or first_line(error)
            raise InputError(
                f"{path} cannot be written: {reason}; the last checkpoint is safe, and the same command goes on from it"
            ) from error


def _short(value: Any, other: Any) -> str:
    """Name of a setting what differs from the other's."""
    if isinstance(value, dict) and isinstance(other, dict):
        return ", ".join(f"{k} {v}" for k, v in value.items() if v != other.get(k))
    return str(value)
