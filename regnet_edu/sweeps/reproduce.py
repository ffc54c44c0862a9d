"""Train networks of a recorded population again, from their config and seed: does the record hold on this machine?"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..common.environment import environment
from ..common.errors import InputError
from ..common.validation import as_generator, whole
from ..data.dataset import DataSet
from ..training.regime import Regime
from .engines.engine import Engine
from .estimate import size_of
from .population import config_of, hardware_of, load_population, versions_of
from .sweep import load

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Again:
    """One network that was trained again.

    Attributes:
        index: its place in the population.
        recorded: its recorded top-1 error, in [0, 1].
        error: its error now; None if training failed.
        same: whether the error after every epoch and the training loss are equal to the last bit.
    """

    index: int
    recorded: float
    error: float | None
    same: bool

    @property
    def moved(self) -> float | None:
        """By how many percentage points the error is higher than it was; None if training failed."""
        return None if self.error is None else 100 * (self.error - self.recorded)

    def __str__(self) -> str:
        moved = "failed" if self.moved is None else "the same" if self.same else f"{self.moved:+.2f}"
        again = "none" if self.error is None else f"{self.error:.2%}"
        return f"{self.index:7}  {self.recorded:8.2%}  {again:>6}  {moved:>10}"


@dataclass(frozen=True)
class Reproduction:
    """What came of training recorded networks again; `pandas.DataFrame(result.networks)` is its table.

    Attributes:
        name: of the population.
        networks: what came of each.
        differences: of the circumstances, such as "torch 2.14.0 then, 2.15.0 now"; empty if there are none.
    """

    name: str
    networks: tuple[Again, ...]
    differences: tuple[str, ...]

    @property
    def reproduced(self) -> bool:
        """Whether every network came out the same to the last bit."""
        return all(network.same for network in self.networks)

    @property
    def sentence(self) -> str:
        """The result in plain English, in percentage points."""
        count, same = len(self.networks), sum(network.same for network in self.networks)
        found = [f"{same} of {count} networks of {self.name} came out the same to the last bit."]
        moved = [network.moved for network in self.networks if network.moved is not None and not network.same]
        if same + len(moved) < count:
            found.append(f"Training failed for {count - same - len(moved)}.")
        if len(moved) > 1:
            spread = f"{np.mean(moved):+.2f} on average with a standard deviation of {np.std(moved, ddof=1):.2f}"
            found.append(f"The others moved by {min(moved):+.2f} to {max(moved):+.2f} points, {spread}.")
        if self.differences:
            found.append(f"Other than when it was recorded: {'; '.join(self.differences)}.")
        elif not self.reproduced:
            found.append("Hardware, torch and images are those of the record; on a CPU this should not happen.")
        return " ".join(found)

    def __str__(self) -> str:
        return "\n".join(["network  recorded   again  difference", *map(str, self.networks), self.sentence])


def reproduce(
    population: str | os.PathLike[str],
    n: int = 3,
    *,
    index: Sequence[int] | None = None,
    rng: Any = 0,
    data: DataSet | str | os.PathLike[str] | None = None,
    workers: int | None = None,
    threads: int | None = None,
    device: str | None = None,
    vectors: str | None = None,
    progress: bool = True,
) -> Reproduction:
    """Train some networks of a population again, each from its recorded config and seed, and compare.

    With a processor of the same maker (AMD, Intel), the same vector instructions (AVX2, AVX-512), version of torch and
    images, a network has the same error to the last bit. Elsewhere sums are rounded otherwise, and the error moves
    about as far as from another seed.

    Args:
        population: a name of `populations()`, or the path of a record file.
        n: how many networks, drawn at random from those that did not fail.
        index: these networks, by their place in the population, instead of n at random.
        rng: seed of the draw, or a numpy Generator.
        data: the images, as for `sweep`; if left out, the regime's own, provided that the population has those.
        workers: how many networks at once; as many as there are processors if left out.
        threads, device: as the population was trained if left out.
        vectors: "AVX2" or "AVX-512"; if left out, those that the networks were trained with, where their records name
            them and this machine can be held to them, or else all that it has.
        progress: whether to show a progress bar.

    Raises:
        InputError: an argument is invalid, or the images have other classes or channels than the recorded ones.
    """
    table = load_population(population)
    header, name = table.attrs["header"], os.fspath(population)
    regime = Regime.from_dict(header["regime"])
    rows = _chosen(table, name, n, index, rng)
    session = (header["sessions"] or [{}])[-1]
    threads = session.get("threads", 1) if threads is None else threads
    device = device or session.get("device", "cpu")
    engine = Engine("local", workers, threads, device, vectors=vectors).as_before(row["hardware"] for row in rows)
    engine = engine.found(regime.precision)
    images = _images(header, name, regime, data, progress)
    tasks = [{"index": row["index"], "seed": row["seed"], "config": config_of(row).to_dict()} for row in rows]
    with engine.start(config_of(rows[0]), regime, size_of(images, regime.resolution)) as crew:
        with contextlib.closing(crew.train(tasks, regime.to_dict(), images)) as outcomes:
            outcome_of = {outcome["index"]: outcome for outcome in _shown(outcomes, len(tasks), progress)}
        differences = _differences(header, rows, crew.hardware, threads, images)
    return Reproduction(name, tuple(_again(row, outcome_of[row["index"]]) for row in rows), differences)


def _chosen(table: pd.DataFrame, name: str, n: int, index: Sequence[int] | None, rng: Any) -> list[dict[str, Any]]:
    """Return the rows of the networks that are to be trained again."""
    trained = table[table["status"] != "failed"]
    if index is None:
        if whole("n", n) > len(trained):
            raise InputError(f"n {n} is more than the {len(trained)} trained networks of {name}")
        index = as_generator(rng).choice(trained["index"].to_numpy(), n, replace=False).tolist()
    rows: dict[int, Any] = {row["index"]: row for row in trained.to_dict("records")}
    for k in index:
        if k not in rows:
            raise InputError(f"network {k} of {name} is not there or failed; it has {len(rows)}, from {min(rows)} on")
    if not index:
        raise InputError("index names no network; give at least one, such as 0")
    return [rows[k] for k in sorted(set(index))]


def _images(header: dict[str, Any], name: str, regime: Regime, data: Any, progress: bool) -> DataSet:
    """Load the images; they must fit the networks, and be named if the regime's own name does not lead to them."""
    recorded = header["data"]
    if data is None and recorded["name"] != regime.data:
        raise InputError(
            f"{name} was trained on the images {recorded['name']!r}, which only their folder gives; "
            f"name it (--data DIR), or {regime.data} to see how far others move the errors (--data {regime.data})"
        )
    images = load(regime.data if data is None else data, regime, progress)
    for what, then, now in (
        ("classes", recorded["classes"], images.num_classes),
        ("channels", recorded["channels"], images.channels),
    ):
        if then != now:
            raise InputError(f"{images.name} has {now} {what}, but {name} was trained on images with {then}")
    return images


def _shown(outcomes: Iterable[dict[str, Any]], total: int, progress: bool) -> Iterable[dict[str, Any]]:
    """Pass the outcomes on, with a progress bar."""
    from tqdm.auto import tqdm

    return tqdm(outcomes, total=total, unit="net", disable=not progress)


def _differences(
    header: dict[str, Any], rows: list[dict[str, Any]], hardware: str, threads: int, images: DataSet
) -> tuple[str, ...]:
    """Name what was otherwise when these networks were recorded; how many processors there are plays no role."""
    sessions = header["sessions"] or [header]
    recorded, torch = header["data"], environment()["versions"].get("torch")
    machines = dict.fromkeys(str(row["hardware"] or "unknown") for row in rows)  # not all of the population's
    then = hardware_of({"sessions": [{"hardware": machine} for machine in machines]})
    same_kind = {_kind(machine) for machine in machines} == {_kind(hardware)}
    pairs = (
        ("hardware", then, hardware, same_kind),
        ("torch", versions_of(header, "torch"), torch, versions_of(header, "torch") == torch),
        ("threads", sessions[-1].get("threads"), threads, sessions[-1].get("threads") == threads),
        ("images", recorded["name"], images.name, recorded["fingerprint"] == images.fingerprint),
    )
    return tuple(f"{what} {then} then, {now} now" for what, then, now, same in pairs if not same)


def _kind(hardware: str) -> str:
    """Leave out how many processors there are: "4 x AMD EPYC" is of the kind "AMD EPYC"."""
    return re.sub(r"\b\d+ x ", "", hardware)


def _again(row: dict[str, Any], outcome: dict[str, Any]) -> Again:
    """Put a network's recorded outcome and the new one side by side; one that diverged has no loss."""
    loss = None if np.isnan(row["loss"]) else row["loss"]
    same = tuple(outcome.get("errors") or ()) == row["errors"] and outcome.get("loss") == loss
    return Again(row["index"], row["error"], outcome.get("error"), same)
