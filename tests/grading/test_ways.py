"""One submission is worth the same in a terminal, in a notebook, as a notebook file, part by part, in Classroom 50 and Gradescope."""

from __future__ import annotations

import contextlib
import inspect
import json
from pathlib import Path
from typing import Any

import pytest

from regnet_edu.cli.parser import main
from regnet_edu.grading import batch, classroom50, submission
from regnet_edu.grading.exercise import Exercise, get
from regnet_edu.grading.judge import check_source

# Names that are made by calls, and a list that is filled: what one part leaves there another must not find.
STATE = "import math\nfrom collections import namedtuple\n\nPair = namedtuple('Pair', 'left right')\nSEEN = []\n\n\n"


def counting(source: str, function: str) -> str:
    """The same, but the function is right only until the first call of another has been counted."""
    return source + (
        f"\n\n_right_{function} = {function}\n\n\ndef {function}(*arguments):\n"
        f"    SEEN.append(Pair({function!r}, len(arguments)))\n"
        f"    if any(pair.left != {function!r} for pair in SEEN):\n        return None\n"
        f"    return _right_{function}(*arguments)\n"
    )


def submissions() -> dict[str, tuple[str, list[bool]]]:
    """By exercise: a file, and which of its parts are right."""
    texts = {n: STATE + inspect.getsource(get(n).solution) for n in ("03.1", "08.1", "12.1")}
    edf = counting(counting(texts["03.1"].replace("< e", "<= e"), "edf_curve"), "mean_from_curve")
    quantised = counting(counting(texts["08.1"], "block_widths"), "stages")
    squeeze = texts["12.1"] + "\n\ndef squeeze_width(w_in, inner_width):\n    return math.ceil(inner_width / 4)\n"
    return {"03.1": (edf, [False, False, True]), "08.1": (quantised, [True, True]), "12.1": (squeeze, [False, True])}


def cells_of(source: str) -> list[str]:
    return ["%matplotlib inline\nimport regnet_edu as rn", *source.split("\n\n\n"), "rn.check('whatever')", "1 / 0"]


def worth(exercise: Exercise, way: str, source: str, folder: Path, capsys: pytest.CaptureFixture) -> list[int]:
    """The points of each part."""
    name = exercise.filename if way != "notebook file" else f"{exercise.name}.ipynb"
    cells = [{"cell_type": "code", "source": c} for c in cells_of(source)]
    (folder / name).write_text(json.dumps({"cells": cells}) if name.endswith(".ipynb") else source)
    if way == "notebook":
        live: dict[str, Any] = {**dict.fromkeys(exercise.functions, len), "In": cells_of(source)}
        return [p.points for p in check_source(exercise, submission.capture(exercise, live)).parts]
    if way == "Classroom 50":
        (graded,) = batch.grade(folder, [exercise], single=True).learners
        names = ("CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL")
        made = classroom50.result(graded, dict.fromkeys(names, "x"), "2026-10-12T21:59:00Z")
        return [test["score"] for test in made["tests"]]
    if way == "part by part":  # a part has its points if the command ends well
        codes = []
        for k in range(1, len(exercise.parts) + 1):
            try:
                codes.append(main(["check", exercise.number, str(folder), "--part", str(k)]))
            except SystemExit as end:
                codes.append(int(end.code or 0))
        return [0 if code else part.points for code, part in zip(codes, exercise.parts, strict=True)]
    if way == "Gradescope":
        out = folder / "results" / "results.json"
        main(["grade", str(folder), "--single", "--only", exercise.number, "--out", str(out), "--quiet"])
        return [test["score"] for test in json.loads(out.read_text())["tests"]]
    capsys.readouterr()
    with contextlib.suppress(SystemExit):
        main(["check", exercise.number, str(folder), "--json"])
    return [p["points"] for p in json.loads(capsys.readouterr().out)["parts"]]


@pytest.mark.parametrize("way", ["terminal", "notebook", "notebook file", "part by part", "Classroom 50", "Gradescope"])
@pytest.mark.parametrize("number", ["03.1", "08.1", "12.1"])
def test_every_way_gives_the_same_points(number: str, way: str, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    exercise = get(number)
    source, right = submissions()[number]
    expected = [part.points if good else 0 for part, good in zip(exercise.parts, right, strict=True)]
    assert worth(exercise, way, source, tmp_path, capsys) == expected
