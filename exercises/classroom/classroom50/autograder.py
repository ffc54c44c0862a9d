"""Classroom 50 runs this for each submission, in the learner's checkout.

Put it in CLASSROOM/autograders/ASSIGNMENT/ of your `classroom50` repository, with the package's wheel beside it.
"""

import importlib.util
import subprocess
import sys
from pathlib import Path

ONLY = []  # the exercises of this assignment, such as ["03.1", "03.2"]; all of them if it is empty
SEED = None  # a number of your own, for the second set of questions

PYTHON = [sys.executable, "-P"]  # nothing is imported from the learner's checkout
if importlib.util.find_spec("regnet_edu") is None:
    wheel = next(Path(__file__).parent.glob("regnet_edu-*.whl"))
    subprocess.run([*PYTHON, "-m", "pip", "install", "--quiet", str(wheel)], check=True)
options = [*(["--only", *ONLY] if ONLY else []), *(["--seed", str(SEED)] if SEED is not None else [])]
grade = [*PYTHON, "-m", "regnet_edu", "grade", ".", "--classroom50", "--quiet", *options]
sys.exit(subprocess.run(grade, check=False).returncode)  # it wrote result.json and release-body.md
