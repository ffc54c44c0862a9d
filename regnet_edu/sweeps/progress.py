"""What a sweep says while it runs and when it is over."""

from __future__ import annotations

import statistics
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..common.progress import progress_bar

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
