"""What is held fixed while design spaces are compared: data, resolution, flop band, ranges and training recipe."""

from __future__ import annotations

import hashlib
import json
import math
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields, replace
from typing import Any

import numpy as np

from ..common.errors import InputError, nearest_name
from ..common.import_path import find
from ..common.validation import Resolution, image_size
from ..spaces.design_space import DesignSpace
from .settings import CHECKS

NEWER = ("vary", "params", "activations", "optimizer", "loss", "schedule", "train")  # than the first record files


@dataclass(frozen=True)
class Regime:
    """One regime: every network of every compared space is sampled and trained under exactly these settings.

    Args:
        name: how the regime is called in records and figures.
        data: what to train on: "synthetic", "fashion_mnist", "cifar10", "imagenet:DIR" or an image folder.
        resolution: height and width of the images in pixels: one number, or two, such as (180, 260).
        flops: (low, high) multiply-adds of the networks that are sampled, or None for no band.
        ranges: options of the design spaces that differ from the paper's, for each family of spaces, such as
            {"AnyNet": {"max_width": 512}}; `with_ranges` puts them in force.
        train_images: how many training images at most, the first of one fixed shuffle; None is all.
        test_images: how many test images at most; None is all.
        batch_size: images a step.
        epochs: passes over the training images.
        lr: peak learning rate of SGD at `batch_size`.
        warmup: fraction of all steps in which the learning rate rises linearly to `lr`; a half cosine to 0 follows.
        momentum: of SGD.
        nesterov: whether the momentum is Nesterov's.
        weight_decay: on convolution and linear weights.
        decay_norm_and_bias: whether batch norm and biases decay too.
        flip: whether training images are mirrored at random.
        crop_padding: random crops from images padded by this many pixels (0 is none).
        zero_init_last: whether the last batch norm of each residual block starts at 0.
        precision: "fp32", or for mixed precision "bf16"; "fp16" for GPUs that have no bfloat16 (V100, T4).
        vary: settings that every network draws for itself, log-uniformly from (low, high), such as
            {"lr": (0.015, 1.5)} (figure 21); its record says which values it got.
        params, activations: (low, high) bands of the networks that are sampled, as `flops`.
        optimizer: in the place of SGD, a function or its import path, "torch.optim:AdamW": called with two groups of
            parameters, each with its weight decay, and with `lr=`; returns a `torch.optim.Optimizer`.
        loss: in the place of cross-entropy: called with the scores (n, classes) and the labels (n,).
        schedule: in the place of warm-up and cosine: called with a step and the number of steps, 0 <= step < steps;
            returns the factor of `lr`.
        train: in the place of the whole training, see `sweep`.

    Raises:
        InputError: a value is out of range.
    """

    name: str
    data: str
    resolution: Resolution
    flops: tuple[float, float] | None
    ranges: Mapping[str, Any] = field(default_factory=dict)
    train_images: int | None = None
    test_images: int | None = None
    batch_size: int = 64
    epochs: int = 1
    lr: float = 0.15
    warmup: float = 0.1
    momentum: float = 0.9
    nesterov: bool = True
    weight_decay: float = 5e-4
    decay_norm_and_bias: bool = False
    flip: bool = True
    crop_padding: int = 0
    zero_init_last: bool = True
    precision: str = "fp32"
    vary: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    params: tuple[float, float] | None = None
    activations: tuple[float, float] | None = None
    optimizer: str | None = None
    loss: str | None = None
    schedule: str | None = None
    train: str | None = None

    def __post_init__(self) -> None:
        for name, check in CHECKS.items():
            object.__setattr__(self, name, check(name, getattr(self, name)))
        if self.nesterov and not self.momentum:
            raise InputError("nesterov needs a momentum above 0, and 0.9 is usual; or set nesterov=false")
        least = min(image_size("resolution", self.resolution))
        if self.crop_padding >= least:
            raise InputError(
                f"crop_padding {self.crop_padding} would leave nothing of an image of {least} pixels; "
                f"the largest is {least - 1}, and 4 is usual"
            )

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    @property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that change when any setting but the name changes."""
        settings = {k: v for k, v in self.to_dict().items() if k != "name"}
        return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:12]

    def to_dict(self) -> dict[str, Any]:
        """Return the settings ready for JSON; those of `NEWER` only where they say something, as older files expect."""
        values = {k: v for k, v in asdict(self).items() if v or k not in NEWER}
        if self.vary:
            values["vary"] = {name: list(ends) for name, ends in self.vary.items()}
        return {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Regime:
        """Build a regime from what `to_dict` returned; names that are unknown raise `InputError`."""
        if not isinstance(values, Mapping):
            raise InputError(f"a regime is a table of settings, not {values!r:.60}")
        missing = [f.name for f in fields(cls) if f.default is f.default_factory is MISSING and f.name not in values]
        if missing:
            raise InputError(f"a regime needs the setting {missing[0]!r} too")
        return cls(**_known(values))

    def replace(self, /, **changes: Any) -> Regime:
        """Return a copy with some settings changed.

        Raises:
            InputError: a setting is unknown or out of range.
        """
        return replace(self, **_known(changes))

    def with_ranges(self, space: DesignSpace) -> DesignSpace:
        """Return the space with the ranges of this regime, so that every way to name a space gives the same networks.

        A range of the family applies to all its spaces and to classes that are derived from them. What was set to
        something else than the paper's value stays: `AnyNetXA(max_width=256)` keeps its 256.

        Raises:
            InputError: the space has no such range, or no space is of such a family.
        """
        for family in self.ranges:
            if not family or not any(name.startswith(family) for name in _spaces(DesignSpace)):
                known = f"known are AnyNet, RegNet and the names of spaces, such as {type(space).__name__}"
                raise InputError(f"regime {self.name}: ranges {family!r} is no family of design spaces; {known}")
        families = [base.__name__ for base in type(space).__mro__]
        options: Mapping[str, Any] = next(
            (v for family, v in self.ranges.items() if any(f.startswith(family) for f in families)), {}
        )
        usual = {f.name: f.default for f in fields(space)}
        for name in options:
            if name not in usual:
                raise InputError(f"regime {self.name}: {type(space).__name__} has no range {name!r}")
        changes = {k: v for k, v in options.items() if getattr(space, k) == usual[k]}
        return replace(space, **changes) if changes else space

    def drawn(self, seed: int) -> dict[str, float]:
        """Return the settings that a network with this seed draws for itself: one value for each of `vary`."""
        # A stream a setting: what is drawn of one does not hang on which others vary.
        rngs = {name: np.random.Generator(np.random.PCG64([seed, zlib.crc32(name.encode())])) for name in self.vary}
        return {name: float(np.exp(rng.uniform(*np.log(self.vary[name])))) for name, rng in rngs.items()}

    def for_network(self, seed: int) -> Regime:
        """Return the regime of the network with this seed, in which nothing varies any more."""
        return self.replace(vary={}, **self.drawn(seed)) if self.vary else self

    def find_own(self) -> None:
        """Raise `InputError` if what is given by its import path is not there, or is no function."""
        for name in ("optimizer", "loss", "schedule", "train"):
            if getattr(self, name) and not callable(found := find(getattr(self, name))):
                raise InputError(f"{name} {getattr(self, name)} is {found!r:.60}, which cannot be called")

    def steps(self, train_images: int) -> int:
        """Number of optimiser steps for so many training images; a last incomplete batch is left out."""
        return max(1, train_images // self.batch_size) * self.epochs

    def learning_rate(self, step: int, steps: int) -> float:
        """Learning rate of step 0 <= step < steps: linear warm-up, then a half-period cosine to 0; or `schedule`."""
        if self.schedule:
            return self.lr * float(find(self.schedule)(step, steps))
        rise = round(self.warmup * steps)
        if step < rise:
            return self.lr * (step + 1) / rise
        return self.lr * 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1, steps - rise)))


def _spaces(base: type[DesignSpace]) -> Iterator[str]:
    """Return the names of all spaces that are imported, one's own too."""
    for space in base.__subclasses__():
        yield from (space.__name__, *_spaces(space))


def _known(settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the settings, all of which a regime must have."""
    for name in settings:
        if name not in CHECKS:
            raise InputError(f"a regime has no setting {name!r}; {nearest_name(name, CHECKS)}")
    return settings


# Maps of 8, 4 and 2 pixels from images of 16, cheap enough for a browser: the Population lab trains in this regime.
_PAGE_RANGES = {"num_stages": 3, "strides": [1, 2, 2]}

# 400 MF at 224 pixels is about 8 MF at 32 pixels: the paper's band, scaled by the area of the image.
_CPU = Regime(
    name="cpu",
    data="cifar10",
    resolution=32,
    flops=(7.4e6, 8.2e6),
    train_images=25_600,
    batch_size=64,
    epochs=1,
    lr=0.15,
)

REGIMES: dict[str, Regime] = {
    "tiny": _CPU.replace(
        name="tiny",
        data="synthetic",
        flops=(1.8e6, 2.2e6),
        ranges={"AnyNet": {"min_width": 24, "max_width": 512}},
        train_images=5_120,
        test_images=2_000,
        batch_size=32,
    ),
    "page": _CPU.replace(
        name="page",
        data="synthetic",
        resolution=16,
        flops=(0.25e6, 0.35e6),
        ranges={"AnyNet": {**_PAGE_RANGES, "max_width": 256}, "RegNet": _PAGE_RANGES},
        train_images=5_120,
        test_images=1_000,
        batch_size=32,
    ),
    "quick": _CPU.replace(name="quick", flops=(1.8e6, 2.2e6), ranges={"AnyNet": {"min_width": 24, "max_width": 512}}),
    "cpu": _CPU,
    "colab": _CPU.replace(name="colab", train_images=None, epochs=5, batch_size=128, lr=0.3, precision="bf16"),
    # Section 3.1 and its footnote 5: 400 MF, 10 epochs, batch 128 on one GPU, lr 0.05, half cosine, no warm-up.
    "imagenet": Regime(
        name="imagenet",
        data="imagenet",
        resolution=224,
        flops=(360e6, 400e6),
        batch_size=128,
        epochs=10,
        lr=0.05,
        warmup=0.0,
        nesterov=False,
        weight_decay=5e-5,
        decay_norm_and_bias=True,
        zero_init_last=False,
        precision="bf16",
    ),
}

# Section 5, appendix C and figure 15: 100 epochs, lr 0.1 at the reference batch of 128 and in proportion to the batch
# (1024 on 8 GPUs), a warm-up of 5 epochs.
REGIMES["imagenet_final"] = REGIMES["imagenet"].replace(
    name="imagenet_final", flops=None, epochs=100, lr=0.1, warmup=0.05
)


def get(name: str | Regime) -> Regime:
    """Return the preset of that name; a `Regime` is returned as it is.

    Raises:
        InputError: there is no such preset.
    """
    if isinstance(name, Regime):
        return name
    if not isinstance(name, str) or name not in REGIMES:
        raise InputError(f"regime {name!r:.60} is unknown; {nearest_name(name, REGIMES)}")
    return REGIMES[name]
