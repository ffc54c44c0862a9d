"""Finds a learner's code: a file, a notebook, a folder of either, or the functions of a live notebook."""

from __future__ import annotations

import ast
import builtins
import inspect
import json
import re
import textwrap
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import InputError
from .exercise import Exercise
from .notebook import is_untouched
from .runner import Submission

LARGEST = 2**20


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
    if there:  # a stub that nobody touched is no answer where a notebook lies beside it
        return next((path for path in there if not _is_stub(path, exercise)), there[0])
    holds = sorted(p.name for p in root.iterdir() if not p.name.startswith("."))
    what = f"it holds {', '.join(holds[:4])}{' ...' if len(holds) > 4 else ''}" if holds else "it is empty"
    raise InputError(f"{root} has no {exercise.filename} (nor {exercise.slug}/{exercise.filename}): {what}")


def _is_stub(path: Path, exercise: Exercise) -> bool:
    """Whether a file is as the course hands it out."""
    try:
        text = path.read_text(encoding="utf-8-sig") if path.stat().st_size <= LARGEST else ""
    except (OSError, UnicodeDecodeError):
        return False
    return is_untouched(text, exercise) if path.suffix == ".ipynb" else text == exercise.stub()


def read(exercise: Exercise, place: Path | None = None) -> Submission:
    """Return the learner's code of an exercise.

    Raises:
        InputError: there is none, or it is no text.
    """
    path = find(exercise, place)
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(f"{path} has {path.stat().st_size} bytes; a solution has less than {LARGEST}")
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path} is no text in UTF-8") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from None
    if path.suffix == ".ipynb":
        return Submission(notebook_source(text, path, exercise), path.name)
    if path.suffix != ".py":
        raise InputError(f"{path} is neither a Python file (.py) nor a notebook (.ipynb)")
    if not text.strip():
        raise InputError(f"{path} is empty; regnet-edu reset {exercise.number} puts the stub there")
    return Submission(text, path.name, path.parent)


def notebook_source(text: str, path: Path, exercise: Exercise) -> str:
    """Return what a notebook defines: imports, functions, classes and constants, without what it runs.

    Raises:
        InputError: the file is no notebook.
    """
    try:
        cells = json.loads(text)["cells"]
        codes = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{path} is no notebook: it is not what Jupyter writes") from None
    return "\n\n".join(filter(None, (definitions(code, exercise) for code in codes)))


def definitions(code: str, exercise: Exercise) -> str:
    """Return the definitions in one cell, or the whole cell if it is not Python, so that its line is shown."""
    plain = "\n".join("" if re.match(r"\s*[%!?]", line) else line for line in code.splitlines())
    try:
        tree = ast.parse(plain)
    except SyntaxError:
        return plain
    kept = []
    for node in tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
            wanted = exercise.uses_package or not any(n.split(".")[0] == "regnet_edu" for n in names)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            wanted = not any(isinstance(inner, (ast.Call, ast.Await)) for inner in ast.walk(node))
        else:
            wanted = isinstance(node, (ast.FunctionDef, ast.ClassDef))
        if wanted:
            segment = ast.get_source_segment(plain, node, padded=True) or ""
            marks = "".join(f"@{ast.unparse(d)}\n" for d in getattr(node, "decorator_list", []))
            kept.append(marks + segment)
    return "\n".join(kept)


def capture(exercise: Exercise, namespace: Mapping[str, Any]) -> Submission:
    """Write down the functions of a live notebook as one file: their source, and all that they name.

    The source of a function is what IPython remembers of its cell; modules become imports, and plain values (numbers,
    text, lists of them) are written out. Nothing is pickled.

    Raises:
        InputError: none of the functions of the exercise is there.
    """
    there = [name for name in exercise.functions if callable(namespace.get(name))]
    if not there:
        raise InputError(
            f"exercise {exercise.number} needs {', '.join(exercise.functions)}, and this notebook defines "
            "none of them; run the cell that does"
        )
    pieces: dict[str, str] = {}
    _collect(there, namespace, pieces, exercise)
    imports = [p for p in pieces.values() if p.startswith(("import ", "from "))]
    others = [p for p in pieces.values() if not p.startswith(("import ", "from "))]
    return Submission("\n".join(imports) + "\n\n\n" + "\n\n\n".join(others) + "\n", "your notebook")


def _collect(names: list[str], namespace: Mapping[str, Any], pieces: dict[str, str], exercise: Exercise) -> None:
    for name in names:
        if name in pieces or name not in namespace or (hasattr(builtins, name) and not callable(namespace[name])):
            continue
        value = namespace[name]
        if isinstance(value, types.ModuleType):
            if exercise.uses_package or not value.__name__.startswith("regnet_edu"):
                pieces[name] = f"import {value.__name__} as {name}"
            continue
        if isinstance(value, (types.FunctionType, type)):
            home = namespace.get("__name__", "__main__")
            if value.__module__ not in (home, "__main__") and "." not in value.__qualname__:
                pieces[name] = f"from {value.__module__} import {value.__name__} as {name}"
                continue
            try:
                source = textwrap.dedent(inspect.getsource(value))
            except (OSError, TypeError):
                raise InputError(
                    f"the source of {name} cannot be found; define it in a cell of this notebook"
                ) from None
            if value.__name__ != name:
                source += f"\n{name} = {value.__name__}"
            pieces[name] = ""  # so that functions that call each other are followed once
            used = {n.id for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Name)}
            _collect(sorted(used - {name}), namespace, pieces, exercise)
            del pieces[name]
            pieces[name] = source.rstrip()
        elif callable(value) and getattr(value, "__module__", None) and hasattr(value, "__name__"):
            pieces[name] = f"from {value.__module__} import {value.__name__} as {name}"
        else:
            try:
                if ast.literal_eval(repr(value)) == value:
                    pieces[name] = f"{name} = {value!r}"
            except Exception:  # no plain value: the learner's function will say that the name is missing
                continue
