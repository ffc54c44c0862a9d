"""A matplotlib Figure that shows itself in notebooks as an SVG that follows the theme, with a text alternative."""

from __future__ import annotations

import io
from typing import Any

from matplotlib.figure import Figure

from .canvas import to_svg


class StudyFigure(Figure):
    """What the functions of `regnet_edu.plots` return."""

    alt_text = ""

    def savefig(self, fname: Any, **kwargs: Any) -> None:
        """Save on white, whatever style the user has: the ink is dark."""
        super().savefig(fname, **({} if kwargs.get("transparent") else {"facecolor": "white"}) | kwargs)

    def _repr_html_(self) -> str:
        """On a narrow screen the drawing keeps a size at which it can be read, and scrolls by itself."""
        least = round(min(0.85 * 96 * self.get_figwidth(), 560))
        svg = to_svg(self).replace('style="width:100%;', f'style="min-width:{least}px;width:100%;', 1)
        return f'<div style="overflow-x:auto" tabindex="0" role="group" aria-label="Figure">{svg}</div>'

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=150)
        return buffer.getvalue()
