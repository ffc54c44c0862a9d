"""The commands check, hint, reset, watch, exercises and grade of the command line."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import InputError


def add(command: Callable[[str, str, str], argparse.ArgumentParser]) -> dict[str, Callable[[argparse.Namespace], None]]:
    """Add the commands of this room; `command(name, text, example)` makes the parser of one."""
    start = command("exercises", "write the folder of every exercise, ready to fill in", "exercises")
    start.add_argument("folder", nargs="?", default="exercises", type=Path, help="where (exercises)")

    check = command("check", "check one exercise, or show the progress of all", "03.1")
    check.add_argument("number", nargs="?", metavar="NUMBER", help="such as 03.1; all of them if not given")
    check.add_argument("place", nargs="?", type=Path, metavar="FILE", help="your file, or a folder that holds it")
    check.add_argument("--part", type=int, metavar="K", help="only the verdict on its first, second, ... part")
    check.add_argument("--json", action="store_true", help="print the verdict as a JSON object")

    hint = command("hint", "open the next hint of an exercise", "03.1")
    hint.add_argument("number", metavar="NUMBER", help="such as 03.1")
    hint.add_argument("--again", action="store_true", help="show the last opened hint again")

    reset = command("reset", "put the stub of an exercise back; your attempt is kept beside it", "03.1")
    reset.add_argument("number", metavar="NUMBER", help="such as 03.1")
    reset.add_argument("folder", nargs="?", default="exercises", type=Path, help="of the exercises (exercises)")

    watch = command("watch", "check again whenever you save, and show your progress", "exercises")
    watch.add_argument("folder", nargs="?", default="exercises", type=Path, help="of the exercises (exercises)")
    watch.add_argument("--once", action="store_true", help="show the progress once and stop")

    grade = command("grade", "grade one or many submissions", "submissions --out results.json --out results.csv")
    grade.add_argument("folder", type=Path, metavar="DIR", help="of one learner, or with one folder for each")
    grade.add_argument("--out", action="append", default=[], type=Path, metavar="FILE", help=".json, .csv or .xml")
    grade.add_argument("--only", nargs="+", default=[], metavar="NUMBER", help="grade these exercises only")
    grade.add_argument("--workers", type=int, help="submissions at once (one a processor)")
    grade.add_argument("--seed", type=int, help="your own second set of seeds")
    grade.add_argument("--quiet", action="store_true", help="show no progress bar")
    return {"exercises": _exercises, "check": _check, "hint": _hint, "reset": _reset, "watch": _watch, "grade": _grade}


def _exercises(options: argparse.Namespace) -> None:
    from .folders import write_all

    try:
        written, kept = write_all(options.folder)
    except OSError as error:
        raise InputError(f"{options.folder} cannot be written: {error.strerror or error}") from None
    print(f"{options.folder}: {written} files written, {kept} were there and stay as they are")


def _check(options: argparse.Namespace) -> None:
    from .exercise import get
    from .judge import check_source
    from .submission import read

    if options.number is None:
        _progress(Path("exercises") if Path("exercises").is_dir() else Path())
        return
    exercise = get(options.number)
    if options.part is not None and not 1 <= options.part <= len(exercise.parts):
        raise InputError(f"--part {options.part}: exercise {exercise.number} has the parts 1 to {len(exercise.parts)}")
    verdict = check_source(exercise, read(exercise, options.place))
    if options.part is not None:
        verdict = replace(verdict, parts=verdict.parts[options.part - 1 : options.part])
    print(json.dumps(verdict.to_dict(), indent=1) if options.json else verdict)
    if not verdict.passed:
        raise SystemExit(1)


def _hint(options: argparse.Namespace) -> None:
    from .exercise import get
    from .folders import next_hint

    exercise = get(options.number)
    rung, words = next_hint(exercise, options.again)
    left = len(exercise.hints) - rung
    print(f"Hint {rung} of {len(exercise.hints)} for {exercise.number} {exercise.title}\n  {words}")
    print("  The same command opens the next one." if left else "  That was the last one.")


def _reset(options: argparse.Namespace) -> None:
    from .exercise import get
    from .folders import reset

    exercise = get(options.number)
    beside = Path(exercise.filename)
    path = beside if beside.exists() else options.folder / exercise.slug / exercise.filename
    try:
        kept = reset(exercise, path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}") from None
    print(f"{path}: the stub is back" + (f"; your attempt is kept as {kept.name}" if kept else ""))


def _progress(folder: Path, known: dict[Path, tuple[float, Any]] | None = None) -> dict[Path, tuple[float, Any]]:
    """Print a line of boxes for each chapter; check only what was saved since the last time."""
    from .batch import check
    from .exercise import exercises
    from .submission import find

    known = {} if known is None else known
    lines: dict[str, list[str]] = {}
    points = of = 0
    for exercise in exercises().values():
        of += exercise.points
        mark = "?"
        try:
            path = find(exercise, folder)
            saved = path.stat().st_mtime
            if path not in known or known[path][0] != saved:
                fresh = path in known or path.read_text(errors="replace") != exercise.stub()
                verdict = check(exercise, path) if fresh else None
                if path in known and verdict is not None:
                    print(f"{verdict}\n")
                known[path] = (saved, verdict)
            found = known[path][1]
            points += found.points if found else 0
            mark = " " if not found or not found.points else "#" if found.passed else "+"
        except InputError:
            pass
        lines.setdefault(exercise.number.split(".")[0], []).append(f"[{mark}] {exercise.number} {exercise.name}")
    for chapter, boxes in lines.items():
        print(f"chapter {int(chapter):2}  {'  '.join(boxes)}")
    full = round(40 * points / of)
    print(f"[{'#' * full}{'.' * (40 - full)}] {points} of {of} points   # done  + begun  ? no file")
    return known


def _watch(options: argparse.Namespace) -> None:
    if not options.folder.is_dir():
        raise InputError(f"{options.folder} is no folder; regnet-edu exercises {options.folder} makes it")
    known = _progress(options.folder)
    if options.once:
        return
    print("Watching; save a file to check it, Ctrl-C to stop.", flush=True)
    while True:
        time.sleep(0.5)
        if any(not path.exists() or path.stat().st_mtime != saved for path, (saved, _) in known.items()):
            time.sleep(0.1)  # let the editor finish
            known = _progress(options.folder, {p: v for p, v in known.items() if p.exists()})
            sys.stdout.flush()


def _grade(options: argparse.Namespace) -> None:
    from tqdm import tqdm

    from .batch import FORMATS, grade, learners, table
    from .exercise import SEEDS, exercises, get

    for out in options.out:
        if out.suffix not in FORMATS:
            raise InputError(f"--out {out} must end in {', '.join(FORMATS)}")
    if options.workers is not None and options.workers < 1:
        raise InputError(f"--workers {options.workers} is too small; the smallest is 1")
    if options.seed is not None and options.seed < 0:
        raise InputError(f"--seed {options.seed} must be at least 0")
    wanted = [get(n) for n in options.only] or list(exercises().values())
    seeds = SEEDS if options.seed is None else (SEEDS[0], options.seed)
    total = len(learners(options.folder)) * len(wanted)
    with tqdm(total=total, unit="exercise", disable=options.quiet, file=sys.stderr) as bar:
        results = grade(options.folder, wanted, options.workers, seeds, lambda: (bar.update(), None)[1])
    for out in options.out:
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_text(FORMATS[out.suffix](results), encoding="utf-8", errors="replace")
        except OSError as error:
            raise InputError(f"{out} cannot be written: {error.strerror or error}") from None
    print(table(results))
