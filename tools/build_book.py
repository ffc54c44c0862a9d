"""Build the HTML book with warnings as errors and say where to open it (`make book`).

The settings are in _config.yml and _toc.yml at the root; what makes a page stale is decided in book/_ext.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "book" / "_ext"))

from regnet_book import ahead, downloads  # noqa: E402

HTML = ROOT / "_build" / "html"
STAMP = ROOT / "_build" / "built"
# Every kernel says so; it listens on this machine only, for as long as the chapter runs.
KERNEL_NOTE = "Kernel is running over TCP without encryption"
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def build() -> int:
    """Run Jupyter Book on the repository's root, show what it says, and return its exit status."""
    start_cli = "import sys; from jupyter_book.cli.main import main; sys.exit(main())"
    command = [sys.executable, "-c", start_cli, "build", "-W", "-n", "--keep-going", "-q", str(ROOT)]
    # Threads of a chapter that wait shall sleep, not spin: on a machine with other work that is many times faster.
    env = {"OMP_WAIT_POLICY": "PASSIVE", **os.environ}
    pipe = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, cwd=ROOT, env=env, text=True, **pipe) as running:
        assert running.stdout is not None
        for line in running.stdout:
            if KERNEL_NOTE not in line:
                print(line, end="", flush=True)
    return running.returncode


def sources() -> Iterator[Path]:
    """Every file that a page may depend on."""
    for name in ("index.md", "_config.yml", "_toc.yml", "requirements.lock"):
        yield ROOT / name
    for folder in ("book", "regnet_edu", "tools"):
        yield from (p for p in (ROOT / folder).rglob("*") if p.is_file() and "__pycache__" not in p.parts)


def is_fresh() -> bool:
    """Whether the book was built, without a failure, after every file that it depends on was last written."""
    return STAMP.exists() and all(p.stat().st_mtime <= STAMP.stat().st_mtime for p in sources())


def failures() -> list[str]:
    """The last lines of what each chapter that failed to run had to say, plain and in order."""
    reports = sorted((HTML / "reports").rglob("*.err.log")) if (HTML / "reports").is_dir() else []
    return [f"{p.name}:\n{ANSI.sub('', p.read_text(encoding='utf-8'))[-2000:].strip()}" for p in reports]


def run_seconds() -> dict[str, float]:
    """How long the cells of each page took when they last ran, from the cache that the book was built with."""
    caches = sorted((ROOT / "_build" / ".jupyter_cache").glob("*/global.db"), key=lambda path: path.stat().st_mtime)
    if not caches:
        return {}
    with contextlib.closing(sqlite3.connect(caches[-1])) as cache:
        rows = cache.execute("select uri, data from nbcache order by created").fetchall()
    return {Path(uri).stem: json.loads(data)["execution_seconds"] for uri, data in rows}


def write_wheel() -> Path:
    """Put the package's wheel on the site: a notebook may install it from there."""
    folder = HTML / "wheels"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    make = f"from flit_core.buildapi import build_wheel; build_wheel({str(folder)!r})"
    done = subprocess.run([sys.executable, "-c", make], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the package's wheel could not be made: {done.stderr.strip()[-1000:]}")
    return next(folder.iterdir())


def write_zip(wheel: Path) -> Path:
    """Put all notebooks of the site and the wheel into one zip: what Colab needs where no address is known."""
    zipped = HTML / downloads.FOLDER / downloads.ZIP
    zipped.unlink(missing_ok=True)
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in (*sorted(zipped.parent.glob("*.ipynb")), wheel):
            archive.write(file, file.name)
    return zipped


def main() -> int:
    shutil.rmtree(HTML / "reports", ignore_errors=True)  # only what fails now is news
    STAMP.unlink(missing_ok=True)
    print("Running the chapters and building the book; the first time takes some minutes", flush=True)
    begun, start = time.time(), time.monotonic()
    status = build()
    if status:
        print("\n\n".join(failures()), file=sys.stderr)
        print("The book was not built: every warning above is an error.", file=sys.stderr)
        return status
    write_zip(write_wheel())
    STAMP.touch()
    os.utime(STAMP, (begun, begun))  # what was written while it was being built is not in it
    took, side_by_side = run_seconds(), ahead.at_once()
    print(f"The cells of {len(took)} pages run in {sum(took.values()):.0f} s, with {side_by_side} pages at a time")
    if note := downloads.colab_note(ROOT):
        print(note)
    print(f"The book is built ({time.monotonic() - start:.0f} s). Open {(HTML / 'index.html').as_uri()}")
    print("or run `make serve` and open http://127.0.0.1:8000")
    return 0


if __name__ == "__main__":
    sys.exit(main())
