"""Build the HTML book with warnings as errors and say where to open it (`make book`).

The settings are in _config.yml and _toc.yml at the root; what makes a page stale is decided in book/_ext.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HTML = ROOT / "_build" / "html"


def build() -> int:
    """Run Jupyter Book on the repository's root and return its exit status."""
    start_cli = "import sys; from jupyter_book.cli.main import main; sys.exit(main())"
    command = [sys.executable, "-c", start_cli, "build", "-W", "-n", "--keep-going", "-q", str(ROOT)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def main() -> int:
    start = time.monotonic()
    status = build()
    if status:
        print("The book was not built: every warning above is an error.", file=sys.stderr)
        return status
    print(f"The book is built ({time.monotonic() - start:.0f} s). Open {(HTML / 'index.html').as_uri()}")
    print("or run `make serve` and open http://127.0.0.1:8000")
    return 0


if __name__ == "__main__":
    sys.exit(main())
