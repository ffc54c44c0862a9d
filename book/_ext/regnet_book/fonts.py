"""An icon font that has only the signs which the styles name, within the stylesheet.

The theme draws the signs of its boxes and buttons from Font Awesome's fonts, 150 kB for a handful. (Font Awesome Free,
fonts under SIL OFL 1.1.)
"""

from __future__ import annotations

import base64
import io
import logging
import re
from pathlib import Path

from fontTools import subset

logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells every step
FACE = re.compile(r"@font-face\s*\{[^}]*?src:[^;}]*?url\(([^)]*\.ttf)\)[^;}]*[^}]*\}")
SOURCE = re.compile(r"src:[^;}]*")
ICON = re.compile("[\ue000-\uf8ff]")  # where such fonts keep their signs: Unicode's private use area
ESCAPED = re.compile(r"\\([ef][0-9a-f]{3})(?![0-9a-f])\s?")


def icons(css: str) -> set[int]:
    """The code points of the signs that a stylesheet names, written as they are or escaped."""
    return {ord(sign) for sign in ICON.findall(css)} | {int(code, 16) for code in ESCAPED.findall(css)}


def part(font: Path, wanted: set[int]) -> bytes:
    """Return a font with the signs that are wanted of another, as WOFF; nothing if it has none of them."""
    options = subset.Options(flavor="woff", layout_features=[], notdef_outline=True, drop_tables=["FFTM"])
    loaded = subset.load_font(font, options)
    found = wanted & set(loaded.getBestCmap())
    if not found:
        return b""
    chosen = subset.Subsetter(options)
    chosen.populate(unicodes=sorted(found))
    chosen.subset(loaded)
    out = io.BytesIO()
    subset.save_font(loaded, out, options)
    return out.getvalue()


def within(css: str, folder: Path) -> str:
    """Return a stylesheet with the needed part of each of its fonts, and without fonts of which nothing is needed.

    Args:
        css: the stylesheet; its fonts are named as TrueType among others.
        folder: where it will lie.
    """
    wanted = icons(css)

    def smaller(face: re.Match[str]) -> str:
        data = part(folder / face[1], wanted)
        source = f'src:url("data:font/woff;base64,{base64.b64encode(data).decode()}") format("woff")'
        return SOURCE.sub(lambda _: source, face[0]) if data else ""

    return FACE.sub(smaller, css)
