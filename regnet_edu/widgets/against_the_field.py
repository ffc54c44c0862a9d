"""Against the field: RegNets beside ResNe(X)ts, EfficientNets and mobile networks (tables 2 to 4)."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from ..networks import zoo
from .base import Interactive, choice, some_of
from .still import Line, Ticks, picture

FAMILIES = ["RegNetX", "RegNetY", "ResNet", "ResNeXt", "EfficientNet", "mobile"]
COSTS = ["flops", "params", "activations", "inference_ms", "training_hours"]
MEASURES = [*COSTS, "error", "error_reported"]


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


TITLES = [row["title"] for row in field_rows()]


class AgainstTheField(Interactive):
    """Choose both axes and point at a network: what it costs, and which RegNet does as well for less.

    Args:
        x, y: "flops", "params", "activations", "inference_ms" (64 images on one V100), "training_hours" (100 epochs on
            eight), "error", or "error_reported" (as first reported, with other training).
        families: which are shown, of "RegNetX", "RegNetY", "ResNet", "ResNeXt", "EfficientNet" and "mobile".
        regime: "all", "mobile" (0.5 to 0.7 GF), "low" (below 1 GF), "middle" (1 to 3 GF) or "high" (3 GF and more).
        network: title of the one that is looked at, such as "EfficientNet-B5".
        link_id: names it in the page's address.

    Raises:
        InputError: a value is none of these.
    """

    _module = "against_the_field"
    _title = "Against the field"

    x = choice("inference_ms", MEASURES)
    y = choice("error", MEASURES)
    regime = choice("all", ["all", "mobile", "low", "middle", "high"])
    network = choice("EfficientNet-B5", TITLES)
    families = some_of(FAMILIES)

    def parts(self) -> dict[str, Any]:
        return {"field": field_rows()}

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
