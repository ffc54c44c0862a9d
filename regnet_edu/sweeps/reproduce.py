"""Train networks of a recorded population again, from their config and seed: does the record hold on this machine?"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..common.environment import describe_hardware, environment, same_hardware
from ..common.errors import InputError, first_line
from ..common.progress import progress_bar
from ..common.validation import as_generator, whole
from ..data.dataset import DataSet
from ..data.image_data import Source
from ..training.regime import Regime
from .engines.engine import Job, attempts
from .engines.local import LocalEngine
from .population import config_of, load_population, versions_of
from .resume import described_data
from .sweep import load_images

if TYPE_CHECKING:
    import pandas as pd


# Two seeds of one network of `regnetx-seeds-cpu` differ by this standard deviation in points, times the root of 2: the
# upper end of what `seed_noise` finds there. Where sums are rounded otherwise, errors move about as far.
SEED_SD = 0.70
DEVIATIONS = 3  # that are tolerated


@dataclass(frozen=True)
class ReproducedNetwork:
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
        now = "none" if self.error is None else f"{self.error:.2%}"
        return f"{self.index:7}  {self.recorded:8.2%}  {now:>6}  {moved:>10}"


@dataclass(frozen=True)
class Reproduction:
    """What came of training recorded networks again; `pandas.DataFrame(result.networks)` is its table.

    Attributes:
        name: of the population.
        networks: what came of each.
        differences: what is not as it was, such as "torch 2.14.0 then, 2.15.0 now"; empty if nothing is.
        tolerance: points by which an error may move: 0 on the same hardware with the same versions, where every bit
            must be the same; None with other images, whose errors need not agree.
    """

    name: str
    networks: tuple[ReproducedNetwork, ...]
    differences: tuple[str, ...]
    tolerance: float | None

    def holds(self, network: ReproducedNetwork) -> bool:
        """Whether the error of a network is the recorded one, within the tolerance."""
        return network.same or (network.moved is not None and abs(network.moved) < (self.tolerance or 0))

    @property
    def reproduced(self) -> bool:
        """Whether the record of every network holds."""
        return all(map(self.holds, self.networks))

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
        if self.tolerance and same < count:
            found.append(
                f"{sum(map(self.holds, self.networks))} of {count} are within {self.tolerance:.1f} points, "
                f"{DEVIATIONS} standard deviations between two seeds of one network: rounding moves errors as far."
            )
        if self.differences:
            found.append(f"Other than when it was recorded: {'; '.join(self.differences)}.")
        if self.tolerance is None:
            found.append("With other images the errors need not agree.")
        elif self.tolerance == 0 and not self.reproduced:
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
    data: Source | None = None,
    workers: int | None = None,
    threads: int | None = None,
    device: str | None = None,
    progress: bool = True,
) -> Reproduction:
    """Train some networks of a population again, each from its recorded config and seed, and compare.

    On the same kind of processor, with the same version of torch and the same images, a network has the same error to
    the last bit. Elsewhere sums are rounded otherwise, and the error moves about as far as from another seed: it is
    then compared within a tolerance, which the result states.

    Args:
        population: a name of `populations()`, or the path of a record file.
        n: how many networks, drawn at random from those that did not fail.
        index: these networks, by their place in the population, instead of n at random.
        rng: seed of the draw, or a numpy Generator.
        data: the images, as for `sweep`; if left out, the regime's own, provided that the population has those.
        workers: how many networks at once; as many as there are processors if left out.
        threads, device: as the population was trained if left out.
        progress: whether to show a progress bar.

    Raises:
        InputError: an argument is invalid, or the images have other classes or channels than the recorded ones.
    """
    table = load_population(population)
    header, name = table.attrs["header"], os.fspath(population)
    try:
        regime = Regime.from_dict(header["regime"])
    except TypeError as error:
        raise InputError(f"the header of {name} does not tell its whole regime: {first_line(error)}") from error
    rows = _chosen(table, name, n, index, rng)
    session = (header["sessions"] or [{}])[-1]
    threads = session.get("threads", 1) if threads is None else threads
    device = device or session.get("device", "cpu")
    engine = LocalEngine(workers, threads, device)
    engine.check(regime)
    images = _images(header, name, regime, data, progress)
    tasks = [{"index": row["index"], "seed": row["seed"], "config": config_of(row).to_dict()} for row in rows]
    with engine.start(Job(regime, images, config_of(rows[0]))) as crew:
        outcomes = progress_bar(attempts(crew.train, tasks), total=len(tasks), unit="net", disable=not progress)
        outcome_of = {outcome["index"]: outcome for outcome in outcomes}
        differences = _differences(header, rows, crew.hardware, threads, images)
    if {data.get("fingerprint") for data in described_data(header, header["sessions"])} != {images.fingerprint}:
        tolerance = None
    elif differences or device != "cpu":  # the kernels of a GPU add in an order that changes
        tolerance = tolerated(regime.test_images, len(images.test_labels))
    else:
        tolerance = 0.0
    networks = tuple(_reproduced(row, outcome_of[row["index"]]) for row in rows)
    return Reproduction(name, networks, differences, tolerance)


def tolerated(wanted: int | None, there: int) -> float:
    """Return by how many points the two errors of a network may differ where sums are rounded otherwise.

    Args:
        wanted: how many test images the regime takes at most; None for all.
        there: how many there are. On few of them luck alone moves an error further than a seed does.
    """
    luck = 100 * math.sqrt(0.25 / min(wanted or there, there))
    return DEVIATIONS * math.sqrt(2) * max(SEED_SD, luck)


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
    if data is None and recorded.get("name") != regime.data:
        raise InputError(
            f"{name} was trained on the images {recorded.get('name')!r}, which only their folder gives; "
            f"name it (--data DIR), or {regime.data} to see how far others move the errors (--data {regime.data})"
        )
    images = load_images(regime.data if data is None else data, regime, progress)
    for what, then, now in (
        ("classes", recorded.get("classes"), images.num_classes),
        ("channels", recorded.get("channels"), images.channels),
    ):
        if then != now:
            raise InputError(f"{images.name} has {now} {what}, but {name} was trained on images with {then}")
    return images


def _differences(
    header: dict[str, Any], rows: list[dict[str, Any]], hardware: Mapping[str, Any], threads: int, images: DataSet
) -> tuple[str, ...]:
    """Name what was otherwise when these networks were recorded; how many processors there are plays no role."""
    recorded, torch = header["data"], environment()["versions"].get("torch")
    machines = dict.fromkeys(row["hardware"] or "unknown" for row in rows)  # not all of the population's
    torch_then, threads_then = versions_of(header, "torch"), (header["sessions"] or [header])[-1].get("threads")
    pairs = (
        (
            "hardware",
            " and ".join(machines),
            describe_hardware(hardware),
            all(same_hardware(m, hardware) for m in machines),
        ),
        ("torch", torch_then, torch, torch_then == torch),
        ("threads", threads_then, threads, threads_then == threads),
        ("images", recorded.get("name"), images.name, recorded.get("fingerprint") == images.fingerprint),
    )
    return tuple(f"{what} {then} then, {now} now" for what, then, now, same in pairs if not same)


def _reproduced(row: dict[str, Any], outcome: dict[str, Any]) -> ReproducedNetwork:
    """Put a network's recorded outcome and the new one side by side; one that diverged has no loss."""
    loss = None if np.isnan(row["loss"]) else row["loss"]
    same = tuple(outcome.get("errors") or ()) == row["errors"] and outcome.get("loss") == loss
    return ReproducedNetwork(row["index"], row["error"], outcome.get("error"), same)
