"""Grades one or many submissions: every exercise of each learner, several at once, and again only what changed."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from ..common.errors import InputError
from ..common.stopping import handled
from .exercise import SEEDS, Exercise
from .handin.choose import NoFileError, choose
from .handin.people import Learner, collected
from .judge import check_source
from .process import Limits, StoppedError
from .results.evidence import Evidence, gather, now
from .results.record import Key, Record
from .results.result import Graded, Result, without_points
from .submission import Submission, read, read_file
from .verdict import Verdict


@dataclass(frozen=True)
class Grading:
    """The results of everyone, what is to be said about the folder, and how many results were there already."""

    learners: list[Graded]
    notes: tuple[str, ...] = ()
    kept: int = 0


@dataclass(frozen=True)
class _Job:
    """One exercise of one learner that has to run."""

    learner: Learner
    exercise: Exercise
    path: Path
    note: str
    evidence: Evidence
    submission: Submission


def check(exercise: Exercise, place: Path | None, seeds: Sequence[int] = SEEDS) -> Verdict:
    """Judge one exercise of one learner; what cannot be read is a verdict of 0 points."""
    try:
        submission = read(exercise, place)
    except InputError as error:
        return without_points(exercise, str(error))
    return check_source(exercise, submission, seeds)


def grade(
    folder: Path,
    wanted: Sequence[Exercise],
    workers: int | None = None,
    seeds: Sequence[int] = SEEDS,
    on_done: Callable[[int, int], None] = lambda done, total: None,
    single: bool = False,
    record: Record | None = None,
    known: Mapping[Key, Result] | None = None,
    again: bool = False,
    ours: Collection[Path] = (),
    submitted: str = "",
) -> Grading:
    """Grade the wanted exercises of every learner; each in its own process, `workers` at once.

    Args:
        folder: of one learner or many, as it was downloaded.
        wanted: exercises.
        workers: how many at once; one a processor if not given.
        seeds: of the questions.
        on_done: called with how many results there are, and of how many.
        single: the folder is of one learner, whatever is in it.
        record: gets every result as soon as it is there; what it holds and has not changed is not graded again.
        known: earlier results beside those of the record.
        again: grade everything; of earlier results only the instants of submission count.
        ours: folders that are written in; they are no learner's.
        submitted: the instant of submission, where a system knows better than the files.

    Raises:
        InputError: there is nothing to grade.
    """
    before = {**(known or {}), **(record.results if record else {})}
    with collected(folder, single, ours) as whole:
        results: dict[Key, Result] = {}
        jobs: list[_Job] = []
        for learner in whole.learners:
            for exercise in wanted:
                found = _prepare(learner, exercise, seeds, before, again, submitted)
                if isinstance(found, _Job):
                    jobs.append(found)
                else:
                    results[learner.name, exercise.number] = found
        kept = sum(r.evidence is not None for r in results.values())
        total = len(results) + len(jobs)
        on_done(len(results), total)

        def keep(job: _Job, result: Result) -> None:
            if record and not result.fault:
                record.add(job.learner.name, result)
            results[job.learner.name, job.exercise.number] = result
            on_done(len(results), total)

        _run(jobs, workers or processors(), seeds, keep)
        learners = [
            Graded(one.name, tuple(results[one.name, e.number] for e in wanted), one.late) for one in whole.learners
        ]
        return Grading(learners, whole.notes, kept)


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _prepare(
    learner: Learner,
    exercise: Exercise,
    seeds: Sequence[int],
    before: Mapping[Key, Result],
    again: bool,
    submitted: str,
) -> Result | _Job:
    """Find and read a learner's file; return a result at once where there is nothing to run, or nothing has changed."""
    note, evidence = "", None
    earlier = before.get((learner.name, exercise.number))
    try:
        if learner.problem:
            raise InputError(learner.problem)
        choice = choose(exercise, learner.files, learner.name)
        note, path = choice.note, choice.file.path
        submission = _readable(path, learner.flat)
        evidence = gather(exercise, path, choice.file.shown, submission, seeds, submitted)
        if earlier and earlier.evidence:
            evidence = evidence.submitted_as(earlier.evidence)
            if not again and evidence.decides_as(earlier.evidence):
                return replace(earlier, note=note)
        if submission is None:
            read_file(path, choice.file.shown)  # says why
        assert submission is not None
        return _Job(learner, exercise, path, note, evidence, submission)
    except NoFileError as error:
        return Result(without_points(exercise, str(error)), missing=True)
    except (InputError, OSError) as error:
        return Result(without_points(exercise, str(error)), note=note, evidence=evidence)
    except Exception as error:  # nothing that a learner hands in keeps the others waiting for their points
        return _fault(exercise, error, note, evidence)


def _fault(exercise: Exercise, error: Exception, note: str, evidence: Evidence | None) -> Result:
    """Say that we failed, and not the learner."""
    words = f"this exercise could not be graded: {type(error).__name__}: {error}"
    return Result(without_points(exercise, words), fault=True, note=note, evidence=evidence)


def _readable(path: Path, flat: bool) -> Submission | None:
    """The code in a file; in a flat download what lies beside it is other people's, and cannot be imported."""
    try:
        found = read_file(path)
    except InputError:
        return None
    return replace(found, folder=None) if flat else found


def _run(jobs: Sequence[_Job], workers: int, seeds: Sequence[int], keep: Callable[[_Job, Result], None]) -> None:
    """Hand on each result as soon as it is there; whatever ends this early ends the processes of learners too."""
    stop = Event()

    def work(job: _Job) -> Result:
        try:
            verdict = check_source(job.exercise, job.submission, seeds, Limits(stop=stop))
        except StoppedError:
            raise
        except Exception as error:  # a fault of ours in one exercise: no points, said by name, and the rest goes on
            return _fault(job.exercise, error, job.note, job.evidence)
        return Result(verdict, note=job.note, evidence=replace(job.evidence, layers=list(verdict.layers), graded=now()))

    pool = ThreadPoolExecutor(workers)
    with held_signals() as let_signals_act:
        try:
            futures = {pool.submit(work, job): job for job in jobs}
            waiting = set(futures)
            while waiting:
                done, waiting = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
                for future in done:
                    keep(futures[future], future.result())
                let_signals_act()
        finally:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def held_signals() -> Iterator[Callable[[], None]]:
    """Hold back Ctrl-C and requests to end, and yield the function that lets them act.

    Raised wherever the main thread happens to be, they can leave a lock of the pool taken, for which its threads then
    wait for ever.
    """
    came: list[int] = []
    with handled(("SIGINT", "SIGTERM", "SIGHUP"), lambda number, _: came.append(number)) as before:

        def act() -> None:
            while came:
                number = came.pop(0)
                if callable(before[number]):
                    before[number](number, None)
                else:  # what the system does
                    signal.signal(number, before[number])
                    signal.raise_signal(number)

        yield act
    act()
