"""A page is never older than the code that made it.

myst-nb caches the outputs of a chapter under the text of its cells alone: a chapter that imports a changed package kept
its old numbers. Here the cache lives in a folder named after the content of the package and of the lock. So a change of
chapter, package or lock executes again, and nothing else does. A second digest, of those and of this extension, is a
Sphinx setting that every page depends on: a change of the extension or of the book's own style writes every page again,
from the same outputs.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

CODE_FOLDERS = ("regnet_edu", "book/data")
PAGE_FOLDERS = (*CODE_FOLDERS, "book/_ext", "book/_static")
CODE_FILES = ("requirements.lock",)


def sources(root: Path, folders: tuple[str, ...] = CODE_FOLDERS) -> Iterator[Path]:
    """The files that the outputs of every chapter depend on, in a fixed order; or those that its page depends on."""
    for folder in folders:
        yield from sorted(p for p in (root / folder).rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    yield from (root / name for name in CODE_FILES if (root / name).is_file())


def digest(root: Path, folders: tuple[str, ...] = CODE_FOLDERS) -> str:
    """Twelve hex digits that change with the name or the content of any of the `sources`, or with the Python."""
    total = hashlib.sha256(sys.version.encode())
    for path in sources(root, folders):
        total.update(f"\0{path.relative_to(root).as_posix()}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:12]


def _use_digest(app: Sphinx, config: Config) -> None:
    root = Path(app.srcdir)
    config.regnet_page_digest = digest(root, PAGE_FOLDERS)
    config.nb_execution_cache_path = str(Path(app.outdir).parent / ".jupyter_cache" / digest(root))


def setup(app: Sphinx) -> None:
    app.add_config_value("regnet_page_digest", "", "env", str)
    app.connect("config-inited", _use_digest)
