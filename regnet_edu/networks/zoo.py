"""The 24 published RegNets and the networks they were compared with, with their published figures.

Sources: generating parameters, flops, parameters, activations and the errors of the released checkpoints are those of
the authors' model zoo (pycls, `dev/model_complexity.json` and `dev/model_error.json`); means and deviations over five
runs, inference and training times are the paper's (figures 15 and 16, tables 3 and 4). The two errors differ, because
a released checkpoint is the run that is nearest to the mean. The activations of ResNe(X)t include their max pooling,
which the paper's table 3 does not count. The errors that other authors reported first, and the mobile networks, are
those of tables 2 to 4; they come from longer training with other enhancements, and are not to be compared as if not.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

from ..common.errors import InputError, nearest_name
from .config import AnyNetConfig
from .module_config import Config, ModuleConfig
from .regnet import RegNetParams

# "regnetx_400mf", "regnet_y_1_6gf", "regnetx_032.tv2_in1k", "facebook/regnet-y-040-seer": letter, then size.
SPELLING = re.compile(
    r"(?:[\w.:-]*/)?regnet[-_]?(?P<letter>[xy])[-_]"
    r"(?:(?P<hundreds>\d{3})|(?P<whole>\d+)(?:[._](?P<tenths>\d))?(?P<unit>[mg]f))(?:[.-][a-z]\w*)?"
)


@dataclass(frozen=True)
class Published:
    """One published network.

    Args:
        name: such as "regnetx_400mf".
        title: as the paper writes it, such as "RegNetX-400MF".
        resolution: of the training images, in pixels.
        flops, params, activations: whole numbers for one image of that resolution and 1000 classes.
        top1_error: ImageNet top-1 error of the released checkpoint, a fraction.
        top1_error_mean, top1_error_std: mean and deviation over the five runs of the paper, fractions.
        inference_ms: milliseconds for 64 images on one V100 (paper).
        training_hours: hours for 100 epochs on eight V100 (paper).
        top1_error_reported: as its own authors first reported it, a fraction; None for a RegNet.
        regnet_params: what generates the network; None if it is not a RegNet.
    """

    name: str
    title: str
    resolution: int
    flops: int
    params: int
    activations: int
    top1_error: float
    top1_error_mean: float
    top1_error_std: float
    inference_ms: float
    training_hours: float
    top1_error_reported: float | None = None
    regnet_params: RegNetParams | None = None

    @property
    def config(self) -> AnyNetConfig:
        """The network itself.

        Raises:
            InputError: it is not a RegNet.
        """
        if self.regnet_params is None:
            raise InputError(
                f"{self.title} is not an AnyNet: its stem or blocks differ; only its figures are known here"
            )
        return self.regnet_params.to_config()


@dataclass(frozen=True)
class Mobile:
    """A network of table 2: no more is said there of it than this, and the paper did not train it again.

    Args:
        title: as the paper writes it, such as "MobileNet-V2".
        flops: to two digits.
        params: to two digits; None where the table has none.
        top1_error_reported: ImageNet top-1 error as its own authors reported it, a fraction.
    """

    title: str
    flops: int
    params: int | None
    top1_error_reported: float


Network: TypeAlias = AnyNetConfig | RegNetParams | Published | str


def names() -> list[str]:
    """Return the names of the 24 published RegNets, X before Y, small before large."""
    return [name for name, entry in _entries().items() if entry.regnet_params]


def baselines() -> list[str]:
    """Return the names of the ResNets, ResNeXts and EfficientNets that the paper retrained for comparison."""
    return [name for name, entry in _entries().items() if not entry.regnet_params]


def mobile() -> list[Mobile]:
    """Return the eight mobile networks that the paper compares with RegNets of 600 MF (table 2)."""
    return [
        Mobile(row["title"], int(row["flops"]), int(row["params"] or 0) or None, _fraction(row["top1_reported"]))
        for row in _rows("zoo_mobile.csv")
    ]


def get(name: str) -> Published:
    """Return a published network by its name or title, or by its name in torchvision, timm or on Hugging Face.

    `get("regnetx_3.2gf")`, `"RegNetX-3.2GF"`, `"regnet_x_3_2gf"`, `"regnetx_032.pycls_in1k"` and
    `"facebook/regnet-x-032"` are the same.

    Raises:
        InputError: there is no such network.
    """
    known = name.strip().lower() if isinstance(name, str) else ""
    found = _entries().get(known) or _entries().get(known.replace("-", "_")) or _regnet(known)
    if not found:
        raise InputError(f"published network {name!r:.60} is unknown; {nearest_name(name, _entries())}")
    return found


def as_config(network: Network) -> AnyNetConfig:
    """Return the config of a network in whatever form: an `AnyNetConfig`, `RegNetParams`, a name, an entry of the zoo.

    Raises:
        InputError: it is none of these, or the name is not known.
    """
    if isinstance(network, AnyNetConfig):
        return network
    if isinstance(network, str):
        network = get(network)
    if isinstance(network, Published):
        return network.config
    if isinstance(network, RegNetParams):
        return network.to_config()
    value = " ".join(f"{network!r:.60}".split())
    raise InputError(f"{value} is no network: give an AnyNetConfig, RegNetParams or the name of a RegNet")


def as_network(network: Network | Config) -> Config:
    """Return the config of a network of any kind: a `ModuleConfig` as it is, else as `as_config` does.

    Raises:
        InputError: it is no network.
    """
    return network if isinstance(network, ModuleConfig) else as_config(network)


@cache
def _entries() -> dict[str, Published]:
    entries = {}
    for row in _rows("zoo_regnets.csv") + _rows("zoo_baselines.csv"):
        entry = _entry(row)
        entries[entry.name] = entry
    return entries


def _rows(file: str) -> list[dict[str, str]]:
    with (Path(__file__).parent / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _fraction(percent: str) -> float:
    return round(float(percent) / 100, 6)


def _entry(row: dict[str, str]) -> Published:
    rule = None
    if "w0" in row:
        line = (int(row["depth"]), int(row["w0"]), float(row["wa"]), float(row["wm"]))
        rule = RegNetParams(*line, group_width=int(row["group_width"]), se_ratio=float(row["se_ratio"]))
    return Published(
        row["title"].lower().replace("-", "_"),
        row["title"],
        int(row.get("resolution", 224)),
        int(row["flops"]),
        int(row["params"]),
        int(row["activations"]),
        _fraction(row["top1_released"]),
        _fraction(row["top1_mean"]),
        _fraction(row["top1_std"]),
        float(row["inference_ms"]),
        float(row["training_hours"]),
        _fraction(row["top1_reported"]) if "top1_reported" in row else None,
        rule,
    )


def _regnet(spelling: str) -> Published | None:
    """Return the RegNet that a library means: all say the letter and the size, timm in units of 100 MF."""
    found = SPELLING.fullmatch(spelling)
    if not found:
        return None
    hundreds, whole, tenths, unit = found["hundreds"], found["whole"], found["tenths"] or 0, found["unit"]
    size = int(hundreds) * 100 if hundreds else float(f"{whole}.{tenths}") * (1000 if unit == "gf" else 1)
    return _sizes().get((found["letter"], round(size)))


@cache
def _sizes() -> dict[tuple[str, int], Published]:
    """The RegNets by letter and size in MF, as their titles say it."""
    entries = [_entries()[name] for name in names()]
    return {(e.name[6], round(float(e.name[8:-2]) * (1000 if e.name.endswith("gf") else 1))): e for e in entries}
