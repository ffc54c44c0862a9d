"""The command sweep: a population, on this machine or on a cluster."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from ..common.errors import InputError
from .arguments import Command, MakeParser, space_options, tracked, training_options
from .interrupt import stop_options, stopped_in_order

if TYPE_CHECKING:
    import pandas as pd

EXAMPLE = """RegNetX --n 8 --regime tiny --out runs/x.jsonl
  regnet-edu sweep RegNetX --n 500 --regime imagenet --data imagenet:DIR \\
    --device cuda --threads 8 --engine ray --address HOST:6379 \\
    --out runs/x.jsonl
  regnet-edu sweep my_spaces:vits --n 20 --set flops=null \\
    --set params=[1e6,2e6] --out runs/v.jsonl

exit status: 0 if all networks were trained, 1 if some failed, 3 if all did,
2 for bad input, 75 if stopped by --max-hours or --requeue, 130 after Ctrl-C"""


def add(command: MakeParser) -> dict[str, Command]:
    """Add the command; `command(name, text, example)` makes its parser."""
    sweep = command("sweep", "train a population; the same command resumes it", EXAMPLE)
    sweep.add_argument("space", metavar="SPACE", help="AnyNetXA, RegNetX, ..., or your own: module:space")
    space_options(sweep)
    sweep.add_argument("--n", type=int, required=True, help="how many networks")
    sweep.add_argument("--repeats", type=int, default=1, help="train each network from so many seeds (1)")
    sweep.add_argument("--out", metavar="FILE", help="record file, such as runs/a.jsonl")
    sweep.add_argument("--dry-run", action="store_true", help="only say what it would take: networks, flops and time")
    sweep.add_argument("--retry-failed", action="store_true", help="train the networks again that failed before")
    training_options(sweep)
    sweep.add_argument("--precision", help="fp32, or mixed: bf16, or fp16 on V100 and T4 (the regime's)")
    sweep.add_argument("--workers", type=int, help="networks at once (one a processor; all that fit a cluster)")
    sweep.add_argument(
        "--network-timeout",
        type=float,
        metavar="SECONDS",
        help="end a network that takes longer, and try it once more (no limit; a worker silent for 60 s is named)",
    )
    sweep.add_argument("--engine", default="local", help="local, or ray for a Ray cluster (local)")
    sweep.add_argument(
        "--address", metavar="HOST:PORT", help="of the cluster's head, or auto for one that runs here ($RAY_ADDRESS)"
    )
    sweep.add_argument(
        "--gpus", type=float, metavar="SHARE", help="of a GPU for each worker on Ray, such as 0.25 (1 on cuda)"
    )
    sweep.add_argument(
        "--shard",
        metavar="I/N",
        help="train only every N-th network, from the I-th (`merge` joins the files)",
    )
    stop_options(sweep)
    sweep.add_argument("--note", default="", help="what a reader of the figures must know of the data")
    sweep.add_argument("--json", action="store_true", help="print the result as a JSON object")
    sweep.add_argument("--quiet", action="store_true", help="show no progress bar")
    return {"sweep": _sweep}


def _sweep(options: argparse.Namespace) -> int:
    from .. import spaces
    from ..sweeps.estimation import estimate
    from ..sweeps.retry import forget_failed
    from ..sweeps.sweep import sweep
    from ..training import regime

    changes = {**({"precision": options.precision} if options.precision else {}), **dict(options.set)}
    what = (
        spaces.get(options.space, **dict(options.option)),
        options.n,
        regime.get(options.regime).replace(**changes),
        options.out,
    )
    how: dict[str, Any] = {
        "seed": options.seed,
        "repeats": options.repeats,
        "engine": engine(options),
        "data": options.data,
    }
    if options.dry_run:
        plan = estimate(*what, **how)
        print(json.dumps(plan.to_dict()) if options.json else plan)
        return 0
    if not options.out:
        raise InputError("--out FILE is missing: the file that keeps the records; only --dry-run does without")
    if options.retry_failed:
        forget_failed(options.out)
    how |= {name: getattr(options, name) for name in ("skip_bad", "verify", "accept_changed_data")}
    how |= {"note": options.note, "progress": not options.quiet}
    with stopped_in_order(options, at_once=True) as limit, tracked(options.log, options.out) as tracker:
        population = sweep(*what, **how, stop=limit, on_record=tracker and tracker.records)
        return _conclude(population, options)


def _conclude(population: pd.DataFrame, options: argparse.Namespace) -> int:
    """Print what came of a sweep; return the exit status."""
    result = summary(population)
    if options.json:
        print(json.dumps({"out": options.out, "space": options.space, **result}))
    else:
        others = "".join(f", {result[status]} {status}" for status in ("diverged", "failed") if result[status])
        found = "error min {min:.1%}, mean {mean:.1%}".format(**result["error"]) if result["error"] else "no error"
        print(f"{options.out}: {len(population)} networks of {options.space}{others}; {found}")
    return 3 if result["failed"] == len(population) else int(result["failed"] > 0)


def engine(options: argparse.Namespace) -> Any:
    """Return the engine that the options describe.

    Raises:
        InputError: an option is invalid, or not one of this engine.
    """
    from ..sweeps import engines

    settings = {name: getattr(options, name) for name in ("workers", "threads", "device", "network_timeout")}
    for name in ("address", "gpus"):
        if options.engine == "ray":
            settings[name] = getattr(options, name)
        elif (value := getattr(options, name)) is not None:
            raise InputError(f"--{name} {value!r:.60} is for --engine ray; engine {options.engine} has none")
    chosen = engines.kind(options.engine)(**settings)
    if options.shard is None:
        return chosen
    part, slash, parts = options.shard.partition("/")
    if not (slash and part.isdecimal() and parts.isdecimal()):
        raise InputError(f"--shard {options.shard!r:.60} must be a part and how many there are, such as 1/4")
    return engines.ShardEngine(chosen, int(part), int(parts))


def summary(population: pd.DataFrame) -> dict[str, Any]:
    """Return what came of a sweep, as plain values."""
    from ..sweeps.progress import reasons

    counts = population["status"].value_counts()
    errors = population["error"].dropna()
    return {
        "networks": len(population),
        **{status: int(counts.get(status, 0)) for status in ("ok", "diverged", "failed")},
        "error": {name: float(getattr(errors, name)()) for name in ("min", "mean", "median")} if len(errors) else None,
        "reasons": reasons(population),
    }
