"""The course of one training on streamed images: steps, epochs, tests and checkpoints, alone or in a group."""

from __future__ import annotations

import contextlib
import math
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from ...common.errors import InputError
from ...common.stopping import UnfinishedError
from ...common.validation import number
from ...networks.anynet import AnyNet
from ...networks.module_config import Config, build_network
from ..device import autocast
from ..optimizer import LossScale, loss_of, optimizer_of
from ..regime import Regime
from ..result import seeds
from .batch_norm import share_momentum, share_statistics
from .checkpoint import Checkpoint
from .input_pipeline import Batch, Pipeline
from .process_group import ProcessGroup

NORM_BATCH = 128  # images of one GPU in the paper's trainings (footnote 5; figure 15: 1024 on 8 GPUs)


@dataclass(frozen=True)
class Plan:
    """How the processes share a batch: each computes `turns` turns, in which `together` processes share batch norm."""

    part: int
    norm_batch: int
    turns: int
    together: int

    @classmethod
    def of(cls, batch: int, processes: int, norm_batch: int | None = None) -> Plan:
        """Share `batch` images among the processes.

        Raises:
            InputError: they cannot be shared evenly, or not in groups of `norm_batch`.
        """
        if batch % processes:
            near = max(1, round(batch / processes)) * processes
            raise InputError(f"batch_size {batch} cannot be shared by {processes} processes; the nearest is {near}")
        part = batch // processes
        if norm_batch is None:
            norm_batch = batch if batch % NORM_BATCH else NORM_BATCH
        if norm_batch > 1 and part % norm_batch == 0:
            return cls(part, norm_batch, part // norm_batch, 1)
        if norm_batch > 1 and norm_batch % part == 0 and processes % (norm_batch // part) == 0:
            return cls(part, norm_batch, 1, norm_batch // part)
        raise InputError(
            f"norm_batch {norm_batch} does not go into {processes} processes with {part} images each; "
            f"{part} or {batch} would do"
        )


def moving_average(network: nn.Module, decay: float) -> AveragedModel:
    """Return torch's moving average of a network's weights and running statistics, which begins with what they are.

    Raises:
        InputError: the decay is not in [0, 1); 0.9999 averages over some 10,000 steps.
    """
    if not 0 <= number("ema", decay) < 1:
        raise InputError(f"ema {decay:g} must be at least 0 and below 1, such as 0.9999")
    average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(decay), use_buffers=True)
    average.update_parameters(network)  # the first call copies; without it, the first step would not be averaged
    return average.requires_grad_(False)


@dataclass(eq=False)
class TrainingRun:
    """One training: what it was given, and how far it has come.

    Args:
        config, regime, seed: what is trained, and how.
        classes: how many there are.
        pipeline: the batches.
        plan, group: how the processes share them.
        files: where checkpoints go; None makes none.
        ema: decay of the average of the weights; None keeps none.
        save_every: steps between two checkpoints.
        start: a network whose weights are trained on; fresh ones if None.
        stop: called at each checkpoint with the seconds until the next; True ends the training there, in all processes.
    """

    config: Config
    regime: Regime
    seed: int
    classes: int
    pipeline: Pipeline
    plan: Plan
    group: ProcessGroup
    files: Checkpoint | None = None
    ema: float | None = None
    save_every: int = 1000
    stop: Callable[[float], bool] | None = None
    start: AnyNet | None = None
    epoch: int = 0
    step: int = 0  # of the epoch
    loss: float = 0.0  # sum over the steps of the epoch, as of the last checkpoint
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    training_seconds: float = 0.0
    epochs: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.per_epoch = self.pipeline.order.steps
        self._since = time.perf_counter(), time.process_time()
        self._asked, self._longest = time.perf_counter(), 0.0
        self._build()

    @property
    def done(self) -> bool:
        """Whether there is nothing left to train: all epochs are over, or the loss is not finite any more."""
        return self.epoch == self.regime.epochs or self.diverged

    @property
    def diverged(self) -> bool:
        return bool(self.epochs) and not math.isfinite(self.epochs[-1]["loss"])

    def resume(self) -> bool:
        """Go on from the checkpoint; return whether there was one."""
        state = self.group.agree(self.files.load) if self.files else None
        if state is None:
            return False
        classes = len(state["network"].get("head.fc.bias", range(self.classes)))
        if classes != self.classes:
            raise InputError(f"the checkpoint is of a network with {classes} classes, and the data have {self.classes}")
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state(state["momentum"])
        if self.scale:
            self.scale.load_state(state["scale"])
        if self.average:
            self.average.module.load_state_dict(state["average"])
        for name, value in state["progress"].items():
            setattr(self, name, value)
        return True

    def _save(self) -> None:
        self._clock()
        if self.files is None or not self.group.first:
            return
        names = ("epoch", "step", "loss", "seconds", "cpu_seconds", "training_seconds", "epochs")
        self.files.save(
            {
                "network": self.network.state_dict(),
                "momentum": self.optimizer.state(),
                "scale": self.scale and self.scale.state(),
                "average": self.average and self.average.module.state_dict(),
                "progress": {name: getattr(self, name) for name in names},
            }
        )

    def _clock(self) -> None:
        """Count the time since this was last asked."""
        now = time.perf_counter(), time.process_time()
        self.seconds += now[0] - self._since[0]
        self.cpu_seconds += now[1] - self._since[1]
        self._since = now

    def _build(self) -> None:
        """Make network, average and optimiser; the processes start from the same weights."""
        where = self.group.device
        generator = torch.Generator().manual_seed(seeds(self.seed)[0])
        options: dict[str, Any] = {"zero_init_last": self.regime.zero_init_last, "generator": generator}
        network = build_network(self.config, self.classes, resolution=self.regime.resolution, **options)
        if self.start is not None:
            network.load_state_dict(self.start.state_dict())
        self.network: nn.Module = network.to(device=where, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = None if self.ema is None else moving_average(self.network, self.ema)
        self.norms = [m for m in self.network.modules() if isinstance(m, nn.BatchNorm2d)]
        self.momentum = (self.norms[0].momentum if self.norms else None) or 0.1
        self.model: nn.Module = self.network
        self.optimizer: Any = optimizer_of(self.network, self.regime)
        self.criterion = loss_of(self.regime)
        self.scale = LossScale(where) if self.regime.precision == "fp16" else None
        if self.group.size == 1:
            return
        if self.plan.together > 1:
            share_statistics(self.network, self.group.neighbours(self.plan.together))
        with warnings.catch_warnings():
            # The option's new name is not known to older torch.
            warnings.filterwarnings("ignore", ".*broadcast_buffers", FutureWarning)
            self.model = nn.parallel.DistributedDataParallel(
                self.network,
                device_ids=[where] if where.type == "cuda" else None,
                broadcast_buffers=False,  # each has its own running statistics, which are averaged before use
                gradient_as_bucket_view=True,
            )

    def one_epoch(self) -> dict[str, Any]:
        """Train from `step` to the end of the epoch, test, and make a checkpoint; return the epoch's figures."""
        started, first = time.perf_counter(), self.step
        total = torch.zeros((), device=self.group.device)
        self.network.train()
        for batch in self.pipeline.train(self.epoch, first):
            total += self._one_step(batch)
            self.step += 1
            if self.step % self.save_every == 0 or self.step == self.per_epoch:
                # The first look at the loss since the last checkpoint: on a GPU every look stalls the queue of work.
                self._add_up(total)
                if not math.isfinite(self.loss):
                    break
                if self.step < self.per_epoch:
                    self._save()
                    self._stop_if_asked()
        taken = time.perf_counter() - started
        self.training_seconds += taken
        images = (self.step - first) * self.regime.batch_size
        figures = {
            "epoch": self.epoch + 1,
            "loss": self.loss / self.per_epoch,
            "error": 1 - 1 / self.classes,
            "images_per_second": round(images / max(taken, 1e-9), 1),
        }
        if math.isfinite(self.loss):
            figures["error"] = self._test(self.network)
            if self.average:
                figures["ema_error"] = self._test(self.average.module)
        self.epochs.append(figures)
        self.epoch, self.step, self.loss = self.epoch + 1, 0, 0.0
        self._save()
        if not self.done:
            self._stop_if_asked()
        return figures

    def _stop_if_asked(self) -> None:
        """Raise `UnfinishedError`, at a checkpoint, in every process if one of them is to stop."""
        if self.stop is None:
            return
        now = time.perf_counter()
        self._longest, self._asked = max(self._longest, now - self._asked), now
        if self.group.total(torch.tensor(float(self.stop(self._longest)), device=self.group.device)):
            raise UnfinishedError(f"stopped after {self.epoch} epochs and {self.step} steps")

    def _one_step(self, batch: Batch) -> torch.Tensor:
        """Take one step on this process's part of a batch, and return its mean loss."""
        turns = self.plan.turns
        images, labels = batch.normalised(self.group.device)
        self.optimizer.zero_grad()
        mean = torch.zeros((), device=self.group.device)
        for turn, (some, truth) in enumerate(zip(images.chunk(turns), labels.chunk(turns), strict=True)):
            if turns > 1:
                share_momentum(self.norms, self.momentum, turn, turns)
            with self._quiet(turn < turns - 1):
                with autocast(self.group.device, self.regime.precision):
                    loss = self.criterion(self.model(some), truth) / turns
                (loss if self.scale is None else loss * self.scale.factor).backward()
            mean += loss.detach()
        done = self.epoch * self.per_epoch + self.step
        self.optimizer.step(self.regime.learning_rate(done, self.per_epoch * self.regime.epochs), self.scale)
        if self.average:
            self.average.update_parameters(self.network)
        return mean

    def _quiet(self, more: bool) -> contextlib.AbstractContextManager[Any]:
        """Keep gradients to oneself as long as more turns are to come."""
        if more and isinstance(self.model, nn.parallel.DistributedDataParallel):
            return self.model.no_sync()
        return contextlib.nullcontext()

    def _add_up(self, total: torch.Tensor) -> None:
        """Bring the loss and the running statistics of all processes together; empty the total."""
        self.loss += float(self.group.total(total)) / self.group.size
        total.zero_()
        self.group.average(self.network.buffers())
        if self.average:
            self.group.average(self.average.module.buffers())

    @torch.inference_mode()
    def _test(self, network: nn.Module) -> float:
        """Return the top-1 error on the test images, each process testing its part."""
        network.eval()
        counts = torch.zeros(2, dtype=torch.int64, device=self.group.device)
        for batch in self.pipeline.test():
            images, labels = batch.normalised(self.group.device)
            with autocast(self.group.device, self.regime.precision):
                wrong = network(images).argmax(1) != labels
            counts += torch.stack([wrong.sum(), torch.tensor(len(labels), device=wrong.device)])
        wrong_count, count = self.group.total(counts).tolist()
        return wrong_count / count
