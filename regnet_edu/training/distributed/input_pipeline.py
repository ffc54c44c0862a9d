"""From the files of an `ImageStream` to batches of pixels: the paper's augmentation, in worker processes.

Training images get a random crop of another aspect ratio, a mirror, and a shift of colour along the principal
components of ImageNet's pixels; test images their middle. (The paper does not name its augmentation; this is what its
authors' model zoo lists, https://github.com/facebookresearch/pycls/blob/main/MODEL_ZOO.md.) What happens to image i in
epoch e depends on the seed, i and e alone: not on how many processes read, nor in which order.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from ...common.errors import InputError
from ...common.optional_imports import torchvision_part
from ...common.validation import image_size
from ...data.dataset import fixed_subset
from ...data.decode_image import open_rgb
from ...data.stream import ImageStream
from ..regime import Regime

TEST_MARGIN = 256 / 224  # the short side before the middle is cut out, as a multiple of the resolution
LIGHT = 0.1  # standard deviation of the shift along each principal component
# Of the pixels of ImageNet in [0, 1], red, green and blue: mean, standard deviation, and the principal components with
# their deviations (https://github.com/facebookarchive/fb.resnet.torch/blob/master/datasets/imagenet.lua).
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
COMPONENTS = ((-0.5675, 0.7192, 0.4009), (-0.5808, -0.0045, -0.8140), (-0.5836, -0.6948, 0.4203))
DEVIATIONS = (0.2175, 0.0188, 0.0045)


class Batch(NamedTuple):
    """Images as they come from the files: `pixels` uint8 (n, 3, h, w), `light` (n, 3) to add to them, `labels` (n,)."""

    pixels: Tensor
    light: Tensor
    labels: Tensor

    def normalised(self, where: torch.device) -> tuple[Tensor, Tensor]:
        """Return the images with mean 0 and deviation 1 a channel, channels last, and the labels, on the device."""
        pixels, light, labels = (part.to(where, non_blocking=True) for part in self)
        mean, std = (torch.tensor(v, device=where).view(3, 1, 1) for v in (MEAN, STD))
        images = (pixels / 255 + light[:, :, None, None] - mean) / std
        return images.contiguous(memory_format=torch.channels_last), labels


class Draw(NamedTuple):
    """One image to read: its row in the list of files, and the epoch, or -1 for the image as it is tested."""

    row: int
    epoch: int


def train_transform(regime: Regime) -> Any:
    """Return the transform of one training image: a crop of 8 to 100 % of the area, resized; perhaps mirrored."""
    v2 = _transforms()
    steps = [v2.PILToTensor(), v2.RandomResizedCrop(regime.resolution, antialias=True)]
    return v2.Compose(steps + [v2.RandomHorizontalFlip()] * regime.flip)


def test_transform(regime: Regime) -> Any:
    """Return the transform of one test image: the middle, after the short side was made 256/224 of the larger side."""
    v2 = _transforms()
    short = round(max(image_size("resolution", regime.resolution)) * TEST_MARGIN)
    return v2.Compose([v2.PILToTensor(), v2.Resize(short, antialias=True), v2.CenterCrop(regime.resolution)])


@dataclass(frozen=True)
class Reader(Dataset):
    """Reads and transforms the images of one split.

    Args:
        stream: the files.
        train: whether to read training or test images.
        transform: of one image, random or not.
        seed: of what is random.
    """

    stream: ImageStream
    train: bool
    transform: Any
    seed: int

    def __getitems__(self, draws: Sequence[Draw]) -> Batch | str:
        """Return a batch, or the sentence that says which image cannot be read: an exception would lose its words."""
        height, width = image_size("resolution", self.stream.resolution)
        pixels = torch.empty(len(draws), 3, height, width, dtype=torch.uint8)
        light = torch.zeros(len(draws), 3)
        labels = torch.empty(len(draws), dtype=torch.int64)
        truth = self.stream.train_labels if self.train else self.stream.test_labels
        try:
            for k, draw in enumerate(draws):
                pixels[k], light[k] = self.read(draw)
                labels[k] = int(truth[draw.row])
        except InputError as error:
            return str(error)
        return Batch(pixels, light, labels)

    def read(self, draw: Draw) -> tuple[Tensor, Tensor]:
        """Return the pixels of one image, uint8 (3, h, w), and the light to add to them."""
        paths = self.stream.train_paths if self.train else self.stream.test_paths
        rgb, _ = open_rgb(os.fsdecode(os.path.join(os.fsencode(self.stream.root), paths[draw.row])))
        if draw.epoch < 0:
            return self.transform(rgb), torch.zeros(3)
        key = np.random.SeedSequence([self.seed, *draw]).generate_state(1, np.uint64)[0]
        with torch.random.fork_rng(
            devices=[]
        ):  # the transforms draw from torch's own generator, and leave it as it was
            torch.default_generator.manual_seed(int(key >> np.uint64(1)))
            pixels = self.transform(rgb)
            light = torch.tensor(COMPONENTS) @ (torch.randn(3) * LIGHT * torch.tensor(DEVIATIONS))
        return pixels, light


class TrainOrder(Sampler):
    """What one of several processes reads in an epoch: its part of every batch, from the step on that is asked for.

    Step k takes images [k * batch, (k + 1) * batch) of the epoch's shuffle; process r of w takes the r-th part. So
    the images of a step are the same however many processes there are.
    """

    def __init__(self, rows: np.ndarray, batch: int, seed: int, rank: int = 0, size: int = 1) -> None:
        self.rows, self.batch, self.seed, self.rank, self.size = rows, batch, seed, rank, size
        self.steps = len(rows) // batch
        self.epoch = self.first = 0

    def __iter__(self) -> Iterator[list[Draw]]:
        order = np.random.default_rng([self.seed, self.epoch]).permutation(self.rows)
        part = self.batch // self.size
        for step in range(self.first, self.steps):
            start = step * self.batch + self.rank * part
            yield [Draw(int(row), self.epoch) for row in order[start : start + part]]

    def __len__(self) -> int:
        return self.steps - self.first


def _same(batch: Any) -> Any:
    return batch


class Pipeline:
    """Batches to train and to test with, read by `loaders` processes (0: by this one).

    Args:
        stream: the files.
        regime: its resolution, batch size, share of the images and `flip` are taken.
        seed: of the order of the images and of their augmentation.
        loaders: number of processes that read.
        rank, size: which of how many processes this is; each gets its part of every batch.
        pinned: whether batches are copied into memory that a GPU reads directly.

    Raises:
        InputError: the regime asks for crops of padded images, or torchvision is missing.
    """

    def __init__(
        self,
        stream: ImageStream,
        regime: Regime,
        seed: int = 0,
        loaders: int = 0,
        rank: int = 0,
        size: int = 1,
        pinned: bool = False,
    ) -> None:
        if regime.crop_padding:
            raise InputError(
                f"crop_padding {regime.crop_padding} is for images in memory; images that are read from files are "
                "cropped at random anyway: set it to 0"
            )
        self.loaders, self.pinned = loaders, pinned
        rows = fixed_subset(len(stream.train_labels), regime.train_images)
        self.order = TrainOrder(rows, regime.batch_size, seed, rank, size)
        self._train = self._loader(Reader(stream, True, train_transform(regime), seed), self.order)
        rows = fixed_subset(len(stream.test_labels), regime.test_images)[rank::size]
        step = regime.batch_size // size
        batches = [[Draw(int(row), -1) for row in rows[k : k + step]] for k in range(0, len(rows), step)]
        self._test = self._loader(Reader(stream, False, test_transform(regime), seed), batches, stay=False)

    def train(self, epoch: int, first: int = 0) -> Iterator[Batch]:
        """Yield this process's part of every batch of an epoch, from step `first` on.

        Raises:
            InputError: an image cannot be read.
        """
        self.order.epoch, self.order.first = epoch, first
        yield from map(_checked, self._train)

    def test(self) -> Iterator[Batch]:
        """Yield this process's part of the test images.

        Raises:
            InputError: an image cannot be read.
        """
        yield from map(_checked, self._test)

    def _loader(self, reader: Reader, batches: Any, stay: bool = True) -> Any:
        return DataLoader(
            reader,
            batch_sampler=batches,
            num_workers=self.loaders,
            collate_fn=_same,
            pin_memory=self.pinned,
            persistent_workers=stay and self.loaders > 0,
            generator=torch.Generator().manual_seed(0),  # else it would draw from torch's own
        )


def _checked(batch: Batch | str) -> Batch:
    if isinstance(batch, str):
        raise InputError(batch)
    return batch


def _transforms() -> Any:
    return torchvision_part("transforms.v2", "reading images from files needs")
