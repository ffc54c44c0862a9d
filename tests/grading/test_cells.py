"""Of a notebook what its functions need is taken: constants, lambdas, classes, tables that are built; nothing else runs."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import pytest

from regnet_edu.common.errors import InputError
from regnet_edu.grading import submission
from regnet_edu.grading.cells import needed
from regnet_edu.grading.exercise import get
from regnet_edu.grading.judge import check_source

EDF = get("03.1")
SOLUTION = inspect.getsource(EDF.solution)
REST = "\n".join(SOLUTION.splitlines()[SOLUTION.splitlines().index("def edf_curve(errors, at):") :])

# Right solutions as people write them in notebooks: each list is what the cells before the other two functions hold.
UNUSUAL = {
    "a lambda": ["import numpy as np", "edf = lambda errors, e: sum(x < e for x in errors) / len(errors)"],
    "a partial function": [
        "import operator\nfrom functools import partial",
        "def share(compare, errors, e):\n    return sum(compare(x, e) for x in errors) / len(errors)",
        "edf = partial(share, operator.lt)",
    ],
    "an object that can be called": [
        "class Edf:\n    def __call__(self, errors, e):\n        return sum(x < e for x in errors) / len(errors)\n\nedf = Edf()",
    ],
    "a cached function": [
        "from functools import lru_cache, wraps",
        "@lru_cache(maxsize=None)\ndef one(n):\n    return 1 / n",
        "def same(f):\n    @wraps(f)\n    def g(*a):\n        return f(*a)\n    return g",
        "@same\ndef edf(errors, e):\n    return one(len(errors)) * sum(x < e for x in errors)",
    ],
    "constants that are made": [
        "import numpy as np; from collections import namedtuple",
        "Pair = namedtuple('Pair', 'low high'); ZERO = np.zeros(1)",
        "table = {}\nfor k in range(100):\n    table[k] = k\nbelow = []\nfor k in range(3):\n    below.append(k)\nbelow[0] = 1",
        "def edf(errors, e):\n    pair = Pair(float(ZERO[0]), below[0])\n"
        "    return pair.low + pair.high * table[sum(x < e for x in errors)] / len(errors)",
    ],
    "a change of mind": [
        "def edf(errors, e):\n    return scale * sum(x <= e for x in errors)",
        "scale = 2",
        "def edf(errors, e):\n    return scale * sum(x < e for x in errors) / len(errors)",
        "scale = 1",
    ],
    "a choice": ["try:\n    import nothing\nexcept ImportError:\n    def edf(errors, e):\n        return sum(x < e for x in errors) / len(errors)"],
    "a timed cell": ["%%time\ndef edf(errors, e):\n    return sum(x < e for x in errors) / len(errors)"],
    "a timed cell as IPython remembers it": [
        "get_ipython().run_cell_magic('time', '', 'def edf(errors, e):\\n    return sum(x < e for x in errors) / len(errors)\\n')",
    ],
    "other people's names": [
        "from math import *\nfrom statistics import mean as middle",
        "def edf(errors, e):\n    return floor(1.5) * middle([float(x < e) for x in errors])",
    ],
}  # fmt: skip

# What else a notebook holds; none of it may run, and the names in it mean nothing to the functions.
AROUND = [
    "%matplotlib inline\n!pip list\nimport regnet_edu as rn, numpy as np",
    "errors = rn.load_population('regnetx-cpu')['error']\nat = 1 / 0\ne = errors.min()",
    "half a thought (",
    "print(edf(errors, e))\nassert False\nrn.check('03.1')",
    "np.random.seed(0)\nfor x in errors:\n    print(x)",
]


@pytest.mark.parametrize("name", UNUSUAL)
def test_right_solutions_in_a_notebook_have_all_points(name: str, tmp_path: Path) -> None:
    cells = [*AROUND, *UNUSUAL[name], REST, "1 / 0"]
    path = tmp_path / "edf.ipynb"
    path.write_text(json.dumps({"cells": [{"cell_type": "code", "source": c} for c in cells]}))
    verdict = check_source(EDF, submission.read(EDF, path))
    assert verdict.points == EDF.points, f"{verdict}\n{needed(cells, EDF.functions)}"
    live: dict[str, Any] = dict.fromkeys(EDF.functions, len)
    assert submission.capture(EDF, {**live, "In": cells}).cells == submission.read(EDF, path).cells


def test_nothing_else_of_the_notebook_is_taken() -> None:
    taken = needed([*AROUND, *UNUSUAL["a lambda"], REST], EDF.functions)
    assert "edf = lambda" in taken and "import numpy as np" in taken
    assert not any(word in taken for word in ("regnet_edu", "load_population", "assert", "print", "1 / 0", "seed"))


def test_a_cell_that_is_not_python_is_shown_only_if_it_may_hold_what_is_missing() -> None:
    broken = "def edf(errors, e)\n    return 0"
    assert needed([broken, REST], EDF.functions) == broken
    assert "return 0" not in needed([broken, UNUSUAL["a lambda"][1], REST], EDF.functions)


def test_the_package_is_imported_only_where_a_function_needs_it() -> None:
    assert "regnet_edu" not in needed(["import regnet_edu as rn", "def f():\n    rn = 1\n    return rn"], ["f"])
    assert "import regnet_edu as rn" in needed(["import regnet_edu as rn", "def f():\n    return rn.edf"], ["f"])


@pytest.mark.parametrize(
    ("cells", "taken"),
    [
        # a learner's number has the name of the function that is asked for: the function counts
        (["f = 1 / 0", "print(f)", "def f(): return 2"], "def f(): return 2"),
        (["def f(): return 1", "def f(): return 2"], "def f(): return 2"),
        (["import f", "f.x = 3", "class f: pass"], "class f: pass"),
        # but not if it is asked before the function is there
        (["f = 1", "def f(x=f): return x"], "f = 1\ndef f(x=f): return x"),
        (["f = 1", "@f\ndef f(): pass"], "f = 1\n@f\ndef f(): pass"),
        (["f = 1", "g = f", "def f(): return g"], "f = 1\ng = f\ndef f(): return g"),
        (["def h(): return f", "f = 1", "g = h()", "def f(): return g"], None),
        # and a function to which a value is given later is that value, as in the notebook
        (["def f(): return 1", "f = lambda: 2"], None),
        (["f = 1", "if True:\n    def f(): return 2"], None),
    ],
)
def test_of_two_that_share_a_name_the_function_counts_that_comes_later(cells: list[str], taken: str | None) -> None:
    assert needed(cells, ["f"]) == ("\n".join(cells) if taken is None else taken) + "\n"


def test_functions_may_be_given_under_other_names() -> None:
    cells = ["def mine(errors, e):\n    return 0", "def edf(errors, e):\n    return 1"]
    space: dict[str, Any] = {}
    for cell in cells:
        exec(cell, space)
    taken = submission.capture(EDF, {**space, "In": cells}, {"edf": space["mine"]}).cells or ()
    fresh: dict[str, Any] = {}
    exec(needed(taken, ["edf"]), fresh)
    assert fresh["edf"]([], 0) == 0
    with pytest.raises(InputError, match="cannot be found; define it, by a name"):
        submission.capture(EDF, {"In": []}, {"edf": eval("lambda errors, e: 0")})


def test_a_verdict_at_a_prompt_is_its_text_and_tells_no_hint() -> None:
    verdict = check_source(EDF, submission.capture(EDF, {"edf": len, "In": ["def edf(errors, e):\n    return 0"]}))
    assert repr(verdict) == str(verdict) and EDF.hints[2] not in repr(verdict)
