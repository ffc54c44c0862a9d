"""Train one network under one regime: the loop that every population is made of.

The images stay on the device as one uint8 tensor; a batch is gathered, mirrored and normalised there, so that no Python
runs for a single image. On a CPU the convolutions get channels-last tensors, which was measured to be 1.5 times faster.
On a GPU a step is recorded as one CUDA graph (`graphs`); "fp32" there leaves to torch whether convolutions use TF32.
A seed repeats its results to the last bit on a CPU; on a GPU, as far as the order in which kernels add up allows.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from ..common.errors import InputError, nearest_name
from ..common.import_path import find
from ..data import image_data
from ..data.dataset import DataSet, fixed_subset
from ..data.image_data import ImageData, Source
from ..data.stream import ImageStream
from ..networks.anynet import AnyNet
from ..networks.module_config import Config, build_network
from ..networks.zoo import Network, as_network
from . import regime as regimes
from .cuda_graphs import Captured
from .device import autocast, device_of, threads_of
from .optimizer import LossScale, loss_of, optimizer_of
from .regime import Regime
from .result import TrainResult, own_result, seeds

# Measured: on a CPU 250 images at a time are up to a third faster than 500, whose activations leave the cache, and no
# network's scores changed by a bit. A GPU wants more at once.
KEEP = ("none", "last", "best")
EVAL_BATCH = {"cpu": 250, "cuda": 1000, "mps": 1000}


@dataclass(frozen=True, eq=False)
class DeviceData:
    """The images of one regime on one device: (n, h, w, c) tensors, labels, and each channel's mean and sd."""

    train_images: torch.Tensor
    train_labels: torch.Tensor
    test_images: torch.Tensor
    test_labels: torch.Tensor
    mean: torch.Tensor
    std: torch.Tensor
    num_classes: int

    @property
    def channels(self) -> int:
        return self.train_images.shape[3]


def prepare(data: DataSet, regime: Regime, device: str = "cpu") -> DeviceData:
    """Take the regime's share of the images and put it on the device.

    The training images are the first of one fixed shuffle, the same for every network, seed and worker. Where the data
    has fewer than the regime would take, all are taken.

    Raises:
        InputError: the images are not of the regime's resolution, there are fewer than one batch holds, or the device
            is not there, or lacks the precision.
    """
    data.check_fits(regime.resolution, regime.batch_size, regime.train_images)
    where = device_of(device, regime.precision)
    assert isinstance(data, ImageData), "images that stay on the disk are not prepared"

    def part(images: np.ndarray, labels: np.ndarray, count: int | None) -> tuple[torch.Tensor, torch.Tensor]:
        order = fixed_subset(len(labels), count)
        return torch.from_numpy(images[order]).to(where), torch.from_numpy(labels[order]).to(where)

    train_images, train_labels = part(data.train_images, data.train_labels, regime.train_images)
    test_images, test_labels = part(data.test_images, data.test_labels, regime.test_images)
    mean, std = statistics(train_images)
    return DeviceData(train_images, train_labels, test_images, test_labels, mean, std, data.num_classes)


def statistics(images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return each channel's mean and standard deviation of (n, h, w, c) images, uint8 or float32.

    Those of uint8 come from whole-number sums over the histogram, so that they are the same on every machine; and with
    no copy of the pixels in a wider type, which would be eight times as large.
    """
    if images.is_floating_point():
        moments = [torch.var_mean(channel.cpu().double(), correction=0) for channel in images.unbind(3)]
        spread, middle = (torch.stack(found) for found in zip(*moments, strict=True))
        spread = torch.where(spread > 0, spread, 1.0)  # a channel that is the same everywhere stays 0
        return middle.float().to(images.device), spread.sqrt().float().to(images.device)
    values = torch.arange(256)
    channels = images.flatten(0, 2).T
    counts = torch.stack([torch.bincount(channel, minlength=256).cpu() for channel in channels])
    mean = (counts * values).sum(1).double() / counts.sum(1)
    variance = (counts * values**2).sum(1).double() / counts.sum(1) - mean**2
    return mean.float().to(images.device), variance.clamp(min=1.0).sqrt().float().to(images.device)


def train(
    network: Network | Config | AnyNet,
    regime: Regime | str = "tiny",
    seed: int = 0,
    device: str = "cpu",
    data: Source | DeviceData | None = None,
    threads: int = 1,
    on_epoch: Callable[[int, float], None] | None = None,
    keep: str = "none",
) -> TrainResult:
    """Train one network and test it after every epoch: from scratch, or on from the weights that it has.

    Args:
        network: an `AnyNetConfig`, `RegNetParams`, the name of a RegNet, or a `ModuleConfig`; or an `AnyNet` with
            weights, such as `AnyNet.pretrained` gives, or the network of another result, of which a copy is trained by
            the whole schedule of this regime.
        regime: a `Regime` or the name of a preset.
        seed: decides the initial weights, the order of the images and which are mirrored, and nothing else does.
        device: "cpu", "cuda", "cuda:1" or "mps".
        data: what to train on instead of the regime's own data: a name, a folder, an `ImageData` or anything that
            `ImageData.of` takes, or what `prepare` returned, so that many networks share it; with "imagenet:DIR"
            images are read while the network trains.
        threads: of the processor. The last digits of a sum depend on it, so results repeat only with the same number.
            Images that are read from files are read by as many processes.
        on_epoch: called with (epochs done, test error) after each epoch.
        keep: whether the result holds the trained network: "none", as it was after the "last" epoch, or after the
            "best", which has the lowest test error.

    Raises:
        InputError: an argument is invalid, the data cannot be had, or a network with weights does not fit it.
    """
    if keep not in KEEP:
        raise InputError(f"keep {keep!r:.60} is unknown; {nearest_name(keep, KEEP)}")
    start = network if isinstance(network, AnyNet) else None
    config = as_network(network.config if isinstance(network, AnyNet) else network)
    regime = regimes.get(regime).for_network(seed)
    own = find(regime.train) if regime.train else None
    if own and (start is not None or keep != "none"):
        raise InputError(f"train {regime.train} makes its own networks; it takes no weights and keeps none")
    if not isinstance(data, DeviceData):
        loaded = image_data.load(regime.data if data is None else data, regime.resolution)
        if isinstance(loaded, ImageStream):
            if own:
                return own_result(lambda: own(config, regime, seed, device, loaded), loaded.num_classes)
            from .distributed.run import (
                train_distributed,  # which reads files while it trains; the others need none of that
            )

            if keep != "none":
                raise InputError("keep is for images in memory; train_distributed(out=DIR) keeps the weights of others")
            return train_distributed(
                network, regime, seed, loaded, device=device, loaders=threads, threads=threads, on_epoch=on_epoch
            )
        data = prepare(loaded, regime, device)
    with threads_of(threads):
        if own:
            return own_result(lambda: own(config, regime, seed, device, data), data.num_classes)
        started, cpu_started = time.perf_counter(), time.process_time()
        errors, losses, training, note, trained = _run(start or config, regime, seed, data, on_epoch, keep)
        seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
    diverged = not math.isfinite(loss := losses[-1])
    if diverged:
        errors.append(1 - 1 / data.num_classes)
    return TrainResult(
        status="diverged" if diverged else "ok",
        error=errors[-1],
        errors=tuple(errors),
        loss=loss,
        seconds=round(seconds, 4),
        cpu_seconds=round(cpu_seconds, 4),
        images_per_second=round(len(errors) * len(data.train_labels) / max(training, 1e-9), 1),
        reason=f"loss {loss} in epoch {len(errors)}" if diverged else None,
        note=note,
        losses=tuple(losses),
        network=trained,
    )


def _run(
    start: Config | AnyNet,
    regime: Regime,
    seed: int,
    data: DeviceData,
    on_epoch: Callable[[int, float], None] | None,
    keep: str,
) -> tuple[list[float], list[float], float, str | None, nn.Module | None]:
    """Return the test error after each epoch, their losses, the seconds of training alone, a note and the network."""
    weight_seed, order_seed = seeds(seed)
    generator = torch.Generator().manual_seed(weight_seed)
    options: dict[str, Any] = {"zero_init_last": regime.zero_init_last, "generator": generator}
    if isinstance(start, AnyNet):
        network: nn.Module = copy.deepcopy(start.check_fits(data.num_classes, data.channels))
    else:
        network = build_network(start, data.num_classes, data.channels, regime.resolution, **options)
    network.to(device=data.train_images.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer, criterion = optimizer_of(network, regime), loss_of(regime)
    scale = LossScale(data.train_images.device) if regime.precision == "fp16" else None
    order = torch.Generator().manual_seed(order_seed)
    where, steps = data.train_images.device, regime.steps(len(data.train_labels))
    scheduled = torch.tensor([regime.learning_rate(k, steps) for k in range(steps)], dtype=torch.float64)

    def step(
        rows: torch.Tensor, mirrored: torch.Tensor, shifts: torch.Tensor, lr: torch.Tensor | float
    ) -> torch.Tensor:
        """Train on the images of these rows; return their loss."""
        images = normalise(data.train_images[rows], data)
        if regime.crop_padding:
            images = _shift(images, shifts, regime.crop_padding)
        if regime.flip:
            images = torch.where(mirrored[:, None, None, None], images.flip(3), images)
        with autocast(where, regime.precision):
            loss = criterion(network(images), data.train_labels[rows])
        optimizer.zero_grad()
        (loss if scale is None else loss * scale.factor).backward()
        optimizer.step(lr, scale)
        return loss.detach()

    # The rate must lie where a recorded step finds it; else it is a plain number. A recorded step repeats its kernels
    # and runs no Python, which an optimiser or a loss of somebody's own may count on.
    captured = Captured(step) if where.type == "cuda" and not (regime.optimizer or regime.loss) else None
    rates = scheduled.float().to(where) if captured else scheduled.tolist()
    errors, losses = list[float](), list[float]()
    training, best = 0.0, None
    for epoch in range(regime.epochs):
        started = time.perf_counter()
        network.train()
        batches = steps // regime.epochs
        losses.append(_one_epoch(captured or step, data, regime, order, rates[epoch * batches :][:batches]))
        training += time.perf_counter() - started
        if not math.isfinite(losses[-1]):
            break
        errors.append(top1_error(network, data, regime.precision))
        if keep == "best" and errors[-1] < min(errors[:-1], default=math.inf):
            best = copy.deepcopy(network.state_dict())
        if on_epoch:
            on_epoch(epoch + 1, errors[-1])
    if best is not None:
        network.load_state_dict(best)
    trained = None if keep == "none" else network.requires_grad_(True).cpu().eval()
    return errors, losses, training, captured.note if captured else None, trained


def _one_epoch(
    step: Callable[..., torch.Tensor], data: DeviceData, regime: Regime, order: torch.Generator, rates: Any
) -> float:
    """Take one step a learning rate; return the mean loss, which is not finite if any step's was not."""
    count, size = len(data.train_labels), regime.batch_size
    where = data.train_images.device
    # The generator lives on the CPU whatever the device, so that a seed means the same order everywhere.
    shuffle = torch.randperm(count, generator=order).to(where)
    mirrored = (torch.rand(count, generator=order) < 0.5).to(where)[shuffle]
    shifts = torch.randint(0, 2 * regime.crop_padding + 1, (count, 2), generator=order).to(where)[shuffle]
    total = torch.zeros((), device=where)
    for k, rate in enumerate(rates):
        batch = slice(k * size, (k + 1) * size)
        total += step(shuffle[batch], mirrored[batch], shifts[batch], rate)
        if where.type == "cpu" and not math.isfinite(total):
            break  # on a GPU the look at the loss would stall the queue of work
    return float(total) / len(rates)


def normalise(images: torch.Tensor, data: DeviceData) -> torch.Tensor:
    """Turn (n, h, w, c) images into (n, c, h, w) floats of mean 0 and standard deviation 1, channels last."""
    return ((images.float() - data.mean.to(images.device)) / data.std.to(images.device)).permute(0, 3, 1, 2)


def _shift(images: torch.Tensor, shifts: torch.Tensor, padding: int) -> torch.Tensor:
    """Crop each image at its own place from the image padded with zeros (its mean) on all sides."""
    n, _, height, width = images.shape
    padded = functional.pad(images, (padding,) * 4)
    rows = shifts[:, :1] + torch.arange(height, device=images.device)
    columns = shifts[:, 1:] + torch.arange(width, device=images.device)
    index = torch.arange(n, device=images.device)[:, None, None]
    # Indexing around the channels puts them last, which is how they are kept in memory.
    return padded[index, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


@torch.inference_mode()
def top1_error(network: nn.Module, data: DeviceData, precision: str = "fp32") -> float:
    """Return the top-1 error on the test images, a fraction in [0, 1]."""
    network.eval()
    where = data.test_images.device
    wrong = torch.zeros((), dtype=torch.int64, device=where)
    size = EVAL_BATCH[where.type]
    for start in range(0, len(data.test_labels), size):
        rows = slice(start, start + size)
        with autocast(where, precision):
            scores = network(normalise(data.test_images[rows], data))
        wrong += (scores.argmax(1) != data.test_labels[rows]).sum()
    return int(wrong) / len(data.test_labels)
