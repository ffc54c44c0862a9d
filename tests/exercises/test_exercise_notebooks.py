"""Every exercise as a notebook: in sync, valid, checked like the file, and taken where the file is still the stub."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import nbformat
import pytest
from browser import ROOT, load_extension

import regnet_edu as rn
from regnet_edu.grading.exercise import Exercise, exercises, get
from regnet_edu.grading.notebook import is_untouched, notebook, stub_cell, write
from regnet_edu.grading.submission import find, read

ALL = list(exercises().values())
each = pytest.mark.parametrize("exercise", ALL, ids=lambda e: e.slug)
FOLDER = ROOT / "exercises" / "notebooks"
book = load_extension("notebooks")


def filled(exercise: Exercise) -> str:
    """The notebook as a learner leaves it: the solution in the cell of the stub."""
    made = notebook(exercise)
    for cell in made["cells"]:
        if "".join(cell["source"]) == stub_cell(exercise)[1]:
            cell["source"] = inspect.getsource(exercise.solution)
    return write(made)


@each
def test_the_notebook_at_the_root_is_what_the_exercise_makes(exercise: Exercise) -> None:
    path = FOLDER / f"{exercise.slug}.ipynb"
    made = notebook(exercise, book.INSTALL.format(source=book.source_of(path)))
    assert path.read_text(encoding="utf-8") == write(made), "run `make notebooks` and commit"


def test_no_notebook_is_left_over() -> None:
    assert {p.stem for p in FOLDER.iterdir()} == {e.slug for e in ALL}


@each
def test_it_is_a_valid_notebook_with_task_stub_check_and_hints(exercise: Exercise) -> None:
    made = notebook(exercise, "pass")
    nbformat.validate(nbformat.from_dict(made))
    text = ["".join(cell["source"]) for cell in made["cells"]]
    assert exercise.task in text[0]
    assert stub_cell(exercise)[1] in text and set(exercise.functions) <= {
        node.name for node in ast.parse(stub_cell(exercise)[1]).body if isinstance(node, ast.FunctionDef)
    }
    assert f'rn.check("{exercise.number}")' in text[-3] and text[-1] == f'rn.hint("{exercise.number}")'


def test_a_notebook_is_read_where_the_file_is_still_the_stub(tmp_path: Path) -> None:
    exercise = get("03.1")
    stub, notebooks = tmp_path / exercise.slug / exercise.filename, tmp_path / "notebooks" / f"{exercise.slug}.ipynb"
    for path, text in ((stub, exercise.stub()), (notebooks, write(notebook(exercise)))):
        path.parent.mkdir()
        path.write_text(text)
    assert find(exercise, tmp_path) == stub  # nothing is begun
    notebooks.write_text(filled(exercise))
    assert find(exercise, tmp_path) == notebooks
    code = "".join(read(exercise, tmp_path).cells or ())
    assert "def edf_curve" in code and "raise" not in code
    stub.write_text(inspect.getsource(exercise.solution))
    assert find(exercise, tmp_path) == stub
    assert is_untouched(write(notebook(exercise)), exercise) and not is_untouched("{}", exercise)


def test_hints_open_in_a_notebook_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("REGNET_EDU_HOME", str(tmp_path))
    rn.hint("03.1")
    rn.hint("03.1")
    said = capsys.readouterr().out
    assert "Hint 1 of 3" in said and "Hint 2 of 3" in said and get("03.1").hints[1] in said


@pytest.mark.heavy
def test_in_a_kernel_the_stub_has_no_points_and_the_solution_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nbclient import NotebookClient

    monkeypatch.setenv("REGNET_EDU_HOME", str(tmp_path))
    exercise = get("03.1")
    said = []
    for text in (write(notebook(exercise, "pass")), filled(exercise)):
        made = nbformat.reads(text, as_version=4)
        NotebookClient(made, timeout=300, kernel_name="python3").execute()
        outputs = [str(o.get("data", o)) for cell in made.cells if cell.cell_type == "code" for o in cell.outputs]
        said.append("\n".join(outputs))
    assert "0 of 5 points" in said[0] and "still to be written" in said[0] and "Hint 1 of 3" in said[0]
    assert "5 of 5 points" in said[1] and "All of it is right" in said[1]
