"""The learner's side: folders of exercises, hints that were opened, attempts that are kept."""

from __future__ import annotations

import json
import os
from itertools import count
from pathlib import Path

from ..common.errors import InputError
from . import classroom, notebook
from .exercise import Exercise, exercises

GUIDE = Path(__file__).with_name("guide")  # README.md for everybody, INSTRUCTORS.md for who grades


def pytest_file(exercise: Exercise) -> str:
    """The file that lets pytest run the checks."""
    return f'''"""Exercise {exercise.number} for pytest: the checks of `regnet-edu check {exercise.number}`."""

from pathlib import Path

import pytest

from regnet_edu.grading import part_names, part_verdict


@pytest.mark.parametrize("part", part_names("{exercise.number}"))
def test_{exercise.name}(part):
    verdict = part_verdict("{exercise.number}", part, Path(__file__).parent)
    if not verdict.passed:
        pytest.fail(f"{{verdict.words}}\\nRead again: {{verdict.idea}}.", pytrace=False)
'''


def task_file(exercise: Exercise) -> str:
    """The text of the exercise, as markdown."""
    parts = "\n".join(f"| {p.name} | `{p.function}` | {p.points} |" for p in exercise.parts)
    return f"""# {exercise.number} {exercise.title}

{exercise.task}

About {exercise.minutes} minutes, {exercise.points} points.
Write in `{exercise.filename}`; its docstrings say what goes in and what comes out.

| part | function | points |
| --- | --- | --- |
{parts}

Check with `regnet-edu check {exercise.number}`, or with `pytest exercises/{exercise.number.replace(".", "_")}_*`.
Stuck? `regnet-edu hint {exercise.number}` opens one hint at a time. Each part has 10 seconds.
"""


def files(exercise: Exercise) -> dict[str, str]:
    """What a fresh folder of an exercise holds: file names and texts."""
    return {
        exercise.filename: exercise.stub(),
        f"test_{exercise.name}.py": pytest_file(exercise),
        "README.md": task_file(exercise),
    }


def write_all(root: Path) -> tuple[int, int]:
    """Write the folder and the notebook of every exercise under `root`, and what an instructor needs.

    What is there already stays. Return (written, kept).
    """
    texts = {Path(page.name): page.read_text(encoding="utf-8") for page in GUIDE.glob("*.md")}
    for exercise in exercises().values():
        texts |= {Path(exercise.slug, name): text for name, text in files(exercise).items()}
        texts[Path("notebooks", f"{exercise.slug}.ipynb")] = notebook.write(notebook.notebook(exercise))
    texts |= {Path("classroom", name): text for name, text in classroom.files().items()}
    written = 0
    for path, text in texts.items():
        if not (root / path).exists():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
            written += 1
    return written, len(texts) - written


def reset(exercise: Exercise, path: Path) -> Path | None:
    """Put the stub back; return where the old attempt is kept, or None if there was none."""
    kept: Path | None = None
    if path.exists() and path.read_bytes() != exercise.stub().encode():
        attempts = (path.with_name(f"{path.stem}.attempt{k}{path.suffix}.txt") for k in count(1))
        kept = next(attempt for attempt in attempts if not attempt.exists())
        os.replace(path, kept)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(exercise.stub(), encoding="utf-8")
    return kept


def _memory() -> Path:
    return Path(os.environ.get("REGNET_EDU_HOME") or Path.home() / ".regnet_edu") / "hints.json"


def next_hint(exercise: Exercise, again: bool = False) -> tuple[int, str]:
    """Open the next rung of the ladder and remember it; after the last, or with `again`, the last opened one.

    Raises:
        InputError: what was opened cannot be remembered.
    """
    memory = _memory()
    try:
        opened = json.loads(memory.read_text())
        if not isinstance(opened, dict):
            opened = {}
    except (OSError, ValueError):
        opened = {}
    before = opened.get(exercise.number, 0)
    before = before if isinstance(before, int) and 0 <= before <= len(exercise.hints) else 0
    rung = max(1, before) if again else min(before + 1, len(exercise.hints))
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        memory.write_text(json.dumps({**opened, exercise.number: rung}))
    except OSError as error:
        raise InputError(f"{memory} cannot be written: {error.strerror or error}") from None
    return rung, exercise.hints[rung - 1]


def hint_words(exercise: Exercise, again: bool = False) -> str:
    """Open the next hint and return what to print of it."""
    rung, words = next_hint(exercise, again)
    head = f"Hint {rung} of {len(exercise.hints)} for {exercise.number} {exercise.title}\n  {words}"
    end = "The same command opens the next one." if rung < len(exercise.hints) else "That was the last one."
    return f"{head}\n  {end}"
