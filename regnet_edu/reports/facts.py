"""What a reader must know before believing a comparison: where populations come from and how they differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..plots import Source

NEAR_GUESSING = 0.9  # of the error of guessing


def warnings_about(shown: Sequence[Source]) -> list[str]:
    """Return the sentences that a reader must know before comparing: what differs, what failed, what is small."""
    sentences = []
    different = _differences(shown)
    if different:
        sentences.append(
            f"These populations were not made alike, so a difference of errors need not come from the design spaces: "
            f"they differ in {'; '.join(different)}."
        )
    for source in shown:
        n, failed, diverged = len(source.table), int(np.isnan(source.errors).sum()), source.count("diverged")
        if n and failed == n:
            sentences.append(f"No network of {source.name} has an error: all {n} failed.")
        elif not n:
            sentences.append(f"{source.name} has no networks yet.")
        elif failed or diverged:
            words = [f"{diverged} diverged (counted with the error of guessing)"] * bool(diverged)
            words += [f"{failed} failed (left out)"] * bool(failed)
            if not source.measure.is_error:  # what diverged has a guessing error, but no loss
                words = [f"{failed} have no {source.measure.name} (left out)"] * bool(failed)
            sentences += [f"Of the {n} networks of {source.name}, {' and '.join(words)}."] * bool(words)
        sentences += _learned_little(source)
        wanted = source.sessions[-1].get("n") if source.sessions else None
        if isinstance(wanted, int) and 0 < n < wanted:
            sentences.append(f"{source.name} is not finished: {n} of {wanted} networks are recorded.")
    return sentences


def _learned_little(source: Source) -> list[str]:
    """Point out networks that trained to the end and yet hardly beat guessing: one moves a mean by a point."""
    classes = (source.header.get("data") or {}).get("classes")
    if not isinstance(classes, int) or classes < 2 or not {"status", "error"} <= set(source.table):
        return []
    limit = NEAR_GUESSING * (1 - 1 / classes)
    count = int(((source.table["error"] > limit) & (source.table["status"] == "ok")).sum())
    if not count:
        return []
    subject = f"1 network of {source.name}" if count == 1 else f"{count} networks of {source.name}"
    return [f"{subject} trained to the end and hardly beat guessing (error above {100 * limit:.0f} %); counted."]


def _differences(shown: Sequence[Source]) -> list[str]:
    """Name what differs between the headers of populations, other than the design space and its seed."""
    if len(shown) < 2:
        return []
    if any(not source.header for source in shown):
        return ["what is unknown: not every table says where it comes from"]
    found = []
    regimes = [dict(source.header.get("regime") or {}) for source in shown]
    for key in sorted({key for regime in regimes for key in regime} - {"name"}):
        values = _distinct([regime.get(key) for regime in regimes])
        if len(values) > 1:
            found.append(f"{key.replace('_', ' ')} of the regime ({' and '.join(values)})")
    data = _distinct([(s.header.get("data") or {}).get("fingerprint") for s in shown])
    if len(data) > 1 and not any(item.startswith("data ") for item in found):
        found.append("the images (their fingerprints are not the same)")
    for what, values in (("hardware", [s.hardware for s in shown]), ("version of torch", [s.torch for s in shown])):
        if len(_distinct(values)) > 1:
            found.append(f"{what} ({' and '.join(_distinct(values))})")
    return found


def _distinct(values: Sequence[Any]) -> list[str]:
    return list(dict.fromkeys("none" if v is None else _short(v) for v in values))


def origin(source: Source) -> dict[str, str]:
    """Return where a population comes from, by topic."""
    header = source.header
    if not header:
        return {"origin": "unknown: this table has lost its header"}
    regime, data = header.get("regime") or {}, header.get("data") or {}
    settings = [f"{k} {_short(v)}" for k, v in regime.items() if k != "name" and v is not None and v not in ({}, [])]
    images = [f"{data[k]:,} {k}" for k in ("train", "test", "classes") if isinstance(data.get(k), int)]
    note = f" ({data['note']})" if data.get("note") else ""
    facts = {
        "design space": str(header.get("space_repr") or header.get("space", "")),
        "seed": str(header.get("seed", "")),
        "regime": f"{regime.get('name', '')}: {', '.join(settings)}",
        "data": f"{data.get('name', '')}{note}: {', '.join(images)}; fingerprint {data.get('fingerprint', 'unknown')}",
        "date": str(header.get("date", ""))[:10],
        "software": ", ".join(f"{k} {v}" for k, v in (header.get("versions") or {}).items()),
        "hardware": source.hardware,
    }
    return {topic: value for topic, value in facts.items() if value}


def _short(value: Any) -> str:
    """Write a setting as a person would: 7.4e+06 to 8.2e+06 rather than [7400000.0, 8200000.0]."""
    if isinstance(value, (list, tuple)):
        return " to ".join(f"{v:g}" if isinstance(v, (int, float)) else str(v) for v in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_short(v)}".replace("_", " ") for key, v in value.items()) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)
