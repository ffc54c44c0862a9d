"""A matplotlib Figure that shows itself in notebooks as an SVG that follows the theme, with a text alternative."""

from __future__ import annotations

import io

from matplotlib.figure import Figure

from .canvas import to_svg


class StudyFigure(Figure):
    """What the functions of `regnet_edu.plots` return."""

    alt_text = ""

    def _repr_html_(self) -> str:
        return to_svg(self)

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=150)
        return buffer.getvalue()
