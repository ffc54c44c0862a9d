"""Population lab: two populations sampled and trained in the page itself, with no Python and no network."""

from __future__ import annotations

import json
from typing import Any

from ..sweeps.cost import KNOWN
from ..training import regime as regimes
from ..training.regime import Regime
from . import bundle
from .base import Interactive, choice, number

SPACES = ["AnyNetXA", "AnyNetXB", "AnyNetXC", "AnyNetXD", "AnyNetXE", "RegNetX"]
SPACES += ["AnyNetXEqualWidths", "AnyNetXDecreasingWidths", "Own"]
RULES = ["free", "equal", "rise", "fall"]


class PopulationLab(Interactive):
    """Train two populations in the regime `page`, and watch their error distributions grow.

    The networks are those of `rn.sweep(space, n, regime="page", seed=seed)`, and so are the pictures; the initial
    weights and the order of the images are the page's own, which acts like another seed. What was trained stays in the
    browser; "Export records" writes files that `rn.load_population` reads.

    Args:
        first, second: names of the spaces; "Own" is the reader's, by the rules below.
        own_depths, own_widths, own_ratios, own_groups: how the depths d, widths w, bottleneck ratios b and group widths
            g of that space go from stage to stage: "free", "equal", "rise" or "fall" (or stay).
        n: networks of each.
        seed: of the sample.
        link_id: names it in the page's address.

    Raises:
        InputError: a space is unknown, or a number is outside its limits.
    """

    _module = "population_lab"
    _title = "Population lab"

    first = choice("AnyNetXD", SPACES)
    second = choice("AnyNetXDecreasingWidths", SPACES)
    n = number(12, 2, 40, step=1)
    seed = number(0, 0, 9999, step=1)
    own_depths = choice("free", RULES)
    own_widths = choice("rise", RULES)
    own_ratios = choice("equal", RULES)
    own_groups = choice("equal", RULES)

    def parts(self) -> dict[str, Any]:
        example = json.loads(bundle.read("stills/population_lab.json"))
        return {**setting(), "example": example}


TRIAL = regimes.get("page").replace(name="trial", flops=None, ranges={}, train_images=2048)  # for the workbench


def setting(regime: Regime | str = "page") -> dict[str, Any]:
    """Return what a page needs to train under a regime of drawn pictures, and to write records."""
    regime = regimes.get(regime)
    size = KNOWN[regime.data]
    images = {
        "name": regime.data,
        "train": size.train,
        "test": size.test,
        "classes": size.num_classes,
        "channels": size.channels,
        "note": "drawn by the package itself, no photographs; trained in a page",
    }
    return {"regime": regime.to_dict(), "fingerprint": regime.fingerprint, "images": images}
