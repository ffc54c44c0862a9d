"""A sweep: sample networks from a design space, train each, record it; interrupted at any time, it resumes."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..common import import_path
from ..common.environment import environment
from ..common.errors import InputError
from ..common.validation import whole
from ..data import image_data
from ..data.dataset import DataSet
from ..networks.complexity import complexity
from ..networks.module_config import Config
from ..networks.zoo import Network
from ..spaces import DesignSpace
from ..spaces.protocol import Space
from ..training import regime as regimes
from ..training.regime import Regime
from . import engines
from .cost import Images
from .engines.engine import Engine, Job, attempts
from .population import load_population
from .progress import shown, tell_failures
from .records import FORMAT, RecordWriter
from .resume import other_rounding, same_sweep
from .sampling import network_seed, sampled_networks

if TYPE_CHECKING:
    import pandas as pd


def sweep(
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
    train: Callable[..., Any] | str | None = None,
    skip_bad: int = 0,
    verify: bool = False,
    accept_changed_data: bool = False,
    stop: Callable[[float], bool] | None = None,
    on_record: Callable[[Sequence[Mapping[str, Any]]], object] | None = None,
    keep: str = "none",
    note: str = "",
    progress: bool = True,
) -> pd.DataFrame:
    """Sample n networks from a space, train each under one regime, and return the population.

    Network k depends on `seed`, k, the space and the regime alone: not on the engine or the number of workers, nor on
    how often the sweep was interrupted. With `out`, every network is on the disk before it counts as done, and the same
    call goes on where it was stopped; a larger n extends the population. `estimate` says what it will take, and
    `forget_failed` has what failed trained again. Afterwards local workers on CPUs rest for some minutes, so that the
    next sweep of the same program begins at once; they end with the program.

    Args:
        space: a `DesignSpace`, the name of one, a `Space` of your own, or the networks themselves. The regime's ranges
            apply to a space however it is given (`Regime.with_ranges`); the record file says with which it was sampled.
        n: how many networks; with networks given, all of them if n is left out.
        regime: a `Regime` or the name of a preset.
        out: record file, `*.jsonl`; without it nothing is kept but the returned table.
        seed: of the sweep: decides which networks are sampled, their initial weights and the order of their images.
        repeats: how many times each network is trained, each time from another seed, so that `seed_noise` can tell
            networks from seeds; n networks give n x repeats records, one network after the other.
        engine: "local", worker processes on this machine; "ray", a Ray cluster; or an engine with its settings:
            `LocalEngine(...)`, `RayEngine(...)`, or one of your own. All give the same records.
        workers: for an engine given by its name, how many networks are trained at once; if left out, as many as there
            are processors, or as fit on the cluster.
        device: for an engine given by its name, "cpu" or "cuda"; "cpu" if left out.
        data: train on this instead of the regime's own data: a name, an image folder, an `ImageData` or anything that
            `ImageData.of` takes, or "imagenet:DIR", whose images are read while networks train.
        train: what trains a network in the place of `train`, a function or its import path; it becomes a setting of the
            regime. Called as train(config, regime, seed, device, data), it returns the top-1 error, a table with
            "error" and other fields of a `TrainResult`, or one of these. `AnyNet(config, classes, channels)` is the
            network; `data` has `train_images`, uint8 (n, h, w, c) on the device, `train_labels`, `test_images`,
            `test_labels`, `mean`, `std` and `num_classes`.
        skip_bad: how many images of a folder that cannot be read may be left out; the header names them.
        verify: whether every image of "imagenet:DIR" is decoded first; without, only its header is looked at.
        accept_changed_data: whether to go on with a file though its images are others by now; the new session says so.
        stop: called before each network with the seconds that it may take, those of the longest so far; once it
            returns True, no more are begun, and those in training are finished: `TimeLimit(hours)`.
        on_record: called with the records of all networks so far after each that is on the disk, the new one last.
        keep: whether the weights of each network are kept, in the folder FILE.weights beside `out`: "none", those of
            the "last" epoch or of the "best"; `AnyNet.load("runs/a.weights/7.pt")` reads them. On a cluster the folder
            must be one that all nodes share.
        note: what a reader of the figures must know of the data; kept in the header.
        progress: whether to show a progress bar.

    Returns:
        The population as `load_population` returns it, with fewer than n networks if `stop` said so.

    Raises:
        InputError: an argument is invalid; the file belongs to another sweep, is being written by one, or cannot be
            written. Nothing that was recorded is lost.
    """
    regime, engine = regimes.get(regime), engines.get(engine, workers, device)
    if train is not None:
        regime = regime.replace(train=train)
    regime.find_own()
    engine.check(regime)
    images = load_images(regime.data if data is None else data, regime, progress, skip_bad, verify)
    name, described, networks = sampled_networks(space, n, regime, seed, Images.of(images))
    configs = [config for config in networks for _ in range(whole("repeats", repeats))]
    if keep != "none" and out is None:
        raise InputError(f"keep {keep!r:.60} needs out=FILE, beside which the weights are kept")
    with contextlib.ExitStack() as stack:
        if out is None:
            out = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="regnet-edu-"))) / "sweep.jsonl"
        writer = stack.enter_context(RecordWriter(out))
        for line in [*writer.notes, *filter(None, [images.shortfall(regime.train_images, regime.test_images)])]:
            print(f"note: {line}", file=sys.stderr)
        header = {
            "kind": "header",
            "format": FORMAT,
            "space": name,
            "space_repr": described,
            "seed": seed,
            **({"repeats": repeats} if repeats > 1 else {}),
            "regime": regime.to_dict(),
            "regime_fingerprint": regime.fingerprint,
            "data": {**images.describe(), **({"note": note} if note else {})},
        }
        changed = same_sweep(writer.records, header, configs, Path(out), accept_changed_data)
        tasks: list[dict[str, Any]] = [
            {"index": k, "seed": network_seed(seed, k), "config": config.to_dict(), **_kept(keep, out, k)}
            for k, config in enumerate(configs)
            if k not in writer.records.networks
        ]
        if tasks:
            if sent := import_path.defined_here():
                print(
                    f"note: defined here, and sent to the workers: {', '.join(sent)}. To train these networks again "
                    "elsewhere, put it into a module (a .py file) and import it from there",
                    file=sys.stderr,
                )
            crew = stack.enter_context(engine.start(Job(regime, images, configs[tasks[0]["index"]])))
            if engine.device == "cpu" and (said := other_rounding(writer.records, crew.hardware)):
                print(f"note: {said}", file=sys.stderr)
            if progress:
                print(f"{name} under {regime.name}: {len(tasks)} to train, {crew.workers} at once", file=sys.stderr)
            where = {**environment(), "hardware": crew.hardware}
            if writer.records.header is None:
                writer.append({**header, **where})
            facts = {"workers": crew.workers, "threads": engine.threads, "device": engine.device, "engine": engine.name}
            writer.append({"kind": "session", "n": len(configs), **facts, **crew.facts, **where, **changed})
            known: list[Mapping[str, Any]] = list(writer.records.networks.values())

            def in_time(task: Mapping[str, Any]) -> bool:
                return stop is None or not stop(max((r.get("seconds") or 0.0 for r in known), default=0.0))

            outcomes = attempts(crew.train, takewhile(in_time, tasks))
            records = (_record_of(o, configs[o["index"]], seed, regime, images) for o in outcomes)
            for record in shown(records, known, len(configs), progress):
                writer.append(record)
                known.append(record)
                if on_record:
                    on_record(known)
        population = load_population(out)
        tell_failures(population)
        return population


def _kept(keep: str, out: str | os.PathLike[str], index: int) -> dict[str, Any]:
    """Return what a task says of the weights that are to be kept."""
    folder = Path(os.path.abspath(out)).with_suffix(".weights")
    return {} if keep == "none" else {"keep": (keep, str(folder / f"{index}.pt"))}


def load_images(
    source: image_data.Source, regime: Regime, progress: bool, skip_bad: int = 0, verify: bool = False
) -> DataSet:
    """Load the images and see that they are of the regime's size and fill a batch."""
    images = image_data.load(source, regime.resolution, progress, skip_bad=skip_bad, verify=verify)
    images.check_fits(regime.resolution, regime.batch_size, regime.train_images)
    return images


def _record_of(outcome: dict[str, Any], config: Config, seed: int, regime: Regime, images: DataSet) -> dict[str, Any]:
    counts = complexity(config, regime.resolution, images.channels, images.num_classes)
    own = network_seed(seed, outcome["index"])
    return {
        "kind": "network",
        "index": outcome["index"],
        "seed": own,
        "config": config.to_dict(),
        **({"settings": regime.drawn(own)} if regime.vary else {}),
        "flops": counts.flops,
        "params": counts.params,
        "activations": counts.activations,
        "error": None,
        "errors": [],
        "epochs": 0,
        **outcome,
    }
