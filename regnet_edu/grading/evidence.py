"""What makes a result survive an appeal: what was graded, with what, when it was handed in and when it was graded."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from .. import __version__
from ..common.errors import InputError
from .exercise import Exercise
from .process import Submission
from .surroundings import PACKAGE, neighbours


@dataclass(frozen=True)
class Evidence:
    """Everything that a verdict depends on, and two instants.

    Args:
        file: path in what the learner handed in.
        sha256: of that file, as `sha256sum` prints it.
        beside: the same of the Python files that it could import.
        exercise: SHA-256 of the questions, the solution and the known mistakes.
        package: SHA-256 of all of the package's code.
        versions: of the package, Python and what computes.
        seeds: of the questions.
        layers: of the sandbox that held while it ran.
        submitted: when it was handed in, or saved where nothing better is known; in UTC, never changed by a regrade.
        graded: when it was graded, in UTC.
    """

    file: str
    sha256: str
    beside: Mapping[str, str]
    exercise: str
    package: str
    versions: Mapping[str, str]
    seeds: Sequence[int]
    layers: Sequence[str]
    submitted: str
    graded: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, ready for JSON."""
        return {**asdict(self), "seeds": list(self.seeds), "layers": list(self.layers)}

    def for_learners(self) -> dict[str, Any]:
        """The same without the seeds: who knows the questions can answer them by heart."""
        return {name: value for name, value in self.to_dict().items() if name != "seeds"}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Evidence:
        """Return what `to_dict` made plain.

        Raises:
            KeyError: something is missing.
        """
        return cls(**{f.name: data[f.name] for f in fields(cls)})

    def decides_as(self, other: Evidence) -> bool:
        """Whether the same submission was asked the same questions by the same code."""
        return (
            (self.sha256, dict(self.beside), list(self.seeds)) == (other.sha256, dict(other.beside), list(other.seeds))
            and (self.exercise, self.package) == (other.exercise, other.package)
        )  # fmt: skip

    def submitted_as(self, before: Evidence) -> Evidence:
        """Keep the instant at which the same file was first handed in: a second download changes its date."""
        return replace(self, submitted=before.submitted) if self.sha256 == before.sha256 else self


def gather(
    exercise: Exercise,
    path: Path,
    inside: str,
    submission: Submission | None,
    seeds: Sequence[int],
    submitted: str = "",
) -> Evidence:
    """Return the evidence for a file that is about to be graded; the layers are known only afterwards."""
    beside = {}
    if submission:  # byte by byte, as they were handed in
        texts = neighbours(submission.folder, submission.name)
        beside = {name: _sha256(text.encode("latin-1")) for name, text in texts.items()}
    return Evidence(
        file=inside,
        sha256=_sha256(path.read_bytes()),
        beside=beside,
        exercise=exercise_hash(exercise),
        package=package_hash(),
        versions=versions(),
        seeds=list(seeds),
        layers=[],
        submitted=submitted or instant(path.stat().st_mtime),
        graded=now(),
    )


def now() -> str:
    return instant(datetime.now(UTC).timestamp())


def instant(seconds: float) -> str:
    """An instant as ISO 8601 in UTC, to the second, such as 2026-10-12T21:59:00Z."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant_of(text: str) -> str:
    """Return an instant in UTC from any form of ISO 8601; without a zone it is the time here.

    Raises:
        InputError: it is none.
    """
    try:
        return instant(datetime.fromisoformat(text).timestamp())
    except (ValueError, OverflowError, OSError):
        raise InputError(f"{text!r:.60} is no instant; one is 2026-10-12T23:59:00+02:00") from None


@lru_cache(maxsize=1)
def package_hash() -> str:
    """SHA-256 of every Python file of the package with its path, in order."""
    whole = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        whole.update(f"{path.relative_to(PACKAGE).as_posix()}\0".encode())
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def exercise_hash(exercise: Exercise) -> str:
    """SHA-256 of the three files that make an exercise."""
    files = (PACKAGE / "grading" / room / f"e{exercise.slug}.py" for room in ("catalogue", "solutions", "mistakes"))
    return _sha256(b"\0".join(path.read_bytes() for path in files if path.is_file()))


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    found = {"regnet_edu": __version__, "python": platform.python_version()}
    for name in ("numpy", "torch"):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
