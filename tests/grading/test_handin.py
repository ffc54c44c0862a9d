"""What learners hand in, as Canvas, Moodle, Colab and a browser name it: whose it is, and which file answers what."""

from __future__ import annotations

import inspect
import io
import json
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from regnet_edu.cli.parser import main
from regnet_edu.common.errors import InputError
from regnet_edu.grading import batch
from regnet_edu.grading.exercise import Exercise, get
from regnet_edu.grading.handin import files, names
from regnet_edu.grading.handin.choose import NoFileError, choose
from regnet_edu.grading.handin.online_text import text_of_page
from regnet_edu.grading.handin.people import Class, collected
from regnet_edu.grading.submission import LARGEST, read_file

EDF = get("03.1")
SOLUTION = inspect.getsource(EDF.solution)
WRONG = SOLUTION.replace("< e", "<= e")
MOODLE = "Ada Lovelace_1234567_assignsubmission"


def notebook(code: str, outputs: str = "") -> str:
    cell = {"cell_type": "code", "source": code, "outputs": [{"data": {"image/png": outputs}}]}
    return json.dumps({"cells": [cell]})


def archive(content: Mapping[str, str | bytes]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as file:
        for name, text in content.items():
            file.writestr(zipfile.ZipInfo(name, (2026, 10, 12, 21, 59, 0)), text)
    return whole.getvalue()


def put(root: Path, content: Mapping[str, str | bytes | None]) -> Path:
    """Write files, and folders where the content is None."""
    for name, text in content.items():
        path = root / name
        (path if text is None else path.parent).mkdir(parents=True, exist_ok=True)
        if isinstance(text, bytes):
            path.write_bytes(text)
        elif text is not None:
            path.write_text(notebook(text) if name.endswith(".ipynb") else text)
    return root


def who(found: Class, exercise: Exercise = EDF) -> dict[str, str]:
    """Everyone, and the file that counts; "" where there is none."""
    chosen = {}
    for learner in found.learners:
        try:
            chosen[learner.name] = choose(exercise, learner.files).file.inside
        except NoFileError:
            chosen[learner.name] = ""
    return chosen


@pytest.mark.parametrize(
    ("name", "owner", "number"),
    [
        ("Copy of 03_1_edf.ipynb", "", "03.1"),
        ("Kopie von 03_1_edf.ipynb", "", "03.1"),
        ("03_1_edf (1).ipynb", "", "03.1"),
        ("edf (1).ipynb", "", "03.1"),
        ("edf - Copy (2).py", "", "03.1"),
        ("03-1-edf.ipynb", "", "03.1"),
        ("03.1 EDF.ipynb", "", "03.1"),
        ("3_1.ipynb", "", "03.1"),
        ("EDF.py", "", "03.1"),
        ("edf.py.txt", "", "03.1"),
        ("edf.ipynb.json", "", "03.1"),
        ("my_edf_final.py", "", "03.1"),
        ("2026-03-1-edf.py", "", "03.1"),
        ("XBlock.py", "", "02.3"),
        ("doejane_12345_6789_03_1_edf.ipynb", "doejane_12345", "03.1"),
        ("doejane_LATE_12345_6789_edf-1.py", "doejane_12345", "03.1"),
        ("doejane_12345_6789_Copy of 08_2_fit (2).ipynb", "doejane_12345", "08.2"),
        (f"{MOODLE}_file_edf.py", "Ada Lovelace_1234567", "03.1"),
        (f"{MOODLE}_onlinetext_onlinetext.html", "Ada Lovelace_1234567", None),
        ("onlinetext_Ada Lovelace_1234567.html", "Ada Lovelace_1234567", None),
        ("Untitled0.ipynb", "", None),
        ("edf.attempt1.py.txt", "", None),
        ("test_edf.py", "", None),
        ("conftest.py", "", None),
        ("benefit.py", "", None),
        ("edf.pdf", "", None),
    ],
)
def test_names_as_they_arrive(name: str, owner: str, number: str | None) -> None:
    found = names.owner(name)
    meant = names.meaning(found.rest)
    assert (found.who, meant and meant.number) == (owner, number)


class TestWho:
    @pytest.mark.parametrize(
        "content",
        [
            {"ada/edf.py": SOLUTION, "bob/deep/er/EDF.py": SOLUTION},
            {"ada/edf.py": SOLUTION, "bob/deep/er/EDF.py": SOLUTION, "edf.py": "stray"},
            {"all/ada/edf.py": SOLUTION, "all/bob/deep/er/EDF.py": SOLUTION},
            {"ada.zip": archive({"edf.py": SOLUTION}), "bob/deep/er/EDF.py": SOLUTION},
            {"ada.zip": archive({"edf.py": SOLUTION}), "bob.zip": archive({"deep/er/EDF.py": SOLUTION})},
            {"ada/edf.py": SOLUTION, "bob/x.zip": archive({"er/EDF.py": SOLUTION}), "notes.txt": "x"},
            {"ada_edf.py": SOLUTION, "bob-edf.py": SOLUTION},
            {"ada_edf.py": SOLUTION, "03_1_edf_bob.py": SOLUTION, "edf.py": "stray"},
        ],
        ids=["folders", "stray", "deeper", "one archive", "archives", "archive in a folder", "flat", "flat and stray"],
    )
    def test_a_class_of_two(self, tmp_path: Path, content: dict[str, str | bytes]) -> None:
        with collected(put(tmp_path, content)) as found:
            chosen = who(found)
        assert set(chosen) == {"ada", "bob"} and all(chosen.values())
        assert bool(found.notes) == ("edf.py" in content)

    def test_an_archive_of_a_class_of_archives(self, tmp_path: Path) -> None:
        inner = archive({"ada.zip": archive({"edf.py": SOLUTION}), "bob.zip": archive({"edf.py": SOLUTION})})
        (tmp_path / "submissions.zip").write_bytes(inner)
        with collected(tmp_path / "submissions.zip") as found:
            assert who(found) == {"ada": "edf.py", "bob": "edf.py"}
            assert choose(EDF, found.learners[0].files).file.path.read_text() == SOLUTION

    def test_canvas_flat_is_one_learner_a_user_and_says_who_is_late(self, tmp_path: Path) -> None:
        content = {
            "doejane_12345_6789_03_1_edf.ipynb": SOLUTION, "doejane_12345_6790_bootstrap.py": "x = 1\n",
            "roejack_LATE_12346_6791_edf-1.py": SOLUTION, "poejim_12347_6792_scan.pdf": "%PDF",
            "edf.py": "stray",
        }  # fmt: skip
        with collected(put(tmp_path, content)) as found:
            assert who(found) == {
                "doejane_12345": "doejane_12345_6789_03_1_edf.ipynb", "poejim_12347": "",
                "roejack_12346": "roejack_LATE_12346_6791_edf-1.py",
            }  # fmt: skip
            assert [learner.late for learner in found.learners] == [False, False, True]

    def test_moodle_puts_a_file_and_an_online_text_of_a_learner_in_two_folders(self, tmp_path: Path) -> None:
        page = "<p>def edf(errors, e):<br>&nbsp;&nbsp;&nbsp; return sum(x &lt; e for x in errors) / len(errors)</p>"
        page += "<p>edf_curve = mean_from_curve = None</p>"
        content = {
            f"{MOODLE}_file_/bootstrap.py": "x = 1\n",
            f"{MOODLE}_onlinetext_/onlinetext.html": page,
            "Bob_7654321_assignsubmission_file_/03_1_edf (1).ipynb": SOLUTION,
        }
        with collected(put(tmp_path, content)) as found:
            assert who(found) == {"Ada Lovelace_1234567": "onlinetext.html", "Bob_7654321": "03_1_edf (1).ipynb"}
            choice = choose(EDF, found.learners[0].files)
            assert "onlinetext.html by what it defines" in choice.note
            scope: dict = {}
            exec(read_file(choice.file.path).source, scope)
            assert scope["edf"]([1, 2], 2) == 0.5

    @pytest.mark.parametrize(
        "content",
        [
            {"edf.py": SOLUTION, "sizes.py": "x = 1\n"},
            {"03_1_edf/edf.py": SOLUTION, "old/edf.py": "x = 1\n"},
            {"exercises/03_1_edf/edf.py": SOLUTION, "old.zip": archive({"edf.py": "x = 1\n"})},
            {"edf.py": SOLUTION, "my_sizes.py": "x = 1\n", "bootstrap_final.py": "x = 1\n"},
            {"edf (1).py": SOLUTION, "data": None, "figures/a.png": ""},
            {"Untitled0.ipynb": SOLUTION},
        ],
    )
    def test_the_work_of_one_learner_is_no_class(self, tmp_path: Path, content: dict[str, str | bytes | None]) -> None:
        with collected(put(tmp_path / "eve", content)) as found:
            ((name, inside),) = who(found).items()
            assert name == "eve" and choose(EDF, found.learners[0].files).file.path.read_text().count("def edf") == 2
            assert inside

    def test_a_folder_that_is_a_link_is_nobody_s_work(self, tmp_path: Path) -> None:
        put(tmp_path, {"ada/edf.py": SOLUTION, "bob/edf.py": SOLUTION})
        (tmp_path / "eve").symlink_to("ada")
        (tmp_path / "mal_edf.py").symlink_to("ada/edf.py")
        grading = batch.grade(tmp_path, [EDF], workers=2)
        assert {g.learner: g.points for g in grading.learners} == {"ada": 5, "bob": 5, "eve": 0, "mal": 0}
        assert "eve is a link" in grading.learners[2].verdicts[0].problem

    def test_names_are_shown_as_a_terminal_can_and_stay_different(self, tmp_path: Path) -> None:
        put(tmp_path, {"a\x1bb/edf.py": SOLUTION, "a\nb/edf.py": SOLUTION, "a b/edf.py": SOLUTION})
        with collected(tmp_path) as found:
            shown = [learner.name for learner in found.learners]
        assert len(set(shown)) == 3 and all(name.isprintable() for name in shown)


class TestWhich:
    def chosen(self, root: Path, exercise: Exercise = EDF) -> tuple[str, str]:
        choice = choose(exercise, files.handed_in(root))
        return choice.file.inside, choice.note

    def test_where_two_can_be_meant_the_note_says_which_was_taken(self, tmp_path: Path) -> None:
        put(tmp_path, {"edf (1).py": SOLUTION, "edf.py": "x = 1\n"})
        assert self.chosen(tmp_path) == ("edf.py", "taken from edf.py; there is edf (1).py too")

    def test_a_second_copy_of_the_same_leaves_no_doubt(self, tmp_path: Path) -> None:
        put(tmp_path, {"edf (1).py": SOLUTION, "edf.py": SOLUTION})
        assert self.chosen(tmp_path) == ("edf.py", "")

    def test_a_stub_is_no_answer_beside_an_answer(self, tmp_path: Path) -> None:
        put(tmp_path, {"edf.py": EDF.stub(), "edf (1).py": SOLUTION})
        assert self.chosen(tmp_path) == ("edf (1).py", "taken from edf (1).py")

    def test_one_notebook_may_answer_two_exercises_by_what_it_defines(self, tmp_path: Path) -> None:
        second = get("03.2")
        put(tmp_path, {"Untitled0.ipynb": SOLUTION + inspect.getsource(second.solution)})
        for exercise in (EDF, second):
            assert "by what it defines" in self.chosen(tmp_path, exercise)[1]

    def test_a_function_of_a_larger_exercise_does_not_answer_a_smaller(self, tmp_path: Path) -> None:
        put(tmp_path, {"work.py": inspect.getsource(get("10.2").solution)})  # make_block is that of 02.3 too
        assert self.chosen(tmp_path, get("10.2"))[0] == "work.py"
        with pytest.raises(NoFileError):
            self.chosen(tmp_path, get("02.3"))

    def test_neighbours_in_a_flat_download_cannot_be_imported(self, tmp_path: Path) -> None:
        put(tmp_path, {"ada_edf.py": SOLUTION, "eve_edf.py": "from ada_edf import *\n", "bob_edf.py": SOLUTION})
        grading = batch.grade(tmp_path, [EDF], workers=2)
        assert {g.learner: g.points for g in grading.learners} == {"ada": 5, "bob": 5, "eve": 0}

    def test_a_learner_s_own_check_understands_the_same_names(
        self, tmp_path: Path, capsys: pytest.CaptureFixture
    ) -> None:
        put(tmp_path, {"Copy of 03_1_edf.ipynb": SOLUTION, "sizes.py": "x = 1\n"})
        assert main(["check", "03.1", str(tmp_path)]) == 0
        assert "taken from Copy of 03_1_edf.ipynb" in capsys.readouterr().err
        assert main(["check", "03.2", str(tmp_path)]) == 2

    def test_no_name_moves_a_cursor_or_adds_a_line(self, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
        names = {
            "a/edf\x1b[2J\n,5/EDF (1).py": SOLUTION,
            "a/x\n/EDF.py": WRONG,
            "b/\x1b\n.pdf": "",
            "b/\x1b.py": "x = 1",
        }
        put(tmp_path / "in", names)
        out = tmp_path / "r.csv"
        assert main(["grade", str(tmp_path / "in"), "--only", "03.1", "--quiet", "--out", str(out)]) == 0
        said = capsys.readouterr().out + out.read_text()
        assert "\x1b" not in said and len(said.splitlines()) == 7, said
        assert (
            "\x1b" not in json.loads(out.with_suffix(".graded.jsonl").read_text().splitlines()[0])["evidence"]["file"]
        )

    def test_no_file_is_said_and_is_no_score(self, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
        put(tmp_path, {"ada/edf.py": SOLUTION, "bob/scan.pdf": "%PDF", "cyd": None})
        out = tmp_path / "out" / "r.csv"
        assert main(["grade", str(tmp_path), "--only", "03.1", "--out", str(out), "--quiet"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert [line.split()[:3] for line in lines[2:4]] == [["bob", "no", "file"], ["cyd", "no", "file"]]
        assert [row.split(",")[1] for row in out.read_text().splitlines()[1:]] == ["5", "", ""]

    def test_what_is_taken_is_said_in_the_table(self, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
        put(tmp_path, {"ada/Copy of 03_1_edf.ipynb": SOLUTION, "bob/edf.py": SOLUTION})
        assert main(["grade", str(tmp_path), "--only", "03.1", "--record", str(tmp_path / ".r"), "--quiet"]) == 0
        out = capsys.readouterr().out
        assert "5 of 5" in out and "ada: 03.1 taken from Copy of 03_1_edf.ipynb" in out


class TestHostile:
    def test_an_archive_leads_nowhere_and_is_never_unpacked_whole(self, tmp_path: Path) -> None:
        large = b"#" * (files.MOST_UNPACKED // 2)
        content = {"../../evil.py": "x", "/abs/edf.py": SOLUTION, "a.py": large, "b.py": large, "c.py": large}
        put(tmp_path / "in", {"ada.zip": archive(content)})
        (tmp_path / "work").mkdir()
        found = files.handed_in(tmp_path / "in", tmp_path / "work")
        assert [f.name for f in found] == ["edf.py", "a.py"]
        assert all(f.path.resolve().is_relative_to(tmp_path / "work") for f in found)
        assert sorted(p.name for p in tmp_path.iterdir()) == ["in", "work"]

    @pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn", archive({"edf.py": SOLUTION})[:-40]])
    def test_a_broken_archive_is_no_file(self, tmp_path: Path, content: bytes) -> None:
        put(tmp_path, {"ada.zip": content, "bob/edf.py": SOLUTION})
        with collected(tmp_path) as found:
            assert who(found) == {"ada": "", "bob": "edf.py"}

    def test_a_deep_folder_takes_no_time(self, tmp_path: Path) -> None:
        deep = tmp_path
        for _ in range(300):
            deep /= "d"
        deep.mkdir(parents=True)
        (tmp_path / "edf.py").write_text(SOLUTION)
        began = time.process_time()
        assert [f.inside for f in files.handed_in(tmp_path)] == ["edf.py"]
        assert time.process_time() - began < 1

    def test_a_pipe_is_not_read(self, tmp_path: Path) -> None:
        import os

        os.mkfifo(tmp_path / "edf.py")
        assert files.handed_in(tmp_path) == []


class TestSize:
    """The limit is on code: a figure makes a notebook large and no solution long."""

    def test_a_notebook_with_large_figures_is_graded(self, tmp_path: Path) -> None:
        (tmp_path / "edf.ipynb").write_text(notebook(SOLUTION, "A" * 3 * LARGEST))
        assert batch.check(EDF, tmp_path).points == 5

    def test_a_notebook_with_too_much_code_is_not(self, tmp_path: Path) -> None:
        (tmp_path / "edf.ipynb").write_text(notebook("#" * (LARGEST + 1)))
        with pytest.raises(InputError, match=f"characters of code; a solution has at most {LARGEST}"):
            read_file(tmp_path / "edf.ipynb")


def test_an_online_text_is_read_as_it_looks() -> None:
    page = "<head><title>no</title></head><div>a = 1</div>\n<pre>if a:\n    b = 2 &lt; 3\n</pre><p>c<br>d\ne</p>"
    assert text_of_page(page) == "a = 1\nif a:\n    b = 2 < 3\nc\nd e\n"
