"""The public names have their real types in a user's type checker, and work without what is optional."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

GOOD = """
from collections.abc import Sequence

import pandas as pd
import regnet_edu as rn

space: rn.AnyNetXA = rn.AnyNetXC(max_width=512)
configs: list[rn.AnyNetConfig] = space.sample(5, rng=0, flops=(360e6, 400e6))
counts: rn.Complexity = rn.complexity("regnetx_400mf", resolution=32)
population: pd.DataFrame = rn.sweep(space, n=2, regime=rn.Regime.from_dict({}))
network: rn.AnyNet = rn.AnyNet(configs[0], num_classes=10)
comparison: rn.Comparison = rn.compare(population["error"], population["error"])
names: Sequence[str] = rn.zoo.names()
rn.regime.get("tiny").replace(epochs=2)
"""
BAD = """
import regnet_edu as rn

rn.does_not_exist
rn.AnyNetXA(max_width="wide")
rn.complexity(3)
sampled: int = rn.AnyNetXA().sample(5)
"""


def mypy(tmp_path: Path, script: str) -> str:
    file = tmp_path / "script.py"
    file.write_text(script)
    settings = tmp_path / "mypy.ini"  # what torch says of itself takes most of the time and is not asked for here
    settings.write_text("[mypy]\nfollow_imports = silent\n[mypy-torch.*,sympy.*]\nfollow_imports = skip\n")
    options = ["--strict", "--no-error-summary", "--cache-dir", str(tmp_path / "cache"), "--config-file", str(settings)]
    words = [sys.executable, "-m", "mypy", *options, str(file)]
    # No MYPYPATH: an editable install must be found by a type checker as it is found by an editor.
    return subprocess.run(words, capture_output=True, text=True, check=False, cwd=tmp_path).stdout


def test_a_good_script_passes_and_a_bad_one_fails_line_by_line(tmp_path: Path) -> None:
    assert mypy(tmp_path, GOOD) == ""
    found = [line.split(":")[1] for line in mypy(tmp_path, BAD).splitlines() if ": error:" in line]
    assert found == ["4", "5", "6", "7"]


def test_everything_is_offered_that_can_be_had_without_d2l() -> None:
    code = (
        "import importlib.util, inspect, sys\n"
        "find = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *rest: None if name == 'd2l' else find(name, *rest)\n"
        "sys.modules['d2l'] = None\n"
        "from regnet_edu import *\n"
        "import regnet_edu as rn\n"
        "assert AnyNetXA is rn.AnyNetXA and not hasattr(rn, 'RegNetX32') and hasattr(rn, 'AnyNet')\n"
        "assert {'sweep', 'regime'} <= {name for name, _ in inspect.getmembers(rn)}\n"
        "try: rn.AnyNetClassifier\n"
        "except AttributeError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "needs the package d2l: pip install" in done.stdout, done.stderr
