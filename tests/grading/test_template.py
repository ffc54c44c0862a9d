"""An instructor's new exercise: the template is sound as it stands, and what is wrong with one is found."""

from __future__ import annotations

import importlib.util
import types
from collections.abc import Iterator
from pathlib import Path

import pytest
import test_exercises as sound

from regnet_edu.cli.parser import main
from regnet_edu.common.errors import InputError
from regnet_edu.grading import catalogue, mistakes, solutions, template
from regnet_edu.grading.exercise import Exercise, exercises


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A room beside the package's own, which Python looks into as well."""
    for package in (catalogue, solutions, mistakes):
        folder = tmp_path / package.__name__.split(".")[-1]
        folder.mkdir()
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
    exercises.cache_clear()
    yield tmp_path
    exercises.cache_clear()


def load(path: Path, package: types.ModuleType) -> types.ModuleType:
    spec = importlib.util.spec_from_file_location(f"{package.__name__}.{path.stem}", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_template_is_a_sound_exercise(room: Path) -> None:
    written = template.new("4.7", "brand_new", "A brand new one", room)
    assert [p.parent.name for p in written] == ["solutions", "catalogue", "mistakes"]
    exercises.cache_clear()
    exercise = exercises()["04.7"]
    assert isinstance(exercise, Exercise) and exercise.title == "A brand new one"
    sound.test_the_reference_solution_passes(exercise)
    sound.test_other_right_solutions_pass(exercise)
    sound.test_each_mistake_fails_with_words_of_its_own(exercise, None)
    sound.test_the_stub_has_every_function_and_nothing_of_the_solution(exercise)
    sound.test_the_two_sets_of_seeds_ask_different_questions(exercise)
    assert "SECTION" in exercise.parts[0].idea  # the instructor fills it in; until then the test of the words says so


def test_a_new_exercise_that_is_not_sound_is_found(room: Path) -> None:
    paths = template.new("04.7", "not_sound", "Not sound", room)
    paths[2].write_text(paths[2].read_text().replace("return 2 * abs(x)", "return 2 * x"))
    exercises.cache_clear()
    with pytest.raises(AssertionError, match="double__size passes"):
        sound.test_each_mistake_fails_with_words_of_its_own(exercises()["04.7"], None)


@pytest.mark.parametrize(
    ("number", "name", "words"),
    [
        ("four", "x", "is no number of an exercise"),
        ("04.7", "My Exercise", "use small letters and _, such as my_exercise"),
        ("03.1", "x", "is taken by 03_1_edf"),
        ("04.7", "edf", "is taken by 03_1_edf"),
    ],
)
def test_numbers_and_names_that_will_not_do(room: Path, number: str, name: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        template.new(number, name, "t", room)
    assert not list(room.rglob("*.py"))


def test_the_command_says_what_it_wrote(capsys: pytest.CaptureFixture) -> None:
    assert main(["exercises", "--new", "03.1", "x"]) == 2
    assert "is taken by" in capsys.readouterr().err
