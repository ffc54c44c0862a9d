"""Whether a record file belongs to the sweep that is about to go on with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..common.errors import InputError
from ..common.instruction_set import differing
from ..networks.config import AnyNetConfig
from .records import Records, no_search_for_cycles


def same_sweep(found: Records, header: Mapping[str, Any], configs: Sequence[AnyNetConfig], out: Path) -> None:
    """Refuse to go on with a file that belongs to another sweep.

    Raises:
        InputError: what differs, with both values.
    """
    before = found.header
    if before is None:
        return
    pairs = (
        ("space", before["space"], header["space"]),
        ("seed", before["seed"], header["seed"]),
        ("repeats", before.get("repeats", 1), header.get("repeats", 1)),
        ("regime", _settings(before["regime"], header["regime"]), _settings(header["regime"], before["regime"])),
        ("data", _identity(before["data"]), _identity(header["data"])),
    )
    for what, was, now in pairs:
        if was != now:
            raise InputError(
                f"{out} was begun with {what} {was}, not {now}; give the same again or choose another --out"
            )
    beyond = [k for k in found.networks if k >= len(configs)]
    if beyond:
        raise InputError(f"{out} holds network {max(beyond)} already; n must be at least {max(beyond) + 1}")
    with no_search_for_cycles():
        # Most are written alike; one written by another version may name its options otherwise.
        others = [
            k
            for k, record in sorted(found.networks.items())
            if record["config"] != configs[k].to_dict() and AnyNetConfig.from_dict(record["config"]) != configs[k]
        ]
    if others:
        raise InputError(
            f"network {others[0]} of {out} is not the one that is sampled now: the file was begun with "
            f"{before['space_repr']}, now it is {header['space_repr']}; give the same again or choose another --out"
        )


def _settings(regime: dict[str, Any], other: dict[str, Any]) -> str:
    """Name the settings of one regime that differ from the other's; the data are compared by their fingerprint."""
    names = [k for k in regime if k not in ("name", "data") and regime[k] != other.get(k)]
    return ", ".join(f"{k} {regime[k]}" for k in names)


def _identity(data: dict[str, Any]) -> str:
    return f"{data['name']} ({data['train']} + {data['test']} images, fingerprint {data['fingerprint']})"


def other_rounding(found: Records, hardware: str) -> str:
    """Say that the networks of a file that are still to come will be rounded otherwise than those before, if so."""
    differs = differing((session.get("hardware") for session in found.sessions), hardware)
    if differs is None:
        return ""
    return (
        f"the networks so far were trained with {differs[0]}, the next will be with {differs[1]}: "
        "these round sums otherwise, which moves an error about as far as another seed"
    )


def same_crew(found: Records, facts: Mapping[str, Any], hardware: str) -> bool:
    """Whether every session of the file had as many workers, of the same kind, on the same hardware."""
    now = {**facts, "hardware": hardware}
    return all(all(session.get(k) == v for k, v in now.items()) for session in found.sessions)
