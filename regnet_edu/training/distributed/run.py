"""Train one network on images that are read from files, on one GPU or many: the paper's recipe for its final models.

The run of a training depends on the network, the regime, the seed and the data. It does not depend on the number of
processes: a step takes the same images, augmented in the same way, batch norm sees the same `norm_batch` of them at a
time, and gradients are averaged. (Sums are added up in another order, so the last digits do differ between numbers of
processes; on CPUs, the same number gives the same bits. After nine steps at batch 16 and lr 0.05 the losses of one and
of two processes were 1e-7 apart in fp32 and 0.7 % in bf16: rounding, for one process whose batches come in reverse, the
same sum in another order, is as far from itself: 1e-7 and 0.5 %, and at lr 0.4, where errors grow, 2e-4 and 15 %.)
With a folder to write to, a training that was killed at any instant goes on from its last checkpoint to the end that it
would have had.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import torch

from ...common.environment import describe_hardware, environment, hardware
from ...common.errors import InputError
from ...common.validation import Resolution, whole
from ...data.dataset import DataSet
from ...data.stream import ImageStream, folder_of, is_streamed, open_folder
from ...networks.anynet import AnyNet
from ...networks.complexity import complexity
from ...networks.module_config import Config
from ...networks.zoo import as_network
from .. import regime as regimes
from ..device import check_precision, threads_of
from ..regime import Regime
from ..result import TrainResult, seeds
from .checkpoint import Checkpoint
from .input_pipeline import Pipeline
from .process_group import ProcessGroup, join
from .training_run import Plan, TrainingRun


@dataclass(frozen=True)
class DistributedResult(TrainResult):
    """A `TrainResult` with the error of the averaged weights, if they were asked for, and each epoch's figures."""

    ema_error: float | None = None
    epochs: tuple[dict[str, Any], ...] = ()


def train_distributed(
    config: Any,
    regime: Regime | str = "imagenet_final",
    seed: int = 0,
    data: DataSet | str | None = None,
    *,
    device: str | None = None,
    out: str | os.PathLike[str] | None = None,
    loaders: int | None = None,
    threads: int = 1,
    norm_batch: int | None = None,
    ema: float | None = None,
    save_every: int = 1000,
    skip_bad: int = 0,
    verify: bool = False,
    accept_changed_data: bool = False,
    stop: Callable[[float], bool] | None = None,
    say: Callable[[str], None] | None = None,
    on_epoch: Callable[[int, float], None] | None = None,
) -> DistributedResult:
    """Train one network on streamed images, from scratch or on from its weights; under `torchrun`, by all processes.

    Args:
        config: an `AnyNetConfig`, `RegNetParams`, or the name of a published RegNet; or an `AnyNet` with weights.
        regime: a `Regime` or the name of a preset; `batch_size` counts the images of a step over all processes.
        seed: decides the initial weights, the order of the images and their augmentation.
        data: "imagenet:DIR" or an `ImageStream`; left out, the regime's.
        device: "cpu" or "cuda"; cuda where there is one if left out.
        out: folder for checkpoint, weights and result. What it holds already is gone on with.
        loaders: processes that read images, for each process that trains; 0 reads in between. Left out, as many as
            there are processors for each.
        threads: of the processor, for each process that trains.
        norm_batch: images over which batch norm takes its statistics in training; 128 if that divides the batch, else
            the whole batch.
        ema: decay of the moving average of the weights, such as 0.9999; None keeps no average.
        save_every: steps between two checkpoints; one is made after each epoch too.
        skip_bad: how many images that cannot be read may be left out; the result names them.
        verify: whether every image is decoded before training begins. Without, only its header is looked at.
        accept_changed_data: whether to go on with what `out` holds though the files of the folder are others by now;
            the result says which they were.
        stop: called at each checkpoint, in every process, with the seconds that passed between two; once one of them
            returns True, all end there by an `UnfinishedError`, and the same call goes on: `TimeLimit(hours)`.
        say: called with a sentence at the start and after each epoch, in the first process.
        on_epoch: called with (epochs done, test error) after each epoch, in every process.

    Raises:
        InputError: an argument is invalid, the data cannot be had, or `out` belongs to another training.
    """
    start = config if isinstance(config, AnyNet) else None
    config, regime = as_network(config if start is None else start.config), regimes.get(regime).for_network(seed)
    if regime.train:
        raise InputError(f"train {regime.train} takes the place of this training; call it by rn.train or rn.sweep")
    order_seed = seeds(seed)[1]
    stream = _listed(regime.data if data is None else data, regime.resolution)
    whole("save_every", save_every, of="steps")
    whole("skip_bad", skip_bad, least=0, of="images")
    with contextlib.ExitStack() as stack:
        group = stack.enter_context(join(device))
        check_precision(group.device, regime.precision)
        stack.enter_context(threads_of(threads))
        stack.enter_context(torch.backends.cudnn.flags(enabled=True, benchmark=True))
        if group.agree(lambda: stream.fingerprint) != stream.fingerprint:
            raise InputError(f"image folder {stream.root} is not the same on all machines; copy it anew")
        if not stream.checked:
            listed = stream
            unreadable = group.agree(lambda: listed.unreadable(verify, progress=say is not None))
            stream = listed.without(unreadable, skip_bad)
        stream.check_fits(regime.resolution, regime.batch_size, regime.train_images)
        if start is not None:
            start.check_fits(stream.num_classes, stream.channels)
        plan = Plan.of(regime.batch_size, group.size, norm_batch)
        files = None
        if out is not None:
            files = Checkpoint(out, _settings(config, regime, seed, stream, plan, ema, start), accept_changed_data)
            group.agree(lambda: stack.enter_context(files.lock()))  # only the first process writes
        pinned = group.device.type == "cuda"
        pipeline = Pipeline(stream, regime, order_seed, _loaders(loaders), group.rank, group.size, pinned)
        how = (ema, save_every, stop, start)
        run = TrainingRun(config, regime, int(seed), stream.num_classes, pipeline, plan, group, files, *how)
        talk = say if say and group.first else lambda _: None
        resumed = run.resume()
        talk(_opening(run, stream, out, resumed))
        while not run.done:
            try:
                figures = run.one_epoch()
            except torch.cuda.OutOfMemoryError as error:
                raise InputError(
                    f"the GPU has too little memory for {min(plan.part, plan.norm_batch)} images at a time; "
                    f"norm_batch {max(2, min(plan.part, plan.norm_batch) // 2)} takes fewer"
                ) from error
            talk(_news(run, figures))
            if on_epoch and not run.diverged:
                on_epoch(run.epoch, figures["error"])
        result = _result(run)
        if files and group.first:
            weights = (run.average.module if run.average else run.network).state_dict()
            report = _report(result, files.settings, stream, group)
            files.finish({**report, **({"data_before": files.changes} if files.changes else {})}, weights)
        return result


def _listed(data: DataSet | str, resolution: Resolution) -> ImageStream:
    """Return the data as a list of files, which it must be."""
    if isinstance(data, ImageStream):
        return data
    name = data.name if isinstance(data, DataSet) else str(data)
    if isinstance(data, DataSet) or not is_streamed(name):
        raise InputError(f"data {name} is kept in memory; to read images from files, give imagenet:DIR")
    return open_folder(folder_of(name), resolution)


def _settings(
    config: Config,
    regime: Regime,
    seed: int,
    stream: ImageStream,
    plan: Plan,
    ema: float | None,
    start: AnyNet | None,
) -> dict[str, Any]:
    """Return everything that the run of a training depends on."""
    elsewhere = ("name", "data", "flops", "ranges")  # of no effect on one network, or told otherwise
    return {
        "network": config.to_dict(),
        "seed": int(seed),
        "data": f"{stream.name} (fingerprint {stream.fingerprint})",
        "regime": {name: value for name, value in regime.to_dict().items() if name not in elsewhere},
        "norm_batch": plan.norm_batch,
        "ema": ema,
        **({"start": _digest(start)} if start is not None else {}),
    }


def _digest(network: AnyNet) -> str:
    """Return sixteen hexadecimal digits that change with any weight."""
    digest = hashlib.sha256()
    for tensor in network.state_dict().values():
        digest.update(tensor.cpu().numpy().tobytes())
    return digest.hexdigest()[:16]


def _loaders(wanted: int | None) -> int:
    """Return how many processes read images for this one."""
    if wanted is None:
        return max(1, (os.cpu_count() or 1) // int(os.environ.get("LOCAL_WORLD_SIZE", 1)))
    return whole("loaders", wanted, least=0)


def _opening(run: TrainingRun, stream: ImageStream, out: object, resumed: bool) -> str:
    regime, group = run.regime, run.group
    counts = complexity(run.config, regime.resolution, num_classes=run.classes)
    processes = f"{group.size} processes ({group.device.type})" if group.size > 1 else str(group.device.type)
    where = f"; {'goes on' if resumed else 'begins'} in {out}" if out is not None else ""
    done = [f"{k} {what}{'s' * (k != 1)}" for k, what in ((run.epoch, "epoch"), (run.step, "step"))]
    at = f" after {' and '.join(done)}" if resumed else ""
    return (
        f"{counts.flops / 1e6:,.0f} MF, {counts.params / 1e6:.1f} M parameters; {stream.name}: "
        f"{len(stream.train_labels):,} + {len(stream.test_labels):,} images in {run.classes} classes; "
        f"{regime.epochs} epochs of {run.per_epoch:,} steps of {regime.batch_size} images on {processes}, "
        f"lr {regime.lr:g}{where}{at}"
    )


def _news(run: TrainingRun, figures: dict[str, Any]) -> str:
    left = run.seconds / run.epoch * (run.regime.epochs - run.epoch)
    average = f" ({figures['ema_error']:.2%} averaged)" if "ema_error" in figures else ""
    return (
        f"epoch {run.epoch} of {run.regime.epochs}: loss {figures['loss']:.4f}, error {figures['error']:.2%}"
        f"{average}, {figures['images_per_second']:,.0f} images a second, {left / 3600:.1f} h to go"
    )


def _result(run: TrainingRun) -> DistributedResult:
    last = run.epochs[-1]
    images = sum(1 for _ in run.epochs) * run.per_epoch * run.regime.batch_size
    return DistributedResult(
        status="diverged" if run.diverged else "ok",
        error=last["error"],
        errors=tuple(epoch["error"] for epoch in run.epochs),
        loss=last["loss"],
        seconds=round(run.seconds, 4),
        cpu_seconds=round(run.cpu_seconds, 4),
        images_per_second=round(images / max(run.training_seconds, 1e-9), 1),
        reason=f"loss {last['loss']} in epoch {run.epoch}" if run.diverged else None,
        ema_error=last.get("ema_error"),
        losses=tuple(epoch["loss"] for epoch in run.epochs),
        epochs=tuple(run.epochs),
    )


def _report(
    result: DistributedResult, settings: dict[str, Any], stream: ImageStream, group: ProcessGroup
) -> dict[str, Any]:
    """Return what `result.json` says: the result, what it depends on, and where it came about."""
    where = {**environment(), "processes": group.size, "device": describe_hardware(hardware(str(group.device)))}
    report = json.dumps({**asdict(result), **settings, "data": stream.describe(), **where})
    return json.loads(report, parse_constant=lambda _: None)  # JSON has no NaN
