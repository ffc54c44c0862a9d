"""The parts of a sweep: every network in one of them, and all of them joined again."""

import pandas as pd
import pytest

from regnet_edu.cli.parser import main
from regnet_edu.common.errors import InputError
from regnet_edu.sweeps import records
from regnet_edu.sweeps.population import load_population
from regnet_edu.sweeps.shards import merge, shard

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


@pytest.mark.parametrize("n", [1, 2, 3, 7])
def test_every_network_belongs_to_one_shard_whatever_is_recorded(n):
    tasks = [{"index": k} for k in range(5)]
    parts = [shard(tasks, i, n) for i in range(1, n + 1)]
    assert sorted(task["index"] for part in parts for task in part) == list(range(5))
    assert [shard(tasks[2:], i, n) for i in range(1, n + 1)] == [[t for t in p if t["index"] > 1] for p in parts]


@pytest.mark.parametrize(("i", "n"), [(0, 3), (4, 3), (1, 0), (True, 2)])
def test_a_shard_that_is_not_there_is_refused(i, n):
    with pytest.raises(InputError, match="shard"):
        shard([], i, n)


def test_three_shards_merged_are_the_population_of_one_run(write, tmp_path):
    tasks = [network(k) for k in range(6)]
    whole = load_population(write("whole.jsonl", tasks))
    parts = [write(f"{i}.jsonl", shard(tasks, i, 3)) for i in (1, 2, 3)]
    result = merge(parts, tmp_path / "all.jsonl")
    assert (str(result), result.notes) == ("6 of 6 networks", ())
    merged = load_population(tmp_path / "all.jsonl")
    pd.testing.assert_frame_equal(merged, whole)
    assert merged.attrs["header"]["n"] == 6


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
        ({"regime": {"lr": 0.1}}, [], "are of two populations: regime  and lr 0.1"),
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
