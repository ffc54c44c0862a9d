"""Finds a learner's code: a file, a notebook, a folder of either, or the functions of a live notebook."""

from __future__ import annotations

import inspect
import json
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..common.errors import InputError
from .cells import defined
from .exercise import Exercise
from .handin import names
from .handin.online_text import text_of_page
from .notebook import is_untouched
from .process import Submission
from .wire import printable

LARGEST = 2**20  # bytes of code
LARGEST_FILE = 32 * 2**20  # of a notebook with its outputs; a figure or two is a megabyte
LARGEST_OF = {"python": LARGEST, "notebook": LARGEST_FILE, "html": 4 * LARGEST}


def find(exercise: Exercise, place: Path | None = None) -> Path:
    """Return the learner's file of an exercise: `place` itself if it is a file, else the file in that folder.

    Raises:
        InputError: there is none.
    """
    root = place or Path.cwd()
    if root.is_file():
        return root
    if not root.is_dir():
        raise InputError(
            f"{root} is no file and no folder; the file of exercise {exercise.number} is {exercise.filename}"
        )
    folders = [root / "exercises" / exercise.slug, root / exercise.slug, root]
    folders += [root / "exercises" / "notebooks", root / "notebooks"]
    names = (exercise.filename, f"{exercise.slug}.py", f"{exercise.name}.ipynb", f"{exercise.slug}.ipynb")
    there = [folder / name for folder in folders for name in names if (folder / name).is_file()]
    inside = [path for path in there if path.resolve().is_relative_to(root.resolve())]
    if there and not inside:
        raise InputError(f"{there[0]} is a link that leads out of {root}; a solution is a file in it")
    there = inside
    if there:  # a stub that nobody touched is no answer where a notebook lies beside it
        return next((path for path in there if not is_stub(path, exercise)), there[0])
    holds = sorted(p.name for p in root.iterdir() if not p.name.startswith("."))
    what = f"it holds {', '.join(holds[:4])}{' ...' if len(holds) > 4 else ''}" if holds else "it is empty"
    raise InputError(f"{root} has no {exercise.filename} (nor {exercise.slug}/{exercise.filename}): {what}")


def find_any(exercise: Exercise, place: Path | None = None) -> tuple[Path, str]:
    """Return the learner's file of an exercise under whatever name, and a note if there is a doubt.

    Raises:
        InputError: there is none.
    """
    from .handin.choose import NoFileError, choose
    from .handin.files import handed_in

    root = place or Path.cwd()
    try:
        return find(exercise, root), ""
    except InputError as error:
        if not root.is_dir():
            raise
        try:
            choice = choose(exercise, handed_in(root), str(root))
        except NoFileError:
            raise error from None
        return choice.file.path, choice.note


def is_stub(path: Path, exercise: Exercise) -> bool:
    """Whether a file is as the course hands it out."""
    try:
        text = path.read_text(encoding="utf-8-sig") if path.stat().st_size <= LARGEST_FILE else ""
    except (OSError, UnicodeDecodeError):
        return False
    return is_untouched(text, exercise) if names.kind(path.name) == "notebook" else text == exercise.stub()


def text_of(path: Path) -> str:
    """The code in a file, to be searched; "" if it cannot be read."""
    try:
        found = read_file(path)
    except InputError:
        return ""
    return found.source if found.cells is None else "\n".join(found.cells)


def read(exercise: Exercise, place: Path | None = None) -> Submission:
    """Return the learner's code of an exercise.

    Raises:
        InputError: there is none, or it is no text.
    """
    return read_file(find_any(exercise, place)[0])


def read_file(path: Path, called: str = "") -> Submission:
    """Return the code in a Python file, a notebook or an online text; `called` is its name in a sentence.

    Raises:
        InputError: it cannot be read, is none of these, or holds too much code.
    """
    kind, called = names.kind(path.name), called or str(path)
    if kind == "":
        raise InputError(f"{called} is neither a Python file (.py) nor a notebook (.ipynb)")
    try:
        size, most = path.stat().st_size, LARGEST_OF[kind]
        if size > most:
            raise InputError(f"{called} has {size} bytes; a solution has at most {most}")
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{called} is no text in UTF-8") from None
    except OSError as error:
        raise InputError(f"{called} cannot be read: {error.strerror or error}") from None
    if kind == "python" and not text.strip():
        raise InputError(f"{called} is empty; regnet-edu reset puts the stub back")
    if kind == "python":
        return Submission(text, printable(path.name), path.parent)
    cells = notebook_cells(text, called) if kind == "notebook" else None
    source = "" if cells is not None else text_of_page(text)
    code = len(source) + sum(map(len, cells or ()))
    if code > LARGEST:
        raise InputError(f"{called} has {code} characters of code; a solution has at most {LARGEST}")
    return Submission(source, printable(path.name), path.parent, cells)


def notebook_cells(text: str, called: str) -> tuple[str, ...]:
    """Return the code cells of a notebook.

    Raises:
        InputError: the file is no notebook.
    """
    try:
        cells = json.loads(text)["cells"]
        return tuple("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InputError(f"{called} is no notebook: it is not what Jupyter writes") from None


def capture(exercise: Exercise, namespace: Mapping[str, Any], given: Mapping[str, Any] | None = None) -> Submission:
    """Write down the functions of a live notebook: its cells as they were run, of which their process takes its part.

    Args:
        exercise: which one.
        namespace: of the notebook; IPython keeps its cells there.
        given: functions to check in place of those of the notebook, by the names of the exercise.

    Raises:
        InputError: none of the functions of the exercise is there, or one has no source.
    """
    given = given or {}
    functions = {n: f for n, f in {**namespace, **given}.items() if n in exercise.functions and callable(f)}
    if not functions:
        raise InputError(
            f"exercise {exercise.number} needs {', '.join(exercise.functions)}, and this notebook defines "
            "none of them; run the cell that does"
        )
    history = namespace.get("In")
    cells = [cell for cell in history if isinstance(cell, str)] if isinstance(history, list) else []
    known = defined(cells)
    for name, function in functions.items():
        own = getattr(function, "__name__", name) if name in given else name
        if own not in known:
            cells.append(_text_around(own, function))
        if own != name:
            cells.append(f"{name} = {own}")
    return Submission("", "your notebook", Path.cwd(), tuple(dict.fromkeys(cells)))


def _text_around(name: str, function: Any) -> str:
    """The file or the cell in which a function was defined."""
    plain = inspect.unwrap(function)
    try:
        lines, _ = inspect.findsource(plain if isinstance(plain, (types.FunctionType, type)) else type(plain))
    except (OSError, TypeError):
        lines = []
    text = "".join(lines)
    if name not in defined([text]):
        raise InputError(f"the source of {name} cannot be found; define it, by a name, in a cell of this notebook")
    return text
