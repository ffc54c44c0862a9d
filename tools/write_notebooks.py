"""Write every chapter as the notebook that Colab opens, beside it (`make notebooks`); `--check` only looks.

Their first cell installs the package from the address of the repository, if one is known: see
book/_ext/regnet_book/repository.py. Make them again once your copy has an address, and commit them.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "book" / "_ext"))

from regnet_book import notebooks, repository  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a notebook is older than its text")
    options = parser.parse_args()
    source = repository.package_source(ROOT)
    stale = 0
    for chapter in sorted((ROOT / "book").glob("[0-9][0-9]_*.md")):
        path = chapter.with_suffix(".ipynb")
        there = path.read_text(encoding="utf-8") if path.exists() else ""
        made = notebooks.write(
            notebooks.notebook(chapter, notebooks.source_of(path) if options.check and there else source)
        )
        if made != there:
            stale += 1
            if not options.check:
                path.write_text(made, encoding="utf-8")
            print(f"{path.relative_to(ROOT)} {'is older than its text' if options.check else 'is written'}")
    if options.check and stale:
        print("run `make notebooks` and commit", file=sys.stderr)
        return 1
    print(f"The notebooks install the package from {source or 'nowhere yet: no address of the repository is known'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
