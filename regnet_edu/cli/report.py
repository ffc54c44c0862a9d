"""The commands report and populations: what is there to be read."""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings

from ..common.errors import InputError
from .arguments import Command, MakeParser

EVERY = 5.0  # seconds between two looks at a sweep


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
    report.add_argument("--out", metavar="FILE", help="the page (report.html)")
    report.add_argument("--live", action="store_true", help="no page: watch a sweep here until it is done")

    known = command("populations", "list the populations that are recorded in the package", "")
    known.add_argument("--json", action="store_true", help="print each population as a JSON object, one a line")
    return {"report": _report, "populations": _populations}


def _report(options: argparse.Namespace) -> None:
    if options.live:
        for name in ("measure", "out"):
            if (value := getattr(options, name)) is not None:
                raise InputError(f"--{name} {value!r:.60} is for the page, and --live writes none")
        return _watch(options.populations)
    from ..reports.report import report

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        page = report(
            options.populations, "report.html" if options.out is None else options.out, measure=options.measure
        )
    print(f"{page}: open it in a browser")
    said = list(dict.fromkeys(str(w.message) for w in caught if issubclass(w.category, UserWarning)))
    if said:  # the page is there, but not of everything that was asked for
        raise InputError("; ".join(said))


def _watch(files: list[str]) -> None:
    """Say how sweeps stand, again and again while any of them has networks to train."""
    from ..sweeps.progress import overview
    from ..sweeps.records import read_sweep

    going, before = True, ""
    while going:
        found = {file: read_sweep(file) for file in files}
        text = "\n\n".join(f"{file}\n{overview(records)}" for file, records in found.items())
        if text != before:
            print("\033[2J\033[H" * sys.stdout.isatty() + text, end="\n\n", flush=True)
        going, before = any(r.sessions and len(r.networks) < r.sessions[-1]["n"] for r in found.values()), text
        time.sleep(EVERY * going)


def _populations(options: argparse.Namespace) -> None:
    from ..analysis.edf import summary
    from ..sweeps.population import facts, load_population, populations

    known = {name: load_population(name) for name in populations()}
    if options.json:
        for name, population in known.items():
            header = {k: v for k, v in population.attrs["header"].items() if k != "sessions"}
            lowest, mean = population["error"].min(), population["error"].mean()
            print(json.dumps({"name": name, "networks": len(population), "min": lowest, "mean": mean, **header}))
        return
    width = max(map(len, known), default=0)
    print(f"{'name':{width}}    n  [min | mean] %  space")
    regimes = set()
    for name, population in known.items():
        said, errors = facts(population), str(summary(population["error"]))
        print(f"{name:{width}} {len(population):4}  {errors:14}  {population.attrs['header']['space']}")
        regimes.add(f"{said['regime']}: {said['data']}, {said['training']}")
    print("", *sorted(regimes), sep="\n")
