"""Record the populations of the study, one after the other, or go on with them: `make populations ARGS="--data DIR"`.

The plan is in regnet_edu/study/plan.py. Each population is one `regnet-edu sweep`, which resumes where it was stopped;
what is recorded in the package already is gone on with. A finished population is copied into the package.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

import regnet_edu
from regnet_edu.cli import parser as cli
from regnet_edu.common.errors import InputError
from regnet_edu.common.files import write_atomically
from regnet_edu.study.plan import COMPARISONS, Planned, chosen
from regnet_edu.sweeps import records

SHIPPED = Path(regnet_edu.__file__).parent / "recorded"


def recorded(path: Path) -> int:
    """How many networks a record file holds; none if it is not there."""
    return len(records.read(path).networks) if path.exists() else 0


def copy(source: Path, target: Path) -> None:
    """Copy in one step, so that nobody ever reads half a file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(target, source.read_bytes())


def record(population: Planned, options: argparse.Namespace) -> None:
    """Record one population as far as it is asked for.

    Raises:
        InputError: the sweep was refused; it has said why.
    """
    n = min(population.n, options.at_most or population.n)
    out, shipped = options.runs / f"{population.name}.jsonl", options.ship / f"{population.name}.jsonl"
    done = max(recorded(out), recorded(shipped))
    words = [*population.command(str(out), n), *options.passed_on]
    print(f"\n# {population.name}, comparison {population.comparison}: {done} of {n * population.repeats} recorded")
    print(shlex.join(["regnet-edu", *words]), flush=True)
    if options.dry_run or done >= n * population.repeats:
        return
    if recorded(shipped) > recorded(out):
        copy(shipped, out)
    status = cli.main(words)
    if status:
        raise SystemExit(status)
    copy(out, shipped)


def main(argv: Sequence[str] | None = None) -> int:
    """Record what is chosen; return the exit status."""
    comparisons = "\n".join(f"  {number}  {text}" for number, text in COMPARISONS.items())
    parser = argparse.ArgumentParser(
        description="Record the populations of the study, or go on with them.",
        epilog=f"comparisons:\n{comparisons}\n\nother options (--workers, --threads, --device) go to each sweep",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--data", metavar="DIR", help="image folder of CIFAR-10; downloaded if left out")
    parser.add_argument("--note", default="", help="what a reader must know of the data, for the small print")
    parser.add_argument("--only", nargs="+", default=[], metavar="WHICH", help="names, or numbers of comparisons")
    parser.add_argument("--at-most", type=int, metavar="N", help="networks of each population, if fewer than planned")
    parser.add_argument("--runs", type=Path, default=Path("runs"), metavar="DIR", help="unfinished records (runs)")
    parser.add_argument(
        "--ship", type=Path, default=SHIPPED, metavar="DIR", help="finished records (the package's own)"
    )
    parser.add_argument("--dry-run", action="store_true", help="print the commands and what is recorded, train nothing")
    options, rest = parser.parse_known_args(argv)
    given = [("--data", options.data), ("--note", options.note)]
    options.passed_on = [*(word for pair in given if pair[1] for word in pair), *rest]
    try:
        for population in chosen(options.only):
            record(population, options)
    except InputError as error:
        print(f"record_populations: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
