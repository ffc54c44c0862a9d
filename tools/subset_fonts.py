"""Cut the book's typefaces down to the letters that it uses (`make fonts`; needs npm, and pip's brotli).

Both are under the SIL Open Font License 1.1, whose text stands beside the fonts. The packages come from npm; a font
keeps the axes that the book's styles use, and the letters of LETTERS. What is missing there, the reader's system draws.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

FOLDER = Path(__file__).resolve().parent.parent / "book" / "_static" / "fonts"
LETTERS = "".join(map(chr, range(0x20, 0x7F))) + "\u00a0°±·×ßÄÖÜäåçèéêëíñóöøüŠšž–—‘’“”„…−≈≤≥→←½"


@dataclass(frozen=True)
class Face:
    """A font of the book: the package and the file it comes from, and what its axes are limited to."""

    name: str
    package: str
    source: str
    axes: dict[str, float | tuple[float, float]]


SERIF, GROTESQUE = "@fontsource-variable/source-serif-4@5.3.1", "@fontsource-variable/bricolage-grotesque@5.3.0"
FACES = (
    Face("text", SERIF, "source-serif-4-latin-wght-normal", {"wght": (400, 700)}),
    Face("text-italic", SERIF, "source-serif-4-latin-wght-italic", {"wght": 400}),
    Face("heading", GROTESQUE, "bricolage-grotesque-latin-opsz-normal", {"opsz": 24, "wght": (400, 800)}),
)


def fetch(package: str, folder: Path) -> Path:
    """Have npm unpack a package, and return its folder."""
    name, _, version = package.rpartition("@")
    home = (
        folder / name.replace("/", "-") / version
    )  # one for each: npm removes from a folder what it was not asked for
    options = ["--silent", "--no-save", "--ignore-scripts", "--prefix", str(home)]
    subprocess.run(["npm", "install", *options, package], capture_output=True, check=True)
    return home / "node_modules" / name


def cut(source: Path, face: Face) -> Path:
    """Write the part of a font that the book uses, and return its path."""
    font = instancer.instantiateVariableFont(TTFont(source), face.axes)
    options = subset.Options(flavor="woff2", layout_features=["kern", "liga", "tnum", "mark", "locl", "ccmp"])
    chosen = subset.Subsetter(options)
    chosen.populate(text=LETTERS)
    chosen.subset(font)
    subset.save_font(font, str(FOLDER / f"{face.name}.woff2"), options)
    return FOLDER / f"{face.name}.woff2"


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        homes = {package: fetch(package, Path(name)) for package in (SERIF, GROTESQUE)}
        for face in FACES:
            made = cut(homes[face.package] / "files" / f"{face.source}.woff2", face)
            sys.stdout.write(f"{made.stat().st_size:7,} bytes  {made}\n")
        licences = [(home / "LICENSE").read_text(encoding="utf-8").strip() for home in homes.values()]
        (FOLDER / "OFL.txt").write_text("\n\n----\n\n".join(licences) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
