"""The one place that knows where the repository lives; a fork's build finds its own address.

In this order: the environment variable REGNET_EDU_REPOSITORY (empty means: none), what GitHub Actions says about the
repository it runs for, the git remote `origin`. Where none is a GitHub address, the book builds without the buttons
that would lead there.
"""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

WHEELS = "wheels"  # the folder of the site that has the package's wheel
GITHUB_ADDRESS = re.compile(
    r"(?:https?://(?:[^/@]*@)?|git@|ssh://git@)?github\.com[/:]([\w.-]+)/([\w.-]+?)(?:\.git)?/?"
)


def github_page(address: str) -> str | None:
    """Turn any spelling of a GitHub address into that of its page; None if it is no GitHub address.

    >>> github_page("git@github.com:someone/regnet_edu.git")
    'https://github.com/someone/regnet_edu'
    """
    match = GITHUB_ADDRESS.fullmatch(address.strip())
    return f"https://github.com/{match[1]}/{match[2]}" if match else None


def find(root: Path, environment: Mapping[str, str] = os.environ) -> str | None:
    """The address of the page of the repository at `root`, or None where no GitHub address is known."""
    if "REGNET_EDU_REPOSITORY" in environment:
        return github_page(environment["REGNET_EDU_REPOSITORY"])
    if "GITHUB_REPOSITORY" in environment:
        return github_page(f"github.com/{environment['GITHUB_REPOSITORY']}")
    return github_page(_git(root, "remote", "get-url", "origin"))


def branch(root: Path, environment: Mapping[str, str] = os.environ) -> str:
    """The branch that links lead to: GitHub Actions', else the one that is checked out, else main."""
    name = environment.get("GITHUB_REF_NAME") or _git(root, "rev-parse", "--abbrev-ref", "HEAD")
    return name if name and name != "HEAD" else "main"


def package_source(root: Path, environment: Mapping[str, str] = os.environ) -> str:
    """Where pip finds the package: the repository, else the wheel of the site at REGNET_EDU_SITE, else ""."""
    if address := find(root, environment):
        return f"git+{address}@{branch(root, environment)}"
    site = environment.get("REGNET_EDU_SITE", "").rstrip("/")
    return f"{site}/{WHEELS}/{wheel_name(root)}" if site else ""


def wheel_name(root: Path) -> str:
    """The name of the package's wheel, from its name and version."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return f"{project['name'].replace('-', '_')}-{project['version']}-py3-none-any.whl"


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False)
    except OSError:  # no git here: an unpacked archive
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _add_buttons(app: Sphinx, config: Config) -> None:
    root = Path(app.srcdir)
    address = find(root)
    options = dict(config.html_theme_options)
    options.update(path_to_docs="", repository_url=address or "", use_repository_button=bool(address))
    if address:
        options["repository_branch"] = branch(root)
    config.html_theme_options = options
    config.html_baseurl = os.environ.get("REGNET_EDU_SITE", config.html_baseurl)


def setup(app: Sphinx) -> None:
    # Early: the theme reads its options on the same event.
    app.connect("config-inited", _add_buttons, priority=100)
