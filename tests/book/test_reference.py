"""The two pages of reference: every public name and every field of a record stands there.

That what is described exists is seen by the build of the book, which ends where a name cannot be imported.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import regnet_edu as rn
from regnet_edu.sweeps import records

BOOK = Path(__file__).resolve().parents[2] / "book"
PYTHON = (BOOK / "reference_python.md").read_text(encoding="utf-8")
FILES = (BOOK / "reference_files.md").read_text(encoding="utf-8")


def directives(page: str) -> set[str]:
    """The names that autodoc is asked for, without the package's."""
    found = re.findall(r"^\.\. auto(?:class|function|data|module):: (\S+)$", page, re.MULTILINE)
    return {name.removeprefix("regnet_edu.") for name in found}


def fields(section: str) -> set[str]:
    """The fields in the first column of the table under the heading that names this kind of line."""
    table = re.search(rf"^### .*`{section}`\n\n((?:\|.*\n)+)", FILES, re.MULTILINE)
    assert table, f"no table of {section}"
    first = [row.split("|")[1] for row in table[1].splitlines()[2:]]
    return set(re.findall(r"`(\w+)`", " ".join(first)))


def test_every_public_name_is_described() -> None:
    said = directives(PYTHON)
    named = {s.split(".")[-2] for s in said if "." in s}  # modules
    missing = set(rn.__all__) - said - named - {s.split(".")[0] for s in said}
    assert not missing


@pytest.fixture(scope="module")
def lines() -> dict[str, set[str]]:
    """The fields of every kind of line over all recorded populations."""
    found: dict[str, set[str]] = {kind: set() for kind in records.FIELDS}
    for name in rn.populations():
        whole = records.read(Path(rn.__file__).parent / "recorded" / f"{name}.jsonl")
        assert whole.header
        for kind, of_kind in (
            ("header", [whole.header]),
            ("session", whole.sessions),
            ("network", whole.networks.values()),
        ):
            found[kind] |= {field for record in of_kind for field in record} - {"kind"}
    return found


@pytest.mark.parametrize("kind", records.FIELDS)
def test_every_field_of_a_record_is_described(lines: dict[str, set[str]], kind: str) -> None:
    assert lines[kind] - fields(kind) == set()


@pytest.mark.parametrize("kind", records.FIELDS)
def test_every_described_field_is_written(lines: dict[str, set[str]], kind: str) -> None:
    """No recorded network tells of what went otherwise than planned: a `note`, or `data` that changed.

    All were recorded before the losses of every epoch were kept.
    """
    assert fields(kind) - lines[kind] <= {"note", "data", "losses"}
