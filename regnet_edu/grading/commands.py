"""The commands check, hint, reset, watch, exercises and grade of the command line."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..common.errors import InputError
from . import class_command, grade_command


def add(command: Callable[[str, str, str], argparse.ArgumentParser]) -> dict[str, Callable[[argparse.Namespace], None]]:
    """Add the commands of this room; `command(name, text, example)` makes the parser of one."""
    start = command("exercises", "write the folder of every exercise, ready to fill in", "exercises")
    start.add_argument("folder", nargs="?", default="exercises", type=Path, help="where (exercises)")
    start.add_argument(
        "--new", nargs=2, metavar=("NUMBER", "NAME"), help="for instructors: start an exercise in this package's source"
    )
    start.add_argument("--title", default="A title in words", help="of the new exercise")

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
    watch.add_argument("--html", type=Path, metavar="FILE", help="write the picture as a page too, anew at each save")

    grade_command.add(command)
    class_command.add(command)
    return {
        "exercises": _exercises,
        "check": _check,
        "hint": _hint,
        "reset": _reset,
        "watch": _watch,
        "grade": grade_command.run,
        "class": class_command.run,
    }


def _exercises(options: argparse.Namespace) -> None:
    from .folders import write_all

    if options.new:
        from .template import new

        number, name = options.new
        for path in new(number, name, options.title):
            print(path)
        print("Change these three line by line; tests/exercises/test_exercises.py proves them sound: pytest -k " + name)
        return
    try:
        written, kept = write_all(options.folder)
    except OSError as error:
        raise InputError(f"{options.folder} cannot be written: {error.strerror or error}") from None
    print(f"{options.folder}: {written} files written, {kept} were there and stay as they are")


def _check(options: argparse.Namespace) -> None:
    from .exercise import get
    from .judge import check_source
    from .progress import look
    from .submission import find_any, read_file

    if options.number is None:
        _show(look(Path("exercises") if Path("exercises").is_dir() else Path()), None)
        return
    exercise = get(options.number)
    if options.part is not None and not 1 <= options.part <= len(exercise.parts):
        raise InputError(f"--part {options.part}: exercise {exercise.number} has the parts 1 to {len(exercise.parts)}")
    path, note = find_any(exercise, options.place)
    submission = read_file(path)
    if note:
        print(note, file=sys.stderr)
    if options.part is not None:  # the others do not even run
        exercise = replace(exercise, parts=exercise.parts[options.part - 1 : options.part])
    verdict = check_source(exercise, submission)
    print(json.dumps(verdict.to_dict(), indent=1) if options.json else verdict)
    if not verdict.passed:
        raise SystemExit(1)


def _hint(options: argparse.Namespace) -> None:
    from .exercise import get
    from .folders import hint_words

    print(hint_words(get(options.number), options.again))


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


def _show(standings: Sequence[Any], page: Path | None, refresh: int | None = None) -> None:
    """Print the picture of the course, and write its page."""
    from . import progress

    if page is not None:
        try:
            fresh = page.with_name(f".{page.name}.new")
            fresh.write_text(progress.page(standings, refresh), encoding="utf-8")
            fresh.replace(page)  # a browser never reads half a page
        except OSError as error:
            raise InputError(f"{page} cannot be written: {error.strerror or error}") from None
    words = progress.picture(standings)
    try:
        words.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        words = progress.picture(standings, plain=True)
    print(words, flush=True)


def _watch(options: argparse.Namespace) -> None:
    from . import progress

    if not options.folder.is_dir():
        raise InputError(f"{options.folder} is no folder; regnet-edu exercises {options.folder} makes it")
    before = progress.look(options.folder)
    _show(before, options.html, None if options.once else 2)
    if options.once:
        return
    where = f"; {options.html} shows it in a browser" if options.html else ""
    print(f"Watching {options.folder}{where}. Save a file to check it, Ctrl-C to stop.", flush=True)
    while True:
        time.sleep(0.5)
        if not progress.changed(options.folder, before):
            continue
        time.sleep(0.1)  # let the editor finish
        now = progress.look(options.folder, before)
        for old, new in zip(before, now, strict=True):
            if new.saved != old.saved and new.verdict is not None:
                print(f"\n{new.verdict}\n")
        _show(now, options.html, 2)
        before = now
