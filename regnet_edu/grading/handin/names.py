"""What a file name means: whose file it is and which exercise it answers, whatever a system has made of the name.

Colab saves "Copy of edf.ipynb", a browser "edf (1).ipynb", Canvas puts a name and two numbers before it, Moodle a name,
a number and the kind of submission, and people write "EDF.py", "03-1-edf.ipynb" or "ada_edf.py".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ..exercise import Exercise, exercises

# The ending that a file has, and what it holds. Windows and Safari add endings of their own to a name.
ENDINGS = {
    ".py": "python", ".py.txt": "python", ".ipynb": "notebook", ".ipynb.json": "notebook", ".ipynb.txt": "notebook",
    ".html": "html", ".htm": "html",
}  # fmt: skip
# Words that people add to a name, and that are nobody's name.
NOISE = {
    "exercise", "ex", "task", "homework", "hw", "assignment", "final", "solution", "submission", "answer", "my", "new",
    "old", "draft",
}  # fmt: skip
EXACT, SPELT, COPY, WORDS = range(4)  # how near a name is to that of the course, the nearest first
_COPY_OF = re.compile(
    r"(?:(?<=^)|(?<=[_\W]))(?:copy|kopie|copie|copia|cópia|kopia|kopi)[ _+-]*(?:of|von|de|di|van|av|af)[ _+-]+", re.I
)
_COPY_END = re.compile(
    r"(?:[ _-]*\(\d{1,3}\)"  # a browser's (1)
    r"|[ _]*-?[ _]*(?:copy|kopie)(?:[ _-]*\(?\d{1,3}\)?)?"  # what a file manager writes
    r"|(?<=\D)-\d{1,2})$",  # Canvas, if it was handed in again
    re.I,
)
_MOODLE = re.compile(
    r"^(?P<who>.+_\d+)_(?:assignsubmission_file|(?:assignsubmission_)?onlinetext)_?(?P<rest>.*)$", re.S
)
_ONLINE_TEXT = re.compile(r"^onlinetext_(?P<who>.+_\d+)_?(?P<rest>\.html?|.*)$", re.S)
_CANVAS = re.compile(
    r"^(?P<who>[^\W_][^_]*?)(?P<late>_LATE)?_(?P<user>[1-9]\d+)_(?P<file>[1-9]\d+)_(?P<rest>.+)$", re.S
)


@dataclass(frozen=True)
class Meaning:
    """An exercise that a file name means, how near the name is, and the other words in it, such as a learner's name."""

    number: str
    nearness: int
    others: str = ""


@dataclass(frozen=True)
class Owner:
    """Whose file it is by its name: `who` is empty if the name does not say; `rest` is the name as it was handed in."""

    who: str
    rest: str
    late: bool = False


def ending(name: str) -> str:
    """Return the ending of a file that may hold an answer, or ""."""
    return next((e for e in sorted(ENDINGS, key=len, reverse=True) if name.lower().endswith(e)), "")


def kind(name: str) -> str:
    """Return what a file holds by its ending: python, notebook, html, or "" for what is no answer."""
    return ENDINGS.get(ending(name), "")


def owner(name: str) -> Owner:
    """Take off what Canvas and Moodle write before the name of a file or folder."""
    moodle = _MOODLE.match(name) or _ONLINE_TEXT.match(name)
    if moodle:
        rest = moodle["rest"]
        return Owner(moodle["who"], f"onlinetext{rest}" if rest.startswith(".") else rest)
    canvas = _CANVAS.match(name)
    if canvas:
        return Owner(f"{canvas['who']}_{canvas['user']}", canvas["rest"], bool(canvas["late"]))
    return Owner("", name)


@lru_cache(maxsize=4096)
def meaning(name: str) -> Meaning | None:
    """Return the exercise that a file name means, without what `owner` takes off; None if it means none."""
    end = ending(name)
    if not end or ".attempt" in name or name.startswith("test_"):  # kept by `regnet-edu reset`, and for pytest
        return None
    stem = name[: -len(end)].removeprefix("onlinetext_")
    for exercise in exercises().values():
        if stem in (exercise.slug, exercise.name) and end in (".py", ".ipynb"):
            return Meaning(exercise.number, EXACT)
    plain = _without_copies(stem)
    words, first = _words(plain), 0
    while words and words[-1] in NOISE:
        words.pop()
    while words and words[0] in NOISE:
        words, first = words[1:], first + 1
    best: tuple[tuple[int, int], Meaning] | None = None
    for exercise in exercises().values():
        found = _find(words, exercise)
        if found is None:
            continue
        start, size, numbered = found
        rest = [w for w in re.split(r"[\W_]+", plain) if w]
        rest = rest[: first + start] + rest[first + start + size :]
        nearness = WORDS if rest else SPELT if plain == stem else COPY
        key = (-size - numbered, len(rest))
        if best is None or key < best[0]:
            best = key, Meaning(exercise.number, nearness, "_".join(w for w in rest if w.lower() not in NOISE))
    return best[1] if best else None


def _without_copies(stem: str) -> str:
    while True:
        shorter = _COPY_END.sub("", _COPY_OF.sub("", stem)).strip()
        if shorter == stem or not shorter:
            return stem
        stem = shorter


def _words(text: str) -> list[str]:
    """The words of a name in small letters; numbers without the zeros before them."""
    found = [w for w in re.split(r"[\W_]+", text.lower()) if w]
    return [w.lstrip("0") or "0" if w.isdigit() else w for w in found]


def _find(words: list[str], exercise: Exercise) -> tuple[int, int, bool] | None:
    """Where the words of an exercise stand in a name: (first word, how many, whether its number is among them)."""
    number, name = _words(exercise.number), _words(exercise.name)
    joined = ["".join(name)] if len(name) > 1 else []
    for wanted in filter(None, (number + name, number + joined if joined else None)):
        for start in range(len(words) - len(wanted) + 1):
            if words[start : start + len(wanted)] == wanted:
                return start, len(wanted), True
    for wanted in filter(None, (name, joined)):
        for start in {0, len(words) - len(wanted)}:  # an ordinary word in the middle of others may mean anything
            if start >= 0 and words[start : start + len(wanted)] == wanted:
                return start, len(wanted), False
    if words[-2:] == number and set(words[:-2]) <= NOISE:
        return len(words) - 2, 2, True
    return None
