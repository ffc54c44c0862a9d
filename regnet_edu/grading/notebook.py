"""An exercise as a notebook: the task, the stub in a cell, a cell that checks it and one that opens the next hint."""

from __future__ import annotations

import ast
import json
from typing import Any

from .exercise import Exercise

METADATA = {
    "colab": {"provenance": []},
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebook(exercise: Exercise, first: str = "") -> dict[str, Any]:
    """Return an exercise as a notebook, in the form of nbformat 4.5.

    Args:
        exercise: which one.
        first: code of a first cell, such as one that installs the package where it is missing.
    """
    about, code = stub_cell(exercise)
    parts = "\n".join(f"| {p.name} | `{p.function}` | {p.points} |" for p in exercise.parts)
    cells = [
        _text(f"# {exercise.number} {exercise.title}\n\n{exercise.task}"),
        _text(
            f"About {exercise.minutes} minutes, {exercise.points} points.\n\n"
            f"| part | function | points |\n| --- | --- | --- |\n{parts}"
        ),
        *([_code(first)] if first else []),
        _text(f"{about}\n\nFill in the cell, run it, and run the check below it. Each part has 10 seconds."),
        _code(code),
        _code(f'import regnet_edu as rn\n\nrn.check("{exercise.number}")'),
        _text("Stuck? The next cell opens one hint each time you run it; there are three."),
        _code(f'rn.hint("{exercise.number}")'),
    ]
    for k, cell in enumerate(cells):
        cell["id"] = f"cell-{k}"
    return {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}


def write(made: dict[str, Any]) -> str:
    """Return a notebook as the text of its file; the same notebook gives the same text."""
    return json.dumps(made, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def stub_cell(exercise: Exercise) -> tuple[str, str]:
    """What the stub's first docstring says, and the code after it."""
    stub = exercise.stub()
    first = ast.parse(stub).body[0]
    return ast.get_docstring(ast.parse(stub)) or "", "\n".join(stub.splitlines()[first.end_lineno :]).strip()


def is_untouched(text: str, exercise: Exercise) -> bool:
    """Whether the text of a notebook still has the stub as it was."""
    try:
        cells = json.loads(text)["cells"]
        return any("".join(cell["source"]).strip() == stub_cell(exercise)[1] for cell in cells)
    except (ValueError, KeyError, TypeError, RecursionError):
        return False


def _text(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text.strip().splitlines(keepends=True)}


def _code(code: str) -> dict[str, Any]:
    source = code.strip().splitlines(keepends=True)
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
