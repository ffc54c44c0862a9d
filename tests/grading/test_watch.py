"""The picture of the course, and `regnet-edu watch`: a file is saved, and its verdict and the new picture appear."""

from __future__ import annotations

import inspect
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from xml.etree import ElementTree

import pytest

from regnet_edu.cli.parser import main
from regnet_edu.grading import folders, progress
from regnet_edu.grading.exercise import exercises, get

EDF = get("03.1")
SOLUTION = inspect.getsource(EDF.solution)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folders.write_all(tmp_path)
    return tmp_path


def save(folder: Path, text: str) -> None:
    """As editors do: write beside, then put it in place."""
    fresh = folder / "edf.tmp"
    fresh.write_text(text)
    os.replace(fresh, folder / EDF.slug / EDF.filename)


def state(standings: list[progress.Standing], number: str) -> str:
    return next(s.state for s in standings if s.exercise.number == number)


class TestProgress:
    def test_each_exercise_is_done_begun_open_or_missing(self, folder: Path) -> None:
        first = progress.look(folder)
        assert {s.state for s in first} == {"open"} and progress.totals(first)[0] == 0
        assert not progress.changed(folder, first)
        save(folder, SOLUTION.replace("< e", "<= e"))
        for file in (folder / "09_1_search" / "search.py", *folder.rglob("09_1_search.ipynb")):
            file.unlink()
        assert progress.changed(folder, first)
        second = progress.look(folder, first)
        assert (state(second, "03.1"), state(second, "09.1"), state(second, "01.1")) == ("begun", "missing", "open")
        assert second[0] is first[0]  # what was not saved is not checked again
        save(folder, SOLUTION)
        assert state(progress.look(folder, second), "03.1") == "done"

    def test_the_picture_has_every_exercise_in_its_chapter(self, folder: Path) -> None:
        standings = progress.look(folder)
        lines = progress.picture(standings)
        for exercise in exercises().values():
            assert f"○ {exercise.number} {exercise.name} 0/{exercise.points}" in lines
            assert int(exercise.number.split(".")[0]) in progress.CHAPTERS
        assert progress.picture(standings, plain=True).isascii()
        assert max(map(len, lines.splitlines())) <= 120

    def test_the_page_is_whole_well_formed_and_loads_nothing(self, folder: Path) -> None:
        save(folder, SOLUTION)
        text = progress.page(progress.look(folder), refresh=2)
        drawing = ElementTree.fromstring(text[text.index("<svg") : text.index("</svg>") + 6])
        assert len(drawing.findall("g")) == len(exercises())
        assert [g.attrib["class"] for g in drawing.findall("g")].count("done") == 1
        assert "5 of 5" in text and 'http-equiv="refresh" content="2"' in text
        assert "<script" not in text and "src=" not in text and "http://" not in text

    def test_a_folder_that_is_not_there_and_a_page_that_cannot_be_written(
        self, folder: Path, capsys: pytest.CaptureFixture
    ) -> None:
        assert main(["watch", str(folder / "none")]) == 2
        assert "is no folder; regnet-edu exercises" in capsys.readouterr().err
        assert main(["watch", str(folder), "--once", "--html", str(folder / "no" / "p.html")]) == 2
        assert "cannot be written" in capsys.readouterr().err


class Watching:
    """A process of `regnet-edu watch`, and the lines that it prints."""

    def __init__(self, *arguments: str) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
        command = [sys.executable, "-m", "regnet_edu", "watch", *arguments]
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=environment,
            # Whoever runs the tests in the background of a shell hands down a Ctrl-C that is ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        self.lines: Queue[str] = Queue()
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line)

    def until(self, words: str, seconds: float = 120) -> str:
        """What is printed up to a line that has these words."""
        found, end = "", time.monotonic() + seconds
        while words not in found:
            try:
                found += self.lines.get(timeout=max(0.1, end - time.monotonic()))
            except Empty:
                raise AssertionError(f"{words!r} was not printed: {found}") from None
        return found


@pytest.fixture
def watching(folder: Path) -> Iterator[Watching]:
    started = Watching(str(folder), "--html", str(folder / "p.html"))
    yield started
    started.process.kill()
    started.process.wait()


def test_a_saved_file_is_checked_and_the_picture_drawn_again(folder: Path, watching: Watching) -> None:
    assert "0 of" in watching.until("Save a file to check it")
    save(folder, SOLUTION.replace("< e", "<= e"))
    first = watching.until(f"2 of {_all_points()} points   ")
    assert "< and not <=" in first and "◐ 03.1 edf 2/5" in first
    save(folder, SOLUTION)
    assert "● 03.1 edf 5/5" in watching.until(f"5 of {_all_points()} points   ")
    assert f"5 of {_all_points()} points" in (folder / "p.html").read_text()
    save(folder, "def edf(:\n")
    assert "def edf(:" in watching.until(
        f"0 of {_all_points()} points"
    )  # what does not compile is said, and watching goes on
    watching.process.send_signal(signal.SIGINT)
    assert watching.process.wait(60) in (0, 130)


def _all_points() -> int:
    return sum(e.points for e in exercises().values())
