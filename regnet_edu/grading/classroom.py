"""Configurations for GitHub Classroom and Gradescope, made from the catalogue; the files in exercises/classroom/."""

from __future__ import annotations

from .exercise import exercises

WORKFLOW_HEAD = """# The workflow of a GitHub Classroom assignment, for .github/workflows/ of its template repository.
# Set the repository variable REGNET_EDU to where pip finds the package (the address of a wheel, or git+https://...).
# It checks the files in exercises/, with the points of every part.
name: Autograding Tests
on: [push, workflow_dispatch]
permissions:
  checks: write
  actions: read
  contents: read
jobs:
  run-autograding-tests:
    runs-on: ubuntu-latest
    if: github.actor != 'github-classroom[bot]'
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - name: Install
        run: python -m pip install "${{ vars.REGNET_EDU }}"
"""

RUN_AUTOGRADER = """#!/usr/bin/env bash
# Gradescope runs this for each submission; it reads results.json.
out=/autograder/results/results.json
if ! words=$(regnet-edu grade /autograder/submission --single --out "$out" --quiet 2>&1 >/dev/null); then
  python3 -c 'import json, sys; json.dump({"score": 0, "output": sys.argv[1]}, open(sys.argv[2], "w"))' "$words" "$out"
fi
"""

SETUP = """#!/usr/bin/env bash
# Gradescope runs this once, when the autograder is built. Put the package's wheel beside this file.
set -euo pipefail
apt-get update && apt-get install -y python3 python3-pip
python3 -m pip install --break-system-packages /autograder/source/regnet_edu-*.whl
"""


def github_workflow() -> str:
    """One step a part, so that a part that is right has its points whatever the others do."""
    steps, results, names = [], [], []
    for exercise in exercises().values():
        for k, part in enumerate(exercise.parts, 1):
            name = f"e{exercise.number.replace('.', '-')}-{k}"
            names.append(name)
            results.append(f'          {name.upper()}_RESULTS: "${{{{ steps.{name}.outputs.result }}}}"')
            steps.append(
                f"""      - name: "{exercise.number} {part.name}"
        id: {name}
        uses: classroom-resources/autograding-command-grader@v1
        with:
          test-name: "{exercise.number} {exercise.title}: {part.name}"
          command: regnet-edu check {exercise.number} --part {k}
          timeout: 5
          max-score: {part.points}
"""
            )
    reporter = """      - name: Autograding Reporter
        uses: classroom-resources/autograding-grading-reporter@v1
        env:
"""
    end = f"        with:\n          runners: {','.join(names)}\n"
    return WORKFLOW_HEAD + "".join(steps) + reporter + "\n".join(results) + "\n" + end


def files() -> dict[str, str]:
    """Paths under exercises/classroom/ and their texts."""
    return {"github.yml": github_workflow(), "gradescope/run_autograder": RUN_AUTOGRADER, "gradescope/setup.sh": SETUP}
