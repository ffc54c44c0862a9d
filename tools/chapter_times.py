"""Write into every chapter how long it takes, by one model; `--check` only looks, `--table` prints what was counted.

Reading: 200 words a minute, eight visible lines of code a minute, one minute a question of the quiz. Exercises: the
minutes that the catalogue states for those that check themselves, ten for each of the others.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "book" / "_ext")]

from regnet_book import notebooks  # noqa: E402

from regnet_edu.grading.exercise import exercises  # noqa: E402

FOLDED = {"hide-input", "remove-input", "hide-cell", "remove-cell"}
TIME = re.compile(r"(?<=\*\*Time:\*\* )\d+ minutes to read,(?: \d+ for the exercises,)?")
HEAD = re.compile(r"\A---\n.*?\n---\n", re.S)
ASIDE = re.compile(r"^:::\{solution\}.*?^:::", re.M | re.S)  # opened only by who wants it


def count(text: str) -> dict[str, int]:
    """Words, visible lines of code, and the minutes of reading and of exercises in a chapter's text."""
    cells = [notebooks.cell_options(body) for body in notebooks.CELL.findall(text)]
    shown = [code for options, code in cells if not FOLDED & set(options.get("tags", []))]
    lines = sum(bool(line.strip()) for code in shown for line in code.splitlines())
    prose = ASIDE.sub("", notebooks.CELL.sub("", HEAD.sub("", text)))
    words, known = len(prose.split()), exercises()
    checked = re.findall(r'^rn\.check\("([^"]+)"', text, re.M)
    tasks = sum(known[number].minutes for number in checked) + 10 * len(re.findall(r"^:::\{exercise\}", text, re.M))
    reading = words / 200 + lines / 8 + len(re.findall(r"^:::\{quiz\}", text, re.M))
    return {"words": words, "lines": lines, "reading": 5 * round(reading / 5), "exercises": 5 * round(tasks / 5)}


def told(text: str) -> str:
    """The chapter's text with the times of the model."""
    found = count(text)
    return TIME.sub(f"{found['reading']} minutes to read, {found['exercises']} for the exercises,", text, count=1)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a chapter states another time")
    parser.add_argument("--table", action="store_true", help="print words, visible lines of code and minutes")
    options, stale = parser.parse_args(), []
    for path in sorted((ROOT / "book").glob("[0-9][0-9]_*.md")):
        text = path.read_text(encoding="utf-8")
        if options.table:
            print(f"{path.stem:32}", *(f"{name} {value:5}" for name, value in count(text).items()))
        elif told(text) != text:
            stale.append(path.name)
            if not options.check:
                path.write_text(told(text), encoding="utf-8")
    if stale:
        print(*stale, "are written" if not options.check else "state another time: run python tools/chapter_times.py")
    return bool(stale) and options.check


if __name__ == "__main__":
    sys.exit(main())
