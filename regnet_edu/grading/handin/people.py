"""Says who handed in: one folder or archive each, one prefix each in a flat download, or a single learner."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from ...common.errors import InputError
from ..surroundings import temporary_folder
from ..wire import printable
from . import names
from .files import NO_ANSWERS, STRUCTURE, File, handed_in, is_archive


@dataclass(frozen=True)
class Learner:
    """Who handed in, under a name that a terminal can show, and what.

    Args:
        name: of the folder or archive, or what stands before the file names of a flat download.
        files: that may hold an answer.
        late: whether Canvas marks it as late.
        flat: whether other people's files lie in the same folder.
        problem: why none of it is read, if that is so.
    """

    name: str
    files: tuple[File, ...]
    late: bool = False
    flat: bool = False
    problem: str = ""


@dataclass(frozen=True)
class Class:
    """Everyone who handed in, and what is to be said about the folder."""

    learners: tuple[Learner, ...]
    notes: tuple[str, ...] = ()


@dataclass
class _Group:
    """What lies under one name: `marked` if Canvas or Moodle wrote it, `boxed` if it is a folder or an archive."""

    files: list[File] = field(default_factory=list)
    marked: bool = False
    boxed: bool = False
    late: bool = False
    problem: str = ""


@dataclass
class _Groups:
    """The entries of a folder by whose they are; `own` and `parts` are files and folders of no name."""

    people: dict[str, _Group] = field(default_factory=dict)
    own: list[File] = field(default_factory=list)
    parts: list[File] = field(default_factory=list)


@contextmanager
def collected(folder: Path, single: bool = False, ours: Collection[Path] = ()) -> Iterator[Class]:
    """Give everyone who handed in, in the order of their names; archives are unpacked for as long as it is open.

    Args:
        folder: of one learner, of many, a flat download, or an archive of any of these.
        single: it is of one learner, whatever is in it.
        ours: folders that we write in, which are no learner's if they lie there too.

    Raises:
        InputError: there is no such folder, or nothing in it.
    """
    if not folder.is_dir() and not (folder.is_file() and is_archive(folder)):
        raise InputError(f"{folder} is no folder of submissions")
    with temporary_folder() as work:
        yield _class(folder, Path(work), single, {path.resolve() for path in ours})


def _class(folder: Path, work: Path, single: bool, ours: Collection[Path]) -> Class:
    alone = (Learner(printable(_name(folder)), tuple(handed_in(folder, work))),)
    if single:
        return Class(alone)
    groups = _groups(_entries(folder, work, ours))
    only = next(iter(groups.people.values())) if len(groups.people) == 1 else None
    if only and only.boxed and not (only.marked or groups.own or groups.parts):
        deeper = _groups(_by_entry(only.files))
        if _some_hand_in_the_same(deeper):  # the whole class lies in one more folder
            groups = deeper
    if not _is_class(groups):
        if not (groups.own or groups.parts or any(g.files for g in groups.people.values())):
            raise InputError(
                f"{folder} holds no submissions: it has neither files of exercises nor folders of learners"
            )
        return Class(alone)
    learners = [
        Learner(name, tuple(g.files), g.late, not g.boxed, g.problem) for name, g in _named(groups.people).items()
    ]
    strays = [f.inside for f in (*groups.own, *groups.parts) if names.meaning(f.name)]
    notes = [f"{printable(s)} lies beside the learners and belongs to none of them: it is not graded" for s in strays]
    return Class(tuple(learners), tuple(notes))


def _named(people: dict[str, _Group]) -> dict[str, _Group]:
    """Everyone by a name that a terminal can show, and that nobody else has."""
    named: dict[str, _Group] = {}
    for name, group in sorted(people.items()):
        shown = plain = printable(name) or "?"
        k = 2
        while shown in named:
            shown, k = f"{plain} ({k})", k + 1
        named[shown] = group
    return named


def _name(folder: Path) -> str:
    return folder.resolve().name if folder.is_dir() else folder.stem


def _is_class(groups: _Groups) -> bool:
    """Whether these are the entries of many learners, and not the work of one."""
    people = groups.people.values()
    if any(g.marked for g in people):
        return True
    mine = bool(groups.own or groups.parts)
    boxes = sum(g.boxed and bool(g.files or g.problem) for g in people)
    flat = sum(not g.boxed for g in people)
    if boxes or flat:
        return boxes + flat > 1 or not mine
    return bool(groups.people) and not mine


def _some_hand_in_the_same(groups: _Groups) -> bool:
    answered = [
        {m.number for f in g.files if (m := names.meaning(names.owner(f.name).rest))} for g in groups.people.values()
    ]
    return any(a & b for k, a in enumerate(answered) for b in answered[:k])


def _entries(folder: Path, work: Path, ours: Collection[Path]) -> dict[str, list[File]]:
    """What lies in a folder or archive, by the name of its entry; the limits of `handed_in` count for each entry."""
    if not folder.is_dir():
        return _by_entry([_within(f, folder.name) for f in handed_in(folder, work)])
    found = {}
    for name in sorted(os.listdir(folder)):
        if name.startswith((".", "__")) or name in NO_ANSWERS:
            continue
        path = folder / name
        if path.resolve() in ours:
            continue
        if path.is_symlink():
            found[name] = [File(path, name, leads_out=True)]
        elif path.is_dir():
            found[name] = [replace(f, inside=f"{name}/{f.inside}") for f in handed_in(path, work)] or [File(path, "")]
        else:
            found[name] = handed_in(path, work)
    return found


def _by_entry(files: list[File]) -> dict[str, list[File]]:
    """Files by what their path starts with."""
    found: dict[str, list[File]] = {}
    for file in files:
        found.setdefault(file.inside.partition("/")[0], []).append(file)
    return found


def _groups(entries: dict[str, list[File]]) -> _Groups:
    groups = _Groups()
    for name, files in entries.items():
        box = is_archive(Path(name)) or any(f.inside != name for f in files)
        linked = any(f.leads_out and f.inside == name for f in files)
        owner = names.owner(name.removesuffix(".zip") if box else name)
        whose = owner.who or _whose(owner.rest, box, linked and not names.ending(name))
        if not whose:
            (groups.parts if box else groups.own).extend(files)
            continue
        group = groups.people.setdefault(whose, _Group())
        group.boxed |= box
        group.marked |= bool(owner.who)
        group.late |= owner.late
        if linked:
            group.problem = f"{printable(name)} is a link that leads out of this submission; nothing in it is read"
            group.boxed = True
        else:
            group.files += [_within(f, name) if box else f for f in files if f.inside]
    return groups


def _within(file: File, name: str) -> File:
    """A file as its learner sees it: its path without the folder that has the learner's name."""
    return replace(file, inside=file.inside.removeprefix(f"{name}/"))


def _whose(name: str, box: bool, linked: bool) -> str:
    """The name of a learner in that of a folder, an archive or a file, or "" if it names a part of one's work."""
    if box or linked:
        meant = names.meaning(f"{name}.py")
        numbered = name[:1].isdigit() and meant is not None and meant.nearness < names.WORDS
        return "" if numbered or name in STRUCTURE else name
    meant = names.meaning(name)
    return meant.others if meant else ""
