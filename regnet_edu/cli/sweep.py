"""The command sweep: a population, on this machine or on a cluster."""

from __future__ import annotations

import argparse

from ..common.errors import InputError
from .arguments import Command, MakeParser, space_options, training_options, vectors_option


def add(command: MakeParser) -> dict[str, Command]:
    """Add the command; `command(name, text, example)` makes its parser."""
    sweep = command(
        "sweep",
        "train a population; the same command resumes it",
        "RegNetX --n 8 --regime tiny --out runs/x.jsonl\n"
        "  regnet-edu sweep RegNetX --n 500 --regime imagenet --data imagenet:DIR \\\n"
        "    --device cuda --threads 8 --engine ray --address HOST:6379 \\\n"
        "    --out runs/x.jsonl",
    )
    sweep.add_argument("space", metavar="SPACE", help="AnyNetXA, RegNetX, ...")
    space_options(sweep)
    sweep.add_argument("--n", type=int, required=True, help="how many networks")
    sweep.add_argument("--repeats", type=int, default=1, help="train each network from so many seeds (1)")
    sweep.add_argument("--out", metavar="FILE", help="record file, such as runs/a.jsonl")
    sweep.add_argument("--dry-run", action="store_true", help="only say what it would take: networks, flops and time")
    training_options(sweep)
    sweep.add_argument("--workers", type=int, help="networks at once (one a processor; all that fit a cluster)")
    sweep.add_argument("--engine", default="local", help="local, or ray for a Ray cluster (local)")
    sweep.add_argument(
        "--address", metavar="HOST:PORT", help="of the cluster's head, or auto for one that runs here ($RAY_ADDRESS)"
    )
    sweep.add_argument(
        "--gpus", type=float, metavar="SHARE", help="of a GPU for each worker on Ray, such as 0.25 (1 on cuda)"
    )
    vectors_option(sweep, "all that there are, or those of the networks in --out")
    sweep.add_argument("--note", default="", help="what a reader of the figures must know of the data")
    sweep.add_argument("--quiet", action="store_true", help="show no progress bar")
    return {"sweep": _sweep}


def _sweep(options: argparse.Namespace) -> None:
    from .. import spaces
    from ..sweeps.sweep import sweep
    from ..training import regime

    if not options.out and not options.dry_run:
        raise InputError("--out FILE is missing: the file that keeps the records; only --dry-run does without")
    population = sweep(
        spaces.get(options.space, **dict(options.option)),
        options.n,
        regime.get(options.regime).replace(**dict(options.set)),
        options.out,
        seed=options.seed,
        repeats=options.repeats,
        engine=options.engine,
        workers=options.workers,
        threads=options.threads,
        device=options.device,
        address=options.address,
        gpus=options.gpus,
        vectors=options.vectors,
        data=options.data,
        note=options.note,
        progress=not options.quiet,
        dry_run=options.dry_run,
    )
    if options.dry_run:
        print(population)
        return
    counts = population["status"].value_counts()
    others = "".join(f", {counts[status]} {status}" for status in ("diverged", "failed") if status in counts)
    errors = population["error"].dropna()
    found = f"error min {errors.min():.1%}, mean {errors.mean():.1%}" if len(errors) else "no error"
    print(f"{options.out}: {len(population)} networks of {options.space}{others}; {found}")
