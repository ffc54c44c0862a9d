"""`make gpu`: parts that cannot take each other down, recording that dies and goes on, what is kept of it, the pack."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

import regnet_edu as rn
from regnet_edu.sweeps import records

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))
from _images import load as load_packed  # noqa: E402
from _images import pack  # noqa: E402

REGIME = json.loads((ROOT / "recording" / "gpu2x2.json").read_text())


def load(name: str):
    spec = importlib.util.spec_from_file_location(f"gpu_{name}", ROOT / "tools" / "gpu" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


run, record = load("run"), load("record")


def photographs(folder: Path, train: int, test: int, side: int) -> Path:
    """An image folder of two classes, with so many images of each, drawn by chance."""
    rng = np.random.default_rng(0)
    for split, count in (("train", train), ("test", test)):
        for name in ("cat", "dog"):
            place = folder / split / name
            place.mkdir(parents=True)
            for k in range(count):
                Image.fromarray(rng.integers(0, 256, (side, side, 3), np.uint8)).save(place / f"{k}.jpg")
    return folder


@pytest.fixture
def rehearsal(tmp_path):
    """The command's arguments for a rehearsal in a folder of its own, without the pack of whoever runs the tests."""
    pack(photographs(tmp_path / "photos", 70, 50, 32), tmp_path / "photos.npz")
    places = {"out": "out", "work": "work", "pack": "pack", "data": "photos.npz"}
    words = [word for name, place in places.items() for word in (f"--{name}", str(tmp_path / place))]
    return ["--device", "cpu", "--rehearse", *words]


def parts(folder: Path) -> dict[str, str]:
    state = json.loads((folder / "state.json").read_text())
    return {name: facts["status"] for name, facts in state["parts"].items()}


def test_no_part_takes_another_down_and_none_is_done_twice(rehearsal, tmp_path, monkeypatch, capsys):
    ways = {
        "images": "print('done')",
        "tests": "raise SystemExit(3)",
        "bench": "import time; time.sleep(60)",
        "notebooks": "import os; os.kill(os.getpid(), 9)",
        "crowd": "open('/nowhere/at/all')",
    }
    code = {name: [sys.executable, "-c", text] for name, text in ways.items()}
    monkeypatch.setattr(run, "commands", lambda _: code)
    five = [*rehearsal, "--only", *ways, "--limit", "2"]
    assert run.main(five) == 1
    expected = {"images": "ok", "tests": "exit status 3", "bench": "out of time", "crowd": "exit status 1"}
    assert parts(tmp_path / "out") == {**expected, "notebooks": "killed by signal 9"}
    assert "done\n" in (tmp_path / "out" / "log.txt").read_text()
    code["notebooks"] = code["tests"] = [sys.executable, "-c", ""]
    capsys.readouterr()
    assert run.main([*five, "--again", "tests"]) == 1  # what was killed is done again, and what is asked for
    assert parts(tmp_path / "out") == {**expected, "notebooks": "ok", "tests": "ok"}
    assert "bench: done before (out of time)" in capsys.readouterr().out


def test_another_machine_goes_on_from_what_the_first_sent_back(rehearsal, tmp_path):
    first = tmp_path / "pack" / "before" / "1"
    first.mkdir(parents=True)
    (first / "state.json").write_text('{"parts": {"tests": {"status": "ok"}, "record": {"status": "begun"}}}')
    lines = [
        {"kind": "pace", "how": "processes in fp32", "networks_a_minute": 90},
        {"kind": "precision", "precision": "fp32"},
        {"kind": "pace", "how": "processes", "at_once": 8, "networks_a_minute": 60},
        {"kind": "pace", "how": "processes, MPS", "at_once": 16, "networks_a_minute": 80},
    ]
    (first / "crowd.jsonl").write_text("\n".join(map(json.dumps, lines)) + '\n{"kind": "pa')
    second = run.Run(run.parse(rehearsal))
    assert second.done("tests") and not second.done("record") and not second.done("bench")
    assert second.choice() == {"how": "processes, MPS", "at_once": 16, "precision": "fp32"}


def start(rehearsal: list[str], *more: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "tools/gpu/run.py", *rehearsal, *more], cwd=ROOT, stdout=subprocess.DEVNULL
    )


def networks(journal: Path) -> set[tuple[str, int]]:
    return set(record.Journals.read([journal]).networks)


def die_while_recording(process: subprocess.Popen[bytes], journal: Path, least: int) -> None:
    """SIGKILL the command and all that it started as soon as so many networks are on the disk."""
    until = time.monotonic() + 300
    while len(networks(journal)) < least:
        assert time.monotonic() < until and process.poll() is None, "nothing was recorded"
        time.sleep(0.2)
    everyone = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
    for one in everyone:
        one.kill()
    process.wait()


@pytest.mark.heavy
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_machine_that_dies_while_recording_has_lost_nothing_and_another_goes_on(rehearsal, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "state.json").write_text('{"parts": {"tests": {"status": "ok"}}}')
    choice = {"kind": "pace", "how": "threads", "at_once": 1, "networks_a_minute": 1}  # without worker processes
    (out / "crowd.jsonl").write_text(json.dumps(choice) + "\n")
    alone = ["--only", "record", "--limit", "500", "--budget", "500"]
    die_while_recording(start(rehearsal, *alone), out / "networks.jsonl", 2)
    before = networks(out / "networks.jsonl")
    assert parts(out) == {"tests": "ok", "record": "begun"}
    with open(out / "networks.jsonl", "ab") as file:
        file.write(b'{"kind": "network", "torn')
    again = start(rehearsal, *alone)
    die_while_recording(again, out / "networks.jsonl", len(before) + 2)
    found = record.Journals.read([out / "networks.jsonl"])
    assert before < set(found.networks) and len(found.sessions) == 2
    # Spaces grow evenly, each network with the seed and the config that a sweep gives it.
    assert {name for name, _ in before} <= {
        p.name(rn.Regime.from_dict({**REGIME, "name": "rehearsal"})) for p in record.SIX
    }
    key, first = next(iter(found.networks.items()))
    assert first["seed"] == record.network_seed(0, key[1]) and first["status"] == "ok"


@pytest.mark.heavy
@pytest.mark.timeout(3000)
def test_the_rehearsal_runs_every_part_and_killing_the_last_loses_none_of_the_others(rehearsal, tmp_path):
    process = start(rehearsal, "--limit", "300", "--budget", "1500")
    die_while_recording(process, tmp_path / "out" / "networks.jsonl", 4)
    out = tmp_path / "out"
    before = networks(out / "networks.jsonl")
    done = {"images", "tests", "bench", "notebooks", "crowd"}
    assert {name for name, status in parts(out).items() if status == "ok"} == done
    assert '"ratios"' in (out / "bench.jsonl").read_text() and '"choice"' in (out / "crowd.jsonl").read_text()
    assert " passed" in (out / "log.txt").read_text()
    assert start(rehearsal, "--limit", "90", "--budget", "90").wait() == 0
    assert before < networks(out / "networks.jsonl") and set(parts(out).values()) == {"ok"}
    files = list(out.iterdir())
    assert len(files) <= 8 and all(path.stat().st_size < 16e6 for path in files)


# -- what is kept -----------------------------------------------------------------------------------------------------


def journal(path: Path, lines: list[tuple[str, int, str]], regime: dict, session: bool = True) -> Path:
    """Write a journal of (population, index, status)."""
    written = [{"kind": "session", "n": 9, "workers": 1}] if session else []
    for name in dict.fromkeys(name for name, _, _ in lines):
        header = {"format": 2, "space": name, "seed": 0, "regime": regime, "data": {}}
        written.append({"kind": "header", "population": name, **header})
    config = rn.AnyNetConfig((1,), (8,), 1, 8).to_dict()
    for name, index, status in lines:
        network = {"index": index, "seed": 1, "config": config, "status": status, "errors": []}
        error = None if status == "failed" else 0.5
        written.append({"kind": "network", "population": name, **network, "error": error})
    path.write_bytes(b"".join(map(records.encode, written)))
    return path


def test_only_whole_blocks_are_kept_from_all_journals_each_with_its_session(tmp_path):
    regime = {**REGIME, "name": "g"}
    six = [p.name(rn.Regime.from_dict(regime)) for p in record.SIX]
    a = [(name, 0, "ok") for name in six] + [(name, 1, "ok") for name in six[:4]] + [(six[4], 1, "failed")]
    b = [(six[4], 1, "ok"), (six[5], 1, "diverged"), (six[0], 0, "ok")]  # the last is there already
    b += [(name, 2, "ok") for name in six[1:]] + [(six[0], 2, "failed")] * 2  # which is given up, with its block
    b += [(name, 3, "ok") for name in six] + [(name, 4, "ok") for name in six[:2]] + [(name, 5, "ok") for name in six]
    record.keep([journal(tmp_path / "a", a, regime), journal(tmp_path / "b", b, regime)], tmp_path / "kept")
    for name in six:
        found = records.read(tmp_path / "kept" / f"{name}.jsonl")
        assert sorted(found.networks) == [0, 1, 3] and found.bad == [] and found.header["space"] == name
        late = name in six[4:]
        assert [found.session_of[k] for k in (0, 1, 3)] == [0, int(late), 1]
    assert len(list((tmp_path / "kept").iterdir())) == 6


def test_the_plan_is_sampled_as_a_sweep_samples_it_and_each_space_comes_first_in_turn():
    regime = rn.Regime.from_dict(REGIME)
    images = rn.data.load("synthetic", 32)
    _, described, configs = record.SIX[5].sampled(5, regime, images)
    assert "stem_stride=1" in described and all(config.stem_stride == 1 for config in configs)
    assert all(29.5e6 <= rn.complexity(config, 32, num_classes=10).flops <= 32.8e6 for config in configs)
    blocks = list(record.ROUNDS[0].blocks())
    assert len(blocks) == 100 and {len(block) for block in blocks} == {6}
    assert [block[0][0] for block in blocks[:6]] == list(record.SIX)
    firsts = [(each.populations, each.first, each.last) for each in record.ROUNDS]
    assert firsts[0] == (record.SIX, 0, 100) and firsts[-1] == (record.SIX, 100, 500)


def test_packed_images_are_those_of_their_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("REGNET_EDU_CACHE", str(tmp_path / "cache"))
    pack(photographs(tmp_path / "photos", 5, 2, 16), tmp_path / "photos.npz", "drawn by chance")
    there = rn.data.load(tmp_path / "photos", 16)
    for _ in range(2):  # decoded, and as it was kept
        packed = load_packed(str(tmp_path / "photos.npz"), 16)
        assert (packed.name, packed.fingerprint, packed.classes) == ("photos", there.fingerprint, there.classes)
        assert packed.note == "drawn by chance" and os.listdir(tmp_path / "cache" / "decoded")
