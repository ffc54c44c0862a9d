"""What training costs: multiply-adds of a population, and GPU-hours from published times. Nothing is run here.

A training step costs three times the multiply-adds of the forward pass: one for the output, one for the gradient of the
weights and one for that of the inputs. How long a GPU takes is another matter, because networks of a few hundred
megaflops are bound by moving activations as much as by arithmetic (the paper's figure 12). So the hours here rest on

1. the paper's own training times of its 24 RegNets (figures 15 and 16: 100 epochs of ImageNet on eight V100), through
   which seconds = a * flops + b * activations + c is fitted, within 13 % for every one of them. The paper does not name
   the precision; its ResNet-50 made 365 images a second on each V100, and NVIDIA's has 367 without mixed precision;
2. two bounds on how much faster another GPU is: as its memory is faster (nothing gained by mixed precision), and as
   ResNet-50 trains faster on it in mixed precision. A RegNet lies between. On an RTX 3090, with memory hardly faster
   than a V100's, timm (`results/benchmark-train-amp-nhwc-pt112-cu113-rtx3090.csv`) has 1,781 images a second for
   RegNetX-400MF and 1,218 for ResNet-50; the paper's V100 had 1,141 and 365.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from ..common.errors import InputError, nearest_name
from ..data.dataset import DataSet
from ..networks import zoo
from ..networks.complexity import complexities
from ..networks.module_config import Config
from ..training.regime import Regime

FORWARD_AND_BACKWARD = 3
PAPER_GPUS, PAPER_EPOCHS = 8, 100
V100_FP32_RESNET50 = 367.0  # images a second without mixed precision; the table of the V100 below has it too


class Images(NamedTuple):
    """How many images a data set has, in how many classes, and with how many channels."""

    train: int
    test: int
    num_classes: int
    channels: int = 3

    @classmethod
    def of(cls, data: DataSet) -> Images:
        """Return the numbers of a data set."""
        return cls(len(data.train_labels), len(data.test_labels), data.num_classes, data.channels)


IMAGENET = Images(1_281_167, 50_000, 1000)
KNOWN = {
    "imagenet": IMAGENET,
    "cifar10": Images(50_000, 10_000, 10),
    "fashion_mnist": Images(60_000, 10_000, 10, 1),
    "synthetic": Images(10_240, 4_000, 10),
}


@dataclass(frozen=True)
class GPU:
    """One kind of GPU, with the two published figures that its speed is estimated from.

    Args:
        name: such as "V100".
        bandwidth: of its memory, in GB/s, from NVIDIA's data sheet of the kind that `source` names.
        resnet50: images a second when it trains ResNet-50 (v1.5, 224 pixels) in mixed precision.
        source: where `resnet50` comes from.
    """

    name: str
    bandwidth: float
    resnet50: float
    source: str

    @property
    def speed(self) -> tuple[float, float]:
        """How many times as fast as the paper's V100 without mixed precision: at least, and at best."""
        return self.bandwidth / V100.bandwidth, self.resnet50 / V100_FP32_RESNET50


_NVIDIA = "NVIDIA DeepLearningExamples, PyTorch ResNet-50 v1.5, container 21.03, one GPU"
# The same servers in one round: 16 H100 took 7.8 minutes, 16 A100 14.4 (a ratio of eight GPUs of NVIDIA's own, 57,260
# images a second in round 4.0 with H100 and 26,200 in round 2.0 with A100, is 2.2 and counts newer software in).
_H100_TO_A100 = 14.4 / 7.8
_H200_TO_H100 = 63_560 / 57_260

V100 = GPU("V100", 900, 1200, f"{_NVIDIA} (SXM2 16 GB): 1,200 images/s in mixed precision, 367 without")
A100 = GPU("A100", 2039, 2470, f"{_NVIDIA} (SXM4 80 GB): 2,470 images/s")
H100 = GPU(
    "H100",
    3350,
    round(A100.resnet50 * _H100_TO_A100),
    "the A100's, times 14.4 / 7.8: minutes of 16 A100 and of 16 H100 (SXM5 80 GB) for ResNet-50 in Dell's submissions "
    "to MLPerf Training 3.0",
)
H200 = GPU(
    "H200",
    4800,
    round(A100.resnet50 * _H100_TO_A100 * _H200_TO_H100),
    "the H100's, times 63,560 / 57,260: images/s of 8 H200 (SXM 141 GB) and of 8 H100 for ResNet-50 in the logs of "
    "NVIDIA's submissions to MLPerf Training 4.0",
)
T4 = GPU(
    "T4",
    320,
    round(V100.resnet50 * 320 / 900),
    "no published training speed was found: the V100's, times 320 / 900, the ratio of their memory bandwidths; "
    "a T4 is held to 70 W, and may be slower",
)
GPUS = (V100, A100, H100, H200, T4)


class Hours(NamedTuple):
    """GPU-hours, between a lower and an upper bound (`GPU.speed`)."""

    low: float
    high: float


class Law(NamedTuple):
    """Seconds that one V100 took for one training image in the paper: a * flops + b * activations + c."""

    per_flop: float
    per_activation: float
    per_image: float

    def seconds(self, flops: Any, activations: Any) -> Any:
        return self.per_flop * flops + self.per_activation * activations + self.per_image


@cache
def paper_law() -> Law:
    """Fit the paper's training times of the 24 RegNets (figures 15 and 16), each with the same relative weight."""
    published = [zoo.get(name) for name in zoo.names()]
    seconds = np.array([p.training_hours for p in published]) * 3600 * PAPER_GPUS / (PAPER_EPOCHS * IMAGENET.train)
    columns = np.array([(p.flops, p.activations, 1.0) for p in published]) / seconds[:, None]
    return Law(*(float(x) for x in np.linalg.lstsq(columns, np.ones(len(seconds)), rcond=None)[0]))


def gpu(name: str) -> GPU:
    """Return a GPU of the table by its name.

    Raises:
        InputError: it is not in the table.
    """
    found = {g.name: g for g in GPUS}
    if name not in found:
        raise InputError(f"GPU {name!r:.60} is not in the table; {nearest_name(name, found)}")
    return found[name]


def images_of(regime: Regime, images: Images = IMAGENET) -> Images:
    """Return how many of the images a regime takes."""
    return images._replace(
        train=min(images.train, regime.train_images or images.train),
        test=min(images.test, regime.test_images or images.test),
    )


def training_work(flops: Any, images: Images, epochs: int) -> Any:
    """Multiply-adds of training and of the test after every epoch: flops * (3 * train + test) * epochs.

    Args:
        flops: multiply-adds of the forward pass on one image, a number or an array with one for each network.
        images: how many are trained on and tested on in an epoch.
        epochs: passes over the training images.
    """
    return flops * (FORWARD_AND_BACKWARD * images.train + images.test) * epochs


def gpu_hours(configs: Sequence[Config], regime: Regime, images: Images = IMAGENET) -> dict[str, Hours]:
    """GPU-hours of training these networks under a regime, for every GPU of the table.

    The bounds hold for networks like the paper's (200 MF to 32 GF at 224 pixels). Smaller ones are bound by the launch
    of kernels and by the supply of images, which no table knows: measure those.

    Args:
        configs: the networks.
        regime: its resolution and epochs count, and how many images it takes.
        images: of the data set, ImageNet-1k if not given.

    Returns:
        `Hours(low, high)` under the name of each GPU.
    """
    taken = images_of(regime, images)
    counts = complexities(configs, regime.resolution, images.channels, images.num_classes)
    on_v100 = float(paper_law().seconds(counts.flops, counts.activations).sum()) * taken.train * regime.epochs / 3600
    return {g.name: Hours(on_v100 / max(g.speed), on_v100 / min(g.speed)) for g in GPUS}


def table() -> dict[str, Any]:
    """Return the law and the GPUs as plain values, for a page that computes in the browser."""
    return {
        "law": paper_law()._asdict(),
        "images": IMAGENET._asdict(),
        "gpus": [
            {
                "name": g.name,
                "speed": g.speed,
                "bandwidth_gb_s": g.bandwidth,
                "resnet50_images_s": g.resnet50,
                "source": g.source,
            }
            for g in GPUS
        ],
    }
