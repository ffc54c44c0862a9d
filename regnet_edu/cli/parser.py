"""The command line: `regnet-edu COMMAND`. Each command is a thin dress over the function of the same name."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from ..common.errors import InputError
from ..common.stopping import UnfinishedError
from ..grading import commands as grading
from . import records, report, reproduce, sample, sweep, train
from .arguments import Command
from .interrupt import no_interrupt_is_lost

EXAMPLES = """examples:
  regnet-edu sample AnyNetXA --n 5 --flops 360e6 400e6
  regnet-edu sweep AnyNetXA --n 8 --regime tiny --seed 7 --out runs/a.jsonl
  regnet-edu sweep RegNetX --n 8 --regime tiny --data DIR --out runs/x.jsonl
  regnet-edu report runs/a.jsonl runs/x.jsonl --out report.html
  regnet-edu train regnetx_400mf --data imagenet:DIR
  regnet-edu populations"""

COMMANDS: dict[str, Command] = {}  # by its name; `build_parser` fills it


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

    for family in (sample, sweep, report, reproduce, train, grading, records):
        COMMANDS.update(family.add(command))
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status: 0, 2 for bad input, 75 if stopped in order, 130 after Ctrl-C."""
    if "" not in sys.path:
        sys.path.append("")  # as `python -m` looks here too: import paths of one's own, such as my_spaces:vits
    try:
        options, status = build_parser().parse_args(argv), 0
        if options.version:
            from .. import __version__

            print(__version__)
        elif options.command is None:
            build_parser().print_help()
        else:
            with no_interrupt_is_lost():
                status = COMMANDS[options.command](options) or 0
        sys.stdout.flush()
        return status
    except InputError as error:
        print(f"regnet-edu: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(
            "\nregnet-edu: stopped; what is recorded is safe, and the same command goes on from there", file=sys.stderr
        )
        return 130
    except UnfinishedError as error:
        print(f"regnet-edu: stopped before the end; what is recorded is safe, and {error}", file=sys.stderr)
        return 75  # EX_TEMPFAIL
    except BrokenPipeError:  # the reader of our output, such as `head`, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


if __name__ == "__main__":
    sys.exit(main())
