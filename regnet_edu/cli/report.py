"""The commands report and populations: what is there to be read."""

from __future__ import annotations

import argparse
import warnings

from ..common.errors import InputError
from .arguments import Command, MakeParser


def add(command: MakeParser) -> dict[str, Command]:
    """Add the commands; `command(name, text, example)` makes their parser."""
    report = command(
        "report", "write one self-contained page about populations", "runs/a.jsonl runs/x.jsonl --out report.html"
    )
    report.add_argument(
        "populations", nargs="+", metavar="POPULATION", help="record files, or names of recorded populations"
    )
    report.add_argument(
        "--measure", metavar="COLUMN", help="judge by another column than the error: loss, runtime, ..."
    )
    report.add_argument("--out", default="report.html", metavar="FILE", help="the page (report.html)")

    command("populations", "list the populations that are recorded in the package", "")
    return {"report": _report, "populations": _populations}


def _report(options: argparse.Namespace) -> None:
    from ..reports.report import report

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        report(options.populations, options.out, measure=options.measure)
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
