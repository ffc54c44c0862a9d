"""The two tables of published measurements, in the units of this course, and what a name in them says."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

# column of costs() -> the machine; times are milliseconds an image, at the batch size that fitted
MACHINES = {
    "ms_rtx3090": "RTX 3090",
    "ms_rtx4090": "RTX 4090",
    "ms_rtx5090": "RTX 5090",
    "ms_rtx5090_compiled": "RTX 5090, compiled",
    "ms_cpu_i9": "CPU (i9-10940X)",
}
COSTS = {
    "flops": "flops (multiply-adds)",
    "params": "parameters",
    "activations": "activations",
    **{column: f"time an image, {machine} (ms)" for column, machine in MACHINES.items()},
}
SOURCE = (
    "Measured by the maintainers of timm (results tables, version of 2026-08-08): ImageNet top-1 error; images per "
    "second at the batch size that fitted. Activations are outputs of convolutions and of linear layers."
)
# A family is what its authors published under one name; variants with other blocks belong to none.
FAMILIES = {
    "RegNetX": r"regnetx_\d+(_tv)?",
    "RegNetY": r"regnety_\d+(_tv)?",
    "RegNetZ": r"regnetz_\w+",
    "ResNe(X)t": r"(resnet(18|34|50|101|152)|resnext\d+_\d+x\d+d|wide_resnet\d+_2)",
    "EfficientNet": r"(tf_)?efficientnet_b\d",
    "EfficientNetV2": r"(tf_)?efficientnetv2_\w+",
    "MobileNetV3": r"(tf_)?mobilenetv3_\w+",
    "MobileNetV4": r"mobilenetv4_\w+",
    "ConvNeXt": r"convnext(v2)?_\w+",
    "ViT": r"(vit|deit|deit3)_\w+",
    "Swin": r"swin(v2)?_\w+",
}
_MORE_DATA = re.compile(r"in12k|in2[12]k|jft|ig1b|yfcc|laion|openai|clip|webli|ssld|seer|swag|m3[08]m")
_TAUGHT = re.compile(r"dist|ssld|usi_|teacher")
_TAUGHT_FAMILIES = ("volo", "beitv2", "flexivit")  # by their papers: token labels, features of CLIP, distillation


@cache
def _costs() -> pd.DataFrame:
    table = _read("costs.csv")
    counts = {"params": ("params_m", 1e6), "flops": ("gmacs", 1e9), "activations": ("macts", 1e6)}
    for name, (column, unit) in counts.items():
        table[name] = table.pop(column) * unit
    for column in MACHINES:
        table[column] = 1000 / table.pop(column.removeprefix("ms_"))
    table.insert(1, "family", table["arch"].map(family_of))
    table.attrs.update(labels=COSTS, source=SOURCE)
    return table


def costs() -> pd.DataFrame:
    """Return what networks cost, one row an architecture and image size.

    Columns: arch, family, img_size (pixels), params, flops and activations (to the two decimals of a million or of a
    thousand million that the source prints), and for each of `MACHINES` milliseconds an image; NaN where a network was
    not measured. Activations are outputs of convolutions and of linear layers, as timm counts.
    """
    return _costs().copy()


@cache
def _errors() -> pd.DataFrame:
    table = _read("errors.csv")
    for column in ("error", "error_v2", "error_real"):
        table[column] = (table[column] / 100).round(6)
    both = table.merge(_costs(), on=["arch", "img_size"], validate="many_to_one")
    both.attrs.update(labels=COSTS, source=SOURCE)
    return both


def errors() -> pd.DataFrame:
    """Return the errors of sets of weights, one row a set at one image size, with the columns of `costs` beside them.

    Columns: arch, tag (the weights: who trained them, how, on what), img_size, error (top-1 on ImageNet, a fraction),
    error_v2 (on ImageNetV2), error_real (with the labels of ReaL).
    """
    return _errors().copy()


def _read(file: str) -> pd.DataFrame:
    import pandas as pd

    with (resources.files(__package__) / file).open(encoding="utf-8") as lines:
        return pd.read_csv(lines)


def family_of(arch: str) -> str:
    """Return the family of an architecture, by timm's name of it; empty where it belongs to none of `FAMILIES`."""
    return next((family for family, pattern in FAMILIES.items() if re.fullmatch(pattern, arch)), "")


def saw_more_data(tag: str) -> bool:
    """Whether weights were trained on more than ImageNet's 1.3 million images, as far as their tag says."""
    return bool(_MORE_DATA.search(tag))


def taught(arch: str, tag: str) -> bool:
    """Whether another network taught this one (distillation, token labels, its features), as far as the names say."""
    return bool(_TAUGHT.search(tag)) or "distilled" in arch or arch.startswith(_TAUGHT_FAMILIES)
