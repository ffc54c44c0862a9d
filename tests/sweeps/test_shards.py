"""The parts of a sweep: every network in one of them, and all of them joined again."""

import contextlib

import numpy as np
import pandas as pd
import pytest

import regnet_edu as rn
from regnet_edu.cli.parser import main
from regnet_edu.common.errors import InputError
from regnet_edu.data.image_data import ImageData
from regnet_edu.sweeps import records
from regnet_edu.sweeps.engines import Crew
from regnet_edu.sweeps.population import load_population
from regnet_edu.sweeps.shards import merge
from regnet_edu.training.regime import Regime

HEADER = {"kind": "header", "format": 2, "space": "AnyNetXA", "space_repr": "A()", "seed": 0, "regime": {}, "data": {}}
HARDWARE = {"processor": "EPYC", "instructions": "AVX2", "count": 2}
CONFIG = {"depths": [1, 2], "widths": [8, 16], "bottleneck_ratios": [1, 1], "group_widths": [8, 8], "block": "X"}


def network(index, **changes):
    config = {**CONFIG, "widths": [8, 8 * (index + 1)]}
    more = {"config": config, "status": "ok", "error": 0.5 + index / 100, "errors": [], "loss": 1.0, **changes}
    return {"kind": "network", "index": index, "seed": index, **more}


@pytest.fixture
def write(tmp_path):
    """Write a record file of some networks and return its path."""

    def written(name, networks, n=6, header=HEADER, hardware=HARDWARE):
        lines = [header, {"kind": "session", "n": n, "hardware": hardware}, *networks]
        (tmp_path / name).write_bytes(b"".join(map(records.encode, lines)))
        return tmp_path / name

    return written


class Pretend:
    """An engine that answers at once: the error of a network is made from its seed."""

    name, workers, threads, device = "pretend", 1, 1, "cpu"

    def check(self, regime):
        pass

    @contextlib.contextmanager
    def start(self, job):
        yield Crew(1, HARDWARE, lambda tasks: map(self.trained, tasks))

    def trained(self, task):
        error = task["seed"] % 1000 / 1000
        done = {"status": "ok", "error": error, "errors": [error], "epochs": 1, "loss": error, "reason": None}
        return {"index": task["index"], **done, "seconds": 1.0, "cpu_seconds": 1.0, "images_per_second": 1.0}


@pytest.fixture
def images():
    pixels, labels = np.zeros((64, 8, 8, 3), np.uint8), np.arange(64) % 2
    return ImageData("zeros", pixels, labels, pixels[:8], labels[:8], ("a", "b"), "0" * 16)


def test_three_shards_merged_are_the_population_of_one_run(images, tmp_path):
    regime = Regime.from_dict({**rn.regime.get("tiny").to_dict(), "resolution": 8, "flops": None, "train_images": 64})

    def run(name, engine, n=7):
        return rn.sweep("RegNetX", n, regime, tmp_path / name, engine=engine, data=images, progress=False)

    whole = run("whole.jsonl", Pretend())
    parts = [run(f"{i}.jsonl", rn.ShardEngine(Pretend(), i, 3)) for i in (1, 2, 3)]
    assert [list(part["index"]) for part in parts] == [[0, 3, 6], [1, 4], [2, 5]]
    assert len(run("2.jsonl", rn.ShardEngine(Pretend(), 2, 3), n=9)) == 3  # a part is extended by itself
    result = merge([tmp_path / f"{i}.jsonl" for i in (1, 2, 3)], tmp_path / "all.jsonl")
    assert str(result) == "8 of 9 networks" and not result.notes
    merged = load_population(tmp_path / "all.jsonl")
    pd.testing.assert_frame_equal(merged.head(7), whole)
    assert len(run("all.jsonl", Pretend(), n=9)) == 9


@pytest.mark.parametrize(("part", "parts"), [(0, 3), (4, 3), (1, 0), (True, 2)])
def test_a_shard_that_is_not_there_is_refused(part, parts):
    with pytest.raises(InputError, match="shard"):
        rn.ShardEngine(Pretend(), part, parts)


def test_each_network_keeps_the_hardware_that_trained_it(write, tmp_path):
    parts = [write("a.jsonl", [network(0), network(2)], n=9), write("b.jsonl", [network(1)], hardware="1 x Xeon")]
    merge(parts, tmp_path / "all.jsonl")
    table = load_population(tmp_path / "all.jsonl")
    assert list(table.hardware) == ["2 x EPYC (AVX2)", "1 x Xeon", "2 x EPYC (AVX2)"]
    assert table.attrs["header"]["n"] == 9  # the most that was asked for


def test_a_network_in_several_files_is_taken_once_and_not_where_it_failed(write, tmp_path):
    failed = network(0, status="failed", error=None)
    parts = [write("a.jsonl", [failed, network(1)]), write("b.jsonl", [network(0), network(1), network(2)])]
    result = merge(parts, tmp_path / "all.jsonl")
    assert str(result) == "3 of 6 networks, 2 of them in several files" and not result.notes
    assert list(load_population(tmp_path / "all.jsonl").status) == ["ok"] * 3


def test_what_came_out_otherwise_and_what_is_torn_is_said(write, tmp_path):
    parts = [write("a.jsonl", [network(0)]), write("b.jsonl", [network(0, error=0.25), network(1)])]
    parts[1].write_bytes(parts[1].read_bytes()[:-5])
    notes = merge(parts, tmp_path / "all.jsonl").notes
    assert f"line 4 of {parts[1]} is left out: it is torn" in notes[0]
    assert "network 0 has error 0.25 in" in notes[1] and "and 0.5 in" in notes[1]


@pytest.mark.parametrize(
    ("header", "networks", "sentence"),
    [
        ({"seed": 3}, [], "are of two populations: seed 0 and 3"),
        ({"regime": {"lr": 0.1}}, [], "are of two populations: regime lr None and lr 0.1"),
        ({"space_repr": "A(max_depth=3)"}, [], r"are of two populations: space A\(\) and A\(max_depth=3\)"),
        ({}, [network(0, seed=5)], "network 0 of .* is another one than in"),
    ],
)
def test_files_of_two_populations_are_refused(write, tmp_path, header, networks, sentence):
    parts = [write("a.jsonl", [network(0)]), write("b.jsonl", networks, header={**HEADER, **header})]
    with pytest.raises(InputError, match=sentence):
        merge(parts, tmp_path / "all.jsonl")
    assert not (tmp_path / "all.jsonl").exists()


def test_a_file_that_is_there_is_added_to_and_never_lost(write):
    a, b = write("a.jsonl", [network(0)]), write("b.jsonl", [network(1)])
    with pytest.raises(InputError, match=r"a\.jsonl is there already; name it among the files to merge"):
        merge([b], a)
    merge([a, b, a], a)
    assert sorted(records.read(a).networks) == [0, 1]
    with records.RecordWriter(a), pytest.raises(InputError, match="is being written by another sweep"):
        merge([a, b], a)


def test_the_commands(write, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write("a.jsonl", [network(0)])
    write("b.jsonl", [network(0), network(1)])
    assert main(["merge", "a.jsonl", "b.jsonl", "--out", "c.jsonl"]) == 0
    assert main(["export", "c.jsonl", "--to", "csv"]) == 0
    assert capsys.readouterr().out.split("\n")[:2] == ["c.jsonl: 2 of 6 networks, 1 of them in several files", "c.csv"]
    assert len(pd.read_csv("c.csv")) == 2
    assert main(["merge", "a.jsonl", "/dev/full", "--out", "d.jsonl"]) == 2
    assert "/dev/full is a device, not a regular file" in capsys.readouterr().err
    (tmp_path / "z.jsonl").write_bytes(b"\x1f\x8b\n")
    for words in (["merge", "z.jsonl", "--out", "d.jsonl"], ["export", "z.jsonl", "--to", "csv"]):
        assert main(words) == 2
        assert "no header of `regnet-edu sweep` (it is not JSON)" in capsys.readouterr().err


def test_nothing_is_written_over_a_record_file(write, tmp_path, capsys):
    file, other = write("a.jsonl", [network(0)]), write("b.jsonl", [network(0)])
    held = other.read_bytes()
    for words in (["report", file], ["export", file, "--to", "csv"], ["export", file, "--to", "optuna"]):
        for out in (file, other):
            assert main([*map(str, words), "--out", str(out)]) == 2
            assert f"{out} is a record file, which would be lost" in capsys.readouterr().err
    with pytest.raises(InputError, match="is a record file, which would be lost"):
        rn.AnyNet(rn.AnyNetConfig((1,), (8,), 1, 8), 2).save(other)
    assert file.read_bytes() == other.read_bytes() == held
