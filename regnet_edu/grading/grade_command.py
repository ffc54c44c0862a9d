"""The command `regnet-edu grade`: it writes as it goes, goes on where it was stopped, and grades again what changed."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from ..common.errors import InputError
from ..common.files import write_atomically
from ..common.progress import progress_bar
from ..common.stopping import handled

if TYPE_CHECKING:
    from .batch import Grading
    from .exercise import Exercise

EXAMPLE = """submissions --only 03.1 03.2 --out results.csv
  regnet-edu grade submissions.zip --since last-week.graded.jsonl"""


def add(command: Callable[[str, str, str], argparse.ArgumentParser]) -> None:
    """Add the command's options."""
    grade = command("grade", "grade one or many submissions, as they were downloaded", EXAMPLE)
    grade.add_argument("folder", type=Path, metavar="DIR", help="of one learner or of many, or an archive (.zip)")
    grade.add_argument("--out", action="append", default=[], type=Path, metavar="FILE", help=".json, .csv or .xml")
    grade.add_argument(
        "--record",
        type=Path,
        metavar="FILE",
        help="where every result is kept at once (beside --out, as .graded.jsonl)",
    )
    grade.add_argument("--since", type=Path, metavar="FILE", help="an earlier record: grade only what changed since")
    grade.add_argument("--again", action="store_true", help="grade everything again")
    grade.add_argument("--single", action="store_true", help="DIR is of one learner, whatever is in it")
    grade.add_argument("--only", nargs="+", default=[], metavar="NUMBER", help="grade these exercises only")
    grade.add_argument("--workers", type=int, help="submissions at once (one a processor)")
    grade.add_argument("--seed", type=int, help="your own second set of seeds")
    grade.add_argument("--submitted", metavar="WHEN", help="instant of submission, or Gradescope's metadata file")
    grade.add_argument(
        "--classroom50", action="store_true", help="write Classroom 50's result.json and release-body.md"
    )
    grade.add_argument("--visibility", metavar="WHEN", help="in Gradescope: hidden, after_due_date, ... (visible)")
    grade.add_argument(
        "--assignment", metavar="NAME", help="of class.toml, which says the exercises, the seed and the visibility"
    )
    grade.add_argument(
        "--class", dest="home", default=Path(), type=Path, metavar="DIR", help="the folder of class.toml (this one)"
    )
    grade.add_argument("--quiet", action="store_true", help="show no progress bar")


def run(options: argparse.Namespace) -> None:
    """Grade, and write what was asked for."""
    from .results import classroom50
    from .results.formats import FORMATS, VISIBILITY, table

    for out in options.out:
        if out.suffix not in FORMATS:
            raise InputError(f"--out {out} must end in {', '.join(FORMATS)}")
    if options.workers is not None and options.workers < 1:
        raise InputError(f"--workers {options.workers} is too small; the smallest is 1")
    if options.seed is not None and options.seed < 0:
        raise InputError(f"--seed {options.seed} must be at least 0")
    if options.visibility not in (None, *VISIBILITY):
        raise InputError(f"--visibility {options.visibility} must be one of {', '.join(VISIBILITY)}")
    wanted, seeds, visibility = what(options)
    if options.classroom50:
        options.single = True
    for out in options.out:
        must_be_writable(out)
    kept = record_path(options.record, options.out, options.folder, options.single)
    if kept:
        must_be_writable(kept)
    grading = graded(options.folder, wanted, seeds, kept, options)
    for out in options.out:
        write(out, FORMATS[out.suffix](grading.learners, visibility))
    if options.classroom50 and not any(r.fault for r in grading.learners[0].results):
        classroom50.write(grading.learners[0], os.environ, options.folder, Path())
    print(table(grading.learners))
    for note in grading.notes:
        print(note)
    say_what_is_missing(grading)
    end_if_faults(grading)


def say_what_is_missing(grading: Grading) -> None:
    """Say once which layers of the sandbox this system does not have."""
    from .runner import words_of_missing

    held = {tuple(r.verdict.layers) for g in grading.learners for r in g.results if r.verdict.layers}
    for words in sorted({words_of_missing(layers) for layers in held} - {""}):
        print(words, file=sys.stderr)


def what(options: argparse.Namespace) -> tuple[list[Exercise], Sequence[int], str]:
    """The exercises, the seeds and the visibility: those of the options, else of the class, else all and the course's.

    Raises:
        InputError: there is no such class, assignment or exercise.
    """
    from .exercise import SEEDS, exercises, get

    wanted, seeds, visibility = list(exercises().values()), SEEDS, "visible"
    if options.assignment:
        from .classes.settings import load

        settings = load(options.home)
        assignment = settings.assignment(options.assignment)
        wanted, seeds, visibility = list(assignment.exercises), settings.seeds, assignment.visibility
    if options.only:
        wanted = list(dict.fromkeys(get(n) for n in options.only))
    if options.seed is not None:
        seeds = (SEEDS[0], options.seed)
    return wanted, seeds, options.visibility or visibility


def end_if_faults(grading: Grading) -> None:
    """Say how many could not be graded, and end with a status that is no success."""
    faults = sum(r.fault for g in grading.learners for r in g.results)
    if faults:
        print(f"{faults} could not be graded, through no mistake of a learner; the same command tries again")
        raise SystemExit(1)


def graded(
    folder: Path, wanted: Sequence[Exercise], seeds: Sequence[int], kept: Path | None, options: argparse.Namespace
) -> Grading:
    """Grade with a progress bar and a record; however it is ended, what is graded stays and nothing else is left."""
    from .batch import grade
    from .results.record import Record, load

    ours = [path.parent for path in [*options.out, *([kept] if kept else [])]]
    known = load(options.since) if options.since else {}
    with ExitStack() as stack:
        stack.enter_context(ended_in_order())
        stack.callback(_say_if_stopped, kept)
        record = stack.enter_context(Record(kept)) if kept else None
        bar = stack.enter_context(progress_bar(unit="exercise", disable=options.quiet, file=sys.stderr))

        def show(done: int, total: int) -> None:
            bar.total, bar.n = total, done
            bar.refresh()

        submitted = instant_of_submission(options, folder)
        return grade(
            folder, wanted, options.workers, seeds, show, options.single, record, known, options.again, ours, submitted
        )


def _say_if_stopped(kept: Path | None) -> None:
    if isinstance(sys.exc_info()[1], Terminated):
        where = f"; what is graded is in {kept}, and the same command goes on from there" if kept else ""
        print(f"\nregnet-edu: stopped{where}", file=sys.stderr)


def instant_of_submission(options: argparse.Namespace, folder: Path) -> str:
    """When it was handed in, where a system knows better than the dates of the files; else "".

    Raises:
        InputError: what is said is no instant.
    """
    from .results.classroom50 import submitted
    from .results.evidence import instant_of

    if options.submitted is None:
        return submitted(folder) if options.classroom50 else ""
    if not options.submitted.endswith(".json"):
        return instant_of(options.submitted)
    try:
        return instant_of(json.loads(Path(options.submitted).read_text(encoding="utf-8"))["created_at"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{options.submitted} says no instant of submission") from None


def record_path(asked: Path | None, outs: Sequence[Path], folder: Path, single: bool) -> Path | None:
    """Where the record is kept: beside the first output, or in this folder; one learner alone needs none."""
    if asked is not None or not (outs or not single):
        path = asked
    else:
        path = outs[0].with_suffix(".graded.jsonl") if outs else Path(f"{folder.resolve().stem}.graded.jsonl")
    if path is not None and path in outs:
        raise InputError(f"--record {path} is an --out too; choose another")
    return path


def must_be_writable(path: Path) -> None:
    """See that a file can be written before the work starts, and leave it as it is.

    Raises:
        InputError: it cannot.
    """
    try:
        if path.is_dir():
            raise InputError(f"{path} is a folder; choose a file")
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            path.open("ab").close()
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}."):
            pass
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}") from None


def write(path: Path, text: str) -> None:
    """Write a whole file, or leave the old one.

    Raises:
        InputError: it cannot be written.
    """
    write_atomically(path, text.encode("utf-8", errors="replace"))


class Terminated(SystemExit):
    """A signal asked this process to end; everything that it opened is closed on the way out."""


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Let a SIGTERM or SIGHUP end this process as Ctrl-C does: nothing is left running, and no temporary folder."""

    def end(number: int, frame: FrameType | None) -> None:
        raise Terminated(128 + number)

    with handled(("SIGTERM", "SIGHUP"), end):
        yield
