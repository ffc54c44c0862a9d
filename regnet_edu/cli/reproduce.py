"""The command reproduce: recorded networks, trained again."""

from __future__ import annotations

import argparse

from .arguments import Command, MakeParser


def add(command: MakeParser) -> dict[str, Command]:
    """Add the command; `command(name, text, example)` makes its parser."""
    reproduce = command(
        "reproduce",
        "train networks of a population again, to see whether its record holds",
        "runs/a.jsonl --n 3\n  regnet-edu reproduce anynetxa-cpu --index 7 12 --data DIR",
    )
    reproduce.add_argument(
        "population", metavar="POPULATION", help="a record file, or the name of a recorded population"
    )
    reproduce.add_argument("--n", type=int, default=3, help="how many networks, drawn at random (3)")
    reproduce.add_argument("--index", type=int, nargs="+", metavar="K", help="these networks instead")
    reproduce.add_argument("--seed", type=int, default=0, help="of the draw (0)")
    reproduce.add_argument(
        "--data", metavar="DIR", help="the images that it was trained on, as for sweep (the regime's)"
    )
    reproduce.add_argument("--device", help="cpu or cuda (as it was trained)")
    reproduce.add_argument("--threads", type=int, help="threads of each process (as it was trained)")
    reproduce.add_argument("--workers", type=int, help="networks at once (one a processor)")
    reproduce.add_argument("--quiet", action="store_true", help="show no progress bar")
    return {"reproduce": _reproduce}


def _reproduce(options: argparse.Namespace) -> int:
    from ..sweeps.reproduce import reproduce

    result = reproduce(
        options.population,
        options.n,
        index=options.index,
        rng=options.seed,
        data=options.data,
        workers=options.workers,
        threads=options.threads,
        device=options.device,
        progress=not options.quiet,
    )
    print(result)
    return int(not result.reproduced)
