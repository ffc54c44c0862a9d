"""The configurations for Gradescope and GitHub Classroom, run as those systems run them: one verdict, one score."""

from __future__ import annotations

import inspect
import json
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from regnet_edu.cli.parser import main
from regnet_edu.grading.exercise import exercises, get

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


def autograder(tmp_path: Path, files: dict[str, str]) -> dict[str, Any]:
    """Gradescope's part: put a submission in its folder, run `run_autograder` and read results.json."""
    home = tmp_path / "autograder"
    for name in ("submission", "results", "source"):
        (home / name).mkdir(parents=True)
    for name, text in files.items():
        (home / "submission" / name).parent.mkdir(parents=True, exist_ok=True)
        (home / "submission" / name).write_text(text)
    script = (CLASSROOM / "gradescope" / "run_autograder").read_text()
    (home / "run_autograder").write_text(script.replace("/autograder/", f"{home}/"))
    done = subprocess.run(
        ["bash", str(home / "run_autograder")], env=environment(tmp_path / "machine"), capture_output=True, text=True,
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


def test_the_commands_of_github_classroom_give_the_score_of_the_terminal(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    folder = repository / "exercises" / EDF.slug
    folder.mkdir(parents=True)
    (folder / EDF.filename).write_text(WRONG)
    workflow = yaml.safe_load((CLASSROOM / "github.yml").read_text())
    steps = [s for s in workflow["jobs"]["run-autograding-tests"]["steps"] if "command-grader" in s.get("uses", "")]
    mine = [s["with"] for s in steps if s["with"]["test-name"].startswith("03.1 ")]
    machine = environment(tmp_path / "machine")
    score = 0
    for step in mine:
        done = subprocess.run(
            ["bash", "-c", step["command"]], env=machine, cwd=repository, capture_output=True, text=True, check=False,
            timeout=60 * step["timeout"],
        )  # fmt: skip
        assert done.returncode in (0, 1), done.stderr
        assert ("Read again" in done.stdout) == (done.returncode == 1)
        score += step["max-score"] * (done.returncode == 0)
    assert score == 2 and len(mine) == len(EDF.parts)


def test_every_command_of_the_workflow_names_a_part_that_is_there() -> None:
    steps = yaml.safe_load((CLASSROOM / "github.yml").read_text())["jobs"]["run-autograding-tests"]["steps"]
    named = [s["with"]["command"].split()[2:] for s in steps if "command-grader" in s.get("uses", "")]
    wanted = [[e.number, "--part", str(k)] for e in exercises().values() for k in range(1, len(e.parts) + 1)]
    assert named == wanted
