"""The scripts for Gradescope and Classroom 50, run as those systems run them: one verdict, one score."""

from __future__ import annotations

import inspect
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from regnet_edu.cli.parser import main
from regnet_edu.grading.exercise import exercises, get
from regnet_edu.grading.results.classroom50 import fenced

ROOT = Path(__file__).resolve().parents[2]
CLASSROOM = ROOT / "exercises" / "classroom"
EDF = get("03.1")
WRONG = inspect.getsource(EDF.solution).replace("< e", "<= e")  # two of three parts fail

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="the configurations are for Linux")

# What Gradescope's documentation of autograders says of results.json: names, and what each may be.
WHOLE: dict[str, Any] = {
    "score": (int, float), "execution_time": (int, float), "output": str, "output_format": str, "test_output_format": str,
    "test_name_format": str, "visibility": str, "stdout_visibility": str, "extra_data": dict, "tests": list,
    "leaderboard": list,
}  # fmt: skip
TEST: dict[str, Any] = {
    "score": (int, float), "max_score": (int, float), "status": str, "name": str, "name_format": str, "number": str,
    "output": str, "output_format": str, "tags": list, "visibility": str, "extra_data": dict,
}  # fmt: skip
VISIBLE = {"hidden", "after_due_date", "after_published", "visible"}


def environment(folder: Path) -> dict[str, str]:
    """A machine on which the package is installed: `regnet-edu` and `python3` are commands."""
    commands = folder / "bin"
    commands.mkdir(parents=True)
    for name, rest in (("regnet-edu", "-m regnet_edu"), ("python3", "")):
        script = commands / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" {rest} "$@"\n')
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return {"PATH": f"{commands}:/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(folder)}


def autograder(
    tmp_path: Path, files: dict[str, str], created: str = "", described: str = "", command: str = "", **settings: str
) -> dict[str, Any]:
    """Gradescope's part: put a submission in its folder, run `run_autograder` and read results.json."""
    home = tmp_path / "autograder"
    for name in ("submission", "results", "source"):
        (home / name).mkdir(parents=True)
    for name, text in files.items():
        (home / "submission" / name).parent.mkdir(parents=True, exist_ok=True)
        (home / "submission" / name).write_text(text)
    script = (CLASSROOM / "gradescope" / "run_autograder").read_text()
    for name, value in settings.items():
        script = re.sub(f'(?m)^{name}="[^"]*"', f'{name}="{value}"', script)
    if described:
        (home / "source" / "class.toml").write_text(described)
    if created:
        (home / "submission_metadata.json").write_text(json.dumps({"id": 1, "created_at": created}))
    (home / "run_autograder").write_text(script.replace("/autograder/", f"{home}/"))
    machine = environment(tmp_path / "machine")
    if command:
        (tmp_path / "machine" / "bin" / "regnet-edu").write_text(command)
    done = subprocess.run(
        ["bash", str(home / "run_autograder")], env=machine, capture_output=True, text=True,
        cwd=home, check=False, timeout=580,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result = json.loads((home / "results" / "results.json").read_text())
    check_schema(result)
    return result


def check_schema(result: dict[str, Any]) -> None:
    assert "score" in result or "tests" in result
    for entry, known in [(result, WHOLE), *((test, TEST) for test in result.get("tests", []))]:
        for name, value in entry.items():
            assert isinstance(value, known[name]), f"{name}: {value!r}"
        assert entry.get("visibility", "visible") in VISIBLE and entry.get("status", "passed") in ("passed", "failed")


def test_gradescope_gives_the_score_and_the_words_of_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "edf.py").write_text(WRONG)
    with pytest.raises(SystemExit):
        main(["check", "03.1", str(tmp_path / "edf.py"), "--json"])
    terminal = json.loads(capsys.readouterr().out)
    result = autograder(tmp_path, {"edf.py": WRONG, "notes.txt": "hello"})
    tests = [t for t in result["tests"] if t["number"].startswith("03.1.")]
    assert [(t["score"], t["max_score"]) for t in tests] == [(p["points"], p["of"]) for p in terminal["parts"]]
    for test, part in zip(tests, terminal["parts"], strict=True):
        assert part["words"] in test["output"]
    assert result["score"] == terminal["points"] == 2
    assert len(result["tests"]) == sum(len(e.parts) for e in exercises().values())


@pytest.mark.parametrize("files", [{}, {"a/x.txt": "", "b/y.txt": ""}], ids=["empty", "folders of something else"])
def test_gradescope_gets_a_score_of_0_for_what_is_no_submission(tmp_path: Path, files: dict[str, str]) -> None:
    result = autograder(tmp_path, files)
    assert result["score"] == 0
    assert all(test["score"] == 0 for test in result.get("tests", []))


def test_the_set_up_script_is_valid_and_installs_the_wheel_that_lies_beside_it() -> None:
    script = CLASSROOM / "gradescope" / "setup.sh"
    assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0
    assert "/autograder/source/regnet_edu-*.whl" in script.read_text()


def test_gradescope_shows_the_exercises_of_a_week_when_it_is_told_to(tmp_path: Path) -> None:
    created = "2026-10-12T14:22:32.365935-07:00"
    settings = {"ONLY": "03.1 03.2", "SEED": "4711", "VISIBILITY": "after_due_date"}
    result = autograder(tmp_path, {"Copy of edf.py": WRONG}, created, **settings)
    assert {t["number"][:4] for t in result["tests"]} == {"03.1", "03.2"} and result["score"] == 2
    assert {t["visibility"] for t in result["tests"]} == {"after_due_date"}
    assert "2 of" not in result["output"]  # the score of a test that is hidden is hidden in the words too
    evidence = result["extra_data"]["evidence"]["03.1"]
    assert evidence["submitted"] == "2026-10-12T21:22:32Z" and evidence["seeds"][1] == 4711


@pytest.mark.parametrize("kept", [True, False])
def test_gradescope_keeps_the_results_if_one_exercise_could_not_be_graded(tmp_path: Path, kept: bool) -> None:
    writes = f"echo '{{\"score\": 4}}' > {tmp_path}/autograder/results/results.json;" if kept else ""
    result = autograder(tmp_path, {}, command=f"#!/bin/sh\n{writes} echo why >&2; exit 1\n")
    assert result == ({"score": 4} if kept else {"score": 0, "output": "why"})


def test_gradescope_takes_an_assignment_from_the_file_of_the_class(tmp_path: Path) -> None:
    text = 'seed = 7\n[assignments.week-3]\nexercises = ["03.1"]\nvisibility = "hidden"\n'
    result = autograder(tmp_path, {"edf.py": WRONG}, described=text, ASSIGNMENT="week-3")
    assert len(result["tests"]) == len(EDF.parts) and {t["visibility"] for t in result["tests"]} == {"hidden"}
    assert result["extra_data"]["evidence"]["03.1"]["seeds"][1] == 7


# The contract of classroom50/result/v1: each field, and what it may be.
RESULT: dict[str, Any] = {
    "schema": str, "classroom": str, "assignment": str, "assignment_type": str, "owner": str, "submission": str,
    "commit": str, "release": str, "review": str, "datetime": str, "graded_at": str, "score": int, "max-score": int,
    "tests": list,
}  # fmt: skip
RESULT_TEST: dict[str, Any] = {"test-name": str, "passed": bool, "score": int, "max-score": int}
VARIABLES = {
    "CLASSROOM": "design-spaces", "ASSIGNMENT": "week-3", "SUBMISSION_TAG": "submit/2026-10-12T21-59-00Z-a1b2c3d",
    "USERNAME": "alice", "OWNER": "alice", "ASSIGNMENT_TYPE": "individual", "COMMIT_URL": "https://git.example/commit/1",
    "RELEASE_URL": "https://git.example/release/1", "REVIEW_URL": "https://git.example/compare/0...1",
    "PAGES_BASE_URL": "https://pages.example/classroom50",
}  # fmt: skip


class Classroom50:
    """Classroom 50's part: a learner's checkout, the variables of the runner, and what it reads afterwards."""

    def __init__(self, folder: Path, files: dict[str, str], only: str = '["03.1"]') -> None:
        self.checkout = folder / "checkout"
        self.checkout.mkdir(parents=True)
        for name, text in files.items():
            (self.checkout / name).parent.mkdir(parents=True, exist_ok=True)
            (self.checkout / name).write_text(text)
        date = {"GIT_COMMITTER_DATE": "2026-10-12T23:59:00+02:00", "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z"}
        git = ["git", "-c", "user.name=alice", "-c", "user.email=alice@example.org"]
        for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "--allow-empty", "-m", "work"]):
            subprocess.run([*git, *command], cwd=self.checkout, env={**os.environ, **date}, check=True)
        bundle = folder / "bundle"
        bundle.mkdir()
        text = (CLASSROOM / "classroom50" / "autograder.py").read_text()
        self.script = bundle / "autograder.py"
        self.script.write_text(text.replace("ONLY = []", f"ONLY = {only}"))
        self.output = folder / "github_output"

    def run(self, **changes: str) -> subprocess.CompletedProcess:
        machine = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(self.script.parent)}
        variables = {**machine, **VARIABLES, "GITHUB_OUTPUT": str(self.output), **changes}
        return subprocess.run(
            [sys.executable, str(self.script)], cwd=self.checkout, env=variables, capture_output=True, text=True,
            check=False, timeout=300,
        )  # fmt: skip

    def result(self) -> dict[str, Any]:
        result = json.loads((self.checkout / "result.json").read_text())
        assert set(result) <= set(RESULT) and set(RESULT) - {"owner", "assignment_type", "graded_at"} <= set(result)
        for entry, known in [(result, RESULT), *((test, RESULT_TEST) for test in result["tests"])]:
            for name, kind in known.items():
                assert type(entry.get(name)) is kind, f"{name}: {entry.get(name)!r}"
        assert result["schema"] == "classroom50/result/v1"
        assert result["score"] == sum(t["score"] for t in result["tests"])
        assert result["max-score"] == sum(t["max-score"] for t in result["tests"])
        assert len({t["test-name"] for t in result["tests"]}) == len(result["tests"])
        return result


class TestClassroom50:
    def test_it_gives_the_score_and_the_words_of_the_terminal_and_imports_nothing_of_the_checkout(
        self, tmp_path: Path, capsys: pytest.CaptureFixture
    ) -> None:
        evil = "raise SystemExit('imported')\n"
        names = ("regnet_edu/__init__.py", "subprocess.py", "numpy.py", "pip/__init__.py", "json.py")
        room = Classroom50(tmp_path, {"exercises/03_1_edf/edf.py": WRONG, **dict.fromkeys(names, evil)})
        done = room.run()
        assert done.returncode == 0, done.stderr
        result = room.result()
        with pytest.raises(SystemExit):
            main(["check", "03.1", str(room.checkout), "--json"])
        parts = json.loads(capsys.readouterr().out)["parts"]
        assert [(t["score"], t["max-score"], t["passed"], t["words"]) for t in result["tests"]] == [
            (p["points"], p["of"], p["passed"], p["words"]) for p in parts
        ]
        assert {name: result[name] for name in ("classroom", "assignment", "owner", "submission", "commit")} == {
            "classroom": "design-spaces", "assignment": "week-3", "owner": "alice",
            "submission": VARIABLES["SUBMISSION_TAG"], "commit": VARIABLES["COMMIT_URL"],
        }  # fmt: skip
        assert result["datetime"] == "2026-10-12T21:59:00Z"
        body = (room.checkout / "release-body.md").read_text()
        assert body.startswith("## 2 of 5 points") and parts[0]["words"].splitlines()[-1] in body
        assert "Read again:" in body and "regnet-edu hint 03.1" in body
        assert room.output.read_text() == "status=failure\nsummary=2 of 5 points\n"

    def test_a_regrade_changes_the_instant_of_grading_and_nothing_else(self, tmp_path: Path) -> None:
        room = Classroom50(tmp_path, {"edf.py": inspect.getsource(EDF.solution)})
        texts = []
        for _ in range(2):
            assert room.run().returncode == 0
            text = (room.checkout / "result.json").read_text()
            texts.append(re.sub(r'"(graded_at|graded)": "[^"]*"', "", text))
            os.utime(room.checkout / "edf.py")
        assert texts[0] == texts[1] and room.result()["score"] == 5
        assert "status=success" in room.output.read_text()
        assert "seeds" not in texts[0]  # the learner reads it, and could answer the questions by heart

    def test_no_file_is_a_score_and_no_fault_of_the_infrastructure(self, tmp_path: Path) -> None:
        room = Classroom50(tmp_path, {"README.md": "hello"})
        assert room.run().returncode == 0
        assert room.result()["score"] == 0
        assert "| no file |" in (room.checkout / "release-body.md").read_text()

    def test_outside_of_classroom_50_it_says_so(self, tmp_path: Path) -> None:
        room = Classroom50(tmp_path, {"edf.py": WRONG})
        done = room.run(RELEASE_URL="")
        assert done.returncode == 2 and "RELEASE_URL is not set" in done.stderr
        assert not (room.checkout / "result.json").exists()

    def test_what_a_learner_returns_is_no_markdown(self) -> None:
        assert fenced("a ``` b ```` c").splitlines()[0] == "`````text"
