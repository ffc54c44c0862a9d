"""What the book adds to Sphinx: fresh pages, its address, local scripts, the theme's faults mended."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from each import each

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "_ext"))

from regnet_book import accessibility, descriptions, downloads, freshness, icons, notebooks, offline, quiz, repository  # noqa: E402


class TestFreshness:
    @pytest.fixture
    def tree(self, tmp_path: Path) -> Path:
        (tmp_path / "regnet_edu" / "__pycache__").mkdir(parents=True)
        (tmp_path / "regnet_edu" / "edf.py").write_text("strict = True")
        (tmp_path / "requirements.lock").write_text("numpy==2.0.0")
        return tmp_path

    def test_the_digest_is_the_same_for_the_same_content(self, tree: Path) -> None:
        assert freshness.digest(tree) == freshness.digest(tree)

    @pytest.mark.parametrize("changed", ["regnet_edu/edf.py", "regnet_edu/new.jsonl", "requirements.lock"])
    def test_a_change_of_package_or_lock_changes_the_digest(self, tree: Path, changed: str) -> None:
        before = freshness.digest(tree)
        (tree / changed).write_text("something else")
        assert freshness.digest(tree) != before

    def test_what_python_writes_by_itself_does_not_change_the_digest(self, tree: Path) -> None:
        before = freshness.digest(tree)
        (tree / "regnet_edu" / "__pycache__" / "edf.pyc").write_text("compiled")
        assert freshness.digest(tree) == before

    @staticmethod
    def settings(tree: Path) -> tuple[str, Path]:
        config = SimpleNamespace(regnet_page_digest="", nb_execution_cache_path="")
        freshness._use_digest(SimpleNamespace(srcdir=tree, outdir=tree / "_build" / "html"), config)
        return config.regnet_page_digest, Path(config.nb_execution_cache_path)

    def test_the_cache_of_outputs_is_named_after_the_digest(self, tree: Path) -> None:
        assert self.settings(tree)[1] == tree / "_build" / ".jupyter_cache" / freshness.digest(tree)

    def test_a_change_of_the_package_reaches_every_page_and_its_outputs(self, tree: Path) -> None:
        page, outputs = self.settings(tree)
        (tree / "regnet_edu" / "edf.py").write_text("strict = False")
        assert page != self.settings(tree)[0] and outputs != self.settings(tree)[1]

    def test_a_change_of_the_extension_writes_the_pages_again_from_the_same_outputs(self, tree: Path) -> None:
        page, outputs = self.settings(tree)
        (tree / "book" / "_ext").mkdir(parents=True)
        (tree / "book" / "_ext" / "more.py").write_text("")
        assert page != self.settings(tree)[0] and outputs == self.settings(tree)[1]


class TestRepository:
    @each(
        "spelling",
        [
            "https://github.com/someone/net.edu",
            "https://github.com/someone/net.edu.git",
            "https://token@github.com/someone/net.edu/",
            "git@github.com:someone/net.edu.git",
            "ssh://git@github.com/someone/net.edu.git",
            "github.com/someone/net.edu",
        ],
    )
    def test_any_spelling_of_a_github_address_is_understood(self, spelling: str) -> None:
        assert repository.github_page(spelling) == "https://github.com/someone/net.edu"

    @each("spelling", ["", "somewhere", "https://example.org/a/b", "git@gitlab.com:a/b.git"])
    def test_anything_else_is_no_address(self, spelling: str) -> None:
        assert repository.github_page(spelling) is None

    def test_the_environment_goes_before_github_actions_and_that_before_the_remote(self, tmp_path: Path) -> None:
        subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
        subprocess.run(["git", "-C", str(tmp_path), "remote", "add", "origin", "git@github.com:c/c.git"], check=True)
        actions = {"GITHUB_REPOSITORY": "b/b"}
        assert repository.find(tmp_path, {}) == "https://github.com/c/c"
        assert repository.find(tmp_path, actions) == "https://github.com/b/b"
        both = {**actions, "REGNET_EDU_REPOSITORY": "https://github.com/a/a"}
        assert repository.find(tmp_path, both) == "https://github.com/a/a"
        assert repository.find(tmp_path, {**actions, "REGNET_EDU_REPOSITORY": ""}) is None

    def test_without_an_address_the_book_has_no_button_that_leads_there(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert self.options(tmp_path, "", monkeypatch) == {
            "path_to_docs": "",
            "repository_url": "",
            "use_repository_button": False,
        }

    def test_a_page_has_a_colab_address_where_that_of_the_repository_is_known(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "book").mkdir()
        monkeypatch.setenv("REGNET_EDU_REPOSITORY", "git@github.com:a/b.git")
        monkeypatch.setenv("GITHUB_REF_NAME", "dev")
        assert downloads.colab_address(tmp_path, "book/01_first") is None  # it has no notebook
        (tmp_path / "book" / "01_first.ipynb").touch()
        address = "https://colab.research.google.com/github/a/b/blob/dev/book/01_first.ipynb"
        assert downloads.colab_address(tmp_path, "book/01_first") == address
        monkeypatch.setenv("REGNET_EDU_REPOSITORY", "")
        assert downloads.colab_address(tmp_path, "book/01_first") is None

    def test_the_build_says_how_to_have_colab_buttons(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "book").mkdir()
        (tmp_path / "book" / "01_first.md").write_text("# First\n\nText.\n")
        monkeypatch.setenv("REGNET_EDU_REPOSITORY", "")
        assert "REGNET_EDU_REPOSITORY=" in downloads.colab_note(tmp_path)
        monkeypatch.setenv("REGNET_EDU_REPOSITORY", "https://github.com/a/b")
        monkeypatch.setenv("GITHUB_REF_NAME", "main")
        for source, said in {"": "make notebooks", "git+https://github.com/a/b@main": ""}.items():
            made = notebooks.notebook(tmp_path / "book" / "01_first.md", source)
            (tmp_path / "book" / "01_first.ipynb").write_text(notebooks.write(made))
            assert said in downloads.colab_note(tmp_path) and bool(said) == bool(downloads.colab_note(tmp_path))

    def test_the_package_comes_from_the_repository_or_from_the_site_and_from_nowhere_else(self, tmp_path: Path) -> None:
        (tmp_path / "pyproject.toml").write_text('[project]\nname = "regnet-edu"\nversion = "1.2"\n')
        nothing = {"REGNET_EDU_REPOSITORY": ""}
        assert repository.package_source(tmp_path, nothing) == ""
        site = {**nothing, "REGNET_EDU_SITE": "https://book.example/x/"}
        wheel = "https://book.example/x/wheels/regnet_edu-1.2-py3-none-any.whl"
        assert repository.package_source(tmp_path, site) == wheel
        both = {**site, "REGNET_EDU_REPOSITORY": "github.com/a/b", "GITHUB_REF_NAME": "main"}
        assert repository.package_source(tmp_path, both) == "git+https://github.com/a/b@main"

    @staticmethod
    def options(root: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> dict:
        monkeypatch.setenv("REGNET_EDU_REPOSITORY", address)
        config = SimpleNamespace(html_theme_options={}, html_baseurl="")
        repository._add_buttons(SimpleNamespace(srcdir=root), config)
        return config.html_theme_options

    def test_no_account_is_written_down_anywhere(self) -> None:
        texts = [*ROOT.glob("*.*"), *ROOT.glob(".github/**/*.yml"), *(ROOT / "book").glob("*.md")]
        for path in (p for p in texts if p.is_file() and p.suffix in {".md", ".yml", ".toml", ".cff"}):
            named = set(re.findall(r"github\.com/([\w-]+/[\w.-]+)", path.read_text(encoding="utf-8")))
            assert named <= {"OWNER/NAME", "facebookresearch/pycls"}, path


class TestOffline:
    def test_scripts_of_other_hosts_thebe_and_repetitions_are_left_out(self) -> None:
        def script(filename: str | None, body: str = "") -> SimpleNamespace:
            return SimpleNamespace(filename=filename, attributes={"body": body})

        own = [script("_static/book.js"), script(None, "let a = 1;"), script(None, "let b = 2;")]
        foreign = [
            script("https://example.org/x.js"),
            script("_static/sphinx-thebe.js"),
            script(None, 'const THEBE_JS_URL = "x"'),
        ]
        context = {
            "script_files": [*own, *foreign, script(None, "let b = 2;")],
            "css_files": ["_static/a.css", "//b/c.css"],
        }
        offline._keep_local(SimpleNamespace(), "page", "page.html", context, None)
        assert context == {"script_files": own, "css_files": ["_static/a.css"]}

    def test_no_page_loads_mathjax_or_its_settings(self) -> None:
        mathjax = SimpleNamespace(filename="_static/mathjax/tex-svg.js", attributes={})
        settings = SimpleNamespace(filename=None, attributes={"body": 'window.MathJax = {"options": {}}'})
        context = {"script_files": [mathjax, settings], "css_files": []}
        offline._keep_local(SimpleNamespace(), "page", "page.html", context, None)
        assert context["script_files"] == []


class TestIcons:
    known = {"sun": (512, 512, "M1 2"), "list": (10, 20, "M3 4")}  # noqa: RUF012
    script = '<script defer src="_static/scripts/fontawesome.js?digest=5"></script>'

    def test_an_icon_becomes_a_picture_with_its_classes_and_the_script_goes(self) -> None:
        page = f'{self.script}<i class="theme-switch fa-solid fa-sun  fa-lg" data-mode="light" ></i><p>x</p>'
        drawn = icons.draw(page, self.known)
        assert "fontawesome" not in drawn and "<i " not in drawn and drawn.endswith("</svg><p>x</p>")
        assert 'class="svg-inline--fa theme-switch fa-solid fa-sun fa-lg" data-mode="light"' in drawn
        assert 'viewBox="0 0 512 512"' in drawn and 'd="M1 2"' in drawn

    def test_a_page_with_an_icon_that_is_not_known_keeps_the_script(self) -> None:
        drawn = icons.draw(self.script + '<span class="fas fa-list"></span><i class="fab fa-none"></i>', self.known)
        assert self.script in drawn and 'd="M3 4"' in drawn and 'class="fab fa-none"' in drawn

    def test_drawing_twice_changes_nothing_more(self) -> None:
        once = icons.draw(self.script + '<i class="fas fa-list"></i>', self.known)
        assert icons.draw(once, self.known) == once

    def test_of_an_outlined_and_a_filled_icon_the_filled_one_is_taken(self, tmp_path: Path) -> None:
        (tmp_path / "fontawesome.js").write_text('sun:[5,5,[],"f1","M1"]},{sun:[5,5,[],"f1","M2"]')
        assert icons.drawings(tmp_path / "fontawesome.js")["sun"] == (5, 5, "M2")

    def test_the_script_is_read_by_names_and_aliases(self, tmp_path: Path) -> None:
        text = (
            'x={bars:[448,512,["navicon"],"f0c9","M0 96"],"circle-half-stroke":[512,512,[9680,"adjust"],"f042","M4"]}'
        )
        (tmp_path / "fontawesome.js").write_text(text)
        found = icons.drawings(tmp_path / "fontawesome.js")
        assert found["navicon"] == found["bars"] == (448, 512, "M0 96") and found["adjust"] == (512, 512, "M4")


class TestAccessibility:
    page = (
        '<meta name="viewport" content="a" /><meta name="viewport" content="b" /><title>X &#8212; X</title>'
        '<div id="pst-primary-sidebar" class="bd-sidebar">'
        '<button class="btn search-button-field x" title="Search" aria-label="Search"></button>'
        '<i class="theme-switch fa-sun" data-mode="light" title="Light"></i><div role="doc-biblioentry">'
    )

    def test_the_theme_s_faults_are_mended(self) -> None:
        mended = accessibility.mend(self.page)
        assert mended.count("viewport") == 1 and "<title>X</title>" in mended
        assert 'aria-label="Search"' not in mended and 'title="Light"' not in mended
        assert 'role="complementary"' in mended and "doc-biblioentry" not in mended

    def test_a_signature_of_many_lines_is_no_list_of_definitions(self) -> None:
        html = (
            'compare(\n<dl>\n<dd><em class="sig-param">a</em>,</dd>\n<dd><em class="sig-param">b</em>,</dd>\n</dl>\n)'
            "<dl>\n<dt>Returns</dt>\n<dd>a number</dd>\n</dl>"
        )
        mended = accessibility.mend(html)
        assert mended.count('<span class="sig-line">') == 2 and mended.count("<dd>") == mended.count("<dl>") == 1
        assert re.sub(r"<.*?>", "", mended) == re.sub(r"<.*?>", "", html)

    def test_mending_twice_changes_nothing_more(self) -> None:
        once = accessibility.mend(self.page)
        assert accessibility.mend(once) == once


class TestDescriptions:
    def test_a_page_is_described_by_its_first_paragraph_outside_of_boxes(self) -> None:
        from docutils.core import publish_doctree

        text = (
            "Title\n=====\n\n.. note:: Not this one, it is in a box, although it is long enough.\n\nShort.\n\n"
            + "word " * 50
        )
        described = descriptions.describe(publish_doctree(text, settings_overrides={"doctitle_xform": False}))
        assert described.startswith("word word") and described.endswith("word ...")
        assert len(described) <= descriptions.LONGEST + 4


class TestQuiz:
    good = """How *many* numbers?

- [x] Four, as $d_i$
  Depth, width,
  and two more.

  - a list inside
- [ ] Three
  One more is free.
"""

    def test_a_quiz_is_read_as_it_is_written(self) -> None:
        question = quiz.parse(self.good)
        assert question.text == "How *many* numbers?"
        assert [(a.text, a.right) for a in question.answers] == [("Four, as $d_i$", True), ("Three", False)]
        assert question.answers[0].why == "Depth, width,\nand two more.\n\n- a list inside"
        assert question.answers[1].why == "One more is free."

    @each(
        ("body", "said"),
        [
            ("- [x] a\n  b\n- [ ] c\n  d", "asks a question"),
            ("Why?\n\n- [x] a\n  b", "two answers"),
            ("Why?\n\n- [ ] a\n  b\n- [ ] c\n  d", "exactly one right answer"),
            ("Why?\n\n- [x] a\n  b\n- [x] c\n  d", "exactly one right answer"),
            ("Why?\n\n- [x] a\n  b\n- [ ] c", "'c' is not explained"),
        ],
    )
    def test_a_quiz_that_is_not_whole_says_what_it_lacks(self, body: str, said: str) -> None:
        with pytest.raises(ValueError, match=re.escape(said)):
            quiz.parse(body)

    def test_a_page_shows_every_answer_and_keeps_each_explanation_until_it_is_opened(self, tmp_path: Path) -> None:
        html = self.build(tmp_path, f"# Title\n\n:::{{quiz}}\n{self.good}:::\n\n:::{{quiz}}\n{self.good}:::\n")
        assert html.count('role="group" aria-label="Question 2"') == 1
        assert html.count("<details") == html.count("<summary>") == 4 and html.count("quiz-right") == 2
        assert "<strong>Right.</strong> Depth, width," in html and "<strong>Not this one.</strong> One more" in html
        assert "<em>many</em>" in html and html.count("<li>") >= 2

    def test_a_faulty_quiz_stops_a_build_that_takes_warnings_as_errors(self, tmp_path: Path) -> None:
        with pytest.raises(AssertionError, match="exactly one right answer"):
            self.build(tmp_path, "# Title\n\n:::{quiz}\nWhy?\n\n- [ ] a\n  b\n- [ ] c\n  d\n:::\n")

    def test_a_notebook_has_the_same_question_as_markdown(self) -> None:
        text = quiz.notebook(quiz.parse(self.good), 3)
        assert text.startswith("**Question 3.** How *many* numbers?\n\n<details><summary>Four, as $d_i$</summary>\n\n")
        assert text.count("</details>") == 2 and "**Not this one.** One more is free." in text

    @staticmethod
    def build(folder: Path, page: str) -> str:
        (folder / "index.md").write_text(page)
        (folder / "conf.py").write_text(
            f"import sys; sys.path.insert(0, {str(ROOT / 'book' / '_ext')!r})\n"
            "extensions = ['myst_parser', 'regnet_book.quiz']\n"
            "myst_enable_extensions = ['colon_fence', 'dollarmath', 'tasklist']\nhtml_theme = 'basic'\n"
        )
        command = [sys.executable, "-m", "sphinx", "-W", "-q", "-b", "html", str(folder), str(folder / "out")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return (folder / "out" / "index.html").read_text(encoding="utf-8")
