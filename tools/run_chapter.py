"""Run the cells of chapters, say how long each took, and keep nothing: `python tools/run_chapter.py book/03_*.md`.

Two times: by the clock, and of the processors, which other work on the machine does not lengthen. With `--show`, the
text that each cell gives is printed too. The book is not built.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import time
from pathlib import Path
from typing import Any

import jupytext
import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

# Threads of a chapter that wait shall sleep, not spin: as in tools/build_book.py.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def texts(cell: Any) -> str:
    """What a cell gave, as far as it is text."""
    found = []
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        found.append(output.get("text") or data.get("text/markdown") or data.get("text/plain", ""))
    return "\n".join(part.rstrip() for part in found if part)


def processor_seconds(pid: int) -> float:
    """What the processors did for a kernel, for the processes that it started, and for theirs."""
    total, kernel = 0.0, psutil.Process(pid)
    for process in [kernel, *kernel.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            total += sum(process.cpu_times()[:4])  # user and system, of itself and of its children that ended
    return total


def run(path: Path, show: bool) -> bool:
    """Run one chapter from top to bottom; whether every cell ran."""
    notebook = jupytext.read(path)
    client = NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(path.parent)}})
    begun, number, worked = time.monotonic(), 0, 0.0
    with client.setup_kernel():
        pid = client.km.provisioner.pid
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type != "code":
                continue
            number, start = number + 1, time.monotonic()
            try:
                client.execute_cell(cell, index)
            except CellExecutionError as error:
                print(f"{path.name}: cell {number} failed\n{cell.source}\n\n{error}", file=sys.stderr)
                return False
            seconds, before, worked = time.monotonic() - start, worked, processor_seconds(pid)
            times = f"{seconds:5.1f} s, processors {worked - before:5.1f} s"
            print(f"{path.name}: cell {number:2} {times}  {cell.source.strip().splitlines()[0]:.60}", flush=True)
            if show and (text := texts(cell)):
                print(text + "\n")
    print(f"{path.name}: {time.monotonic() - begun:.0f} s, processors {worked:.0f} s")
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("chapters", nargs="+", type=Path)
    parser.add_argument("--show", action="store_true", help="print the text that each cell gives")
    options = parser.parse_args()
    return 0 if all([run(path, options.show) for path in options.chapters]) else 1


if __name__ == "__main__":
    sys.exit(main())
