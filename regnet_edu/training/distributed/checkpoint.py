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
from ...common.files import locked, write_atomically

STATE, RESULT, WEIGHTS = "checkpoint.pt", "result.json", "weights.pt"


class Checkpoint:
    """The files of one training in a folder.

    Args:
        folder: where they are; it is made if it is not there.
        settings: what the training is determined by, as JSON would hold it: another training with other settings is
            refused.
        accept_changed_data: whether the data may have changed.

    Attributes:
        changes: what the data were before, each time that they had changed.
    """

    def __init__(
        self, folder: str | os.PathLike[str], settings: Mapping[str, Any], accept_changed_data: bool = False
    ) -> None:
        self.folder = Path(folder)
        self.settings = json.loads(json.dumps(settings))
        self.accept_changed_data = accept_changed_data
        self.changes: list[str] = []

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
            settings, state, self.changes = held["settings"], held["state"], held.get("changes", [])
        except (OSError, RuntimeError, KeyError, TypeError, EOFError, pickle.UnpicklingError) as error:
            raise InputError(
                f"checkpoint {path} cannot be read ({first_line(error)}); remove it or choose another --out"
            ) from error
        for name in {**settings, **self.settings}:
            was, now = settings.get(name), self.settings.get(name)
            if was != now and name == "data" and self.accept_changed_data:
                self.changes = [*self.changes, was]
            elif was != now:
                was, now = (_short(a, b) for a, b in ((was, now), (now, was)))
                raise InputError(
                    f"{self.folder} was begun with {name} {was}, not {now}; give the same again"
                    f"{', accept the change with --accept-changed-data' * (name == 'data')} or choose another --out"
                )
        return state

    def save(self, state: Mapping[str, Any]) -> None:
        """Replace the checkpoint; at any instant the old one or the new one is there, whole.

        Raises:
            InputError: the disk is full or fails; the old checkpoint is still there.
        """
        held = {"settings": self.settings, "state": dict(state), "changes": self.changes}
        self._write(STATE, lambda file: torch.save(held, file))

    def finish(self, result: Mapping[str, Any], weights: Mapping[str, Any]) -> None:
        """Write the result, readable by anyone, and the weights alone."""
        self._write(WEIGHTS, lambda file: torch.save(dict(weights), file))
        self._write(RESULT, json.dumps(result, indent=2).encode() + b"\n")

    def _write(self, name: str, content: bytes | Callable[[IO[bytes]], object]) -> None:
        try:
            write_atomically(self.folder / name, content)
        except (InputError, RuntimeError) as error:  # torch's writer reports a full disk as a RuntimeError
            said = first_line(error)
            said = said if isinstance(error, InputError) else f"{self.folder / name} cannot be written: {said}"
            raise InputError(f"{said}; the last checkpoint is safe, and the same command goes on from it") from error


def _short(value: Any, other: Any) -> str:
    """Name of a setting what differs from the other's."""
    if isinstance(value, dict) and isinstance(other, dict):
        return ", ".join(f"{k} {v}" for k, v in value.items() if v != other.get(k))
    return str(value)
