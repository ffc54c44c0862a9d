"""Every exercise is sound: its stub fails, right solutions pass, each known mistake fails with its own words."""

from __future__ import annotations

import ast
import inspect
import itertools
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from regnet_edu.grading import folders
from regnet_edu.grading.evaluate import With, evaluate
from regnet_edu.grading.exercise import Exercise, Rng, exercises, get, make_stub
from regnet_edu.grading.judge import check_source, judge_part, repeated
from regnet_edu.grading.process import Submission
from regnet_edu.grading.recognise import sentence

ROOT = Path(__file__).resolve().parents[2]
ALL = list(exercises().values())
IDS = [e.slug for e in ALL]
each = pytest.mark.parametrize("exercise", ALL, ids=IDS)


def variants(exercise: Exercise, right: bool) -> dict[str, Callable]:
    public = {n: f for n, f in vars(exercise.mistakes).items() if callable(f) and "__" in n and not n.startswith("_")}
    return {n: f for n, f in public.items() if ("__right_" in n) == right}


@pytest.fixture
def no_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chance from elsewhere than the argument: another Generator each time, and the same ones in each run."""
    seeds, seeded = itertools.count(), np.random.default_rng
    monkeypatch.setattr(np.random, "default_rng", lambda seed=None: seeded(next(seeds) if seed is None else seed))
    np.random.seed(0)


def verdicts(exercise: Exercise, name: str, function: Callable) -> list:
    """Judge the reference solution with one function replaced, in this process (the code is ours)."""
    base = name.split("__")[0]
    found = []
    for part in exercise.parts:
        if part.function == base:
            calls = part.calls()
            ours = With(exercise.solution, base, function)
            outcomes = evaluate(part, function, ours, calls)
            found.append(judge_part(exercise, part, calls, outcomes, Submission("", exercise.filename)))
            if found[-1].passed and part.repeatable:
                found[-1] = repeated(found[-1], outcomes, evaluate(part, function, ours, calls))
    return found


@each
def test_the_reference_solution_passes(exercise: Exercise) -> None:
    for part in exercise.parts:
        calls = part.calls()
        outcomes = evaluate(part, getattr(exercise.solution, part.function), exercise.solution, calls)
        verdict = judge_part(exercise, part, calls, outcomes, Submission("", exercise.filename))
        assert verdict.passed, verdict.words


@each
def test_other_right_solutions_pass(exercise: Exercise) -> None:
    found = variants(exercise, right=True)
    assert len(found) >= 2
    for name, function in found.items():
        for verdict in verdicts(exercise, name, function):
            assert verdict.passed, f"{name}: {verdict.words}"


@each
def test_each_mistake_fails_with_words_of_its_own(exercise: Exercise, no_chance: None) -> None:
    found = variants(exercise, right=False)
    assert len(found) >= 6
    said = {}
    for name, function in found.items():
        failed = [v for v in verdicts(exercise, name, function) if not v.passed]
        assert failed, f"{name} passes"
        assert sentence(function) in " ".join(failed[0].words.split()), f"{name}: {failed[0].words}"
        said[name] = sentence(function)
    for base in exercise.functions:
        own = [words for name, words in said.items() if name.startswith(f"{base}__")]
        assert len(own) == len(set(own)), f"two mistakes of {base} have the same words"


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("01.1", "sample_widths__right_vectorised"),
        ("03.2", "bootstrap_best__right_vectorised"),
        ("06.1", "sample_growing__right_choice"),
        ("10.3", "violate__right_loop"),
        ("10.4", "perfect_mlp__right_model"),
        ("15.1", "interval__right_percentiles"),
        ("15.1", "report__right_table"),
    ],
)
def test_luck_refuses_no_right_solution(number: str, name: str) -> None:
    exercise = get(number)
    part = next(p for p in exercise.parts if p.function == name.split("__")[0])
    function, seeds = getattr(exercise.mistakes, name), itertools.count(1)
    ours = With(exercise.solution, part.function, function)
    for _ in range(10 if number in ("10.3", "10.4") else 300):
        calls = [tuple(Rng(next(seeds)) if isinstance(a, Rng) else a for a in call) for call in part.calls()]
        outcomes = evaluate(part, function, ours, calls)
        verdict = judge_part(exercise, part, calls, outcomes, Submission("", exercise.filename))
        assert verdict.passed, verdict.words


@each
def test_the_stub_has_every_function_and_nothing_of_the_solution(exercise: Exercise) -> None:
    stub = ast.parse(exercise.stub())
    names = {n.name for n in stub.body if isinstance(n, (ast.FunctionDef, ast.ClassDef))}
    assert set(exercise.functions) <= names
    for node in ast.walk(stub):
        if isinstance(node, ast.FunctionDef):
            assert [type(s) for s in node.body] in ([ast.Expr, ast.Raise], [ast.Raise])
            assert ast.get_docstring(node) or node.name.startswith("__"), f"{node.name} does not say what it does"


@each
def test_the_two_sets_of_seeds_ask_different_questions(exercise: Exercise) -> None:
    for part in exercise.parts:
        first, second = (list(map(repr, part.cases(np.random.default_rng(s)))) for s in (0, 1))
        if first == ["()"]:  # a design of one's own: it is measured, so there is nothing to learn by heart
            continue
        assert first != second, part.name
        assert list(map(repr, part.cases(np.random.default_rng(0)))) == first


@each
def test_points_hints_and_words_are_there(exercise: Exercise) -> None:
    assert len(set(exercise.hints)) == 3 and all(len(h) > 20 for h in exercise.hints)
    assert all(part.points >= 1 for part in exercise.parts)
    assert len({part.name for part in exercise.parts}) == len(exercise.parts) >= 2
    assert 5 <= exercise.minutes <= 120 and len(exercise.task) > 80
    for part in exercise.parts:
        assert exercise.mistakes.__doc__ and exercise.solution.__doc__
        chapter = re.match(r"chapter (\d+), \"(.+)\"$", part.idea)
        assert chapter, part.idea
        for path in (ROOT / "book").glob(f"{int(chapter[1]):02}_*.md"):
            headings = re.findall(r"^## (.+)$", path.read_text(), re.MULTILINE)
            assert chapter[2] in headings, f"{path.name} has no section {chapter[2]}"


@each
def test_the_folder_at_the_root_is_what_the_package_makes(exercise: Exercise) -> None:
    for name, text in folders.files(exercise).items():
        path = ROOT / "exercises" / exercise.slug / name
        assert path.exists() and path.read_text(encoding="utf-8") == text, (
            f"{path.name} is stale: remove exercises/{exercise.slug} and run `regnet-edu exercises`"
        )


def test_no_folder_at_the_root_is_left_over() -> None:
    there = {p.name for p in (ROOT / "exercises").iterdir() if (p / "README.md").exists()}
    assert there == set(IDS)


def test_numbers_are_those_of_chapters_and_unique() -> None:
    assert all(re.fullmatch(r"\d\d\.\d", e.number) for e in ALL)
    assert len({e.name for e in ALL}) == len(ALL)


def test_a_stub_keeps_docstrings_imports_and_signatures_only() -> None:
    start = '"""Text."""\n\nimport math\n\n\n'
    source = start + 'def _helper():\n    pass\n\n\ndef f(a, b=1):\n    """Says."""\n    return math.pi\n'
    stub = (
        '"""Text."""\n\nimport math\n\n\ndef f(a, b=1):\n    """Says."""\n    raise NotImplementedError("write this")\n'
    )
    assert make_stub(source) == stub


@pytest.mark.heavy
@each
def test_in_its_own_process_the_solution_has_all_points_and_the_stub_none(exercise: Exercise) -> None:
    solution = check_source(exercise, Submission(inspect.getsource(exercise.solution), exercise.filename))
    assert solution.points == exercise.points, str(solution)
    stub = check_source(exercise, Submission(exercise.stub(), exercise.filename))
    assert stub.points == 0 and stub.untouched, str(stub)
