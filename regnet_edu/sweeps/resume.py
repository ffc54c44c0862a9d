"""Whether a record file belongs to the sweep that is about to go on with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..common.environment import describe_hardware, same_hardware
from ..common.errors import InputError
from ..networks.module_config import Config, config_from_dict
from .records import Records, no_search_for_cycles


def same_sweep(
    found: Records,
    header: Mapping[str, Any],
    configs: Sequence[Config],
    out: Path,
    accept_changed_data: bool = False,
) -> dict[str, Any]:
    """Refuse to go on with a file that belongs to another sweep.

    Returns:
        What the next session is to say: the data, if they have changed and that is accepted; else nothing.

    Raises:
        InputError: what differs, with both values.
    """
    before, changed = found.header, {}
    if before is None:
        return {}
    before = {**before, "data": described_data(before, found.sessions)[-1]}
    if not before["data"].get("fingerprint"):  # of arrays, before version 0.3: known from now on
        changed = {"data": header["data"]}
        before = {**before, "data": {**before["data"], "fingerprint": header["data"]["fingerprint"]}}
    if differs := difference(before, header):
        what, was, now = differs
        alike = all(before["data"].get(key) == header["data"].get(key) for key in ("classes", "channels"))
        if what != "data" or not alike or not accept_changed_data:
            accept = ", accept the change with --accept-changed-data" * (what == "data" and alike)
            raise InputError(
                f"{out} was begun with {what} {was}, not {now}; give the same again{accept} or choose another --out"
            )
        changed = {"data": header["data"]}
    beyond = [k for k in found.networks if k >= len(configs)]
    if beyond:
        raise InputError(f"{out} holds network {max(beyond)} already; n must be at least {max(beyond) + 1}")
    with no_search_for_cycles():
        # Most are written alike; one written by another version may name its options otherwise.
        others = [
            k
            for k, record in sorted(found.networks.items())
            if record["config"] != configs[k].to_dict() and config_from_dict(record["config"]) != configs[k]
        ]
    if others:
        raise InputError(
            f"network {others[0]} of {out} is not the one that is sampled now: the file was begun with "
            f"{before.get('space_repr')}, now it is {header.get('space_repr')}; "
            "give the same again or choose another --out"
        )
    return changed


def described_data(header: Mapping[str, Any], sessions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what a file says of its data: of those that it was begun with, and of each that followed."""
    return [part["data"] for part in (header, *sessions) if part.get("data")]


def difference(before: Mapping[str, Any], header: Mapping[str, Any]) -> tuple[str, Any, Any] | None:
    """Return what makes the headers of two files those of two populations, with both values; None if nothing does."""
    pairs = (
        ("space", before["space"], header["space"]),
        ("seed", before["seed"], header["seed"]),
        ("repeats", before.get("repeats", 1), header.get("repeats", 1)),
        ("regime", _settings(before["regime"], header["regime"]), _settings(header["regime"], before["regime"])),
        ("data", _identity(before["data"]), _identity(header["data"])),
    )
    return next((pair for pair in pairs if pair[1] != pair[2]), None)


def _settings(regime: dict[str, Any], other: dict[str, Any]) -> str:
    """Name the settings of one regime that differ from the other's; the data are compared by their fingerprint."""
    names = dict.fromkeys(k for k in (*regime, *other) if k not in ("name", "data") and regime.get(k) != other.get(k))
    return ", ".join(f"{k} {regime.get(k)}" for k in names)


def _identity(data: dict[str, Any]) -> str:
    name, train, test, fingerprint = (data.get(key, "?") for key in ("name", "train", "test", "fingerprint"))
    return f"{name} ({train} + {test} images, fingerprint {fingerprint})"


def other_rounding(found: Records, hardware: Mapping[str, Any]) -> str:
    """Say that the networks of a file that are still to come may be rounded otherwise than those before, if so."""
    before = dict.fromkeys(
        describe_hardware(session.get("hardware"))
        for session in found.sessions
        if same_hardware(session.get("hardware"), hardware) is False
    )
    if not before:
        return ""
    return (
        f"networks so far were trained on {' and '.join(before)}, the next will be on {describe_hardware(hardware)}: "
        "other hardware rounds sums otherwise, which moves an error about as far as another seed"
    )
