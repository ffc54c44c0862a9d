"""Wrong answers of a class: each is told more than numbers."""

from __future__ import annotations

import inspect
import types

import pytest

from regnet_edu.grading import patterns
from regnet_edu.grading.evaluate import With, evaluate
from regnet_edu.grading.exercise import get
from regnet_edu.grading.judge import judge_part
from regnet_edu.grading.process import Submission

WRONG = {
    "b multiplied, first step only": (
        "02.1",
        "def compatible(w, b, g):\n    inner = w * b\n    g = min(g, inner)\n    inner = max(1, round(inner / g)) * g\n"
        "    return inner // b, inner, g",
        "b was multiplied and not divided",
    ),
    "b multiplied, and the width left as it was": (
        "02.1",
        "def compatible(w, b, g):\n    inner = w * b\n    g = min(g, inner)\n    inner = max(1, round(inner / g)) * g\n"
        "    return w, inner, g",
        "b was multiplied and not divided",
    ),
    "rounded down, and group not clipped": (
        "02.1",
        "def compatible(w, b, g):\n    inner = max(1, w // b)\n    g = min(g, inner)\n    inner = inner // g * g\n    return inner * b, inner, g",
        "rounded down",
    ),
    "w0 not multiplied": (
        "08.1",
        "import numpy as np\ndef block_widths(d, w0, wa, wm):\n    s = np.round(np.log((w0 + wa * np.arange(d)) / w0) / np.log(wm))\n"
        "    return [int(8 * round(wm ** k / 8)) for k in s]",
        "not multiplied by w_0",
    ),
    "log10 and log2": (
        "08.1",
        "import numpy as np\ndef block_widths(d, w0, wa, wm):\n    s = np.round(np.log10((w0 + wa * np.arange(d)) / w0) / np.log2(wm))\n"
        "    return (np.round(w0 * wm ** s / 8) * 8).astype(int)",
        "base 10",
    ),
    "np.unique": (
        "08.1",
        "import numpy as np\ndef stages(widths):\n    w, d = np.unique(widths, return_counts=True)\n    return d.tolist(), w.tolist()",
        "[8, 16, 8] has three stages",
    ),
    "searchsorted on unsorted errors": (
        "03.1",
        "import numpy as np\ndef edf(errors, e):\n    return np.searchsorted(errors, e) / len(errors)",
        "not sorted",
    ),
    "percent": ("03.1", "def edf(errors, e):\n    return 100 * sum(x < e for x in errors) / len(errors)", "in percent"),
    "groups forgotten, and floor": (
        "02.2",
        "def count_convolution(w_in, w_out, k, stride, groups, r):\n    h = r // stride\n    p = k * k * w_in * w_out\n"
        "    return p * h * h, p, w_out * h * h",
        "groups",
    ),
    "activations of the input": (
        "02.2",
        "def count_convolution(w_in, w_out, k, stride, groups, r):\n    h = (r - 1) // stride + 1\n    p = k * k * (w_in // groups) * w_out\n"
        "    return p * h * h, p, w_in * h * h",
        "The first and second of the 3 are right",
    ),
    "simulated with a fixed seed": (
        "09.1",
        "import numpy as np\ndef expected_best(errors, m):\n    rng = np.random.default_rng(0)\n"
        "    return float(np.mean([rng.choice(errors, m, replace=False).min() for _ in range(300)]))",
        "was it simulated?",
    ),
    "batch forgotten in the warm-up only": (
        "14.1",
        "import math\ndef rate(step, steps, batch):\n    rise = steps // 20\n    peak = 0.1 * batch / 128\n    if step < rise:\n"
        "        return 0.1 * (step + 1) / rise\n    return peak * (1 + math.cos(math.pi * (step - rise) / (steps - rise))) / 2",
        "the peak does not follow the batch",
    ),
    "resumed by counting lines": (
        "03.3",
        "import json, os\ndef sweep(n, path, train):\n    done = len(open(path).read().splitlines()) if os.path.exists(path) else 0\n"
        "    if done and not open(path).read().endswith('\\n'):\n        open(path, 'a').write('\\n')\n"
        "    for k in range(done, n):\n        error = train(k)\n        with open(path, 'a') as file:\n"
        "            file.write(json.dumps({'index': k, 'error': error}) + '\\n')",
        "the number of lines was taken for the number of networks",
    ),
    "depths and widths exchanged in the last case": (
        "05.1",
        "def degrees_of_freedom(stages):\n    return 4 * stages, 3 * stages + 1, 2 * stages + 1",
        "The first and second of the 3 are right",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_is_told_more_than_numbers(name: str) -> None:
    number, text, words = WRONG[name]
    exercise = get(number)
    module = types.ModuleType("learner")
    exec(compile(text, "learner", "exec"), module.__dict__)
    said = []
    for part in exercise.parts:
        function = getattr(module, part.function, None)
        if function is not None:
            calls = part.calls()
            outcomes = evaluate(part, function, With(exercise.solution, part.function, function), calls)
            said.append(judge_part(exercise, part, calls, outcomes, Submission("", "x.py")).words)
    assert words in " ".join(said), said


def test_no_right_solution_is_recognised_as_a_mistake_of_another() -> None:
    for number in ("02.1", "02.2", "03.1", "08.1"):
        exercise = get(number)
        assert inspect.getsource(exercise.mistakes)
        for part in exercise.parts:
            calls = part.calls()
            outcomes = evaluate(part, getattr(exercise.solution, part.function), exercise.solution, calls)
            assert not judge_part(exercise, part, calls, outcomes, Submission("", "x.py")).words


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([(20.0, 0.2), (30.0, 0.3), (25.0, 0.25)], "in percent"),
        ([(-1, 1), (-2, 2), (-3, 3)], "the other sign"),
        ([(2, 1), (3, 2), (5, 4)], "plus 1"),
        ([([1, 2, 3], [3, 2, 1]), ([4, 5], [5, 4])], "reverse order"),
        ([([2, 1, 3], [3, 2, 1])], "another order"),
        ([(0.5, 2.0), (0.25, 4.0), (0.2, 5.0)], "one divided by"),
        ([(1, 1.7), (2, 2.2), (3, 3.9)], "without its decimals"),
        ([(7.0, 1.0), (14.0, 2.0), (21.0, 3.0)], "7 times"),
        ([(True, False), (False, True)], None),
        ([("x", 1.0)], None),
        ([(2.0, 1.0)], None),
        ([(3.0, 1.0), (1.0, 2.0), (9.0, 3.0)], None),
    ],
)
def test_patterns(pairs: list, words: str | None) -> None:
    said = patterns.pattern(pairs)
    assert (said is None) if words is None else (said is not None and words in said)
