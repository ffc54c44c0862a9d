"""Put beside the checkout what a GPU machine without network needs: `make gpu-pack ARGS="--data DIR"`.

Into the folder `gpu-pack`, which git ignores: the images as one file, and as wheels the packages that the machine lacks
(for the Python, the system and the packages that are named below). `tools/gpu/run.py` finds both there.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))
PACK = ROOT / "gpu-pack"
# What is there already, with all that it needs.
THERE = ["numpy", "pandas", "torch", "torchvision", "timm", "matplotlib", "pillow", "tqdm", "pytest", "scipy"]
# What the package, its tests, the chapters and d2l need besides.
WANTED = [
    *("lazy-loader", "pooch", "jinja2", "filelock", "psutil", "hypothesis", "pytest-timeout", "requests"),
    *("jupytext", "nbclient", "ipykernel", "anywidget", "ipywidgets", "matplotlib-inline"),
]
ALONE = ["d2l==1.0.0a1.post0"]  # without what it asks for: a second numpy, a notebook server and a physics engine
UNUSED = {"debugpy", "jupyterlab-widgets", "widgetsnbextension"}  # of a debugger, and of a browser
MOST_BYTES = 64 << 20  # of what is copied, the checkout included


def resolve(names: list[str], python: str) -> dict[str, str]:
    """Return the packages that these need, with the versions of the lock file where it has them."""
    lock = ROOT / "requirements.lock"
    words = [
        "pip",
        "compile",
        "-",
        "--constraint",
        str(lock),
        "--python-version",
        python,
        "--no-header",
        "--no-annotate",
    ]
    words += ["--python-platform", "x86_64-manylinux_2_28", "--quiet"]
    done = subprocess.run(
        [sys.executable, "-m", "uv", *words], input="\n".join(names), text=True, capture_output=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"uv could not resolve the packages:\n{done.stderr}")
    pins = (line.split(";")[0].strip().split("==") for line in done.stdout.splitlines() if "==" in line)
    return {name.partition("[")[0]: version for name, version in pins}


def wheels(folder: Path, python: str) -> None:
    """Download the wheels of what is wanted and not there."""
    there = resolve(THERE, python)
    pins = [f"{n}=={v}" for n, v in resolve(WANTED, python).items() if n not in there and n not in UNUSED]
    with tempfile.TemporaryDirectory() as place:
        words = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--only-binary=:all:",
            "--dest",
            place,
        ]
        words += ["--implementation", "cp", "--python-version", python]
        words += [f"--platform=manylinux_2_{n}_x86_64" for n in (28, 27, 26, 24, 17, 12, 5)]
        subprocess.run([*words, "--platform=manylinux2014_x86_64", *pins, *ALONE], check=True)
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.whl"):
            old.unlink()
        for new in Path(place).glob("*.whl"):
            (folder / new.name).write_bytes(new.read_bytes())


def weigh() -> dict[str, int]:
    """Return the bytes of what would be copied: what git knows or does not ignore, and the pack."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    packed = [p for p in PACK.rglob("*") if p.is_file()]
    groups = {"checkout": names, "wheels": [p for p in packed if p.suffix == ".whl"]}
    groups["images and records"] = [p for p in packed if p.suffix != ".whl"]
    return {name: sum(p.stat().st_size for p in files if p.is_file()) for name, files in groups.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="image folder of CIFAR-10, train/CLASS/* and test/CLASS/*")
    parser.add_argument("--name", default="cifar10_jpeg", help="what records call the data (cifar10_jpeg)")
    parser.add_argument(
        "--note", default="CIFAR-10, re-encoded as JPEG of quality about 75", help="a sentence about it"
    )
    parser.add_argument("--most", type=int, help="images of each class in each split, if not all")
    parser.add_argument("--python", default="3.12", help="version of the machine's Python (3.12)")
    parser.add_argument("--no-wheels", action="store_true", help="the machine has all packages")
    options = parser.parse_args()
    if options.data:
        from _images import pack

        for old in PACK.glob("*.npz"):
            old.unlink()
        pack(options.data, PACK / f"{options.name}.npz", options.note, options.most)
    if not options.no_wheels:
        wheels(PACK / "wheels", options.python)
    sizes = weigh()
    total = sum(sizes.values())
    print(", ".join(f"{name} {size / 2**20:.1f} MiB" for name, size in sizes.items()) + f": {total / 2**20:.1f} MiB")
    if total > MOST_BYTES:
        print(f"more than the {MOST_BYTES >> 20} MiB that can be copied", file=sys.stderr)
    return int(total > MOST_BYTES)


if __name__ == "__main__":
    sys.exit(main())
