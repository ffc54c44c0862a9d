"""A sweep: sample networks from a design space, train each, record it; interrupted at any time, it resumes."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import spaces
from ..common.environment import environment
from ..common.errors import InputError
from ..common.validation import whole
from ..data import image_data
from ..data.dataset import DataSet
from ..networks.complexity import complexity
from ..networks.config import AnyNetConfig
from ..spaces import DesignSpace
from ..training import regime as regimes
from ..training.regime import Regime
from .cost import Images
from .engines.engine import Engine
from .estimate import Plan, plan, size_of
from .population import load_population
from .records import FORMAT, RecordWriter, read
from .resume import other_rounding, same_crew, same_sweep

if TYPE_CHECKING:
    import pandas as pd


def sweep(
    space: DesignSpace | str | Sequence[AnyNetConfig],
    n: int | None = None,
    regime: Regime | str = "tiny",
    out: str | os.PathLike[str] | None = None,
    *,
    seed: int = 0,
    repeats: int = 1,
    engine: str = "local",
    workers: int | None = None,
    threads: int = 1,
    device: str = "cpu",
    address: str | None = None,
    gpus: float | None = None,
    vectors: str | None = None,
    data: DataSet | str | os.PathLike[str] | None = None,
    note: str = "",
    progress: bool = True,
    dry_run: bool = False,
) -> pd.DataFrame:
    """Sample n networks from a space, train each under one regime, and return the population.

    Network k depends on `seed`, k, the space and the regime alone: not on the number of workers, nor on how often the
    sweep was interrupted. With `out`, every network is on the disk before it counts as done, and the same call goes on
    where it was stopped; a larger n extends the population. Afterwards local workers on CPUs rest for some minutes, so
    that the next sweep of the same program begins at once; they end with the program.

    Args:
        space: a `DesignSpace`, the name of one, or the networks themselves. The regime's ranges apply to a space
            however it is given (`Regime.with_ranges`); the record file says with which it was sampled.
        n: how many networks; with networks given, all of them if n is left out.
        regime: a `Regime` or the name of a preset.
        out: record file, `*.jsonl`; without it nothing is kept but the returned table.
        seed: of the sweep: decides which networks are sampled, their initial weights and the order of their images.
        repeats: how many times each network is trained, each time from another seed, so that `seed_noise` can tell
            networks from seeds; n networks give n x repeats records, one network after the other.
        engine: "local", worker processes on this machine; "ray", actors on a Ray cluster. Both give the same records.
        workers: how many networks are trained at once; if left out, as many as there are processors, or as fit on the
            cluster. More than fit wait for nodes to join.
        threads: threads of each worker, and processes that read images for it where these stay on the disk.
        device: "cpu" or "cuda".
        address: with Ray, HOST:PORT of the cluster's head, "auto" for the one that runs on this machine, or "local"
            for a new one on it. If left out, `RAY_ADDRESS`; without that, one that runs here, or else a new one.
        gpus: with Ray on "cuda", the share of a GPU for each worker: 0.25 trains four networks at once on each; 1 if
            left out.
        vectors: "AVX2" or "AVX-512": hold the processors to these vector instructions, because they decide how sums are
            rounded. AVX2 gave the same errors on all of AMD's processors that were tried, and others on Intel's. If
            left out, those of the networks in `out`, where the machine can be held to them, or else all that it has.
        data: train on this instead of the regime's own data: a name, an image folder, an `ImageData`, or
            "imagenet:DIR", whose images are read while networks train.
        note: what a reader of the figures must know of the data; kept in the header.
        progress: whether to say what the sweep will take, and to show a progress bar.
        dry_run: only find out what it would take: train nothing, write nothing, download nothing.

    Returns:
        The population as `load_population` returns it; of a dry run, the `Plan`, which is there to be printed.

    Raises:
        InputError: an argument is invalid; the file belongs to another sweep, is being written by one, or cannot be
            written. Nothing that was recorded is lost.
    """
    regime = regimes.get(regime)
    crew_of = Engine(engine, workers, threads, device, address, gpus, vectors)
    if not dry_run:
        crew_of = crew_of.found(regime.precision)
    source = regime.data if data is None else data
    images = size_of(source, regime.resolution) if dry_run else load(source, regime, progress)
    if not isinstance(space, (str, DesignSpace)):
        n = len(space) if n is None else n
    n, repeats = whole("n", n), whole("repeats", repeats)
    name, described, networks = _networks(space, n, regime, seed, images)
    configs = [config for config in networks for _ in range(repeats)]
    if isinstance(images, Images):
        return _dry_run(name, configs, regime, images, out, crew_of)  # type: ignore[return-value]
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
        same_sweep(writer.records, header, configs, Path(out))
        tasks: list[dict[str, Any]] = [
            {"index": k, "seed": network_seed(seed, k), "config": config.to_dict()}
            for k, config in enumerate(configs)
            if k not in writer.records.networks
        ]
        if tasks:
            left = [configs[task["index"]] for task in tasks]
            size = size_of(images, regime.resolution)
            crew_of = crew_of.as_before(session.get("hardware") for session in writer.records.sessions)
            crew = stack.enter_context(crew_of.start(left[0], regime, size))
            if device == "cpu" and (said := other_rounding(writer.records, crew.hardware)):
                print(f"note: {said}", file=sys.stderr)
            if progress:
                done = writer.records.networks.values() if same_crew(writer.records, crew.facts, crew.hardware) else ()
                print(plan(name, left, regime, size, done, **crew_of.timing(crew)), file=sys.stderr)
            where = {**environment(), "hardware": crew.hardware}
            if writer.records.header is None:
                writer.append({**header, **where})
            writer.append({"kind": "session", "n": len(configs), **crew.facts, **where})
            outcomes = crew.train(tasks, regime.to_dict(), images)
            with contextlib.closing(outcomes):
                _record(outcomes, writer, configs, seed, regime, images, progress)
        return load_population(out)


def load(source: DataSet | str | os.PathLike[str], regime: Regime, progress: bool) -> DataSet:
    """Load the images and see that they fill a batch."""
    images = image_data.load(source, regime.resolution, progress)
    images.check_batch(regime.batch_size, regime.train_images)
    return images


def _dry_run(
    name: str,
    configs: Sequence[AnyNetConfig],
    regime: Regime,
    images: Images,
    out: str | os.PathLike[str] | None,
    engine: Engine,
) -> Plan:
    """Say what a sweep would take that goes on with `out`, if that is there already."""
    found = read(out).networks if out is not None and os.path.exists(out) else {}
    left = [config for k, config in enumerate(configs) if k not in found]
    said = plan(name, left, regime, images, **engine.timing())
    return replace(said, recorded=len(configs) - len(left))


def network_seed(seed: int, index: int) -> int:
    """Return the seed of network `index` in a sweep with this seed: `train(config, regime, seed=...)` repeats it."""
    return int(np.random.SeedSequence([seed, index]).generate_state(1, np.uint32)[0])


def _networks(
    space: DesignSpace | str | Sequence[AnyNetConfig], n: int, regime: Regime, seed: int, images: DataSet | Images
) -> tuple[str, str, list[AnyNetConfig]]:
    """Return the name of the space, its full description and the first n networks."""
    whole("seed", seed, least=0)
    if isinstance(space, str):
        space = spaces.get(space)
    if isinstance(space, DesignSpace):
        title, space = spaces.title(space), regime.with_ranges(space)  # the regime says itself which ranges are its own
        configs = space.sample(
            n,
            rng=seed,
            flops=regime.flops,
            resolution=regime.resolution,
            in_channels=images.channels,
            num_classes=images.num_classes,
        )
        return title, repr(space), configs
    configs = list(space)
    for k, config in enumerate(configs):
        if not isinstance(config, AnyNetConfig):
            raise InputError(f"network {k} is {config!r:.60}, not an AnyNetConfig")
    if n > len(configs):
        raise InputError(f"n {n} is more than the {len(configs)} networks given; the most is {len(configs)}")
    return "networks given", "networks given", configs[:n]


def _record(
    outcomes: Iterable[dict[str, Any]],
    writer: RecordWriter,
    configs: list[AnyNetConfig],
    seed: int,
    regime: Regime,
    images: DataSet,
    progress: bool,
) -> None:
    """Write each outcome as it comes, and show how far the sweep is."""
    from tqdm.auto import tqdm

    done = writer.records.networks.values()
    best = min((r["error"] for r in done if r["error"] is not None), default=None)
    failed = sum(r["status"] == "failed" for r in done)
    told: set[str] = set()
    interactive = sys.stderr.isatty() or "ipykernel" in sys.modules
    with tqdm(
        total=len(configs),
        initial=len(done),
        unit="net",
        disable=not progress,
        mininterval=0.2 if interactive else 30,
        bar_format="{percentage:3.0f}%|{bar}| {n_fmt} of {total_fmt} [{elapsed}<{remaining}{postfix}]",
    ) as bar:
        for outcome in outcomes:
            index, note = outcome["index"], outcome.get("note")
            if note and note not in told:
                told.add(note)
                bar.write(f"note: network {index}: {note}", file=sys.stderr)
            writer.append(_network_record(index, configs[index], seed, regime, images, outcome))
            error = outcome.get("error")
            best = error if best is None or (error is not None and error < best) else best
            failed += outcome["status"] == "failed"
            left = len(configs) - int(bar.n) - 1
            shown = [f"{left} left", "no error yet" if best is None else f"best error {best:.1%}"]
            bar.set_postfix_str(", ".join(shown + [f"{failed} failed"] * bool(failed)), refresh=False)
            bar.update()


def _network_record(
    index: int, config: AnyNetConfig, seed: int, regime: Regime, images: DataSet, outcome: dict[str, Any]
) -> dict[str, Any]:
    counts = complexity(config, regime.resolution, images.channels, images.num_classes)
    record = {
        "kind": "network",
        "index": index,
        "seed": network_seed(seed, index),
        "config": config.to_dict(),
        "flops": counts.flops,
        "params": counts.params,
        "activations": counts.activations,
        "error": None,
        "errors": [],
        "epochs": 0,
    }
    return {**record, **outcome}
