"""What a sweep will take: its multiply-adds counted, its time from a few steps of a few of its networks."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from ..common.environment import hardware, same_hardware
from ..common.validation import whole
from ..data import folder, image_data
from ..networks.complexity import complexities
from ..networks.module_config import Config
from ..networks.zoo import Network
from ..spaces import DesignSpace
from ..spaces.protocol import Space
from ..training import regime as regimes
from ..training.regime import Regime
from . import cost, engines
from .cost import Images
from .engines.engine import Engine
from .engines.local import LocalEngine, networks_at_once, processors
from .progress import duration
from .records import Records, read
from .sampling import sampled_networks
from .trial import is_large, timing

TYPICAL = 3  # so many networks are timed


@dataclass(frozen=True)
class Estimate:
    """What a sweep has to do, and how long it will take; printed, it is a few lines to read.

    Args:
        space: name of the space.
        regime: name of the regime.
        networks: how many are still to be trained.
        recorded: how many are in the record file already.
        multiply_adds: of training and testing what is still to be trained.
        workers: networks at once; None where the engine finds out.
        seconds: on the clock, estimated; None where nothing was timed.
        basis: what the estimate rests on.
        gpu_hours: for each GPU of `cost.GPUS`; empty for networks that are too small for them.
    """

    space: str
    regime: str
    networks: int
    recorded: int
    multiply_adds: int
    workers: int | None = None
    seconds: float | None = None
    basis: str = ""
    gpu_hours: Mapping[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the values as plain ones, ready for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        there = f" ({self.recorded} more recorded already)" if self.recorded else ""
        networks = f"{self.networks} network{'s' * (self.networks != 1)}"
        lines = [
            f"{self.space} under regime {self.regime}: {networks} to train{there}, "
            f"{self.multiply_adds:.2g} multiply-adds in all"
        ]
        if self.seconds is not None:
            crew = f"{self.workers} worker{'s' * (self.workers != 1)}"
            lines.append(f"about {duration(self.seconds)} with {crew}, by {self.basis}")
        if self.gpu_hours:
            lines += ["GPU-hours where its memory is used as well as the paper's V100 used theirs:"]
            lines += [
                f"  {g.name:<8} {self.gpu_hours[g.name]:>9,.0f}  {g.board}, {g.bandwidth:,.0f} GB/s" for g in cost.GPUS
            ]
            gain = cost.MEASURED_UTILISATION
            lines += [f"Mixed precision made that {gain} times as good for RegNetX-400MF: {1 / gain:.0%} of the hours."]
        return "\n".join(lines)

    __repr__ = __str__


def estimate(
    space: DesignSpace | Space | str | Sequence[Network | Config],
    n: int | None = None,
    regime: Regime | str = "tiny",
    out: str | os.PathLike[str] | None = None,
    *,
    seed: int = 0,
    repeats: int = 1,
    engine: str | Engine = "local",
    workers: int | None = None,
    device: str | None = None,
    data: image_data.Source | None = None,
) -> Estimate:
    """Find out what the `sweep` of the same arguments would take: nothing is recorded, nothing downloaded.

    Networks that a record file has already are left out, and their times are used where they come from such workers.
    Else a few networks are trained for some steps, on random pixels, and the start of a worker is timed. A cluster is
    not timed; for networks as large as the paper's there are its own times instead.

    Raises:
        InputError: an argument is invalid.
    """
    regime = regimes.get(regime)
    regime.find_own()
    engine = engines.get(engine, workers, device)
    images = size_of(regime.data if data is None else data)
    name, _, networks = sampled_networks(space, n, regime, seed, images)
    configs = [config for config in networks for _ in range(whole("repeats", repeats))]
    found = read(out) if out is not None and os.path.exists(out) else Records(None, [], {}, [], {})
    left = [config for k, config in enumerate(configs) if k not in found.networks]
    work = _work(left, regime, images)
    large = is_large(left, regime, images)
    count, seconds, basis = engine.workers, None, ""
    if isinstance(engine, LocalEngine):
        count = engine.workers or processors()
        known = _known(found, engine)
        if known:
            before = cost.training_work(np.array([r["flops"] for r in known]), cost.images_of(regime, images), 1).sum()
            seconds = sum(r["seconds"] for r in known) / (before * regime.epochs) * work / count
            basis = f"the {len(known)} recorded"
        elif left and not large:
            if engine.device != "cpu":  # networks that share a GPU are timed as they will be trained
                count = engine.workers or networks_at_once(engine, left[0], regime, images)
            seconds, basis = _timed(left, work, regime, images, engine, count)
    hours = cost.gpu_hours(left, regime, images) if large else {}
    return Estimate(name, regime.name, len(left), len(configs) - len(left), work, count, seconds, basis, hours)


def _timed(
    configs: Sequence[Config], work: int, regime: Regime, images: Images, engine: LocalEngine, workers: int
) -> tuple[float, str]:
    chosen = [configs[k] for k in np.unique(np.linspace(0, len(configs) - 1, TYPICAL).astype(int))]
    at_once = 1 if engine.device == "cpu" else workers
    found = timing(chosen, regime, images, LocalEngine(at_once, engine.threads, engine.device))
    busy = min(workers, len(configs))
    seconds = found.start_up + (len(configs) * found.per_network + work * found.per_multiply_add) / busy
    return seconds, f"the start of a worker and the first steps of {len(chosen)} of them"


def _work(configs: Sequence[Config], regime: Regime, images: Images) -> int:
    flops = complexities(configs, regime.resolution, images.channels, images.num_classes).flops
    return int(cost.training_work(flops, cost.images_of(regime, images), regime.epochs).sum())


def _known(found: Records, engine: LocalEngine) -> list[dict[str, Any]]:
    """Return the records of networks that such workers trained on this machine."""
    facts, here = {"threads": engine.threads, "device": engine.device, "engine": engine.name}, hardware(engine.device)
    for session in found.sessions:
        if not same_hardware(session.get("hardware"), here) or any(session.get(k) != v for k, v in facts.items()):
            return []
    return [record for record in found.networks.values() if record.get("seconds")]


def size_of(data: image_data.Source) -> Images:
    """Return how many images a data set has, without reading one: known by heart, or by the list of a folder's files.

    Args:
        data: as for `sweep`; "imagenet" alone, with no folder, will do.

    Raises:
        InputError: the folder is missing or empty.
    """
    if not isinstance(data, (str, os.PathLike)):
        return Images.of(image_data.load(data))
    if str(data) in cost.KNOWN:
        return cost.KNOWN[str(data)]
    listing = folder.scan(image_data.folder_of(str(data)))
    return Images(len(listing.train.labels), len(listing.test.labels), len(listing.classes))
