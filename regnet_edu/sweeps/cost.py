"""What training costs: multiply-adds of a population, and GPU-hours from published times. Nothing is run here.

A training step costs three times the multiply-adds of the forward pass: one for the output, one for the gradient of the
weights and one for that of the inputs. How long a GPU takes is another matter, because networks of a few hundred
megaflops are bound by moving activations as much as by arithmetic (the paper's figure 12). So the hours here rest on

1. the paper's own training times of its 24 RegNets (figures 15 and 16: 100 epochs of ImageNet on eight V100), through
   which seconds = a * flops + b * activations + c is fitted, within 13 % for every one of them. The paper does not name
   the precision; its ResNet-50 made 365 images a second on each V100, and NVIDIA's has 367 without mixed precision;
2. the bandwidth of a GPU's memory beside the V100's, as its vendor gives it (`BANDWIDTHS`), times one factor of
   utilisation: how well the memory is used beside the paper's V100. It is 1 where nothing else is known. Mixed
   precision raises it, because it halves what is moved: on an RTX 3090 timm
   (`results/benchmark-train-amp-nhwc-pt112-cu113-rtx3090.csv`) has 1,781 images a second for RegNetX-400MF, where the
   paper's V100 had 1,141 and the memories are 936 and 900 GB/s: 1.5. For ResNet-50, with fewer activations for each
   flop, the same two machines give 3.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
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
MEASURED_UTILISATION = 1.5  # RegNetX-400MF in mixed precision on an RTX 3090, see above


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
    """One kind of GPU: how fast its memory is, and what an hour of it was asked for.

    Args:
        name: such as "V100".
        bandwidth: of its memory, in GB/s.
        board: which one of that name.
        price: dollars for an hour on demand; None where no source was found.
        spot: dollars for an hour that may be taken away again; None where no source was found.
        prices: where and when these prices were read.
    """

    name: str
    bandwidth: float
    board: str
    price: float | None = None
    spot: float | None = None
    prices: str = ""

    @property
    def speed(self) -> float:
        """How many times as fast as the paper's V100, where its memory is used as well."""
        return self.bandwidth / V100.bandwidth


BANDWIDTHS = (
    "the vendors' figures, as Modal's glossary of GPUs, Vultr's documentation and tables of dealers quote them "
    "(compared 2026-11-29, not at the vendors')"
)
_RUNPOD = "RunPod's list of prices (Secure Cloud), read 2026-09-25"
V100 = GPU("V100", 900, "NVIDIA V100 SXM2")
GPUS = (
    V100,
    GPU("A100", 2039, "NVIDIA A100 80 GB SXM4", 1.59, prices=_RUNPOD),
    GPU("H100", 3350, "NVIDIA H100 80 GB SXM5", 3.49, prices=_RUNPOD),
    GPU(
        "H200",
        4800,
        "NVIDIA H200 141 GB SXM5",
        4.59,
        3.40,
        f"{_RUNPOD}; spot: AWS p5en.48xlarge in us-east-1, an eighth of 27.20 dollars, read 2026-08-06",
    ),
    GPU("B200", 8000, "NVIDIA HGX B200", 6.79, prices=_RUNPOD),
    GPU("MI300X", 5300, "AMD Instinct MI300X"),
    GPU("L40S", 864, "NVIDIA L40S", 1.09, prices=_RUNPOD),
    GPU("L4", 300, "NVIDIA L4"),
    GPU("T4", 320, "NVIDIA T4"),
    GPU("RTX 5090", 1792, "NVIDIA GeForce RTX 5090"),
)


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


def gpu_hours(
    configs: Sequence[Config], regime: Regime, images: Images = IMAGENET, utilisation: float = 1.0
) -> dict[str, float]:
    """GPU-hours of training these networks under a regime, for every GPU of the table.

    They hold for networks like the paper's (200 MF to 32 GF at 224 pixels). Smaller ones are bound by the launch of
    kernels and by the supply of images, which no table knows: measure those.

    Args:
        configs: the networks.
        regime: its resolution and epochs count, and how many images it takes.
        images: of the data set, ImageNet-1k if not given.
        utilisation: how well the memory is used, beside the paper's V100; see the top of this file.

    Returns:
        Hours under the name of each GPU.
    """
    taken = images_of(regime, images)
    counts = complexities(configs, regime.resolution, images.channels, images.num_classes)
    on_v100 = float(paper_law().seconds(counts.flops, counts.activations).sum()) * taken.train * regime.epochs / 3600
    return {g.name: on_v100 / (g.speed * utilisation) for g in GPUS}


def table() -> dict[str, Any]:
    """Return the law and the GPUs as plain values, for a page that computes in the browser."""
    gpus = [{**asdict(g), "speed": g.speed} for g in GPUS]
    return {"law": paper_law()._asdict(), "images": IMAGENET._asdict(), "gpus": gpus, "bandwidths": BANDWIDTHS}
