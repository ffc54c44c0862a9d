"""Five steps of torch for the engine of the page to repeat: sampled networks, initial weights, images and labels."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import torch

from regnet_edu.networks.anynet import AnyNet
from regnet_edu.networks.config import AnyNetConfig
from regnet_edu.training import regime as regimes
from regnet_edu.training.optimizer import SGD

RESOLUTION, BATCH, STEPS = 16, 32, 5
REGIME = regimes.get("tiny")


def sampled(k: int) -> AnyNetConfig:
    """Network k of a fixed list: all blocks in turn, one to four stages, groups of 1 to 32 channels, all strides."""
    rng = np.random.default_rng([32, k])
    stages = 1 + k // 4 % 4

    def each(values: list[int]) -> tuple[int, ...]:
        return tuple(int(rng.choice(values)) for _ in range(stages))

    stem_stride, strides, pixels = int(rng.choice([1, 2])), each([1, 2]), RESOLUTION
    pixels //= stem_stride
    # Down to maps of two pixels: with one, batch norm of nearly constant channels turns rounding into anything.
    kept = []
    for stride in strides:
        kept.append(stride if pixels // stride >= 2 else 1)
        pixels //= kept[-1]
    return AnyNetConfig(
        each([1, 2, 3]),
        each([8, 16, 24, 32, 48]),
        each([1, 2, 4]),
        each([1, 2, 4, 8, 16, 32]),
        strides=tuple(kept),
        stem_width=int(rng.choice([8, 16, 32])),
        stem_stride=stem_stride,
        block=("X", "R", "V", "VR")[k % 4],
    )


def as_text(values: Any) -> str:
    return base64.b64encode(np.ascontiguousarray(values, np.float32).tobytes()).decode()


def flat(tensors: Any) -> np.ndarray:
    return np.concatenate([t.detach().numpy().ravel() for t in tensors])


def case(k: int) -> dict[str, Any]:
    """What torch computes for network k, and from what: arrays of float32 as base64."""
    config, generator = sampled(k), torch.Generator().manual_seed(k)
    network = AnyNet(config, 10, generator=generator)
    # Without a last gain of 0 as in the regime: the branches would have no gradients in the first step.
    images = torch.randn(STEPS, BATCH, 3, RESOLUTION, RESOLUTION, generator=generator)
    labels = torch.randint(10, (STEPS, BATCH), generator=generator)
    start, optimizer, losses = flat(network.parameters()), SGD(network, REGIME), []
    for step in range(STEPS):
        loss = torch.nn.functional.cross_entropy(network(images[step]), labels[step])
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            gradient = flat(p.grad for p in network.parameters())
        optimizer.step(REGIME.learning_rate(step, STEPS))
        losses.append(loss.item())
    network.eval()
    with torch.inference_mode():
        wrong = int((network(images[0]).argmax(1) != labels[0]).sum())
    stages = [dict(zip(("depth", "width", "inner", "group", "stride"), s, strict=True)) for s in config.stages]
    return {
        "net": {
            "block": config.block,
            "stages": stages,
            "stemWidth": config.stem_width,
            "stemStride": config.stem_stride,
        },
        "resolution": RESOLUTION,
        "batch": BATCH,
        "recipe": {
            "lr": REGIME.lr,
            "warmup": REGIME.warmup,
            "momentum": REGIME.momentum,
            "decay": REGIME.weight_decay,
        },
        "start": as_text(start),
        "images": as_text(images.transpose(1, 2)),
        "labels": labels.tolist(),
        "gradient": as_text(gradient),
        "losses": losses,
        "wrong": wrong,
    }
