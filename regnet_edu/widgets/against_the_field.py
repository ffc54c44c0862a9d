"""Against the field: RegNets beside the networks of 2020 (tables 2 to 4), and beside those of today."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from ..networks import zoo
from ..study import field
from .base import Interactive, choice, some_of
from .still import Line, Ticks, picture

PAPER = ["RegNetX", "RegNetY", "ResNet", "ResNeXt", "EfficientNet", "mobile"]
FAMILIES = [*PAPER, "EfficientNetV2", "ConvNeXt", "ViT"]
COSTS = ["flops", "params", "activations", "inference_ms", "training_hours"]
MEASURES = [*COSTS[:4], "cpu_ms", "training_hours", "error", "error_reported"]
RELEASED = re.compile(r"regnet[xy]_\d+")  # the paper's RegNets by timm's names; torchvision's own have other widths
SAME = {"resnet50": "resnet_50", "resnet101": "resnet_101", "resnet152": "resnet_152", "resnext50_32x4d": "resnext_50"}
TIMES = {"ms_rtx5090": "inference_ms", "ms_cpu_i9": "cpu_ms"}  # columns of `study.field` -> as they are called here


@cache
def field_rows() -> list[dict[str, Any]]:
    """Every network of the field with its published figures; None where the paper has none.

    `error` is the mean of five equal runs of the paper. The mobile networks were not trained again: theirs are the
    errors that their authors reported, as in table 2.
    """
    rows = []
    for name in (*zoo.names(), *zoo.baselines()):
        entry = zoo.get(name)
        family = next(f for f in FAMILIES if entry.title.startswith(f"{f}-"))
        reported = entry.top1_error_reported or entry.top1_error_mean
        errors = {"error": entry.top1_error_mean, "error_reported": reported}
        rows.append({"title": entry.title, "family": family, **{m: getattr(entry, m) for m in COSTS}, **errors})
    for mobile in zoo.mobile():
        row = dict.fromkeys(COSTS) | {"flops": mobile.flops, "params": mobile.params}
        errors = dict.fromkeys(("error", "error_reported"), mobile.top1_error_reported)
        rows.append({"title": mobile.title, "family": "mobile", **row, **errors})
    return rows


@cache
def today_rows() -> list[dict[str, Any]]:
    """The networks of today, each with its best weights of those that `plainly_trained` leaves."""
    table = field.plainly_trained().sort_values("error").drop_duplicates("arch")
    table["family"] = [_family_today(arch, family) for arch, family in zip(table.arch, table.family, strict=True)]
    table = table[table["family"] != ""].sort_values("arch")
    weights = [f"{tag}, {size} pixels" for tag, size in zip(table.tag, table.img_size, strict=True)]
    return _plain(table.assign(title=table["arch"], when="today", weights=weights))


@cache
def recipe_rows() -> list[dict[str, Any]]:
    """The same networks twice: the paper's errors, and those of torchvision's second weights at 224 pixels."""
    table = field.errors()
    table = table[(table["tag"] == field.TORCHVISION) & (table["img_size"] == 224)]
    entries = {
        arch: zoo.get(SAME.get(arch, arch)) for arch in table["arch"] if arch in SAME or RELEASED.fullmatch(arch)
    }
    table = table[table["arch"].isin(entries)].drop(columns=["flops", "params", "activations"])
    table["same"] = [entries[arch].title for arch in table["arch"]]
    table["family"] = table["same"].str.rsplit("-", n=1).str[0]
    for name in ("flops", "params", "activations"):
        table[name] = [getattr(entries[arch], name) for arch in table["arch"]]
    old = table.assign(error=[entries[arch].top1_error_mean for arch in table["arch"]], title=table["same"] + ", 2020")
    both = pd.concat([old.assign(now=False), table.assign(title=table["same"] + ", now", now=True)])
    return _plain(both.assign(when="recipes").sort_values(["family", "flops"]))


def _family_today(arch: str, family: str) -> str:
    """The family of a network among `FAMILIES`, "" where it is of none of them."""
    own = {"ResNe(X)t": "ResNeXt" if arch.startswith("resnext") else "ResNet"}
    found = own.get(family, "mobile" if family.startswith("MobileNet") else family)
    return found if found in FAMILIES else ""


def _plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values, without what is not known; times to three digits."""
    keep = [
        "title",
        "when",
        "family",
        "same",
        "now",
        "weights",
        "flops",
        "params",
        "activations",
        *TIMES.values(),
        "error",
    ]
    table = table.rename(columns=TIMES)
    table = table[[name for name in keep if name in table]]
    known = [{str(k): v for k, v in row.items() if v == v} for row in table.to_dict("records")]
    return [{key: float(f"{v:.3g}") if key in TIMES.values() else v for key, v in row.items()} for row in known]


TITLES = [row["title"] for rows in (field_rows(), today_rows(), recipe_rows()) for row in rows]


class AgainstTheField(Interactive):
    """Choose both axes and point at a network: what it costs, and which RegNet does as well for less.

    Args:
        when: "2020" (the paper's figures), "today" (networks of 2020 to 2026, on machines of today), or "recipes"
            (RegNets and ResNe(X)ts, each with the recipe of 2020 and with a modern one).
        x, y: "flops", "params", "activations", "inference_ms" (64 images on one V100; today one on an RTX 5090),
            "cpu_ms" (one on a processor, today only), "training_hours" (100 epochs on eight V100, 2020 only), "error",
            or "error_reported" (as first reported, with other training; 2020 only).
        families: which are shown, of "RegNetX", "RegNetY", "ResNet", "ResNeXt", "EfficientNet", "mobile",
            "EfficientNetV2", "ConvNeXt" and "ViT".
        regime: "all", "mobile" (0.5 to 0.7 GF), "low" (below 1 GF), "middle" (1 to 3 GF) or "high" (3 GF and more).
        network: title of the one that is looked at, such as "EfficientNet-B5"; today's are named as timm names them.
        link_id: names it in the page's address.

    Raises:
        InputError: a value is none of these.
    """

    _module = "against_the_field"
    _title = "Against the field"

    when = choice("2020", ["2020", "today", "recipes"])
    x = choice("inference_ms", MEASURES)
    y = choice("error", MEASURES)
    regime = choice("all", ["all", "mobile", "low", "middle", "high"])
    network = choice("EfficientNet-B5", TITLES)
    families = some_of(FAMILIES)

    def parts(self) -> dict[str, Any]:
        return {"field": [*field_rows(), *today_rows(), *recipe_rows()]}

    def still(self) -> str:
        """Error against inference time, as in table 4."""
        lines = []
        for family in FAMILIES:
            shown = [row for row in field_rows() if row["family"] == family and row["inference_ms"]]
            if shown:
                x = np.log2([row["inference_ms"] for row in shown]).tolist()
                lines.append(Line(family, x, [row["error"] for row in shown]))
        octaves = range(3, 10)
        x_axis = Ticks("inference of 64 images on one V100, ms", list(octaves), [str(2**k) for k in octaves])
        errors = np.linspace(0.18, 0.32, 8)
        y_axis = Ticks("top-1 error, %", errors.tolist(), [f"{100 * e:.0f}" for e in errors])
        label = "ImageNet error against inference time of published networks: RegNets lie to the left and below."
        return picture(lines, x_axis, y_axis, label, legend_right=True)
