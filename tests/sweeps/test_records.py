"""The record file: nothing is lost, and everything that is wrong is named."""

import gc
import json
import os
import shutil
import subprocess
import sys
import time

import pandas as pd
import pytest

from regnet_edu.common.errors import InputError
from regnet_edu.sweeps import records
from regnet_edu.sweeps.records import RecordWriter, decode, encode, parse

HEADER = {"kind": "header", "format": 1, "space": "AnyNetXA"}


def network(index, error=0.5):
    return {"kind": "network", "index": index, "error": error}


def write(path, *entries):
    with RecordWriter(path) as writer:
        for entry in entries:
            writer.append(entry)


def test_a_line_says_what_was_written_and_carries_its_checksum():
    line = encode(network(3))
    assert decode(line) == network(3)
    assert len(json.loads(line)["crc"]) == 8 and line.endswith(b"\n") and line.count(b"\n") == 1


@pytest.mark.parametrize("cut", range(1, 50, 7))
def test_a_torn_line_is_noticed_wherever_it_is_torn(cut):
    with pytest.raises(ValueError, match="torn"):
        decode(encode(network(3))[:-cut])


def test_a_line_edited_by_hand_is_noticed():
    with pytest.raises(ValueError, match="checksum does not fit"):
        decode(encode(network(3)).replace(b"0.5", b"0.1"))


@pytest.mark.parametrize("line", [b"{}", b"[]", b"hello", b"\xff\xfe", b"", b'{"kind": "network", "index": 1}'])
def test_foreign_lines_are_no_records(line):
    with pytest.raises(ValueError, match=r"it is not|checksum"):
        decode(line + b"\n")


def test_records_are_sorted_by_kind_and_repeated_networks_are_bad():
    session = {"kind": "session", "n": 2}
    found = parse([encode(r) for r in (HEADER, network(1), session, network(0), network(1, 0.9), HEADER)])
    assert found.header == HEADER and found.sessions == [session]
    assert found.networks == {0: network(0), 1: network(1)}
    assert [b[:2] for b in found.bad] == [(5, "network 1 is recorded already"), (6, "it is a second header")]


def test_the_file_grows_by_appending_only(tmp_path):
    path = tmp_path / "runs" / "a.jsonl"
    write(path, HEADER, network(0))
    before = path.read_bytes()
    write(path, network(1))
    assert path.read_bytes().startswith(before) and len(records.read(path).networks) == 2


def test_pandas_reads_it_in_one_line(tmp_path):
    write(tmp_path / "a.jsonl", HEADER, network(0), network(1, None))
    table = pd.read_json(tmp_path / "a.jsonl", lines=True).query("kind == 'network'")
    assert table["index"].tolist() == [0, 1] and table["error"].isna().tolist() == [False, True]


def test_bad_lines_are_set_aside_with_their_number_and_the_rest_stays(tmp_path):
    path = tmp_path / "a.jsonl"
    write(path, HEADER, network(0), network(1), network(2))
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1] + lines[2].replace(b"0.5", b"0.4") + b"note to self\n" + lines[3][:-9])
    assert [b.number for b in records.read(path).bad] == [3, 4, 5]
    with RecordWriter(path) as writer:
        assert list(writer.records.networks) == [0] and len(writer.notes) == 3
        assert "line 3" in writer.notes[0] and "checksum" in writer.notes[0]
        writer.append(network(1))
    assert records.read(path).bad == [] and sorted(records.read(path).networks) == [0, 1]
    aside = (tmp_path / "a.jsonl.rejected").read_bytes()
    assert b"# line 4" in aside and b"note to self" in aside and lines[3][:-9] in aside


def test_a_second_writer_is_refused_and_a_dead_one_leaves_no_lock(tmp_path):
    path = tmp_path / "a.jsonl"
    code = f"""
import time; from regnet_edu.sweeps.records import RecordWriter
with RecordWriter({str(path)!r}):
    print("in", flush=True)
    time.sleep(60)
"""
    holder = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "in\n"
    with pytest.raises(InputError, match="is being written by another sweep"), RecordWriter(path):
        pass
    holder.kill()
    holder.wait()
    holder.stdout.close()
    write(path, HEADER)
    assert records.read(path).header == HEADER


def test_a_full_disk_loses_nothing(tmp_path, monkeypatch):
    path = tmp_path / "a.jsonl"
    write(path, HEADER, network(0))
    before = path.read_bytes()
    with RecordWriter(path) as writer:
        whole = writer._file

        class Full:
            fileno, close = whole.fileno, whole.close

            def write(self, content):
                whole.write(content[:10])
                raise OSError(28, "No space left on device")

        writer._file = Full()
        with pytest.raises(InputError, match="No space left on device; what it held before is safe"):
            writer.append(network(1))
    assert path.read_bytes() == before


def test_a_disk_that_is_really_full_loses_nothing(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("no small disk can be mounted here")
    try:
        path, kept = disk / "a.jsonl", 0
        with RecordWriter(path) as writer:
            writer.append(HEADER)
            with pytest.raises(InputError, match="No space left on device; what it held before is safe"):
                for kept in range(10_000):
                    writer.append({**network(kept), "reason": "x" * 300})
        found = records.read(path)
        assert 50 < kept < 10_000 and sorted(found.networks) == list(range(kept)) and found.bad == []
        shutil.copy(path, tmp_path / "a.jsonl")  # to a disk with room, where it goes on
        write(tmp_path / "a.jsonl", network(kept))
        assert len(records.read(tmp_path / "a.jsonl").networks) == kept + 1
    finally:
        subprocess.run(["umount", str(disk)], check=False)


@pytest.mark.skipif(not os.path.exists("/proc"), reason="needs a place that cannot be written")
def test_an_output_that_cannot_be_written_is_said(tmp_path):
    with pytest.raises(InputError, match="cannot be written"), RecordWriter("/proc/nowhere/a.jsonl"):
        pass
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"), RecordWriter(tmp_path / "file" / "a.jsonl"):
        pass


def test_a_file_of_a_newer_format_is_refused(tmp_path):
    write(tmp_path / "a.jsonl", {**HEADER, "format": 2})
    with pytest.raises(InputError, match="has format 2; this version reads format 1"):
        records.read(tmp_path / "a.jsonl")
    with pytest.raises(InputError, match="format 2"), RecordWriter(tmp_path / "a.jsonl"):
        pass


def test_a_file_whose_first_line_is_no_header_is_not_touched(tmp_path):
    path = tmp_path / "a.jsonl"
    write(path, HEADER, network(0))
    whole = path.read_bytes()
    headless = whole.splitlines(keepends=True)[1]
    for content in (b"my notes\n", b"my notes", whole.replace(b"AnyNetXA", b"AnyNetXB"), headless):
        path.write_bytes(content)
        with pytest.raises(InputError, match="first line is no header"), RecordWriter(path):
            pass
        assert path.read_bytes() == content and not (tmp_path / "a.jsonl.rejected").exists()


def test_a_header_torn_while_it_was_written_is_begun_again(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(encode(HEADER)[:-20])
    write(path, HEADER, network(0))
    assert records.read(path).header == HEADER and records.read(path).bad == []


def test_reading_leaves_the_search_for_garbage_as_it_was(tmp_path):
    write(tmp_path / "a.jsonl", HEADER)
    for switch in (gc.disable, gc.enable):
        switch()
        before = gc.isenabled()
        records.read(tmp_path / "a.jsonl")
        assert gc.isenabled() == before


def test_a_hundred_thousand_records_are_read_in_seconds_and_one_more_is_as_quick_as_the_first(tmp_path):
    path = tmp_path / "a.jsonl"
    config = {"depths": [1, 2, 3, 4], "widths": [8, 16, 32, 64]}
    path.write_bytes(encode(HEADER) + b"".join(encode({**network(k), "config": config}) for k in range(100_000)))
    begin = time.process_time()
    with RecordWriter(path) as writer:
        assert time.process_time() - begin < 5 and len(writer.records.networks) == 100_000
        length = path.stat().st_size
        begin = time.process_time()
        for k in range(20):
            writer.append({**network(100_000 + k), "config": config})
        assert (time.process_time() - begin) / 20 < 0.01  # reading the file again would take a second
    assert path.stat().st_size - length < 20 * 300
