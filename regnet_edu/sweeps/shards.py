"""A sweep that was trained in parts (`engines.ShardEngine`): their record files joined into one."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..common.errors import InputError
from ..common.files import locked, regular, write_atomically
from .records import FORMAT, Records, encode, read_sweep
from .resume import difference

RESULT = ("status", "error", "errors", "loss")  # what must come out the same wherever a network is trained


@dataclass(frozen=True)
class Merge:
    """What came of joining record files.

    Attributes:
        networks: how many there are now.
        wanted: how many were asked for.
        repeated: how many of them were in several files.
        notes: what was left out, or came out otherwise in another file.
    """

    networks: int
    wanted: int
    repeated: int
    notes: tuple[str, ...]

    def __str__(self) -> str:
        said = f"{self.networks} of {self.wanted} networks"
        return f"{said}, {self.repeated} of them in several files" if self.repeated else said


def merge(paths: Sequence[str | os.PathLike[str]], out: str | os.PathLike[str]) -> Merge:
    """Join record files of one population, such as those of the shards of a sweep, into one that can be gone on with.

    A network that several files hold is taken once: from the first file in which it did not fail.

    Args:
        paths: the record files; they stay as they are.
        out: the new file. One that is there already must be among `paths`.

    Raises:
        InputError: a file cannot be read, belongs to another population than the first, or holds another network in
            the same place; or `out` is there and would be lost.
    """
    target = regular(out)
    files = list({regular(path): Path(path) for path in reversed(paths)}.values())[::-1]  # each once
    if not files:
        raise InputError("there is no file to merge; name at least one")
    if target.exists() and target not in map(regular, files):
        raise InputError(f"{out} is there already; name it among the files to merge, or choose another --out")
    lock = locked(Path(f"{target}.lock"), target, "sweep")
    try:
        found = {path: read_sweep(path) for path in files}
        first = files[0]
        for path in files:
            _same_population(first, found[first], path, found[path])
        kept, notes = _kept(found)
        ordered = sorted(files, key=lambda path: _wanted(found[path]))  # the last session says how many are wanted
        lines = [{**(found[first].header or {}), "format": FORMAT}]
        lines += [line for path in ordered for line in _lines(found[path], {k for k in kept if kept[k] == path})]
        write_atomically(target, b"".join(map(encode, lines)))
    finally:
        lock.release()
    repeated = sum(len(records.networks) for records in found.values()) - len(kept)
    return Merge(len(kept), _wanted(found[ordered[-1]]), repeated, tuple(notes))


def _same_population(first: Path, before: Records, path: Path, records: Records) -> None:
    headers = before.header or {}, records.header or {}
    spaces = [header.get("space_repr") for header in headers]
    differs = difference(*headers) or (("space", *spaces) if len(set(spaces)) > 1 else None)
    if differs:
        raise InputError("{} and {} are of two populations: {} {} and {}".format(first, path, *differs))


def _kept(found: Mapping[Path, Records]) -> tuple[dict[int, Path], list[str]]:
    """Return from which file each network is taken, and what is to be said."""
    kept: dict[int, Path] = {}
    notes = [f"line {bad.number} of {path} is left out: {bad.reason}" for path in found for bad in found[path].bad]
    for path, records in found.items():
        for index, network in records.networks.items():
            other = found[kept.setdefault(index, path)].networks[index]
            if (other["config"], other["seed"]) != (network["config"], network["seed"]):
                raise InputError(f"network {index} of {path} is another one than in {kept[index]}")
            if other["status"] == "failed":
                kept[index] = path
            elif network["status"] != "failed":
                pairs = [(k, network.get(k), path, other.get(k)) for k in RESULT if other.get(k) != network.get(k)]
                said = "network {} has {} {} in {} and {} in {}, which is kept"
                notes += [said.format(index, *pair, kept[index]) for pair in pairs[:1]]
    return kept, notes


def _wanted(records: Records) -> int:
    return records.sessions[-1]["n"] if records.sessions else max(records.networks, default=-1) + 1


def _lines(records: Records, kept: set[int]) -> list[dict[str, Any]]:
    """Return the sessions of a file, each followed by those of its networks that are kept."""
    where = {key: value for key, value in (records.header or {}).items() if key in ("date", "versions", "hardware")}
    begun = {"kind": "session", "n": _wanted(records), **where}  # of networks that stand before any session
    lines = []
    for number, session in enumerate([begun, *records.sessions], -1):
        networks = [records.networks[k] for k in sorted(kept) if records.session_of[k] == number]
        lines += [session] * (number >= 0 or bool(networks)) + networks
    return lines
