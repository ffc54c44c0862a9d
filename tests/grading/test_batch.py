"""Grading a class: it writes as it goes, resumes after any end, grades again only what changed, and can be appealed to."""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from regnet_edu import __version__
from regnet_edu.cli.parser import main
from regnet_edu.grading import batch
from regnet_edu.grading.exercise import SEEDS, Ask, get
from regnet_edu.grading.once import once
from regnet_edu.grading.results import record
from regnet_edu.grading.results.evidence import Evidence
from regnet_edu.grading.results.result import Result

EDF = get("03.1")
SOLUTION = inspect.getsource(EDF.solution)
WRONG = SOLUTION.replace("< e", "<= e")
ROOT = Path(__file__).resolve().parents[2]
INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


def hand_in(root: Path, **sources: str) -> Path:
    for name, source in sources.items():
        (root / name).mkdir(parents=True, exist_ok=True)
        (root / name / "edf.py").write_text(source)
        os.utime(root / name / "edf.py", (1_790_000_000, 1_790_000_000))
    return root


def grade(folder: Path, *more: str, out: str = "results.json") -> int:
    where = ["--out", str(folder.parent / out)]
    return main(["grade", str(folder), "--only", "03.1", "--quiet", "--workers", "2", *where, *more])


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def process(folder: Path, temporary: Path) -> subprocess.Popen:
    """The command as a process of its own, with a folder for temporary files."""
    temporary.mkdir(exist_ok=True)
    command = ["grade", str(folder), "--only", "03.1", "--quiet", "--workers", "2", "--out"]
    return subprocess.Popen(
        [sys.executable, "-m", "regnet_edu", *command, str(folder.parent / "results.json")],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)}, cwd=folder.parent,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def wait_for(what: Any, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "results.graded.jsonl"


class TestResume:
    def test_after_a_kill_the_same_command_grades_the_rest_only(self, tmp_path: Path, kept: Path) -> None:
        folder = hand_in(tmp_path / "in", **{f"l{k}": SOLUTION for k in range(6)})
        running = process(folder, tmp_path / "t")
        wait_for(lambda: kept.exists() and kept.read_text().count("\n") >= 2)
        running.kill()
        running.communicate()
        with kept.open("a") as file:
            file.write('{"learner": "torn')
        before = kept.read_text()
        assert grade(folder) == 0
        after = kept.read_text()
        assert after.startswith(before)
        done = [json.loads(line)["learner"] for line in after.splitlines() if line.endswith("}")]
        assert sorted(done) == [f"l{k}" for k in range(6)]
        assert [r["score"] for r in json.loads((tmp_path / "results.json").read_text())["submissions"].values()] == [
            5
        ] * 6

    @pytest.mark.skipif(os.name != "posix", reason="signals")
    @pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
    def test_a_signal_ends_it_at_once_and_leaves_nothing_behind(
        self, tmp_path: Path, kept: Path, number: int, status: int
    ) -> None:
        endless = SOLUTION.replace("def edf(errors, e):", "def edf(errors, e):\n    import time\n    time.sleep(10**6)")
        folder = hand_in(tmp_path / "in", ada=SOLUTION, bob=endless, cyd=endless, dan=endless)
        running = process(folder, tmp_path / "t")
        wait_for(lambda: kept.exists() and kept.read_text().count("\n") == 1)
        running.send_signal(number)
        _, words = running.communicate(timeout=300)
        assert running.returncode == status, words
        assert "Traceback" not in words and "goes on from there" in words
        assert list((tmp_path / "t").iterdir()) == []
        assert [line["learner"] for line in lines(kept)] == ["ada"]  # nobody was waited for

    def test_only_what_changed_is_graded_again(self, tmp_path: Path, kept: Path) -> None:
        folder = hand_in(tmp_path / "in", ada=SOLUTION, bob=WRONG, cyd=SOLUTION)
        grade(folder)
        assert [g.points for g in batch.grade(folder, [EDF]).learners] == [5, 2, 5]
        hand_in(folder, bob=SOLUTION)
        (folder / "cyd" / "helper.py").write_text("x = 1\n")  # what it could import may change its answers
        grade(folder)
        assert sorted(line["learner"] for line in lines(kept)[3:]) == ["bob", "cyd"]
        assert json.loads((tmp_path / "results.json").read_text())["submissions"]["bob"]["score"] == 5
        grade(folder, "--seed", "7")
        assert len(lines(kept)) == 8
        grade(folder, "--seed", "7", "--again")
        assert len(lines(kept)) == 11

    def test_since_takes_from_an_earlier_record_what_has_not_changed(self, tmp_path: Path, kept: Path) -> None:
        folder = hand_in(tmp_path / "in", ada=SOLUTION, bob=WRONG)
        grade(folder)
        hand_in(folder, bob=SOLUTION)
        assert grade(folder, "--since", str(kept), out="second.json") == 0
        assert [line["learner"] for line in lines(tmp_path / "second.graded.jsonl")] == ["bob"]
        scores = json.loads((tmp_path / "second.json").read_text())["submissions"]
        assert {name: r["score"] for name, r in scores.items()} == {"ada": 5, "bob": 5}

    def test_a_fault_of_ours_is_no_score_and_is_tried_again(
        self, tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
    ) -> None:
        folder = hand_in(tmp_path / "in", ada=SOLUTION)
        with monkeypatch.context() as broken:
            broken.setattr(batch, "check_source", lambda *a: 1 / 0)
            with pytest.raises(SystemExit, match="1"):
                grade(folder)
        assert "fault" in capsys.readouterr().out and not kept.exists()
        assert grade(folder) == 0 and len(lines(kept)) == 1


def test_what_the_solution_returns_is_computed_once_for_a_class(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    compute = lambda: made.append(1) or []  # noqa: E731
    first, second = ([(k, [0.5] * 2_000)] for k in (1, 2))
    for calls in (first, first, second, first):
        once(EDF, EDF.parts[0], calls, compute)
    assert len(made) == 2
    monkeypatch.setattr(EDF.solution, "edf", lambda errors, e: 0)
    once(EDF, EDF.parts[0], first, compute)
    assert len(made) == 3
    for _ in range(2):
        once(EDF, EDF.parts[0], [(Ask("train", len),)], compute)
    assert len(made) == 5


class TestBeforeItStarts:
    @pytest.mark.parametrize("out", ["file/results.csv", "folder.csv", "/proc/results.json"])
    def test_an_output_that_cannot_be_written_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, out: str
    ) -> None:
        folder = hand_in(tmp_path / "in", ada=SOLUTION)
        (tmp_path / "file").write_text("")
        (tmp_path / "folder.csv").mkdir()
        monkeypatch.setattr(batch, "grade", lambda *a: pytest.fail("it started"))
        assert grade(folder, "--out", str(tmp_path / out)) == 2
        assert "cannot be written" in (said := capsys.readouterr().err) or "is a folder" in said

    def test_an_output_that_is_there_stays_as_it_is_until_the_end(self, tmp_path: Path) -> None:
        folder = tmp_path / "in"
        folder.mkdir()
        (tmp_path / "results.json").write_text("old")
        assert grade(folder) == 2
        assert (tmp_path / "results.json").read_text() == "old"
        assert sorted(p.name for p in tmp_path.iterdir()) == ["in", "results.json"]

    @pytest.mark.parametrize("content", ["a,b\n1,2\n", "x\n", "\x00\xff"])
    def test_a_file_that_is_no_record_is_not_written_to(
        self, tmp_path: Path, capsys: pytest.CaptureFixture, content: str
    ) -> None:
        (tmp_path / "mine.txt").write_text(content)
        assert grade(hand_in(tmp_path / "in", ada=SOLUTION), "--record", str(tmp_path / "mine.txt")) == 2
        assert "is no record of a grading" in capsys.readouterr().err
        assert (tmp_path / "mine.txt").read_text() == content

    def test_a_record_is_written_by_one_process_at_a_time(
        self, tmp_path: Path, kept: Path, capsys: pytest.CaptureFixture
    ) -> None:
        with record.Record(kept):
            assert grade(hand_in(tmp_path / "in", ada=SOLUTION)) == 2
        assert "is being written by another grading" in capsys.readouterr().err


class TestAppeal:
    def test_a_result_carries_all_that_it_depends_on(self, tmp_path: Path, kept: Path) -> None:
        folder = hand_in(tmp_path / "in", ada=SOLUTION)
        (folder / "ada" / "helper.py").write_text("x = 1\n")
        grade(folder, "--seed", "7")
        evidence = lines(kept)[0]["evidence"]
        assert evidence["sha256"] == hashlib.sha256((folder / "ada" / "edf.py").read_bytes()).hexdigest()
        assert evidence["beside"] == {"helper.py": hashlib.sha256(b"x = 1\n").hexdigest()}
        assert evidence["file"] == "edf.py" and evidence["seeds"] == [SEEDS[0], 7]
        assert evidence["versions"]["regnet_edu"] == __version__ and "numpy" in evidence["versions"]
        assert "clock" in evidence["layers"] or evidence["layers"]
        assert evidence["submitted"] == "2026-09-21T14:13:20Z"
        assert re.fullmatch("[0-9a-f]{64}", evidence["package"]) and re.fullmatch("[0-9a-f]{64}", evidence["exercise"])
        whole = json.loads((tmp_path / "results.json").read_text())["extra_data"]["evidence"]
        assert whole == {"03.1": evidence}

    def test_graded_twice_it_gives_the_same_bytes_but_for_the_second_instant(self, tmp_path: Path) -> None:
        folder = hand_in(tmp_path / "in", ada=SOLUTION, bob=WRONG, cyd="def edf(:\n", dan="")
        texts = []
        for workers in ("1", "2"):
            grade(folder, "--again", "--workers", workers)
            text = (tmp_path / "results.json").read_text()
            texts.append(re.sub(f'"graded": "{INSTANT}"', "", text))
            assert len(texts[-1]) < len(text)
            os.utime(folder / "ada" / "edf.py")  # downloaded again: the same file, another date
        assert texts[0] == texts[1]

    def test_a_result_comes_back_from_its_record_as_it_was(self, tmp_path: Path) -> None:
        hand_in(tmp_path / "in", ada=WRONG)
        ((result,),) = [g.results for g in batch.grade(tmp_path / "in", [EDF]).learners]
        key, back = record.from_line(record.to_line("ada", result)) or pytest.fail("nothing came back")
        assert key == ("ada", "03.1") and isinstance(back, Result) and back == result

    def test_another_file_another_seed_or_other_code_decides_anew(self) -> None:
        one = Evidence("edf.py", "a", {}, "e", "p", {}, [0, 1], [], "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")
        from dataclasses import replace

        assert one.decides_as(replace(one, graded="later", submitted="later", layers=["x"], file="b.py"))
        for change in (
            {"sha256": "b"},
            {"beside": {"h.py": "c"}},
            {"exercise": "f"},
            {"package": "q"},
            {"seeds": [0, 2]},
        ):
            assert not one.decides_as(replace(one, **change)), change
