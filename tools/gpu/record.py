"""Record populations on a GPU, block by block, for as long as there is time: the plan is recording/gpu.md.

    python tools/gpu/record.py --data FILE --seconds 200 --journal OUT/networks.jsonl [--before JOURNAL ...]
    python tools/gpu/record.py --keep DIR JOURNAL ...      # the blocks that are whole, as record files; trains nothing

A journal holds all populations, one record a line with its population, each on the disk before its network counts. A
machine that dies loses nothing but the networks in training; what stands in any of the journals is not trained again.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from _machine import age  # noqa: E402

import regnet_edu as rn  # noqa: E402
from regnet_edu import spaces  # noqa: E402
from regnet_edu.common.environment import environment, hardware  # noqa: E402
from regnet_edu.common.files import write_atomically  # noqa: E402
from regnet_edu.networks.complexity import complexity  # noqa: E402
from regnet_edu.sweeps import records  # noqa: E402
from regnet_edu.sweeps.cost import Images  # noqa: E402
from regnet_edu.sweeps.engines.engine import Job  # noqa: E402
from regnet_edu.sweeps.engines.local import LocalEngine  # noqa: E402
from regnet_edu.sweeps.sampling import network_seed, sampled_networks  # noqa: E402

ATTEMPTS = 2  # of a network, on whatever machines


@dataclass(frozen=True)
class Population:
    """A space, with what differs from its defaults."""

    space: str
    variant: str = ""
    options: tuple[tuple[str, object], ...] = ()

    def name(self, regime: rn.Regime) -> str:
        return "-".join(filter(None, [self.space.lower(), self.variant, regime.name]))

    def sampled(self, n: int, regime: rn.Regime, images: rn.ImageData) -> tuple[str, str, list[rn.AnyNetConfig]]:
        """Its title, its description and its first n networks, as `rn.sweep` samples them with seed 0."""
        return sampled_networks(spaces.get(self.space, **dict(self.options)), n, regime, 0, Images.of(images))


@dataclass(frozen=True)
class Round:
    """Networks `first` to `last` - 1 of each of these populations; block k is network k of each."""

    populations: tuple[Population, ...]
    first: int
    last: int

    def blocks(self) -> Iterator[list[tuple[Population, int]]]:
        """Each block begins with another population, so that none is always first."""
        for k in range(self.first, self.last):
            turn = k % len(self.populations)
            yield [(p, k) for p in self.populations[turn:] + self.populations[:turn]]


FIVE = (("num_stages", 5), ("strides", (1, 2, 2, 2, 2)))
SIX = (*(Population(f"AnyNetX{letter}") for letter in "ABCDE"), Population("RegNetX"))
CONTROLS = tuple(Population(f"AnyNetX{how}{what}") for what in ("Widths", "Depths") for how in ("Equal", "Decreasing"))
OTHERS = (*(Population(s, "5stages", FIVE) for s in ("AnyNetXA", "AnyNetXE", "RegNetX")), Population("RegNetY"))
ROUNDS = (Round(SIX, 0, 100), Round(CONTROLS, 0, 50), Round(OTHERS, 0, 50), Round(SIX, 100, 500))


@dataclass
class Journals:
    """What some journals hold. Keys are (name of a population, index); of a network, its last good record."""

    headers: dict[str, dict[str, Any]] = field(default_factory=dict)
    sessions: list[dict[str, Any]] = field(default_factory=list)
    networks: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    session_of: dict[tuple[str, int], int] = field(default_factory=dict)
    failures: Counter[tuple[str, int]] = field(default_factory=Counter)

    @classmethod
    def read(cls, paths: Iterable[Path]) -> Journals:
        """Read them in this order; lines that are torn or foreign are left out."""
        found = cls()
        for path in filter(Path.exists, paths):
            for line in path.read_bytes().splitlines(keepends=True):
                with contextlib.suppress(ValueError):
                    found._take(records.decode(line))
        return found

    def _take(self, record: dict[str, Any]) -> None:
        if record["kind"] == "session":
            self.sessions.append(record)
            return
        population = record.pop("population", "")
        if record["kind"] == "header":
            self.headers.setdefault(population, record)
            return
        key = population, record["index"]
        if record["status"] == "failed":
            self.failures[key] += 1
        elif key not in self.networks:
            self.networks[key], self.session_of[key] = record, len(self.sessions) - 1

    def settled(self, key: tuple[str, int]) -> bool:
        """Whether a network is recorded, or failed so often that it is given up."""
        return key in self.networks or self.failures[key] >= ATTEMPTS


def record(options: argparse.Namespace, regime: rn.Regime, images: rn.ImageData) -> int:
    """Train what is missing until the time is over; return how many networks were recorded."""
    done = Journals.read([*options.before, options.journal])
    for header in done.headers.values():  # a population has one precision, that of the machine which began it
        regime = regime.replace(precision=header["regime"]["precision"])
    most: dict[Population, int] = {}
    for each in ROUNDS:
        most |= dict.fromkeys(each.populations, each.last)
    sampled = {p: p.sampled(n, regime, images) for p, n in most.items()}
    missing = [
        (p, k) for each in ROUNDS for block in each.blocks() for p, k in block if not done.settled((p.name(regime), k))
    ]
    tasks = [
        {"index": number, "seed": network_seed(0, k), "config": sampled[p][2][k].to_dict()}
        for number, (p, k) in enumerate(missing)
    ]
    if not tasks:
        return 0
    count, headers = 0, set(done.headers)
    with crew_of(options, regime, images) as (train, facts), open(options.journal, "ab", buffering=0) as journal:

        def write(line: dict[str, Any]) -> None:
            journal.write(records.encode(line))
            os.fsync(journal.fileno())

        journal.write(b"\n" * torn(options.journal))
        write({"kind": "session", "n": len(tasks), **facts, **environment(), "hardware": hardware(options.device)})
        for outcome in train(tasks):
            p, k = missing[outcome["index"]]
            name, (title, described, _) = p.name(regime), sampled[p]
            if name not in headers:
                headers.add(name)
                write({"kind": "header", "population": name, **header_of(title, described, regime, images)})
            config = rn.AnyNetConfig.from_dict(tasks[outcome["index"]]["config"])
            write({"kind": "network", "population": name, **record_of(outcome, k, config, regime, images)})
            count += 1
            if count % 20 == 0:  # counts only: nobody looks at errors before a round is complete
                print(f"{count} networks, {options.seconds - age():.0f} s left", flush=True)
            if age() > options.seconds:
                break
    return count


def torn(path: Path) -> bool:
    """Whether the last line of a file has no end, as where a machine died in the middle of it."""
    with open(path, "rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        return file.read() not in (b"", b"\n")


@contextlib.contextmanager
def crew_of(options: argparse.Namespace, regime: rn.Regime, images: rn.ImageData) -> Iterator[tuple[Any, dict]]:
    """Yield a function from tasks to outcomes, and what a session says of it."""
    from _crews import Threads, mps

    facts = {"workers": options.at_once, "threads": 1, "device": options.device, "engine": options.how}
    if options.how == "threads":
        crew = Threads(options.device)
        crew.take(regime, images)
        yield (lambda tasks: crew.stream(tasks, options.at_once)), facts
        return
    with mps(options.device if "MPS" in options.how else "cpu") as variables:
        os.environ.update(variables or {})
        job = Job(regime, images, rn.AnyNetConfig((1,), (8,), 1, 8))
        with LocalEngine(options.at_once, device=options.device).start(job) as crew:
            yield crew.train, facts


def header_of(title: str, described: str, regime: rn.Regime, images: rn.ImageData) -> dict[str, Any]:
    return {
        "format": records.FORMAT,
        "space": title,
        "space_repr": described,
        "seed": 0,
        "regime": regime.to_dict(),
        "regime_fingerprint": regime.fingerprint,
        "data": images.describe(),
        **environment(),
    }


def record_of(
    outcome: dict[str, Any], index: int, config: rn.AnyNetConfig, regime: rn.Regime, images: rn.ImageData
) -> dict[str, Any]:
    counts = complexity(config, regime.resolution, images.channels, images.num_classes)
    settled = {"index": index, "seed": network_seed(0, index), "config": config.to_dict()}
    cost = {"flops": counts.flops, "params": counts.params, "activations": counts.activations}
    return {**settled, **cost, "error": None, "errors": [], "epochs": 0, **outcome, **settled}


# -- what is kept -----------------------------------------------------------------------------------------------------


def whole_blocks(found: Journals, suffix: str) -> dict[str, list[int]]:
    """Return the networks of each population that are kept: blocks up to the first unfinished one of their round.

    A block with a network that is given up is left out.
    """
    kept: dict[str, list[int]] = {}
    for each in ROUNDS:
        for block in each.blocks():
            keys = [("-".join(filter(None, [p.space.lower(), p.variant, suffix])), k) for p, k in block]
            if not all(map(found.settled, keys)):
                break
            if all(key in found.networks for key in keys):
                for name, k in keys:
                    kept.setdefault(name, []).append(k)
    return kept


def keep(paths: Sequence[Path], target: Path) -> None:
    """Write a record file for each population: its header, and each session with the networks that it trained."""
    found = Journals.read(paths)
    target.mkdir(parents=True, exist_ok=True)
    for regime in sorted({header["regime"]["name"] for header in found.headers.values()}):
        for name, indices in whole_blocks(found, regime).items():
            lines = [{**found.headers[name], "hardware": found.sessions[0].get("hardware")}]
            for number, session in enumerate(found.sessions):
                mine = [found.networks[name, k] for k in sorted(indices) if found.session_of[name, k] == number]
                lines += [session, *mine] if mine else []
            write_atomically(target / f"{name}.jsonl", b"".join(map(records.encode, lines)))
            print(f"{name}: {len(indices)} networks")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("journals", nargs="*", type=Path, help="with --keep: what was written, the oldest first")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="write the blocks that are whole as record files")
    parser.add_argument("--journal", type=Path, help="file to add records to")
    parser.add_argument("--before", type=Path, nargs="*", default=[], help="journals of other machines")
    parser.add_argument("--data", default="synthetic", help="an image folder, a packed file, or synthetic")
    parser.add_argument("--regime", default=str(ROOT / "recording" / "gpu2x2.json"), help="a JSON file")
    parser.add_argument("--precision", choices=("fp32", "bf16"), help="if not that of the regime")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cuda")
    parser.add_argument("--how", default="processes", help="processes; processes, MPS; or threads")
    parser.add_argument("--at-once", type=int, default=4, help="networks at once (4)")
    parser.add_argument("--seconds", type=float, default=600, help="for which this process may run (600)")
    options = parser.parse_args()
    if options.keep:
        keep(options.journals, options.keep)
        return 0
    if not options.journal:
        parser.error("--journal says where the records are to be written")
    from _images import load
    from _peers import regime_of

    regime = regime_of(options.regime)
    if options.precision:
        regime = regime.replace(precision=options.precision)
    images = load(options.data, regime.resolution)
    print(f"{record(options, regime, images)} networks recorded")
    return 0


if __name__ == "__main__":
    sys.exit(main())
