"""The buttons of a chapter: its notebook to download, and Colab where the address of the repository is known.

The notebook that a page offers is made from the same text as the one in the repository, and installs the package from
the address that this build knows.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from . import notebooks, repository

FOLDER = "notebooks"
ZIP = "regnet_edu_notebooks.zip"  # all of them and the wheel; tools/build_book.py makes it
COLAB = "https://colab.research.google.com/github"
CHAPTER = re.compile(r"book/(\d\d_\w+)")


def chapters(root: Path) -> list[Path]:
    """The texts of the chapters that have a notebook."""
    return sorted((root / "book").glob("[0-9][0-9]_*.md"))


def colab_address(root: Path, pagename: str) -> str | None:
    """Where Colab opens the notebook of a page; None where no address of the repository is known."""
    address = repository.find(root)
    if not address or not (root / f"{pagename}.ipynb").exists():
        return None
    return f"{COLAB}/{address.removeprefix('https://github.com/')}/blob/{repository.branch(root)}/{pagename}.ipynb"


def colab_note(root: Path) -> str:
    """What whoever builds the book should know about its Colab buttons; "" if all is well."""
    if not repository.find(root):
        return (
            "Its pages have no Colab button, because no address of the repository is known. To have one, set the git "
            "remote origin, or REGNET_EDU_REPOSITORY=https://github.com/OWNER/NAME, and run `make notebooks book`."
        )
    written = {notebooks.source_of(c.with_suffix(".ipynb")) for c in chapters(root) if c.with_suffix(".ipynb").exists()}
    if written - {repository.package_source(root)}:
        return "The notebooks that Colab opens install the package from elsewhere: run `make notebooks`, and commit."
    return ""


def _add_buttons(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    buttons = context.get("header_buttons", [])
    if not (found := CHAPTER.fullmatch(pagename)):
        return
    offered = [
        (f"{found[1]}.ipynb", ".ipynb", "Download this chapter as a notebook", "download-notebook-button"),
        (ZIP, ".zip", "Download all notebooks and the package, for Colab or any Jupyter", "download-zip-button"),
    ]
    links = [
        {"type": "link", "url": context["pathto"](f"{FOLDER}/{file}", 1), "text": text, "tooltip": tooltip}
        | {"icon": "fas fa-code", "label": label}
        for file, text, tooltip, label in offered
    ]
    for group in buttons:
        if group.get("label") == "download-buttons":
            group["buttons"][:0] = links
    if address := colab_address(Path(app.srcdir), pagename):
        # The theme's picture of the button is its logo; its name is what a screen reader says.
        button = {"type": "link", "url": address, "tooltip": "Open this chapter in Colab", "icon": "fas fa-rocket"}
        buttons.insert(0, {**button, "text": "Colab", "label": "launch-colab"})


def _write_notebooks(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    root, folder = Path(app.srcdir), Path(app.outdir) / FOLDER
    source = repository.package_source(root)
    folder.mkdir(exist_ok=True)
    for chapter in chapters(root):
        made = notebooks.write(notebooks.notebook(chapter, source))
        (folder / f"{chapter.stem}.ipynb").write_text(made, encoding="utf-8")


def setup(app: Sphinx) -> None:
    # After the theme has made its buttons.
    app.connect("html-page-context", _add_buttons, priority=920)
    app.connect("build-finished", _write_notebooks)
