"""What the book adds to Sphinx: fresh pages, the repository's address, local scripts, the theme's faults mended."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "book" / "_ext"))

from regnet_book import accessibility, freshness, offline, repository  # noqa: E402


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

    def test_every_page_and_the_cache_depend_on_the_digest(self, tree: Path) -> None:
        config = SimpleNamespace(regnet_code_digest="", nb_execution_cache_path="")
        freshness._use_digest(SimpleNamespace(srcdir=tree, outdir=tree / "_build" / "html"), config)
        assert config.regnet_code_digest == freshness.digest(tree)
        assert Path(config.nb_execution_cache_path) == tree / "_build" / ".jupyter_cache" / freshness.digest(tree)


class TestRepository:
    @pytest.mark.parametrize(
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

    @pytest.mark.parametrize("spelling", ["", "somewhere", "https://example.org/a/b", "git@gitlab.com:a/b.git"])
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

    def test_colab_has_a_button_once_every_chapter_has_its_notebook(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "book").mkdir()
        (tmp_path / "book" / "01_first.md").touch()
        address = "https://github.com/a/a"
        assert "launch_buttons" not in self.options(tmp_path, address, monkeypatch)
        (tmp_path / "book" / "01_first.ipynb").touch()
        assert self.options(tmp_path, address, monkeypatch)["launch_buttons"] == {"colab_url": repository.COLAB}

    @staticmethod
    def options(root: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> dict:
        monkeypatch.setenv("REGNET_EDU_REPOSITORY", address)
        config = SimpleNamespace(html_theme_options={})
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

    def test_mending_twice_changes_nothing_more(self) -> None:
        once = accessibility.mend(self.page)
        assert accessibility.mend(once) == once
