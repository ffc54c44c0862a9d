"""Write every chapter and exercise as the notebook that Colab opens (`make notebooks`); `--check` only looks.

Their first cell installs the package from the address of the repository, if one is known: see
book/_ext/regnet_book/repository.py. Make them again once your copy has an address, and commit them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "book" / "_ext")]

from regnet_book import notebooks, repository  # noqa: E402

from regnet_edu.grading.exercise import exercises  # noqa: E402
from regnet_edu.grading.notebook import notebook as exercise_notebook  # noqa: E402


def sources() -> Iterator[tuple[Path, Callable[[str], dict[str, Any]]]]:
    """The path of every notebook, and a function from the address to install from to what it holds."""
    for chapter in sorted((ROOT / "book").glob("[0-9][0-9]_*.md")):
        yield chapter.with_suffix(".ipynb"), partial(notebooks.notebook, chapter)
    for exercise in exercises().values():
        yield ROOT / "exercises" / "notebooks" / f"{exercise.slug}.ipynb", partial(of_exercise, exercise)


def of_exercise(exercise: Any, source: str) -> dict[str, Any]:
    return exercise_notebook(exercise, notebooks.INSTALL.format(source=source))


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a notebook is older than its text")
    options = parser.parse_args()
    source = repository.package_source(ROOT)
    stale = 0
    for path, make in sources():
        there = path.read_text(encoding="utf-8") if path.exists() else ""
        made = notebooks.write(make(notebooks.source_of(path) if options.check and there else source))
        if made != there:
            stale += 1
            if not options.check:
                path.parent.mkdir(exist_ok=True)
                path.write_text(made, encoding="utf-8")
            print(f"{path.relative_to(ROOT)} {'is older than its text' if options.check else 'is written'}")
    if options.check and stale:
        print("run `make notebooks` and commit", file=sys.stderr)
        return 1
    print(f"The notebooks install the package from {source or 'nowhere yet: no address of the repository is known'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
