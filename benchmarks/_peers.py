"""What `train.py` compares with: `d2l.Trainer` and a plain torch loop; each returns seconds on the clock."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from _machine import processors, wait
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

import regnet_edu as rn
from regnet_edu import regime as regimes
from regnet_edu import spaces
from regnet_edu.sweeps import cost
from regnet_edu.training.device import autocast


def regime_of(name: str) -> rn.Regime:
    """Return a preset, or the regime that a JSON file describes."""
    return rn.Regime.from_dict(json.loads(Path(name).read_text())) if name.endswith(".json") else regimes.get(name)


def networks(regime: rn.Regime, images: rn.ImageData, count: int, seed: int) -> list[rn.AnyNetConfig]:
    """Return so many networks of a regime, by turns from AnyNetXA and RegNetX."""
    both = [
        regime.with_ranges(spaces.get(space)).sample(
            (count + 1) // 2,
            rng=seed,
            flops=regime.flops,
            resolution=images.resolution,
            in_channels=images.channels,
            num_classes=images.num_classes,
        )
        for space in ("AnyNetXA", "RegNetX")
    ]
    return [config for pair in zip(*both, strict=True) for config in pair][:count]


@dataclass
class Task:
    """One network under one regime, on images that are there in memory and as files."""

    config: rn.AnyNetConfig
    regime: rn.Regime
    images: rn.ImageData
    folder: Path
    device: str

    @property
    def work(self) -> float:
        """Floating-point operations of training and testing: two for each multiply-add."""
        data = self.images
        flops = rn.complexity(self.config, data.resolution, data.channels, data.num_classes).flops
        count = cost.Images(len(data.train_labels), len(data.test_labels), data.num_classes)
        return 2 * cost.training_work(flops, count, self.regime.epochs)

    def shortest(self, limits: dict[str, float]) -> float:
        """Shortest possible seconds (roofline): arithmetic at its peak, or every activation written and read."""
        data = self.images
        counts = rn.complexity(self.config, data.resolution, data.channels, data.num_classes)
        size = 4 if self.regime.precision == "fp32" else 2
        moved = self.work / counts.flops * counts.activations * size  # two passes, where work has two operations
        return max(self.work / max(limits["matrix"], limits["convolution"]), moved / limits["copy"])


def with_d2l(task: Task) -> float:
    from d2l import torch as d2l
    from torchvision import datasets, transforms

    class Files(d2l.DataModule):  # get_dataloader is that of d2l.FashionMNIST
        def __init__(self, batch_size: int) -> None:
            super().__init__()
            self.save_hyperparameters()
            change = transforms.Compose([transforms.Resize((task.images.resolution,) * 2), transforms.ToTensor()])
            self.train = datasets.ImageFolder(str(task.folder / "train"), change)
            self.val = datasets.ImageFolder(str(task.folder / "test"), change)

        get_dataloader = d2l.FashionMNIST.get_dataloader

    model = rn.AnyNetClassifier(task.config, num_classes=task.images.num_classes, in_channels=task.images.channels)
    model.board.display = False
    trainer = d2l.Trainer(max_epochs=task.regime.epochs, num_gpus=int(task.device == "cuda"))
    begin = time.perf_counter()
    trainer.fit(model, Files(task.regime.batch_size))
    wait(task.device)
    return time.perf_counter() - begin


class Items(Dataset):
    """Images in memory that are mirrored and normalised one by one."""

    def __init__(self, images: np.ndarray, labels: np.ndarray, train: bool) -> None:
        self.images, self.labels, self.train = images, labels, train

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, k: int) -> tuple[torch.Tensor, int]:
        image = torch.from_numpy(np.ascontiguousarray(self.images[k].transpose(2, 0, 1))).float() / 255
        if self.train and torch.rand(()) < 0.5:
            image = image.flip(2)
        return (image - 0.5) / 0.25, int(self.labels[k])


def with_a_plain_loop(task: Task, mixed: bool = False) -> float:
    data, regime = task.images, task.regime
    kind = torch.channels_last if mixed else torch.contiguous_format
    network = rn.AnyNet(task.config, data.num_classes, data.channels).to(task.device).to(memory_format=kind)
    optimizer = torch.optim.SGD(
        network.parameters(), regime.lr, regime.momentum, weight_decay=5e-4, nesterov=True, fused=mixed or None
    )
    half = autocast(torch.device(task.device), regime.precision if mixed else "fp32")
    options = {"num_workers": processors(), "pin_memory": task.device == "cuda"}
    train = DataLoader(
        Items(data.train_images, data.train_labels, True), regime.batch_size, True, drop_last=True, **options
    )
    test = DataLoader(Items(data.test_images, data.test_labels, False), regime.batch_size, **options)
    begin = time.perf_counter()
    for _ in range(regime.epochs):
        network.train()
        for images, labels in train:
            with half:
                scores = network(images.to(task.device, memory_format=kind))
                loss = functional.cross_entropy(scores, labels.to(task.device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        network.eval()
        with torch.no_grad(), half:
            right = [(network(x.to(task.device)).argmax(1).cpu() == y).sum() for x, y in test]
    assert 0 <= int(sum(right)) <= len(data.test_labels)
    return time.perf_counter() - begin
