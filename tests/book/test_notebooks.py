"""The notebooks: in sync with their chapters, readable without MyST, and able to bring the package with them."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import nbformat
import pytest
from browser import ROOT, load_extension, load_tool

markdown, notebooks = load_extension("markdown"), load_extension("notebooks")
BOOK = ROOT / "book"
CHAPTERS = sorted(BOOK.glob("[0-9][0-9]_*.md"))


def page(tmp_path: Path, text: str = "") -> Any:
    (tmp_path / "references.bib").write_text(
        "@misc{one2020, author={Dollár, P. and Xie, S.}, title={A {Title}}, year={2020}}\n"
        "@misc{two2021, author={A, A. and B, B. and C, C.}, title={T}, year={2021}}\n"
    )
    (tmp_path / "02_other.md").write_text("---\na: b\n---\n\n# The other chapter\n")
    (tmp_path / "p.svg").write_text("<svg/>")
    return markdown.Page(tmp_path / "01_this.md", text)


def text_of(made: dict[str, Any]) -> str:
    return "\n\n".join("".join(cell["source"]) for cell in made["cells"] if cell["cell_type"] == "markdown")


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda p: p.stem)
class TestEveryChapter:
    def test_its_notebook_is_in_sync(self, chapter: Path) -> None:
        path = chapter.with_suffix(".ipynb")
        assert path.exists(), "run `make notebooks` and commit"
        made = notebooks.write(notebooks.notebook(chapter, notebooks.source_of(path)))
        assert path.read_text(encoding="utf-8") == made, "run `make notebooks` and commit"

    def test_it_is_a_valid_notebook_with_the_code_of_the_chapter_and_no_output(self, chapter: Path) -> None:
        made = notebooks.notebook(chapter)
        nbformat.validate(nbformat.reads(json.dumps(made), as_version=4))
        code = ["".join(cell["source"]) for cell in made["cells"] if cell["cell_type"] == "code"]
        written = [
            notebooks.cell_options(body)[1].strip() for body in notebooks.CELL.findall(chapter.read_text("utf-8"))
        ]
        assert [re.sub(r"\A# @title .*\n", "", cell) for cell in code[1:]] == written
        assert not any(cell.get("outputs") for cell in made["cells"])

    def test_nothing_of_myst_is_left_in_its_text(self, chapter: Path) -> None:
        text = re.sub(r"```.*?```", "", text_of(notebooks.notebook(chapter)), flags=re.S)
        assert not re.findall(r"\{[a-z:]+\}`|^:{3,}.*|^\([\w-]+\)=|\$\$ \(.*\)", text, re.M)


class TestInstallCell:
    @staticmethod
    def cell(source: str, text: str, tmp_path: Path) -> str:
        (tmp_path / "01_x.md").write_text(f"# Title\n\n{text}\n")
        made = notebooks.notebook(tmp_path / "01_x.md", source)
        return "".join(next(cell for cell in made["cells"] if cell["cell_type"] == "code")["source"])

    @classmethod
    def run(cls, cell: str, missing: tuple[str, ...]) -> tuple[list[str], str]:
        """What the cell asks pip for, and what it says, where some packages are missing."""
        code = re.sub(r"^( *)%pip install (.*)$", r"\1asked.append(f'''\2''')", cell, flags=re.M)
        found = "lambda name: None if name in missing else True"
        names: dict[str, Any] = {"asked": [], "missing": missing}
        code = code.replace("from importlib.util import find_spec", f"find_spec = {found}")
        ast.parse(code)
        try:
            exec(code, names)
        except RuntimeError as error:
            return names["asked"], str(error)
        return names["asked"], ""

    def test_it_does_nothing_where_the_package_is_there(self, tmp_path: Path) -> None:
        assert self.run(self.cell("git+https://x", "Words.", tmp_path), ()) == ([], "")

    def test_it_takes_the_package_from_the_address_and_by_no_name_of_an_index(self, tmp_path: Path) -> None:
        asked, said = self.run(self.cell("git+https://h/o/n@main", "Words.", tmp_path), ("regnet_edu",))
        assert (asked, said) == (['--quiet "regnet-edu[notebook] @ git+https://h/o/n@main"'], "")

    @pytest.fixture
    def beside(self, tmp_path: Path, monkeypatch: Any) -> Path:
        """The folder of a notebook that knows no address."""
        folder = tmp_path / "beside"
        folder.mkdir()
        monkeypatch.chdir(folder)
        return folder

    def test_it_takes_the_wheel_beside_it_or_the_checkout_that_it_lies_in(self, tmp_path: Path, beside: Path) -> None:
        cell = self.cell("", "Words.", tmp_path)
        (tmp_path / "regnet_edu").mkdir()
        (tmp_path / "pyproject.toml").touch()
        assert self.run(cell, ("regnet_edu",))[0] == [f'--quiet "regnet-edu[notebook] @ {tmp_path.as_uri()}"']
        wheel = beside / "regnet_edu-0.2.0-py3-none-any.whl"
        wheel.touch()
        assert self.run(cell, ("regnet_edu",))[0] == [f'--quiet "regnet-edu[notebook] @ {wheel.as_uri()}"']

    def test_on_colab_it_lets_the_reader_upload_the_wheel(self, tmp_path: Path, beside: Path, monkeypatch: Any) -> None:
        chosen = {"regnet_edu-0.2.0-py3-none-any (1).whl": b"a wheel"}  # the name that a browser makes of a second one
        colab = ModuleType("google.colab")
        colab.files = SimpleNamespace(upload=lambda: chosen)  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "google", ModuleType("google"))
        monkeypatch.setitem(sys.modules, "google.colab", colab)
        asked, said = self.run(self.cell("", "Words.", tmp_path), ("regnet_edu",))
        wheel = beside / "regnet_edu-0.2.0-py3-none-any.whl"
        assert (asked, said) == ([f'--quiet "regnet-edu[notebook] @ {wheel.as_uri()}"'], "")
        assert wheel.read_bytes() == b"a wheel"

    def test_it_says_what_to_do_where_it_finds_nothing(self, tmp_path: Path, beside: Path) -> None:
        asked, said = self.run(self.cell("", "Words.", tmp_path), ("regnet_edu",))
        assert asked == [] and "zip" in said

    def test_a_chapter_with_d2l_brings_it_without_what_it_would_replace(self, tmp_path: Path) -> None:
        cell = self.cell("git+https://x", "```{code-cell} ipython3\nfrom d2l import torch as d2l\n```", tmp_path)
        assert self.run(cell, ("d2l",))[0] == [f"--quiet --no-deps {notebooks.D2L}"]
        cell = self.cell("git+https://x", "Words about d2l.", tmp_path)
        assert self.run(cell, ("d2l",))[0] == [], "what is only mentioned is not installed"
        assert notebooks.D2L in (ROOT / "pyproject.toml").read_text()

    def test_what_it_installs_lets_torch_and_numpy_be(self) -> None:
        import tomllib

        project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        wanted = [*project["dependencies"], *project["optional-dependencies"]["notebook"]]
        assert all(re.fullmatch(r"[a-z0-9-]+>=[\d.]+", requirement) for requirement in wanted), "lower bounds only"


class TestMarkdown:
    def test_a_box_becomes_a_quotation_with_its_title(self, tmp_path: Path) -> None:
        text = ":::{admonition} Careful, $w$\n:class: warning\nOne.\n\n- two\n:::\nAfter."
        assert markdown.convert(text, page(tmp_path)) == "> **Careful, $w$**\n>\n> One.\n>\n> - two\nAfter."

    def test_a_solution_and_a_quiz_can_be_opened(self, tmp_path: Path) -> None:
        shown = markdown.convert(
            ":::{exercise}\n:label: a\nDo.\n:::\n\n"
            ":::{solution} a\n:class: dropdown\nDone.\n```python\nx = 1\n```\n:::\n\n"
            ":::{quiz}\nWhy {cite}`one2020`?\n\n- [x] So\n  Yes.\n- [ ] Not so\n  No.\n:::\n",
            page(tmp_path),
        )
        assert "**Exercise.** Do." in shown and "<details><summary>Solution</summary>\n\nDone.\n```python" in shown
        assert "**Question 1.** Why (Dollár and Xie, 2020)?" in shown and shown.count("<details>") == 3

    def test_a_picture_is_part_of_the_notebook_and_keeps_its_text_alternative(self, tmp_path: Path) -> None:
        text = ":::{figure} p.svg\n:alt: A thing\n:name: fig-p\n\nCaption.\n:::\nSee {numref}`fig-p`."
        shown = markdown.convert(text, page(tmp_path, text))
        assert shown == "![A thing](data:image/svg+xml;base64,PHN2Zy8+)\n\n*Figure 1. Caption.*\nSee Figure 1."

    @pytest.mark.parametrize(
        ("myst", "plain"),
        [
            ("as {cite:t}`two2021` say", "as A et al. (2021) say"),
            ("{cite}`one2020,two2021`", "(Dollár and Xie, 2020; A et al., 2021)"),
            ("a {term}`stage`, the {term}`stages <stage>`", "a *stage*, the *stages*"),
            ("in {doc}`chapter 2 <02_other>`, {doc}`02_other`", "in chapter 2, *The other chapter*"),
            ("$$\nx\n$$ (eq-x)\nby {eq}`eq-x`", "$$\nx\n$$\nby (1)"),
            ("(here)=\n% a note\n+++\ntext", "text"),
            ("```python\n{cite}`one2020`\n```", "```python\n{cite}`one2020`\n```"),
        ],
    )
    def test_what_stands_in_a_line(self, myst: str, plain: str, tmp_path: Path) -> None:
        assert markdown.convert(myst, page(tmp_path, myst)) == plain

    @pytest.mark.parametrize(
        ("myst", "said"),
        [
            (":::{tableau}\n:::", "{tableau}"),
            (":::{note}\nnot closed", "not closed"),
            ("{sparkle}`x`", "{sparkle}"),
            ("{cite}`nobody`", "'nobody'"),
            ("{eq}`eq-none`", "'eq-none'"),
            ("{doc}`03_none`", "'03_none'"),
        ],
    )
    def test_what_has_no_rule_or_is_not_there_is_an_error(self, myst: str, said: str, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match=re.escape(said)):
            markdown.convert(myst, page(tmp_path))


def test_the_zip_of_the_site_holds_the_notebooks_and_the_wheel(tmp_path: Path, monkeypatch: Any) -> None:
    build_book, downloads = load_tool("build_book"), load_extension("downloads")
    monkeypatch.setattr(build_book, "HTML", tmp_path)
    (tmp_path / downloads.FOLDER).mkdir()
    for name in ("a.ipynb", "x.whl"):
        (tmp_path / downloads.FOLDER / name).write_text(name)
    zipped = build_book.write_zip(tmp_path / downloads.FOLDER / "x.whl")
    assert zipped == tmp_path / downloads.FOLDER / downloads.ZIP
    assert zipfile.ZipFile(zipped).namelist() == ["a.ipynb", "x.whl"]


def test_the_site_serves_a_wheel_with_all_that_the_package_needs(tmp_path: Path, monkeypatch: Any) -> None:
    build_book, repository = load_tool("build_book"), load_extension("repository")
    monkeypatch.setattr(build_book, "HTML", tmp_path)
    wheel = build_book.write_wheel()
    assert wheel.parent.name == repository.WHEELS and wheel.name == repository.wheel_name(ROOT)
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    data = {".jsonl", ".json", ".csv", ".js", ".css", ".svg", ".py", ".typed", ".toml"}
    files = {p.relative_to(ROOT).as_posix() for p in (ROOT / "regnet_edu").rglob("*") if p.suffix in data}
    assert {f for f in files if "__pycache__" not in f} - packed == set()


@pytest.mark.heavy
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda p: p.stem)
def test_a_notebook_runs_where_the_package_is_only_what_its_first_cell_brings(chapter: Path, tmp_path: Path) -> None:
    run_as_on_colab(chapter, tmp_path)


def test_the_first_cell_brings_the_package_of_the_site_and_leaves_torch_and_numpy_alone(tmp_path: Path) -> None:
    (tmp_path / "01_small.md").write_text(
        "# Title\n\n```{code-cell} ipython3\nimport regnet_edu as rn\n\n"
        "assert 'venv' in rn.__file__, rn.__file__\nrn.widgets.RegNetExplorer()\n```\n"
    )
    run_as_on_colab(tmp_path / "01_small.md", tmp_path)


def run_as_on_colab(chapter: Path, folder: Path) -> None:
    """torch, numpy and Jupyter are there, regnet_edu is not; its wheel comes from the site, and nothing changes."""
    build_book = load_tool("build_book")
    build_book.HTML = folder
    made = notebooks.notebook(chapter, build_book.write_wheel().as_uri())
    python = colab_like(folder / "venv")
    (folder / "chapter.ipynb").write_text(notebooks.write(made), encoding="utf-8")
    before = versions(python)
    start = "from nbclient.cli import main; main()"  # the module itself starts nothing
    command = [python, "-c", start, "chapter.ipynb", "--inplace", "--timeout=900", "--startup_timeout=600"]
    # The kernel is that environment's own, so that %pip installs there.
    env = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    env |= {"JUPYTER_PATH": kernel(python, folder), "PIP_NO_INDEX": "1"}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    cells = json.loads((folder / "chapter.ipynb").read_text(encoding="utf-8"))["cells"]
    assert all(c["execution_count"] for c in cells if c["cell_type"] == "code" and "".join(c["source"]).strip())
    assert versions(python) == before


def colab_like(folder: Path) -> str:
    """A fresh environment that sees this one's packages but for the course's own, and installs into itself."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)  # pip is lent, too
    python = str(folder / "bin" / "python")
    ours = subprocess.run([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], capture_output=True)
    here = {Path(p) for p in sys.path if p.endswith("site-packages")}
    lent = folder / "lent"
    lent.mkdir()
    for entry in (e for site in here for e in site.iterdir()):
        if not re.match(r"_*(editable_+)?regnet|.*regnet.edu", entry.name, re.I) and not (lent / entry.name).exists():
            (lent / entry.name).symlink_to(entry)
    (Path(ours.stdout.decode().strip()) / "lent.pth").write_text(str(lent))
    return python


def kernel(python: str, folder: Path) -> str:
    """A folder with a kernel python3 that is that Python."""
    spec = folder / "jupyter" / "kernels" / "python3"
    spec.mkdir(parents=True)
    argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (spec / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "Python 3", "language": "python"}))
    return str(folder / "jupyter")


def versions(python: str) -> dict[str, str]:
    """The versions of what must stay as it is."""
    code = "from importlib.metadata import version as v; import json; print(json.dumps({n: v(n) for n in %r}))"
    names = ["torch", "numpy", "pandas", "ipywidgets"]
    return json.loads(subprocess.run([python, "-c", code % names], capture_output=True, check=True).stdout)
