"""The command line: `regnet-edu COMMAND`. Each command is a thin dress over the function of the same name."""

from __future__ import annotations

import argparse
import json
import os
import sys
import warnings
from collections.abc import Sequence
from typing import NoReturn

from ..common.errors import InputError
from ..grading.commands import add as add_grading_commands
from .arguments import amount, setting, training_options, vectors_option
from .interrupt import no_interrupt_is_lost
from .train import add as add_train_command

EXAMPLES = """examples:
  regnet-edu sample AnyNetXA --n 5 --flops 360e6 400e6
  regnet-edu sweep AnyNetXA --n 8 --regime tiny --seed 7 --out runs/a.jsonl
  regnet-edu sweep RegNetX --n 8 --regime tiny --data DIR --out runs/x.jsonl
  regnet-edu report runs/a.jsonl runs/x.jsonl --out report.html
  regnet-edu train regnetx_400mf --data imagenet:DIR
  regnet-edu populations"""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message} (see {self.prog} --help)")


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = _Parser(
        prog="regnet-edu",
        description="Design network design spaces: sample networks, train populations, compare them.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="store_true", help="print the version and stop")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)

    def command(name: str, text: str, example: str) -> argparse.ArgumentParser:
        return commands.add_parser(
            name,
            help=text,
            description=text[0].upper() + text[1:] + ".",
            epilog=f"example:\n  regnet-edu {name} {example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    sample = command("sample", "sample networks from a design space, one a line", "AnyNetXA --n 5 --flops 360e6 400e6")
    sample.add_argument("space", metavar="SPACE", help="AnyNetXA, RegNetX, ...")
    sample.add_argument("--n", type=int, default=10, help="how many networks (10)")
    sample.add_argument("--seed", type=int, default=0, help="the same seed gives the same networks (0)")
    for name in ("flops", "params", "activations"):
        sample.add_argument(
            f"--{name}", nargs=2, type=amount, metavar=("LOW", "HIGH"), help=f"keep to a band of {name}"
        )
    sample.add_argument("--resolution", type=int, default=224, help="height and width of the images in pixels (224)")
    sample.add_argument("--classes", type=int, default=1000, help="outputs of the head (1000)")
    _space_options(sample)
    sample.add_argument("--json", action="store_true", help="print each network as a JSON object")

    sweep = command(
        "sweep",
        "train a population; the same command resumes it",
        "RegNetX --n 8 --regime tiny --out runs/x.jsonl\n"
        "  regnet-edu sweep RegNetX --n 500 --regime imagenet --data imagenet:DIR \\\n"
        "    --device cuda --threads 8 --engine ray --address HOST:6379 \\\n"
        "    --out runs/x.jsonl",
    )
    sweep.add_argument("space", metavar="SPACE", help="AnyNetXA, RegNetX, ...")
    _space_options(sweep)
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

    report = command(
        "report", "write one self-contained page about populations", "runs/a.jsonl runs/x.jsonl --out report.html"
    )
    report.add_argument(
        "populations", nargs="+", metavar="POPULATION", help="record files, or names of recorded populations"
    )
    report.add_argument("--out", default="report.html", metavar="FILE", help="the page (report.html)")

    command("populations", "list the populations that are recorded in the package", "")
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
    vectors_option(reproduce, "as it was trained, where this machine can")
    reproduce.add_argument("--workers", type=int, help="networks at once (one a processor)")
    reproduce.add_argument("--quiet", action="store_true", help="show no progress bar")
    COMMANDS.update(add_train_command(command) | add_grading_commands(command))
    return parser


def _space_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        type=setting,
        metavar="KEY=VALUE",
        help="an option of the space, such as max_width=512, num_stages=5 or block=R",
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status: 0, 2 for bad input, 130 after Ctrl-C."""
    try:
        options = build_parser().parse_args(argv)
        if options.version:
            from .. import __version__

            print(__version__)
        elif options.command is None:
            build_parser().print_help()
        else:
            with no_interrupt_is_lost():
                COMMANDS[options.command](options)
        sys.stdout.flush()
        return 0
    except InputError as error:
        print(f"regnet-edu: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(
            "\nregnet-edu: stopped; what is recorded is safe, and the same command goes on from there", file=sys.stderr
        )
        return 130
    except BrokenPipeError:  # the reader of our output, such as `head`, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _sample(options: argparse.Namespace) -> None:
    from .. import spaces
    from ..networks.complexity import complexity

    space = spaces.get(options.space, **dict(options.option))
    configs = space.sample(
        options.n,
        rng=options.seed,
        flops=options.flops and tuple(options.flops),
        params=options.params and tuple(options.params),
        activations=options.activations and tuple(options.activations),
        resolution=options.resolution,
        num_classes=options.classes,
    )
    for config in configs:
        counts = complexity(config, options.resolution, num_classes=options.classes)
        if options.json:
            print(json.dumps({**config.to_dict(), **counts._asdict()}))
        else:
            letters = zip(
                "dwbg", (config.depths, config.widths, config.bottleneck_ratios, config.group_widths), strict=True
            )
            shape = "  ".join(f"{letter} {' '.join(f'{v:g}' for v in values)}" for letter, values in letters)
            flops, params, activations = (f"{count / 1e6:.2f} M" for count in counts)
            print(f"{shape}  flops {flops}  params {params}  activations {activations}")


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


def _report(options: argparse.Namespace) -> None:
    from ..reports.report import report

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        report(options.populations, options.out)
    print(f"{options.out}: open it in a browser")
    said = list(dict.fromkeys(str(w.message) for w in caught if issubclass(w.category, UserWarning)))
    if said:  # the page is there, but not of everything that was asked for
        raise InputError("; ".join(said))


def _populations(options: argparse.Namespace) -> None:
    from ..analysis.edf import summary
    from ..sweeps.population import facts, load_population, populations

    known = {name: load_population(name) for name in populations()}
    width = max(map(len, known), default=0)
    print(f"{'name':{width}}    n  [min | mean] %  space")
    regimes = set()
    for name, population in known.items():
        said, errors = facts(population), str(summary(population["error"]))
        print(f"{name:{width}} {len(population):4}  {errors:14}  {population.attrs['header']['space']}")
        regimes.add(f"{said['regime']}: {said['data']}, {said['training']}")
    print("", *sorted(regimes), sep="\n")


def _reproduce(options: argparse.Namespace) -> None:
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
        vectors=options.vectors,
        progress=not options.quiet,
    )
    print(result)
    if not result.reproduced and not result.differences:
        raise SystemExit(1)


COMMANDS = {
    "sample": _sample,
    "sweep": _sweep,
    "report": _report,
    "populations": _populations,
    "reproduce": _reproduce,
}

if __name__ == "__main__":
    sys.exit(main())
