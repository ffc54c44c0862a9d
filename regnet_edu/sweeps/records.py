"""The record file of a population: one JSON line after another, only ever appended to.

    {"kind": "header", "format": 2, "space": ..., "regime": {...}, "data": {...}, "seed": ..., ..., "crc": "1a2b3c4d"}
    {"kind": "session", "date": ..., "versions": {...}, "hardware": {...}, "workers": 2, ..., "crc": ...}
    {"kind": "network", "index": 0, "seed": ..., "config": {...}, "status": "ok", "error": 0.53, ..., "crc": ...}

The first line is the header. A session line is added whenever a sweep is started or resumed. A network line is on the
disk before its network counts as done, and holds: index, seed, config, flops, params, activations, status ("ok",
"diverged" or "failed") with its reason, error, errors (after each epoch), epochs, loss, seconds, cpu_seconds and
images_per_second; settings that the network drew for itself, where the regime lets some vary; and a note, where
something went otherwise than planned. `crc` is the CRC-32 of everything before it in the line, so that a line that is
torn or was edited by hand is noticed. In pandas:

    networks = pandas.read_json(path, lines=True).query("kind == 'network'")
"""

from __future__ import annotations

import codecs
import contextlib
import gc
import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NamedTuple

from ..common.errors import InputError
from ..common.files import locked, regular, sync_folder, write_atomically
from .record_content import FIELDS, check_content

FORMAT = 2
READABLE = (1, 2)  # format 1 has hardware in words: "2 x AMD EPYC (family 25, model 17, AVX2)"


class BadLine(NamedTuple):
    """A line that is no record: its number (from 1), what is wrong with it, and its bytes."""

    number: int
    reason: str
    content: bytes


class Records(NamedTuple):
    """What a record file holds. `networks` maps an index to its record, `session_of` to the number of its session.

    The number of a session is its place in `sessions`; it is -1 where no session line stands before the network's.
    """

    header: dict[str, Any] | None
    sessions: list[dict[str, Any]]
    networks: dict[int, dict[str, Any]]
    bad: list[BadLine]
    session_of: dict[int, int]


def encode(record: Mapping[str, Any]) -> bytes:
    """Return the line of a record, with its checksum and its end of line."""
    body = json.dumps(record, separators=(", ", ": "), allow_nan=False).encode()[:-1]
    return body + b', "crc": "%08x"}\n' % zlib.crc32(body)


def decode(line: bytes) -> dict[str, Any]:
    """Return the record of a line; raise `ValueError` with the reason if it is none."""
    if line.startswith(codecs.BOM_UTF8):
        raise ValueError("it begins with a byte order mark (BOM), which an editor put there; save as UTF-8 without BOM")
    if not line.strip():
        raise ValueError("it is blank")
    if not line.endswith(b"\n"):
        raise ValueError("it is torn: it has no end")
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    if not isinstance(record, dict) or record.get("kind") not in FIELDS:
        raise ValueError("it is not a record of this format")
    body, mark, _ = line.rpartition(b', "crc": "')
    if not mark or record.pop("crc", None) != f"{zlib.crc32(body):08x}":
        raise ValueError("its checksum does not fit: it was changed after it was written")
    if record["kind"] != "header" or record.get("format") in READABLE:  # what other formats hold is not known here
        check_content(record)
    return record


def parse(lines: Iterable[bytes]) -> Records:
    """Sort the lines of a record file into header, sessions, networks and bad lines."""
    header: dict[str, Any] | None = None
    sessions: list[dict[str, Any]] = []
    networks: dict[int, dict[str, Any]] = {}
    bad: list[BadLine] = []
    session_of: dict[int, int] = {}
    for number, line in enumerate(lines, 1):
        try:
            record = decode(line)
            if record["kind"] == "header":
                if header is not None:
                    raise ValueError("it is a second header")
                header = record
            elif record["kind"] == "session":
                sessions.append(record)
            elif record["index"] in networks:
                raise ValueError(f"network {record['index']} is recorded already")
            else:
                networks[record["index"]] = record
                session_of[record["index"]] = len(sessions) - 1
        except ValueError as error:
            bad.append(BadLine(number, str(error), line))
    return Records(header, sessions, networks, bad, session_of)


def read(path: str | os.PathLike[str]) -> Records:
    """Read a record file.

    Raises:
        InputError: the file is missing, unreadable, no regular file, or of a newer format.
    """
    try:
        with open(regular(path), "rb") as file, no_search_for_cycles():
            records = parse(file)
    except OSError as error:
        raise InputError(f"record file {path} cannot be read: {error.strerror or error}") from error
    if records.header is not None and records.header.get("format") not in READABLE:
        raise InputError(
            f"record file {path} has format {records.header.get('format')!r}; "
            f"this version reads formats {' and '.join(map(str, READABLE))}"
        )
    return records


def read_sweep(path: str | os.PathLike[str]) -> Records:
    """Read the record file of a sweep, whose first line is its header.

    Raises:
        InputError: it is not, or as for `read`.
    """
    found = read(path)
    if found.header is None:
        raise InputError(f"{path} is not a record file: its first line is no header of `regnet-edu sweep`{_why(found)}")
    return found


def _why(found: Records) -> str:
    """Return, in brackets, why the first line of a file is no record."""
    return f" ({found.bad[0].reason})" if found.bad and found.bad[0].number == 1 else ""


@contextlib.contextmanager
def no_search_for_cycles() -> Iterator[None]:
    """Let Python not look for garbage meanwhile: among a hundred thousand new records it took half the time."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


class RecordWriter:
    """The one writer of a record file, from `with RecordWriter(path) as writer` until the block ends.

    On entry it takes a lock that dies with its process, reads what is there into `.records`, and sets bad lines aside
    in `PATH.rejected` (each with its number and reason, told in `.notes`), so that the file is whole again. Where PATH
    is a link, it is written through.

    Raises:
        InputError: another process writes the file, it cannot be written, or it is no regular file.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = regular(path)
        self.records = Records(None, [], {}, [], {})
        self.notes: list[str] = []

    def __enter__(self) -> RecordWriter:
        self._lock = locked(Path(f"{self.path}.lock"), self.path, "sweep")
        try:
            if self.path.exists():
                self.records = read(self.path)
                self._check_header()
                self._set_aside()
            self._file = open(self.path, "ab", buffering=0)
            sync_folder(self.path.parent)
        except OSError as error:
            self._lock.release()
            raise InputError(f"{self.path} cannot be written: {error.strerror or error}") from error
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()
        self._lock.release()

    def append(self, record: Mapping[str, Any]) -> None:
        """Add one record; when this returns, it is on the disk.

        Raises:
            InputError: the disk is full or fails; the file then ends as it did before.
        """
        line = encode(record)
        end = os.fstat(self._file.fileno()).st_size
        try:
            written = 0
            while written < len(line):
                written += self._file.write(line[written:])
            os.fsync(self._file.fileno())
        except OSError as error:
            os.ftruncate(self._file.fileno(), end)
            raise InputError(
                f"{self.path} cannot be written: {error.strerror or error}; what it held before is safe, "
                "and the same command goes on from there"
            ) from error

    def _check_header(self) -> None:
        """Touch nothing in a file that is not ours; a header torn while it was written, and nothing else, is ours."""
        found = self.records
        torn_header = len(found.bad) == 1 and found.bad[0].content.startswith(b'{"kind": "header"')
        empty = not (found.networks or found.sessions)
        if found.header is None and self.path.stat().st_size and not (torn_header and empty):
            raise InputError(
                f"{self.path} cannot be gone on with: its first line is no header of a sweep{_why(found)}; "
                "put the header back or choose another --out"
            )

    def _set_aside(self) -> None:
        """Move bad lines to PATH.rejected; the good ones are rewritten in one step."""
        if not self.records.bad:
            return
        aside = Path(f"{self.path}.rejected")
        with open(regular(aside), "ab") as file:
            for bad in self.records.bad:
                file.write(b"# line %d: %s\n%s\n" % (bad.number, bad.reason.encode(), bad.content.rstrip(b"\n")))
            file.flush()
            os.fsync(file.fileno())
        rejected = {bad.number for bad in self.records.bad}

        def good_lines(file: IO[bytes]) -> None:
            with open(self.path, "rb") as source:
                file.writelines(line for number, line in enumerate(source, 1) if number not in rejected)

        write_atomically(self.path, good_lines)
        self.notes += [
            f"line {b.number} of {self.path} was set aside in {aside.name}: {b.reason}" for b in self.records.bad
        ]
