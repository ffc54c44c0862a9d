"""What an exercise is: a task, parts that are worth points, hints; and the catalogue of all of them."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import textwrap
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from ..common.errors import InputError
from . import catalogue as _catalogue
from .compare import close

SEEDS = (0, 20200330)  # the second set of seeds: an answer learned by heart from the first does not pass


@dataclass(frozen=True)
class Rng:
    """An argument: a numpy Generator, made from this seed where the call is made."""

    seed: int

    def __repr__(self) -> str:
        return f"np.random.default_rng({self.seed})"


@dataclass(frozen=True)
class Ask:
    """An argument: a function that the grader answers while the learner's code runs.

    The learner's process gets a function that carries its arguments over and the answer back. So it cannot hold what it
    is asked to find out, and what it asked is evidence.

    Args:
        name: as the call shows it, such as "train".
        answer: from the arguments, as plain data, to plain data; a ValueError is told to the learner.
        world: what else the answer depends on; shown to no one.
        recalls: whether it also depends on what was asked before, which it then gets after the world.
    """

    name: str
    answer: Callable[..., Any]
    world: tuple[Any, ...] = ()
    recalls: bool = False

    def __call__(self, *arguments: Any, asked: Sequence[tuple[tuple[Any, ...], Any]] = ()) -> Any:
        return self.answer(*self.world, *((asked,) if self.recalls else ()), *arguments)

    def __repr__(self) -> str:
        return self.name


class Asked(NamedTuple):
    """What a judge gets if an argument was an `Ask`: what came back, and (arguments, answer) of each question."""

    value: Any
    questions: list[tuple[tuple[Any, ...], Any]]


@dataclass(frozen=True)
class Part:
    """One part of an exercise: calls of one function, and what must come back.

    Args:
        name: what the part is about, in a few words.
        points: what it is worth.
        function: the learner's function that is called.
        cases: from a Generator to the arguments of each call; they are tried from the smallest to the largest.
        idea: where to read again, a chapter and a section of the book.
        same: whether an answer is as good as the reference's.
        judge: for answers that are not one value: from (arguments, answer) to a complaint, or None.
        script: runs in the learner's process as script(module, *arguments) in place of the function itself.
        helpers: functions that the script uses; their text goes with it.
        told: what a call is, in place of the function and its arguments.
        evidence: from what was asked of an `Ask` to a table of what is compared with that of the reference too.
        repeatable: whether it draws by chance, and the same calls in a new process must give the same.
        after_kill: a script for a new process, which remembers nothing and finds what was asked before; the tables that
            both return are one.
    """

    name: str
    points: int
    function: str
    cases: Callable[[np.random.Generator], Sequence[tuple[Any, ...]]]
    idea: str
    same: Callable[[Any, Any], bool] = close
    judge: Callable[[tuple[Any, ...], Any], str | None] | None = None
    script: Callable[..., Any] | None = None
    helpers: tuple[Callable[..., Any], ...] = ()
    told: Callable[[tuple[Any, ...]], str] | None = None
    evidence: Callable[[list[tuple[tuple[Any, ...], Any]]], dict[str, Any]] | None = None
    repeatable: bool = False
    after_kill: Callable[..., Any] | None = None

    def calls(self, seeds: Sequence[int] = SEEDS) -> list[tuple[Any, ...]]:
        """Arguments of every call, the smallest first, those of the first seed before those of the second."""
        found: list[tuple[Any, ...]] = []
        for seed in seeds:
            drawn = list(self.cases(np.random.default_rng(seed)))
            found += sorted(drawn, key=lambda arguments: len(repr(arguments)))
        return found

    def script_source(self) -> str | None:
        if self.script is None:
            return None
        return "\n\n".join(textwrap.dedent(inspect.getsource(f)) for f in (*self.helpers, self.script))


@dataclass(frozen=True)
class Exercise:
    """One exercise. Its number is CHAPTER.PLACE, such as "03.1".

    Args:
        number: the chapter of the book, and the place in it.
        name: of its folder and of the learner's file.
        title: in words.
        task: what to do, as markdown; the docstrings of the stub say the rest.
        minutes: expected time.
        hints: three rungs of a ladder.
        parts: each with its points.
        preload: heavy packages that a solution needs.
        uses_package: whether a solution may import regnet_edu.
    """

    number: str
    name: str
    title: str
    task: str
    minutes: int
    hints: tuple[str, str, str]
    parts: tuple[Part, ...]
    preload: tuple[str, ...] = ("numpy",)
    uses_package: bool = False

    @property
    def slug(self) -> str:
        return f"{self.number.replace('.', '_')}_{self.name}"

    @property
    def filename(self) -> str:
        return f"{self.name}.py"

    @property
    def points(self) -> int:
        return sum(part.points for part in self.parts)

    @property
    def functions(self) -> list[str]:
        return list(dict.fromkeys(part.function for part in self.parts))

    @property
    def solution(self) -> types.ModuleType:
        return importlib.import_module(f"{__package__}.solutions.e{self.slug}")

    @property
    def mistakes(self) -> types.ModuleType:
        return importlib.import_module(f"{__package__}.mistakes.e{self.slug}")

    def stub(self) -> str:
        """The file to fill in: the reference solution without what is inside its functions."""
        return make_stub(inspect.getsource(self.solution))


def make_stub(source: str) -> str:
    """Return a solution with the body of each public function taken out, its docstring kept."""
    tree = ast.parse(source)
    lines = source.splitlines()
    for node in reversed(tree.body):
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            continue
        start, end = node.lineno - 1 - len(node.decorator_list), node.end_lineno
        if node.name.startswith("_"):
            del lines[start:end]
            continue
        targets = [node] if isinstance(node, ast.FunctionDef) else [n for n in node.body if _is_function(n)]
        for target in reversed(targets):
            assert isinstance(target, ast.FunctionDef)
            documented = ast.get_docstring(target) is not None
            first = target.body[0].end_lineno if documented else target.body[0].lineno - 1
            indent = " " * (target.col_offset + 4)
            lines[first : target.end_lineno] = [f'{indent}raise NotImplementedError("write this")']
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(lines).rstrip()) + "\n"


def _is_function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef)


@lru_cache(maxsize=1)
def exercises() -> dict[str, Exercise]:
    """Every exercise by its number, in order."""
    found = {}
    for module in sorted(pkgutil.iter_modules(_catalogue.__path__), key=lambda m: m.name):
        exercise = importlib.import_module(f"{_catalogue.__name__}.{module.name}").EXERCISE
        found[exercise.number] = exercise
    return found


def get(number: object) -> Exercise:
    """Return an exercise by its number, by its name or by that of its folder.

    Raises:
        InputError: there is none; the message offers the nearest.
    """
    known = exercises()
    text = str(number).strip()
    for exercise in known.values():
        if text in (exercise.number, exercise.name, exercise.slug):
            return exercise
    parsed = re.fullmatch(r"(\d{1,9})(?:[._-](\d{1,9})(?:_\w+)?)?", text)
    if parsed:
        chapter, place = int(parsed[1]), int(parsed[2] or 1)
        if parsed[2] and f"{chapter:02}.{place}" in known:
            return known[f"{chapter:02}.{place}"]
        where = 100 * chapter + place
        nearest = min(known, key=lambda n: abs(100 * int(n.split(".")[0]) + int(n.split(".")[1]) - where))
    else:
        import difflib

        by_name = {e.name: n for n, e in known.items()}
        close_names = difflib.get_close_matches(text, by_name, n=1, cutoff=0.0)
        nearest = by_name[close_names[0]] if close_names else next(iter(known))
    title = known[nearest].title
    raise InputError(
        f"there is no exercise {text!r:.40}; the nearest is {nearest} ({title}); known: {', '.join(known)}"
    )
