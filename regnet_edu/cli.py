"""The command line: `regnet-edu COMMAND`. Each command is a thin dress over the function of the same name."""

from __future__ import annotations

import argparse
import json
import os
import sys
import warnings
from collections.abc import Sequence
from typing import Any, NoReturn

from .errors import InputError, nearest_name
from .grading.commands import add as add_grading_commands

EXAMPLES = """examples:
  regnet-edu sample AnyNetXA --n 5 --flops 360e6 400e6
  regnet-edu sweep AnyNetXA --n 8 --regime tiny --seed 7 --workers 2 --out runs/a.jsonl
  regnet-edu sweep RegNetX --n 8 --regime tiny --data DIR --out runs/x.jsonl
  regnet-edu report runs/a.jsonl runs/x.jsonl --out report.html
  regnet-edu populations"""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message} (see {self.prog} --help)")


def amount(text: str) -> float:
    """Read a count such as 400e6, 400M or 0.4G."""
    scale = {"k": 1e3, "m": 1e6, "g": 1e9}.get(text[-1:].lower(), 1)
    try:
        return float(text[:-1] if scale != 1 else text) * scale
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a count such as 400e6, 400M or 0.4G") from None


def setting(text: str) -> tuple[str, Any]:
    """Read KEY=VALUE, the value as JSON where it is such, else as text."""
    key, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=VALUE, such as epochs=3")
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value


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
        "sweep", "train a population; the same command resumes it", "RegNetX --n 8 --regime tiny --out runs/x.jsonl"
    )
    sweep.add_argument("space", metavar="SPACE", help="AnyNetXA, RegNetX, ...")
    _space_options(sweep)
    sweep.add_argument("--n", type=int, required=True, help="how many networks")
    sweep.add_argument("--repeats", type=int, default=1, help="train each network from so many seeds (1)")
    sweep.add_argument("--out", required=True, metavar="FILE", help="record file, such as runs/a.jsonl")
    _training_options(sweep)
    sweep.add_argument("--workers", type=int, help="worker processes (one a processor)")
    sweep.add_argument("--note", default="", help="what a reader of the figures must know of the data")
    sweep.add_argument("--quiet", action="store_true", help="show no progress bar")

    train = command("train", "train one network", "regnetx_200mf --regime tiny")
    train.add_argument("network", metavar="NETWORK", help="a published network, or a config as JSON or in a file")
    _training_options(train)

    report = command(
        "report", "write one self-contained page about populations", "runs/a.jsonl runs/x.jsonl --out report.html"
    )
    report.add_argument(
        "populations", nargs="+", metavar="POPULATION", help="record files, or names of recorded populations"
    )
    report.add_argument("--out", default="report.html", metavar="FILE", help="the page (report.html)")

    command("populations", "list the populations that are recorded in the package", "")
    COMMANDS.update(add_grading_commands(command))
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


def _training_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--regime", default="tiny", help="tiny, quick, cpu, colab or imagenet (tiny)")
    parser.add_argument(
        "--data", metavar="DIR", help="image folder with train/CLASS/*.jpg and test/CLASS/*.jpg, or a name"
    )
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same result (0)")
    parser.add_argument("--device", default="cpu", help="cpu or cuda (cpu)")
    parser.add_argument("--threads", type=int, default=1, help="threads of each process (1)")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        type=setting,
        metavar="KEY=VALUE",
        help="a setting of the regime, such as epochs=3",
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status: 0, 2 for bad input, 130 after Ctrl-C."""
    try:
        options = build_parser().parse_args(argv)
        if options.version:
            from . import __version__

            print(__version__)
        elif options.command is None:
            build_parser().print_help()
        else:
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
    from . import spaces
    from .complexity import complexity

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
    from . import regime, spaces
    from .sweep import sweep

    population = sweep(
        spaces.get(options.space, **dict(options.option)),
        options.n,
        regime.get(options.regime).but(**dict(options.set)),
        options.out,
        seed=options.seed,
        repeats=options.repeats,
        workers=options.workers,
        threads=options.threads,
        device=options.device,
        data=options.data,
        note=options.note,
        progress=not options.quiet,
    )
    counts = population["status"].value_counts()
    others = "".join(f", {counts[status]} {status}" for status in ("diverged", "failed") if status in counts)
    errors = population["error"].dropna()
    found = f"error min {errors.min():.1%}, mean {errors.mean():.1%}" if len(errors) else "no error"
    print(f"{options.out}: {len(population)} networks of {options.space}{others}; {found}")


def _train(options: argparse.Namespace) -> None:
    from . import regime
    from .train import train

    result = train(
        _network(options.network),
        regime.get(options.regime).but(**dict(options.set)),
        options.seed,
        options.device,
        options.data,
        options.threads,
        on_epoch=lambda epoch, error: print(f"epoch {epoch}: error {error:.2%}", flush=True),
    )
    if result.reason:
        print(f"{result.status}: {result.reason}")
    print(f"error {result.error:.2%} after {result.seconds:.1f} s, {result.images_per_second:,.0f} images a second")


def _network(text: str) -> Any:
    """Read a network: the name of a published one, a JSON object, or a file that holds one."""
    from . import zoo
    from .config import AnyNetConfig

    if text in zoo.names():
        return zoo.get(text).config
    if not text.lstrip().startswith("{"):
        try:
            with open(text) as file:
                content = file.read()
        except OSError:
            raise InputError(
                f"network {text!r} is no published network and no file; {nearest_name(text, zoo.names())}"
            ) from None
    else:
        content = text
    try:
        return AnyNetConfig.from_dict(json.loads(content))
    except json.JSONDecodeError as error:
        raise InputError(f"network {text[:60]!r} is not JSON: {error.msg} at character {error.pos}") from None


def _report(options: argparse.Namespace) -> None:
    from .report import report

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        report(options.populations, options.out)
    print(f"{options.out}: open it in a browser")
    said = list(dict.fromkeys(str(w.message) for w in caught if issubclass(w.category, UserWarning)))
    if said:  # the page is there, but not of everything that was asked for
        raise InputError("; ".join(said))


def _populations(options: argparse.Namespace) -> None:
    from .population import load_population, populations, provenance

    for name in populations():
        print(f"{name}: {provenance(load_population(name))}")


COMMANDS = {"sample": _sample, "sweep": _sweep, "train": _train, "report": _report, "populations": _populations}

if __name__ == "__main__":
    sys.exit(main())
