"""What Classroom 50 reads after its autograder ran: result.json (schema classroom50/result/v1) and release-body.md."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..common.errors import InputError
from .evidence import instant_of, now
from .result import Graded, Result

SCHEMA = "classroom50/result/v1"
LONGEST_NAME = 100


def result(graded: Graded, environment: Mapping[str, str], submitted: str) -> dict[str, Any]:
    """Return one learner's results in Classroom 50's form.

    Args:
        graded: what came of it.
        environment: with the variables that Classroom 50 sets.
        submitted: the instant of submission, the same in every regrade.

    Raises:
        InputError: a variable is missing.
    """
    needed = ("CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL")
    missing = [name for name in needed if not environment.get(name)]
    if missing:
        raise InputError(f"{', '.join(missing)} is not set: --classroom50 is for an autograder of Classroom 50")
    tests = [test for r in graded.results for test in _tests(r)]
    stamped = {"assignment_type": environment.get("ASSIGNMENT_TYPE"), "owner": _owner(environment)}
    return {
        "schema": SCHEMA,
        "classroom": environment["CLASSROOM"],
        "assignment": environment["ASSIGNMENT"],
        **{name: value for name, value in stamped.items() if value},
        "submission": environment["SUBMISSION_TAG"],
        "commit": environment["COMMIT_URL"],
        "release": environment["RELEASE_URL"],
        "review": environment.get("REVIEW_URL") or environment["COMMIT_URL"],
        "datetime": submitted,
        "graded_at": now(),
        "score": sum(t["score"] for t in tests),
        "max-score": sum(t["max-score"] for t in tests),
        "tests": tests,
    }


def _owner(environment: Mapping[str, str]) -> str:
    return environment.get("OWNER") or environment.get("USERNAME") or ""


def _tests(result: Result) -> list[dict[str, Any]]:
    """A test a part, with what an appeal needs, without the seeds: the learner can read it."""
    exercise = result.verdict.exercise
    evidence = result.evidence.for_learners() if result.evidence else {}
    return [
        {
            "test-name": f"{exercise.number} {part.name}"[:LONGEST_NAME],
            "passed": part.passed,
            "score": part.points,
            "max-score": part.of,
            "words": part.words,
            "read-again": "" if part.passed else part.idea,
            "evidence": evidence,
        }
        for part in result.verdict.parts
    ]


def release_body(graded: Graded) -> str:
    """Return what the learner reads on the page of the release, as markdown."""
    passed = all(v.passed for v in graded.verdicts)
    lines = [f"## {graded.points} of {graded.of} points", ""]
    lines += ["All of it is right.", ""] if passed else []
    lines += ["| exercise | points |", "| --- | --- |"]
    lines += [f"| {r.verdict.exercise.number} {r.verdict.exercise.title} | {_points(r)} |" for r in graded.results]
    for r in graded.results:
        lines += _about(r)
    return "\n".join(lines) + "\n"


def _points(result: Result) -> str:
    return "no file" if result.missing else f"{result.verdict.points} of {result.verdict.of}"


def _about(result: Result) -> list[str]:
    """What went wrong in an exercise, and what to do; nothing if all of it is right."""
    verdict, exercise = result.verdict, result.verdict.exercise
    if verdict.passed:
        return []
    lines = ["", f"### {exercise.number} {exercise.title}", ""]
    if result.note:
        lines += [fenced(result.note), ""]
    if verdict.problem:
        return [*lines, fenced(verdict.problem)]
    for part in verdict.parts:
        lines.append(f"- [{'x' if part.passed else ' '}] {part.name} ({part.points} of {part.of})")
        if not part.passed:
            inside = [*fenced(part.words).split("\n"), "", f"Read again: {part.idea}."]
            lines += ["", *(f"  {line}".rstrip() for line in inside), ""]
    return [*lines, "", f"Stuck? `regnet-edu hint {exercise.number}` opens one hint at a time."]


def fenced(text: str) -> str:
    """Text as a block in which nothing is markdown, whatever a learner returned."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence}text\n{text}\n{fence}"


def submitted(checkout: Path) -> str:
    """Return the date of the commit that is graded.

    Raises:
        InputError: it is no checkout of git.
    """
    command = ["git", "-c", "safe.directory=*", "log", "-1", "--no-show-signature", "--format=%cI"]
    try:
        said = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=True, timeout=60).stdout
    except (OSError, subprocess.SubprocessError):
        raise InputError(f"{checkout} is no checkout of git, and so has no date of submission") from None
    return instant_of(said.strip())


def write(graded: Graded, environment: Mapping[str, str], checkout: Path, folder: Path) -> None:
    """Write result.json and release-body.md, and say in one line what came out.

    Raises:
        InputError: a variable is missing, or a file cannot be written.
    """
    from .grade_command import write as write_file

    made = result(graded, environment, submitted(checkout))
    write_file(folder / "result.json", json.dumps(made, indent=2) + "\n")
    write_file(folder / "release-body.md", release_body(graded))
    outputs = environment.get("GITHUB_OUTPUT")
    if outputs:
        status = "success" if all(t["passed"] for t in made["tests"]) else "failure"
        with Path(outputs).open("a", encoding="utf-8") as file:
            file.write(f"status={status}\nsummary={graded.points} of {graded.of} points\n")
