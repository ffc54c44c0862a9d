"""Commands on record files: join the parts of a sweep, and write a population for other programs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any


def add(command: Callable[[str, str, str], argparse.ArgumentParser]) -> dict[str, Callable[[Any], None]]:
    """Add the commands; `command(name, text, example)` makes the parser of one."""
    merge = command(
        "merge",
        "join record files of one population, such as the shards of a sweep",
        "runs/x-1.jsonl runs/x-2.jsonl --out runs/x.jsonl",
    )
    merge.add_argument("files", nargs="+", metavar="FILE", help="record files of one population; they stay as they are")
    merge.add_argument("--out", required=True, metavar="FILE", help="the new record file, which a sweep can go on with")
    export = command("export", "write a population for another program", "runs/x.jsonl --to csv")
    export.add_argument("population", metavar="FILE", help="a record file, or the name of a recorded population")
    export.add_argument("--to", required=True, metavar="FORMAT", help="csv, parquet, or optuna for an SQLite storage")
    export.add_argument("--out", metavar="FILE", help="the new file (FILE with another ending)")
    return {"merge": _merge, "export": _export}


def _merge(options: argparse.Namespace) -> None:
    from ..sweeps.shards import merge

    result = merge(options.files, options.out)
    for note in result.notes:
        print(f"note: {note}", file=sys.stderr)
    print(f"{options.out}: {result}")


def _export(options: argparse.Namespace) -> None:
    from ..analysis.export import export

    print(export(options.population, options.to, options.out))
