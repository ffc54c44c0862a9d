"""Population lab: two populations sampled and trained in the page itself, with no Python and no network."""

from __future__ import annotations

from typing import Any

from ..sweeps.cost import KNOWN
from ..training import regime as regimes
from .base import Interactive, choice, number

SPACES = ["AnyNetXA", "AnyNetXB", "AnyNetXC", "AnyNetXD", "AnyNetXE", "RegNetX"]
SPACES += ["AnyNetXEqualWidths", "AnyNetXDecreasingWidths"]


class PopulationLab(Interactive):
    """Train two populations in the regime `page`, and watch their error distributions grow.

    The networks are those of `rn.sweep(space, n, regime="page", seed=seed)`, and so are the pictures; the initial
    weights and the order of the images are the page's own, which acts like another seed. What was trained stays in the
    browser; "Export records" writes files that `rn.load_population` reads.

    Args:
        first, second: names of the spaces.
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

    def parts(self) -> dict[str, Any]:
        regime = regimes.get("page")
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
