"""What a sweep says while it runs and when it is over."""

from __future__ import annotations

import bisect
import statistics
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..common.progress import progress_bar
from .records import Records

if TYPE_CHECKING:
    import pandas as pd

Record = Mapping[str, Any]


def shown(records: Iterable[Record], known: Sequence[Record], total: int, progress: bool) -> Iterator[Record]:
    """Pass new records on, and show how far the sweep is.

    Args:
        records: as they come.
        known: those that are on the disk; whoever takes a new one adds it.
        total: how many there will be.
        progress: whether there is a bar; notes are told in any case.
    """
    told: set[str] = set()
    with progress_bar(
        total=total,
        initial=len(known),
        unit="net",
        disable=not progress,
        bar_format="{percentage:3.0f}%|{bar}| {n_fmt} of {total_fmt} [{elapsed}, {remaining} left{postfix}]",
    ) as bar:
        for record in records:
            if (note := record.get("note")) and note not in told:
                told.add(note)
                bar.write(f"note: network {record['index']}: {note}", file=sys.stderr)
            yield record  # counts when it is on the disk
            bar.set_postfix_str(state(known), refresh=False)
            bar.update()


def state(records: Iterable[Record]) -> str:
    """Say in a few words how a population stands: "best error 12.1%, median 30.5%, 1 failed, 2 diverged"."""
    records = list(records)
    errors = [r["error"] for r in records if r["error"] is not None]
    parts = [f"best error {min(errors):.1%}", f"median {statistics.median(errors):.1%}"] if errors else ["no error yet"]
    status = Counter(r["status"] for r in records)
    return ", ".join([*parts, *(f"{status[s]} {s}" for s in ("failed", "diverged") if status[s])])


def overview(found: Records, levels: int = 8) -> str:
    """Say in some lines how a sweep stands that may still be going on: how far it is, its errors, and its EDF so far.

    Args:
        found: what its record file holds; it must have a header.
        levels: of error, evenly from the lowest to the highest, at which the EDF is shown.
    """
    header, networks = found.header or {}, list(found.networks.values())
    last = found.sessions[-1] if found.sessions else {"n": len(networks)}
    seconds = [r["seconds"] for r in networks if r.get("seconds")]
    left = (last["n"] - len(networks)) * statistics.mean(seconds or [0]) / (last.get("workers") or 1)
    said = f"{header.get('space')}: {len(networks)} of {last['n']} networks"
    lines = [f"{said}, about {duration(left)} left" if left else said, state(networks)]
    errors = sorted(r["error"] for r in networks if r["error"] is not None)
    if errors:
        lines.append("error at most   networks")
    for step in range(1, levels + 1) if errors else ():
        level = errors[0] + (errors[-1] - errors[0]) * step / levels
        share = bisect.bisect_right(errors, level + 1e-12) / len(errors)
        lines.append(f"{level:13.1%}   {share:8.0%}  {'#' * round(40 * share)}")
    return "\n".join(lines)


def duration(seconds: float) -> str:
    """Say a time as a person would: "40 seconds", "12 minutes", "3 hours", "9 days"."""
    for unit, size, until in (("second", 1, 100), ("minute", 60, 100 * 60), ("hour", 3600, 72 * 3600)):
        if seconds < until:
            count = max(1, round(seconds / size))
            return f"{count} {unit}{'s' * (count != 1)}"
    return f"{round(seconds / 86400)} days"


def reasons(population: pd.DataFrame) -> dict[str, int]:
    """Return why networks failed, with how many there are of each reason, the most frequent first."""
    failed = population[population["status"] == "failed"]
    return {str(reason): int(count) for reason, count in failed["reason"].value_counts().items()}


def tell_failures(population: pd.DataFrame) -> None:
    """Say on the screen how many networks failed, and why."""
    why = reasons(population)
    if why:
        print(f"{sum(why.values())} of {len(population)} networks failed:", file=sys.stderr)
        for reason, count in why.items():
            print(f"  {count} x {reason}", file=sys.stderr)
