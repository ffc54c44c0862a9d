"""A chapter as a notebook: its cells, its text as plain Markdown, and a first cell that installs the package.

A chapter is written once, as text. The notebook that Colab opens is made from it, and so is the one that a page offers
for download: only the address that the first cell installs from may differ.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

from . import markdown

CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(.*?)^```[ \t]*$", re.M | re.S)
D2L = "d2l==1.0.0a1.post0"
INSTALL = """\
# Brings the course's package where it is missing, as on Colab; torch and numpy stay as they are.
# Where the package is there already, this cell does nothing.
from importlib.util import find_spec
from pathlib import Path

SOURCE = "{source}"
HELP = ("put the wheel regnet_edu-...whl, which the book's zip of notebooks holds, beside this "
        "notebook, and run this cell again")

if find_spec("regnet_edu") is None:
    here = Path.cwd()
    found = sorted(here.glob("regnet_edu-*-any.whl"))
    found += [folder for folder in (here, *here.parents) if (folder / "regnet_edu").is_dir()
              and (folder / "pyproject.toml").exists()]
    if not (SOURCE or found):
        try:
            from google.colab import files
        except ImportError:
            raise RuntimeError(HELP) from None
        print("Please choose the wheel regnet_edu-...whl from the book's zip of notebooks.")
        for name, data in files.upload().items():
            found = [here / (name.split("-any")[0] + "-any.whl")]
            found[0].write_bytes(data)
        if not found:
            raise RuntimeError(HELP)
    where = SOURCE or found[0].as_uri()
    %pip install --quiet "regnet-edu[notebook] @ {{where}}"
"""
# Names of the package that need d2l; a chapter that only mentions d2l does not.
USES_D2L = re.compile(r"^ *(?:from|import) d2l\b|\brn\.(?:RegNetX32|AnyNetClassifier)\b", re.M)
# Without its requirements, some of which would replace what is there: what the chapters use of d2l needs none of them.
INSTALL_D2L = f"""
if find_spec("d2l") is None:
    %pip install --quiet --no-deps {D2L}
"""
METADATA = {
    "accelerator": "GPU",
    "colab": {"gpuType": "T4", "provenance": [], "toc_visible": True},
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebook(chapter: Path, source: str = "") -> dict[str, Any]:
    """Return a chapter as a notebook.

    Args:
        chapter: the text of the chapter, a .md file.
        source: where its first cell installs the package from: "git+https://...", the address of a wheel, or "".

    Raises:
        ValueError: the text has a directive or role that no rule turns into Markdown.
    """
    whole = markdown.HEAD.sub("", chapter.read_text(encoding="utf-8"))
    page = markdown.Page(chapter, whole)
    title, text = re.split(r"(?<=\n)\n", whole.lstrip(), maxsplit=1)
    cells = [_text(title), _code(INSTALL.format(source=source) + (INSTALL_D2L if USES_D2L.search(text) else ""), {})]
    for k, part in enumerate(CELL.split(text)):
        if k % 2:
            options, code = cell_options(part)
            cells.append(_code(code, options))
        elif shown := re.sub(r"\n{3,}", "\n\n", markdown.convert(part, page)).strip():
            cells += [_text(section) for section in re.split(r"\n+(?=## )", shown)]
    if page.cited:
        known = markdown.works(chapter.parent / "references.bib")
        cells.append(_text("## References\n\n" + "\n".join(f"- {known[key].line}" for key in sorted(page.cited))))
    for k, cell in enumerate(cells):
        cell["id"] = f"cell-{k}"
    return {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}


def write(made: dict[str, Any]) -> str:
    """Return a notebook as the text of its file; the same notebook gives the same text."""
    return json.dumps(made, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def source_of(path: Path) -> str:
    """The address that a notebook installs from."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = "".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    found = re.search(r'^SOURCE = "(.*)"$', code, re.M)
    return found[1] if found else ""


def cell_options(body: str) -> tuple[dict[str, Any], str]:
    """Split the inside of a {code-cell} into its options and its code."""
    if block := re.match(r"---\n(.*?)\n---\n(.*)", body, re.S):
        return yaml.safe_load(block[1]) or {}, block[2]
    options: dict[str, Any] = {}
    while match := re.match(r":([\w-]+):[ \t]*(.*)\n", body):
        options[match[1]] = yaml.safe_load(match[2])
        body = body[match.end() :]
    return options, body


def _text(markdown_text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": _lines(markdown_text.strip())}


def _code(code: str, options: dict[str, Any]) -> dict[str, Any]:
    metadata: dict[str, Any] = {"tags": options["tags"]} if "tags" in options else {}
    if {"remove-input", "hide-input"} & set(options.get("tags", [])):
        metadata |= {"jupyter": {"source_hidden": True}, "cellView": "form"}  # Jupyter's way to fold code, and Colab's
        code = f"# @title In words\n{code}" if "remove-input" in options["tags"] else f"# @title Code\n{code}"
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": metadata,
        "outputs": [],
        "source": _lines(code.strip()),
    }


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)
