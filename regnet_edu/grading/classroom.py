"""Scripts for Gradescope and Classroom 50, the files in exercises/classroom/: each calls `regnet-edu grade`."""

from __future__ import annotations

RUN_AUTOGRADER = """#!/usr/bin/env bash
# Gradescope runs this for each submission; it reads results.json.
ONLY=""        # the exercises of this assignment, such as "03.1 03.2"; all of them if it is empty
SEED=""        # a number of your own, for the second set of questions
VISIBILITY=""  # of the single tests: visible, hidden, after_due_date or after_published
ASSIGNMENT=""  # or put class.toml beside this file, and write here which assignment of it this is

home=/autograder/
out=${home}results/results.json
options=(--single --quiet --out "$out")
[ -z "$ONLY" ] || options+=(--only $ONLY)
[ -z "$SEED" ] || options+=(--seed "$SEED")
[ -z "$VISIBILITY" ] || options+=(--visibility "$VISIBILITY")
[ -z "$ASSIGNMENT" ] || options+=(--class "${home}source" --assignment "$ASSIGNMENT")
[ ! -e "${home}submission_metadata.json" ] || options+=(--submitted "${home}submission_metadata.json")
if ! words=$(regnet-edu grade "${home}submission" "${options[@]}" 2>&1 >/dev/null) && [ ! -e "$out" ]; then
  python3 -c 'import json, sys; json.dump({"score": 0, "output": sys.argv[1]}, open(sys.argv[2], "w"))' "$words" "$out"
fi
"""

SETUP = """#!/usr/bin/env bash
# Gradescope runs this once, when the autograder is built. Put the package's wheel beside this file.
set -euo pipefail
apt-get update && apt-get install -y python3 python3-pip
python3 -m pip install --break-system-packages /autograder/source/regnet_edu-*.whl
"""

AUTOGRADER = '''"""Classroom 50 runs this for each submission, in the learner's checkout.

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
'''


def files() -> dict[str, str]:
    """Paths under exercises/classroom/ and their texts."""
    return {
        "classroom50/autograder.py": AUTOGRADER,
        "gradescope/run_autograder": RUN_AUTOGRADER,
        "gradescope/setup.sh": SETUP,
    }
