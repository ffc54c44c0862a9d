"""A page is never older than the code that made it.

myst-nb caches the outputs of a chapter under the text of its cells alone: a chapter that imports a changed package kept
its old numbers. Here the cache lives in a folder named after the content of the package and of the lock, and the same
digest is a Sphinx setting that every page depends on. So a change of chapter, package or lock executes again, and
nothing else does.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

CODE_FOLDERS = ("regnet_edu", "book/_ext", "book/data")
CODE_FILES = ("requirements.lock",)


def sources(root: Path) -> Iterator[Path]:
    """The files that the outputs of every chapter depend on, in a fixed order."""
    for folder in CODE_FOLDERS:
        yield from sorted(p for p in (root / folder).rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    yield from (root / name for name in CODE_FILES if (root / name).is_file())


def digest(root: Path) -> str:
    """Twelve hex digits that change with the name or the content of any of the `sources`, or with the Python."""
    total = hashlib.sha256(sys.version.encode())
    for path in sources(root):
        total.update(f"\0{path.relative_to(root).as_posix()}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:12]


def _use_digest(app: Sphinx, config: Config) -> None:
    config.regnet_code_digest = digest(Path(app.srcdir))
    config.nb_execution_cache_path = str(Path(app.outdir).parent / ".jupyter_cache" / config.regnet_code_digest)


def setup(app: Sphinx) -> None:
    app.add_config_value("regnet_code_digest", "", "env", str)
    app.connect("config-inited", _use_digest)
