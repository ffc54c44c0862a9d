"""Build `kernels.c` with clang and write it as base64 into a module of the interactives: python tools/simd/build.py.

With --check nothing is written: it ends with 1 where the module does not hold what this source and flags give. Another
clang may give other bytes; `clang --version` of the one that was used stands in the module.
"""

from __future__ import annotations

import base64
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
MODULE = HERE.parents[1] / "regnet_edu/widgets/simd.js"
FLAGS = [
    *("--target=wasm32", "-O3", "-msimd128", "-ffreestanding", "-nostdlib", "-fno-strict-aliasing"),
    *("-fno-delete-null-pointer-checks", "-Wl,--no-entry", "-Wl,--import-memory", "-Wl,--strip-all"),
    "-Wl,-z,stack-size=16384",
]


def built() -> str:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "kernels.wasm"
        subprocess.run(["clang", *FLAGS, "-o", out, HERE / "kernels.c"], check=True)
        return base64.b64encode(out.read_bytes()).decode()


def version() -> str:
    return subprocess.run(["clang", "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]


def main() -> int:
    text = MODULE.read_text(encoding="utf-8")
    new = re.sub(r'return "[^"]*"; // .*', f'return "{built()}"; // {version()}', text)
    if "--check" in sys.argv:
        return int(new != text)
    MODULE.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
