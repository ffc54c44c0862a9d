"""Grading: one verdict through terminal, notebook and pytest; hints, resets, reports; bad input in one sentence."""

from __future__ import annotations

import csv
import inspect
import io
import json
import linecache
import math
import subprocess
import sys
import types
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

import regnet_edu as rn
from regnet_edu.cli.parser import main
from regnet_edu.common.errors import InputError
from regnet_edu.grading import batch, classroom, folders, submission, wire
from regnet_edu.grading.cells import needed
from regnet_edu.grading.compare import close, show
from regnet_edu.grading.exercise import exercises, get
from regnet_edu.grading.judge import check_source
from regnet_edu.grading.process import Submission
from regnet_edu.grading.results import formats

EDF = get("03.1")
SOLUTION = inspect.getsource(EDF.solution)
ROOT = Path(__file__).resolve().parents[2]


def part_of(notebook: Submission, functions: Sequence[str] = EDF.functions) -> str:
    """What of a notebook is run."""
    return needed(notebook.cells or (), functions)


def put(folder: Path, text: str, exercise: Any = EDF) -> Path:
    """A folder of an exercise, with the learner's file in it."""
    place = folder / exercise.slug
    place.mkdir(parents=True)
    for name, content in folders.files(exercise).items():
        (place / name).write_text(content)
    (place / exercise.filename).write_text(text)
    return place


class TestPlainData:
    @pytest.mark.parametrize(
        "value",
        [
            None,
            True,
            3,
            2**80,
            0.1,
            float("inf"),
            "x",
            [1, [2.5]],
            (1, 2),
            {"a": [1]},
            {1, 2},
            range(3),
            np.float32(0.5),
        ],
    )
    def test_what_goes_through_comes_back(self, value: Any) -> None:
        back = wire.decode(json.loads(json.dumps(wire.encode(value))))
        assert back == (list(value) if isinstance(value, range) else value)

    def test_arrays_keep_shape_and_kind(self) -> None:
        for array in (np.arange(6).reshape(2, 3), np.array([True, False]), np.zeros((0, 4)), np.array([0.1, np.nan])):
            back = wire.decode(json.loads(json.dumps(wire.encode(array))))
            assert back.shape == array.shape and back.dtype.kind == array.dtype.kind
            np.testing.assert_array_equal(back, array)

    def test_objects_do_not_cross(self) -> None:
        class Yes(float):
            def __eq__(self, other: object) -> bool:
                return True

        for value in (Yes(1), object(), lambda: 0, types, [Yes(1)], (x for x in [1])):
            with pytest.raises(wire.UnreadableError):
                wire.encode(value)
        assert wire.encode(Fraction(1, 2)) == 0.5

    @pytest.mark.parametrize(
        ("answer", "expected", "same"),
        [
            (1, 1.0, True), (0.1 + 0.2, 0.3, True), (True, True, True), (1, True, True), (2, True, False), (None, 0, False),
            ([1, 2], np.array([1, 2]), True), ((1, 2), [1, 2], True), ([1], 1, False), ("1", 1, False),
            (2**60 + 1, 2**60, False), (float("nan"), 0.5, False), ([[1, 2]], [1, 2], False), ({"a": 1}, {"a": 1}, True),
        ],
    )  # fmt: skip
    def test_answers_are_the_same_by_what_they_hold(self, answer: Any, expected: Any, same: bool) -> None:
        assert close(answer, expected) is same

    def test_values_are_shown_short(self) -> None:
        assert show([0.1 + 0.2, 1]) == "[0.3, 1]"
        assert len(show(list(range(10**4)))) < 200


class TestOneVerdict:
    def test_terminal_and_notebook_and_pytest_agree(
        self, tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wrong = SOLUTION.replace("< e", "<= e")
        place = put(tmp_path, wrong)
        with pytest.raises(SystemExit):
            main(["check", "03.1", str(place), "--json"])
        terminal = json.loads(capsys.readouterr().out)

        assert terminal["points"] == 2 and "< and not <=" in terminal["parts"][0]["words"]
        monkeypatch.setattr(sys.modules["__main__"], "np", np, raising=False)
        namespace: dict[str, Any] = {"__name__": "__main__", "np": np}
        path = tmp_path / "cell.py"
        path.write_text(wrong)
        exec(compile(wrong, str(path), "exec"), namespace)
        notebook = rn.check("03.1", namespace["edf"], namespace["edf_curve"], namespace["mean_from_curve"]).to_dict()
        assert [p["points"] for p in notebook["parts"]] == [p["points"] for p in terminal["parts"]]
        assert [p["words"] for p in notebook["parts"]] == [p["words"] for p in terminal["parts"]]

        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(place)],
            capture_output=True, text=True, check=False, cwd=tmp_path,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
        )  # fmt: skip
        assert "2 failed, 1 passed" in done.stdout, done.stdout + done.stderr
        assert "< and not <=" in done.stdout and "Traceback" not in done.stdout

    def test_functions_without_cells_are_taken_from_the_file_that_defines_them(self) -> None:
        source = (
            "import math\nimport numpy as np\n\nscale = 2\nunused = scale\n\n\ndef helper(x):\n    return x * scale\n\n\n"
            "def edf(errors, e):\n    return helper(np.mean(errors)) + math.pi\n"
        )
        path = str(ROOT / "tests" / "_none_.py")
        linecache.cache[path] = (len(source), None, source.splitlines(True), path)
        space: dict[str, Any] = {"__name__": "__main__"}
        exec(compile(source, path, "exec"), space)
        taken = part_of(submission.capture(EDF, space), ["edf"])
        assert "unused" not in taken
        fresh: dict[str, Any] = {}
        exec(taken, fresh)
        assert fresh["edf"]([1, 3], 0) == 4 + math.pi

    def test_a_notebook_file_is_read_for_what_it_defines(self, tmp_path: Path) -> None:
        cells = ["%matplotlib inline\nimport regnet_edu as rn\nimport numpy as np", SOLUTION, 'rn.check("03.1")\n1 / 0']
        path = tmp_path / "edf.ipynb"
        path.write_text(json.dumps({"cells": [{"cell_type": "code", "source": [c]} for c in cells]}))
        taken = part_of(submission.read(EDF, path))
        assert "def edf_curve" in taken and "regnet_edu" not in taken and "1 / 0" not in taken


class TestWords:
    def test_a_syntax_error_shows_the_learner_s_line(self) -> None:
        verdict = check_source(EDF, Submission("import math\ndef edf(errors, e)\n    return 0\n", "edf.py"))
        assert verdict.points == 0
        assert (
            "line 2 of edf.py" in verdict.problem and "def edf(errors, e)" in verdict.problem and "^" in verdict.problem
        )

    def test_missing_names_signatures_and_errors_are_said_in_words(self) -> None:
        source = "def edf_(errors, e):\n    return 0\n\n\ndef edf_curve(errors):\n    return 0\n\n\ndef mean_from_curve(errors):\n    return errors[99]\n"
        first, second, third = check_source(EDF, Submission(source, "edf.py")).parts
        assert "has no function edf; did you mean to call edf_" in first.words
        assert "yours takes (errors)" in second.words
        assert "IndexError" in third.words and "in line 10 of edf.py:  return errors[99]" in third.words
        assert not any("Traceback" in p.words or "student.py" in p.words for p in (first, second, third))

    def test_answers_learned_by_heart_do_not_pass(self) -> None:
        part = EDF.parts[0]
        known = {repr(list(call)): float(np.mean(np.asarray(call[0]) < call[1])) for call in part.calls([0])}
        source = (
            SOLUTION + f"\n\nKNOWN = {known!r}\n\n\ndef edf(errors, e):\n    return KNOWN.get(repr([errors, e]), 0.0)\n"
        )
        assert not check_source(EDF, Submission(source, "edf.py")).parts[0].passed
        assert check_source(EDF, Submission(source, "edf.py"), seeds=[0]).parts[0].passed


class TestBadInput:
    @pytest.mark.parametrize(
        ("number", "nearest"),
        [
            ("3.9", "03.3"),
            ("99.1", "15.1"),
            ("edff", "03.1"),
            ("", ""),
            ("03", "03.1"),
            ("99", "15.1"),
            ("9" * 5000, ""),
        ],
    )
    def test_an_unknown_number_offers_the_nearest(self, number: str, nearest: str) -> None:
        with pytest.raises(InputError, match=f"the nearest is {nearest}"):
            get(number)

    def test_numbers_and_names_are_understood_in_every_form(self) -> None:
        assert {get(n).number for n in ("03.1", "3.1", "3_1", "edf", "03_1_edf", "03-1")} == {"03.1"}

    @pytest.mark.parametrize(
        ("name", "content", "words"),
        [
            ("edf.py", b"", "is empty"),
            ("edf.py", b"\xff\xfe\x00", "no text in UTF-8"),
            ("edf.ipynb", b"{}", "is no notebook"),
            ("edf.txt", b"x", "neither a Python file"),
        ],
    )
    def test_files_that_cannot_be_read(self, tmp_path: Path, name: str, content: bytes, words: str) -> None:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match=words):
            submission.read(EDF, tmp_path / name)

    def test_no_file_and_an_empty_folder(self, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
        assert main(["check", "03.1", str(tmp_path / "none")]) == 2
        assert main(["check", "03.1", str(tmp_path)]) == 2
        assert "it is empty" in capsys.readouterr().err
        assert main(["grade", str(tmp_path), "--quiet"]) == 2
        assert "no submissions" in capsys.readouterr().err
        assert main(["grade", str(tmp_path), "--out", "x.pdf"]) == 2

    def test_whatever_one_file_is_the_rest_is_graded_and_a_sentence_says_what_it_was(self, tmp_path: Path) -> None:
        put(tmp_path, SOLUTION)
        handed_in = {
            "04.1": ("shared_ratio.py", "def share_ratio(:\n    pass\n", "line 1 of shared_ratio.py is not Python"),
            "05.1": ("shared_group.ipynb", "not a notebook", "is no notebook"),
            "07.1": ("growing_depths.py", "x = 1\n", "has no function"),
            "08.1": ("quantised.py", "", "is empty"),
            "09.1": ("search.py", None, "has no search.py"),
        }
        for number, (name, text, _) in handed_in.items():
            (tmp_path / get(number).slug).mkdir()
            if text is not None:
                (tmp_path / get(number).slug / name).write_text(text)
        (tmp_path / get("01.2").slug).mkdir()
        first = get("01.2").functions[0]
        (tmp_path / get("01.2").slug / "sizes.py").write_text(f"def {first}():\n    return 1\n")
        wanted = [EDF, get("01.2"), *map(get, handed_in)]
        (graded,) = batch.grade(tmp_path, wanted).learners
        by_number = {v.exercise.number: v for v in graded.verdicts}
        assert by_number["03.1"].points == EDF.points == graded.points
        assert "yours takes ()" in by_number["01.2"].parts[0].words
        for number, (_, _, words) in handed_in.items():
            said = by_number[number].problem or by_number[number].parts[0].words
            assert words in said and "Traceback" not in said, said
            assert by_number[number].points == 0

    def test_answers_that_a_judge_cannot_read_are_wrong_and_not_an_error_of_ours(self) -> None:
        exercise = get("03.2")
        source = inspect.getsource(exercise.solution)
        for answer in ("None", "'x'", "[[]]", "{1: 2}", "(1, [2], 'x')"):
            text = source[: source.index("def bootstrap_best")] + (
                f"def bootstrap_best(values, errors, rng):\n    return {answer}\n"
            )
            assert not check_source(exercise, Submission(text, exercise.filename)).parts[1].passed

    def test_a_notebook_without_the_functions(self) -> None:
        with pytest.raises(InputError, match="defines none of them"):
            submission.capture(EDF, {})


class TestHintsAndResets:
    def test_hints_open_one_rung_at_a_time_and_are_remembered(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
    ) -> None:
        monkeypatch.setenv("REGNET_EDU_HOME", str(tmp_path))
        assert [folders.next_hint(EDF)[0] for _ in range(4)] == [1, 2, 3, 3]
        assert folders.next_hint(EDF, again=True) == (3, EDF.hints[2])
        (tmp_path / "hints.json").write_text("torn")
        assert main(["hint", "03.1"]) == 0
        assert EDF.hints[0] in capsys.readouterr().out

    def test_reset_keeps_every_attempt(self, tmp_path: Path) -> None:
        path = put(tmp_path, "first") / "edf.py"
        first = folders.reset(EDF, path)
        assert first and first.read_text() == "first" and path.read_text() == EDF.stub()
        assert folders.reset(EDF, path) is None
        path.write_text("second")
        second = folders.reset(EDF, path)
        assert second and second != first and second.read_text() == "second" and first.read_text() == "first"

    def test_fresh_folders_are_written_once_and_what_was_changed_stays(self, tmp_path: Path) -> None:
        written, kept = folders.write_all(tmp_path)
        assert (written, kept) == (4 * len(exercises()) + 2 + len(classroom.files()), 0)
        assert (tmp_path / "notebooks" / f"{EDF.slug}.ipynb").exists()
        for page in ("README.md", "INSTRUCTORS.md"):
            there = (ROOT / "exercises" / page).read_text()
            assert (tmp_path / page).read_text() == there, f"copy exercises/{page} to regnet_edu/grading/guide/"
        (tmp_path / EDF.slug / "edf.py").write_text("mine")
        assert folders.write_all(tmp_path) == (0, written)
        assert (tmp_path / EDF.slug / "edf.py").read_text() == "mine"

    def test_watch_shows_the_progress_of_the_course(self, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
        folders.write_all(tmp_path)
        (tmp_path / EDF.slug / "edf.py").write_text(SOLUTION)
        assert main(["watch", str(tmp_path), "--once"]) == 0
        out = capsys.readouterr().out
        assert "● 03.1 edf 5/5" in out and "○ 01.1 log_uniform" in out and f"{EDF.points} of " in out


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> list[batch.Graded]:
    root = tmp_path_factory.mktemp("submissions")
    put(root / "ada", SOLUTION)
    put(root / "bob", SOLUTION.replace("< e", "<= e"))
    put(root / "cyd", "def edf(:\n")
    (root / "=dan").mkdir()
    return batch.grade(root, [EDF], workers=2).learners


class TestGrading:
    def test_everyone_is_graded_whatever_the_others_hand_in(self, graded: list[batch.Graded]) -> None:
        assert {g.learner: g.points for g in graded} == {"=dan": 0, "ada": 5, "bob": 2, "cyd": 0}
        assert "it is empty" in graded[0].verdicts[0].problem
        assert "ada" in formats.table(graded) and "5 of 5" in formats.table(graded)

    def test_gradescope_gets_what_it_reads(self, graded: list[batch.Graded]) -> None:
        result = json.loads(formats.as_json([g for g in graded if g.learner == "bob"]))
        assert result["score"] == 2 == sum(t["score"] for t in result["tests"])
        for test in result["tests"]:
            assert set(test) == {"name", "number", "score", "max_score", "status", "output", "visibility"}
            assert test["status"] == ("passed" if test["score"] == test["max_score"] else "failed")
        assert set(json.loads(formats.as_json(graded))["submissions"]) == {"=dan", "ada", "bob", "cyd"}

    def test_junit_counts_its_failures(self, graded: list[batch.Graded]) -> None:
        root = ElementTree.fromstring(formats.as_junit(graded))
        for suite in root:
            assert int(suite.attrib["tests"]) == len(suite.findall("testcase")) == 3
            assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure"))
        assert formats.xml_text("a\x00\x1bb\ud800") == "a??b?"

    def test_csv_has_a_row_a_learner_and_no_formulas(self, graded: list[batch.Graded]) -> None:
        rows = list(csv.DictReader(io.StringIO(formats.as_csv(graded))))
        assert [r["learner"] for r in rows] == ["'=dan", "ada", "bob", "cyd"]
        assert [r["points"] for r in rows] == ["0", "5", "2", "0"]

    def test_the_classroom_files_at_the_root_are_those_of_the_package(self) -> None:
        for name, text in classroom.files().items():
            assert (ROOT / "exercises" / "classroom" / name).read_text() == text, "run `regnet-edu exercises` again"

    def test_one_part_can_be_asked_for(self, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
        place = put(tmp_path, SOLUTION.replace("1 - edf(errors", "2 - edf(errors"))
        assert main(["check", "03.1", str(place), "--part", "1"]) == 0
        assert "2 of 2 points" in capsys.readouterr().out
        with pytest.raises(SystemExit):
            main(["check", "03.1", str(place), "--part", "3"])
        assert main(["check", "03.1", str(place), "--part", "4"]) == 2

    def test_one_submission_through_the_command_line(self, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
        put(tmp_path / "eve", SOLUTION)
        out = tmp_path / "out" / "results.json"
        assert main(["grade", str(tmp_path / "eve"), "--only", "03.1", "--out", str(out), "--quiet"]) == 0
        assert json.loads(out.read_text())["score"] == 5
        assert "5 of 5" in capsys.readouterr().out


def test_grade_says_once_which_walls_this_system_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    from regnet_edu.grading import process

    monkeypatch.setattr(process.Limits, "__init__", lambda self, **k: object.__setattr__(self, "__dict__", LIMITED))
    monkeypatch.chdir(tmp_path)  # where the record is kept
    for name in ("ann", "bob"):
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / "edf.py").write_text(SOLUTION)
    main(["grade", "class", "--only", "03.1", "--quiet"])
    said = capsys.readouterr().err
    assert said.count("Landlock") == 1 and "layers only" in said


LIMITED = {
    "seconds": 10.0,
    "memory": 2**31,
    "file_size": 2**24,
    "without": ("files", "calls"),
    "landlock": 99,
    "stop": None,
}
