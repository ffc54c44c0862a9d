"""What a submission holds is data: no link leads the grader out of it, and nothing in it is too deep to be read."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import pytest

from regnet_edu.cli.parser import main
from regnet_edu.common.errors import InputError
from regnet_edu.grading import batch
from regnet_edu.grading.exercise import get
from regnet_edu.grading.judge import check_source
from regnet_edu.grading.process import Submission
from regnet_edu.grading.submission import find, read
from regnet_edu.grading.surroundings import PACKAGE
from regnet_edu.grading.worlds import build

EDF = get("03.1")
SOLUTION = inspect.getsource(EDF.solution)


def hand_in(folder: Path, name: str, text: str = SOLUTION) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return folder


class TestLinks:
    """A link may stand for the solutions, for somebody else's work, or for the secrets of the one who grades."""

    @pytest.mark.parametrize("secret", ["solution", "neighbour", "environment"])
    def test_a_file_that_leads_out_of_the_submission_is_not_read(self, tmp_path: Path, secret: str) -> None:
        hand_in(tmp_path / "in" / "ada", "edf.py")
        goal = {
            "solution": PACKAGE / "grading" / "solutions" / "e03_1_edf.py",
            "neighbour": Path("../ada/edf.py"),
            "environment": Path("/proc/self/environ"),
        }[secret]
        hand_in(tmp_path / "in" / "eve", "edf.py").joinpath("edf.py").unlink()
        (tmp_path / "in" / "eve" / "edf.py").symlink_to(goal)
        ada, eve = batch.grade(tmp_path / "in", [EDF], workers=2).learners
        assert (ada.points, eve.points) == (5, 0)
        assert "is a link that leads out of" in eve.verdicts[0].problem

    def test_a_folder_that_leads_out_of_it_neither(self, tmp_path: Path) -> None:
        hand_in(tmp_path / "ada" / EDF.slug, "edf.py")
        (tmp_path / "eve").mkdir()
        (tmp_path / "eve" / EDF.slug).symlink_to(tmp_path / "ada" / EDF.slug)
        with pytest.raises(InputError, match="leads out of"):
            find(EDF, tmp_path / "eve")

    def test_a_link_within_it_is_fine_and_a_real_file_comes_before_one_that_leads_out(self, tmp_path: Path) -> None:
        hand_in(tmp_path, "mine.py")
        (tmp_path / "edf.py").symlink_to("mine.py")
        assert find(EDF, tmp_path).resolve() == tmp_path / "mine.py"
        (tmp_path / EDF.slug).symlink_to(PACKAGE)
        assert read(EDF, tmp_path).source == SOLUTION


TOO_DEEP = {
    "a comprehension that ends the Python that reads it": f"x = [y {'for y in z ' * 50_000}]\n",
    "minus": f"x = {'-' * 100_000}1\n",
    "brackets": f"x = {'(' * 5_000}{')' * 5_000}\n",
    "a sum": f"x = 1{' + 1' * 30_000}\n",
    "a zero byte": "x = 1\0\n",
}


@pytest.mark.parametrize("notebook", [False, True])
@pytest.mark.parametrize("name", TOO_DEEP)
def test_a_program_that_no_python_can_read_costs_its_exercise_only(tmp_path: Path, name: str, notebook: bool) -> None:
    text = TOO_DEEP[name] + SOLUTION
    cells = json.dumps({"cells": [{"cell_type": "code", "source": text}]})
    hand_in(tmp_path / "eve", "edf.ipynb" if notebook else "edf.py", cells if notebook else text)
    hand_in(tmp_path / "ada", "edf.py")
    ada, eve = batch.grade(tmp_path, [EDF], workers=2).learners
    assert ada.points == 5
    # of a notebook only what is needed is taken, and x is not: then the right solution after it may have its points
    assert eve.points in ((0, EDF.points) if notebook else (0,)), eve.verdicts[0]


def test_a_notebook_of_brackets_does_not_end_the_grading(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    hand_in(tmp_path, "edf.py", EDF.stub())
    hand_in(tmp_path, "edf.ipynb", '{"cells": ' + "[" * 100_000)
    assert main(["grade", str(tmp_path), "--single", "--only", "03.1", "--quiet"]) == 0
    assert "is no notebook" in str(batch.check(EDF, tmp_path))


def test_a_network_without_end_is_refused_before_anybody_counts_it() -> None:
    with pytest.raises(ValueError, match="more than 64"):
        build([[1] * 100_000, [8] * 100_000, 1, 8])


def test_a_module_is_fresh_for_each_part_so_that_parts_asked_for_alone_are_worth_the_same(tmp_path: Path) -> None:
    hand_in(tmp_path, "helper.py", "CALLS = []\n")
    spoilt = f"import helper\n\nSEEN = []\n{SOLUTION}\n\n_curve = edf_curve\n\n\n" + (
        "def edf_curve(errors, at):\n    SEEN.append(1)\n    helper.CALLS.append(1)\n    return _curve(errors, at)\n\n\n"
        "_mean = mean_from_curve\n\n\n"
        "def mean_from_curve(errors):\n    return _mean(errors) + len(SEEN) + len(helper.CALLS)\n"
    )
    verdict = check_source(EDF, Submission(spoilt, "edf.py", tmp_path))
    assert [p.points for p in verdict.parts] == [2, 1, 2], str(verdict)


def test_the_words_of_a_syntax_error_point_at_the_place() -> None:
    verdict = check_source(EDF, Submission("def edf(errors, e):\n    return  (1 +\n", "edf.py"))
    assert verdict.problem.splitlines()[1:] == ["  return  (1 +", "          ^"]
    cells = ("import numpy as np", "def edf(errors, e)\n    return 0")
    verdict = check_source(EDF, Submission("", "edf.ipynb", cells=cells))
    assert verdict.problem.startswith("a line of edf.ipynb is not Python") and "def edf(errors, e)" in verdict.problem
