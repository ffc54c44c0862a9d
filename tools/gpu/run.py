"""Prove the GPU path and record what only a GPU can, in eight minutes: `make gpu`. README.md beside this has it all.

    python3 tools/gpu/run.py --out OUT                        # on the machine with the GPU; BUDGET=480 seconds in all
    python3 tools/gpu/run.py --device cpu --rehearse          # the same parts, small, on a machine without one

Parts, each a process of its own that is ended when its time is over, and of which none can take another down:

    images      the packed images are decoded                                                          60 s
    tests       pytest -m gpu                                                                          60 s
    bench       benchmarks/train.py: ours against d2l.Trainer and a plain loop                        120 s
    notebooks   chapters 3 and 9, from top to bottom                                                   60 s
    crowd       benchmarks/crowd.py: how many networks at once, and in which way                      100 s
    record      tools/gpu/record.py: populations, in that way, until the budget is spent

What OUT (or a folder in gpu-pack/before, of another machine) says was done is not done again; records go on.
This file needs nothing but Python.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LIMITS = {"images": 60, "tests": 60, "bench": 120, "notebooks": 60, "crowd": 100}  # seconds
REHEARSAL = 60  # seconds of each part
PARTS = (*LIMITS, "record")
RESERVE = 6  # seconds that the recording leaves for its own end
WORTH_IT = 20  # seconds for which it is worth to begin again
SAFE = {"how": "processes", "at_once": 4}  # if the chosen way breaks down
REHEARSED = {"name": "rehearsal", "flops": [7.2e6, 8.8e6], "train_images": 128, "test_images": 100, "batch_size": 64}
REHEARSED |= {"epochs": 1, "precision": "fp32"}


class Run:
    """One start of the command.

    Args:
        options: of the command line.

    Attributes:
        state: what `state.json` holds: the result of each part, by its name.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self.options, self.begun = options, time.monotonic()
        self.out = Path(options.out).resolve()
        self.out.mkdir(parents=True, exist_ok=True)
        self.work = Path(options.work).resolve()
        self.work.mkdir(parents=True, exist_ok=True)
        self.pack = Path(options.pack)
        self.before = sorted(path.parent for path in self.pack.glob("before/**/state.json"))
        self.state: dict[str, Any] = {"parts": {}, "device": options.device, "rehearsal": options.rehearse}
        for folder in [*self.before, self.out]:
            with contextlib.suppress(OSError, ValueError):
                self.state["parts"] |= json.loads((folder / "state.json").read_text())["parts"]
        self.environment = self._environment()

    def left(self) -> float:
        return self.options.budget - (time.monotonic() - self.begun)

    def save(self, part: str, **facts: Any) -> None:
        """Write down how a part stands, in one step."""
        self.state["parts"][part] = facts
        new = self.out / ".state.part"
        new.write_text(json.dumps(self.state, indent=1))
        os.replace(new, self.out / "state.json")

    def say(self, text: str) -> None:
        print(f"{time.monotonic() - self.begun:4.0f} s  {text}", flush=True)

    def _environment(self) -> dict[str, str]:
        """What all parts are started with: our packages, and folders that can be written."""
        work = {name: str(self.work / name.lower()) for name in ("MPLCONFIGDIR", "IPYTHONDIR", "JUPYTER_CONFIG_DIR")}
        work |= {"JUPYTER_DATA_DIR": str(self.work / "jupyter"), "JUPYTER_RUNTIME_DIR": str(self.work / "runtime")}
        paths = [str(ROOT), *self._packages(), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        settings = {"PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1", "OMP_WAIT_POLICY": "PASSIVE"}
        cache = {} if "REGNET_EDU_CACHE" in os.environ else {"REGNET_EDU_CACHE": str(self.work / "cache")}
        return {**os.environ, **work, **settings, **cache, **({"GPU_REHEARSAL": "1"} if self.options.rehearse else {})}

    def _packages(self) -> list[str]:
        """Install the packed wheels of packages that are not there, and return where; none if all are."""
        missing = []
        for wheel in sorted(self.pack.glob("wheels/*.whl")):
            try:
                metadata.version(wheel.name.split("-")[0])
            except metadata.PackageNotFoundError:
                missing.append(str(wheel))
        if not missing:
            return []
        site = self.work / f"site-{sys.version_info.major}.{sys.version_info.minor}"
        words = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-compile"]
        words += ["--no-cache-dir", "--upgrade", "--target", str(site), *missing]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            self.say(f"the packed wheels could not be installed: {done.stderr.strip()[-500:]}")
        return [str(site)]

    def part(self, name: str, words: Sequence[str], seconds: float) -> str:
        """Run a part in a process of its own for so long at most; return "ok", or how it ended."""
        began = time.monotonic()
        self.save(name, status="begun")
        with open(self.out / "log.txt", "ab") as log:
            log.write(f"\n===== {name}: {' '.join(words)}\n".encode())
            log.flush()
            process = subprocess.Popen(
                words, cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
            try:
                code = process.wait(timeout=max(1, seconds))
                status = "ok" if code == 0 else f"exit status {code}" if code > 0 else f"killed by signal {-code}"
            except subprocess.TimeoutExpired:
                status = "out of time"
            finally:
                end(process)
        self.save(name, status=status, seconds=round(time.monotonic() - began, 1))
        self.say(f"{name}: {status} after {time.monotonic() - began:.0f} s")
        return status

    def done(self, name: str) -> bool:
        """Whether a part came to its end before, here or on another machine."""
        status = self.state["parts"].get(name, {}).get("status", "begun")
        return name not in self.options.again and status != "begun" and not status.startswith("killed")

    def choice(self) -> dict[str, Any]:
        """Return in which way the crowd of networks was the fastest, as far as it was measured."""
        found: dict[str, Any] = dict(SAFE)
        for folder in [*self.before, self.out]:
            best = 0.0
            with contextlib.suppress(OSError):
                for line in (folder / "crowd.jsonl").read_text().splitlines():
                    with contextlib.suppress(ValueError):
                        result = json.loads(line)
                        if result["kind"] == "precision":
                            found["precision"] = result["precision"]
                        elif "at_once" in result and result.get("networks_a_minute", 0) > best:
                            best = result["networks_a_minute"]
                            found |= {"how": result["how"], "at_once": result["at_once"]}
        return found


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process and those of its group that it left behind."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


def commands(run: Run) -> dict[str, list[str]]:
    """What each part runs, but for the recording."""
    options, python = run.options, sys.executable
    device, data = ["--device", options.device], ["--data", options.data]
    packed = f"import sys; sys.path.insert(0, 'benchmarks'); from _images import load; load({options.data!r}, 32)"
    bench = ["benchmarks/train.py", *device, *data, "--out", str(run.out / "bench.jsonl"), "--regimes"]
    crowd = ["benchmarks/crowd.py", *device, *data, "--out", str(run.out / "crowd.jsonl"), "--regime", options.regime]
    if options.rehearse:
        bench += [options.regime, "--share", "1", "--rounds", "1"]
        crowd += ["--images", "128", "--seconds", str(0.6 * options.limit)]
    else:
        seconds = LIMITS["bench"] - 30
        bench += ["colab", options.regime, "--share", "0.25", "--rounds", "6", "--seconds", str(seconds)]
        crowd += ["--seconds", str(LIMITS["crowd"] - 25)]
    tests = ["-m", "pytest", "tests/training/test_gpu.py", "-m", "gpu", "-v", "-p", "no:cacheprovider", "--tb=short"]
    chapters = ["book/03_populations.ipynb", "book/09_regnetx.ipynb"]
    return {
        "images": [python, "-c", packed],
        "tests": [python, *tests],
        "bench": [python, *bench],
        "notebooks": [python, "tools/run_chapter.py", *chapters],
        "crowd": [python, *crowd],
    }


def record(run: Run) -> None:
    """Spend what is left on populations; where the chosen way breaks down, go on in the safe one."""
    journals = [str(folder / "networks.jsonl") for folder in run.before]
    for attempt in range(2):
        chosen = {**run.choice(), **(SAFE if attempt else {})}
        seconds = min(run.left(), run.options.limit if run.options.rehearse else run.left()) - RESERVE
        words = [sys.executable, "tools/gpu/record.py", "--device", run.options.device, "--data", run.options.data]
        words += ["--regime", run.options.regime, "--journal", str(run.out / "networks.jsonl"), "--before", *journals]
        words += ["--how", chosen["how"], "--at-once", str(chosen["at_once"]), "--seconds", f"{seconds:.0f}"]
        words += ["--precision", chosen["precision"]] if "precision" in chosen else []
        if seconds < WORTH_IT and attempt:
            return
        if run.part("record", words, seconds + RESERVE - 1) in ("ok", "out of time"):
            return


def parse(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", default="runs/gpu", help="folder of what comes back, at most five files (runs/gpu)")
    parser.add_argument("--work", default="runs/gpu-work", help="folder of what need not come back (runs/gpu-work)")
    parser.add_argument("--pack", default=str(ROOT / "gpu-pack"), help="what `make gpu-pack` made (gpu-pack)")
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--data", help="an image folder or a packed file (gpu-pack/*.npz)")
    parser.add_argument("--regime", default="recording/gpu2x2.json", help="JSON file of the regime that is recorded")
    parser.add_argument("--budget", type=float, default=float(os.environ.get("BUDGET", 480)), help="seconds (480)")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART", help="these parts alone")
    parser.add_argument("--again", nargs="+", choices=PARTS, default=(), metavar="PART", help="parts to do once more")
    parser.add_argument("--rehearse", action="store_true", help="every part, small: shows that nothing is missing")
    parser.add_argument("--limit", type=float, default=REHEARSAL, help="seconds of a part in a rehearsal (60)")
    options = parser.parse_args(argv)
    if options.device == "cpu" and not options.rehearse:
        parser.error("--device cpu is for rehearsals; add --rehearse")
    packed = sorted(map(str, Path(options.pack).glob("*.npz")))
    options.data = options.data or (packed[0] if packed else "synthetic" if options.rehearse else None)
    if not options.data:
        parser.error('there are no images; make gpu-pack ARGS="--data DIR" packs an image folder, or give --data')
    return options


def main(argv: Sequence[str] | None = None) -> int:
    """Run what is to be done; return 0 if every part that was asked for ended well."""
    options = parse(argv)
    run = Run(options)
    if options.rehearse:
        regime = {**json.loads((ROOT / options.regime).read_text()), **REHEARSED}
        options.regime = str(run.work / "rehearsal.json")
        Path(options.regime).write_text(json.dumps(regime))
    for name, words in commands(run).items():
        if name not in options.only:
            continue
        if run.done(name):
            run.say(f"{name}: done before ({run.state['parts'][name]['status']})")
        elif run.left() > 1:
            run.part(name, words, min(options.limit if options.rehearse else LIMITS[name], run.left()))
    if "record" in options.only and run.left() > RESERVE:
        record(run)
    statuses = [run.state["parts"].get(name, {}).get("status", "not begun") for name in options.only]
    files = sorted(path for path in run.out.iterdir() if path.is_file())
    run.say(f"in {run.out}: " + ", ".join(f"{path.name} {path.stat().st_size / 1e3:,.0f} kB" for path in files))
    return int(any(status != "ok" for status in statuses))


if __name__ == "__main__":
    sys.exit(main())
