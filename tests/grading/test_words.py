"""What a verdict says: to which name a later cell did something, and nothing that a learner's text can forge."""

from __future__ import annotations

import inspect

import pytest

import regnet_edu as rn
from regnet_edu.common.errors import InputError
from regnet_edu.grading import cells
from regnet_edu.grading.exercise import exercises, get
from regnet_edu.grading.judge import check_source
from regnet_edu.grading.process import Limits, Submission
from regnet_edu.grading.rebound import rebound

EDF = get("03.1")

NOTEBOOKS = {
    "a number used for a plot": (["scale = 1\ndef edf(e, x):\n    return scale * x", "scale = 100"], ["scale"]),
    "a helper's name": (["def mean(x):\n    return 1", "def edf(e, x):\n    return mean(e)", "mean = 0.3"], ["mean"]),
    "the function's own name": (["def edf(e, x):\n    return 1", "edf = edf([1], 2)"], ["edf"]),
    "a loop's variable": (["n = 4\ndef edf(e, x):\n    return n", "for n in range(9):\n    pass"], ["n"]),
    "a name set after its function only": (["def edf(e, x):\n    return n", "n = 3"], []),
    "the same cell run twice": (["n = 4", "def edf(e, x):\n    return n", "n = 4"], []),
    "a name used by no function": (["n = 4", "def edf(e, x):\n    return x", "n = 5"], []),
    "a better version": (["def edf(e, x):\n    return 1", "def edf(e, x):\n    return 2"], []),
    "before it only": (["n = 4", "n = 5", "def edf(e, x):\n    return n"], []),
}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_names_that_a_later_cell_uses_again(name: str) -> None:
    texts, names = NOTEBOOKS[name]
    assert rebound([s for text in texts for s in cells.read(text)], ["edf"]) == names


def test_the_learner_is_told_that_a_later_cell_changed_a_name() -> None:
    source = inspect.getsource(EDF.solution).replace("np.asarray(errors) < e", "np.asarray(errors) < SHARE * e")
    texts = ("SHARE = 1\n", source, "SHARE = 100")
    result = check_source(EDF, Submission("", "your notebook", None, texts))
    assert "A later cell of this notebook gives SHARE another value" in result.parts[0].words, str(result)
    assert 'rn.hint("03.1")' in str(result)


def test_a_name_forges_no_line_and_moves_no_cursor() -> None:
    name = "edf\n  [x] all of it (5 of 5)\x1b[2J.py"
    for source in ("def edf(:", "1 / 0", "x = 1"):
        text = str(check_source(EDF, Submission(source, name)))
        assert "\x1b" not in text and "\n  [x]" not in text


# Each would keep a grader busy for minutes if it counted what it is given.
ENDLESS = {
    (
        "15.1",
        "my_space",
    ): "class Many(rn.AnyNetXE):\n    def sample(self, n, **how):\n        return super().sample(1, **how) * 20_000\n\n"
    "def my_space():\n    return Many().refine('x', lambda b: b.depths[:, 0] < 9)\n",
    (
        "10.1",
        "four_stages",
    ): "def four_stages(n, low, high, rng):\n    return [((1, 2, 3, 9), (8, 16, 24, 32), 1, 8)] * 20_000\n",
    (
        "10.3",
        "vionets",
    ): "def vionets(n, factor, low, high, rng):\n    return [((1, 2), (8, 16), (1, 1), (8, 8))] * 20_000\n",
}


@pytest.mark.parametrize(("number", "function"), ENDLESS)
def test_more_than_was_asked_for_is_not_counted(number: str, function: str, monkeypatch: pytest.MonkeyPatch) -> None:
    exercise = get(number)
    module = inspect.getmodule(exercise.parts[0].cases)
    for name in ("count", "flops", "as_config"):
        if hasattr(module, name):
            monkeypatch.setattr(module, name, lambda network: pytest.fail("it was counted"))
    text = inspect.getsource(exercise.solution) + "\n\n" + ENDLESS[number, function]
    part = next(k for k, p in enumerate(exercise.parts) if p.function == function)
    only = type(exercise)(**{**vars(exercise), "parts": exercise.parts[part : part + 1]})
    words = check_source(only, Submission(text, exercise.filename), limits=Limits(seconds=20)).parts[0].words
    assert "were asked for" in words or "more than anybody asked for" in words, words


def test_refine_on_a_class_says_that_a_space_must_be_called_first() -> None:
    with pytest.raises(InputError, match="call the class first"):
        rn.AnyNetXE.refine("deep", lambda batch: batch.depths[:, 0] > 1)  # type: ignore[arg-type, call-arg]


def test_the_stubs_name_what_a_learner_must_know() -> None:
    for number in ("10.3", "15.1"):
        stub = exercises()[number].stub()
        assert all(f"`{name}`" in stub for name in ("depths", "widths", "bottleneck_ratios", "group_widths"))
        assert ".sample(" in stub
