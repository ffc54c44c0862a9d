"""RegNet explorer: six numbers, the quantised line they give, the network and its cost (section 3.3)."""

from __future__ import annotations

from typing import Any

from ..networks.regnet import RegNetParams
from .base import Interactive, choice, number, switch, zoo_rows


class RegNetExplorer(Interactive):
    """Drag the six degrees of freedom of a RegNet and see the network that they make.

    Args:
        depth: number of blocks d, 1 to 64.
        w0: width of the first stage, a multiple of 8 up to 512.
        wa: slope, 0 to 256 channels a block.
        wm: ratio of the widths of neighbouring stages, 1.1 to 4.
        group_width: g, 1 to 256.
        bottleneck_ratio: b, one of 1/4, 1/2, 1, 2, 4.
        squeeze_excitation: whether blocks are Y (ratio 1/4).
        axis: of the widths, "linear", on which the line is straight, or "logarithmic".
        brief: whether only the line and its ratio can be changed, and the rest is left out.
        link_id: names it in the page's address.

    Raises:
        InputError: a value is outside its limits.
    """

    _module = "regnet_explorer"
    _title = "RegNet explorer"

    depth = number(22, 1, 64, step=1)
    w0 = number(24, 8, 512, step=8)
    wa = number(24.48, 0, 256)
    wm = number(2.54, 1.1, 4)
    group_width = number(16, 1, 256, step=1)
    bottleneck_ratio = choice(1, [0.25, 0.5, 1, 2, 4])
    squeeze_excitation = switch(False)
    axis = choice("linear", ["linear", "logarithmic"])
    brief = switch(False)

    @property
    def params(self) -> RegNetParams:
        """What is shown now, as the package's own description; `.to_config()` makes the network."""
        se_ratio = 0.25 if self.squeeze_excitation else 0.0
        rule = (self.depth, self.w0, self.wa, self.wm, self.group_width)
        return RegNetParams(*rule, bottleneck_ratio=self.bottleneck_ratio, se_ratio=se_ratio)

    def parts(self) -> dict[str, Any]:
        return {"zoo": zoo_rows()}
