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
from regnet_edu.sweeps.population import load_population, provenance
from regnet_edu.sweeps.records import RecordWriter, decode, encode, parse

HEADER = {"kind": "header", "format": 2, "space": "AnyNetXA", "seed": 0, "regime": {}, "data": {}}
CONFIG = {"depths": [1, 2], "widths": [8, 16], "bottleneck_ratios": [1, 1], "group_widths": [8, 8]}


def network(index, error=0.5):
    status = "failed" if error is None else "ok"
    return {"kind": "network", "index": index, "seed": 7, "config": CONFIG, "status": status, "error": error}


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


@pytest.mark.parametrize("line", [b"{}", b"[]", b"hello", b"\xff\xfe", b'{"kind": "network", "index": 1}'])
def test_foreign_lines_are_no_records(line):
    with pytest.raises(ValueError, match=r"it is not|checksum"):
        decode(line + b"\n")


@pytest.mark.parametrize(
    ("line", "reason"),
    [(b"\n", "it is blank"), (b" \t\r\n", "it is blank"), (b"\xef\xbb\xbf" + encode(HEADER), "byte order mark")],
)
def test_what_an_editor_leaves_is_called_by_its_name(tmp_path, line, reason):
    path = tmp_path / "a.jsonl"
    path.write_bytes(line if b"header" in line else encode(HEADER) + line)
    assert reason in records.read(path).bad[0].reason
    if b"header" in line:
        with pytest.raises(InputError, match=r"first line is no header .*byte order mark"):
            load_population(path)


@pytest.mark.parametrize(
    ("record", "changes", "reason"),
    [
        (HEADER, {"space": None}, "it has space None, where a text belongs"),
        (HEADER, {"regime": "cpu"}, "it has regime 'cpu', where a table of names and values belongs"),
        (HEADER, {"data": ...}, "it has no data, where a table"),
        (HEADER, {"seed": -1}, "it has seed -1, where a whole number of at least 0 belongs"),
        ({"kind": "session", "n": 3}, {"n": "all"}, "it has n 'all', where a whole number"),
        (network(0), {"index": -1}, "it has index -1, where a whole number of at least 0 belongs"),
        (network(0), {"index": True}, "it has index True"),
        (network(0), {"index": 1.0}, "it has index 1.0"),
        (network(0), {"index": ...}, "it has no index"),
        (network(0), {"error": -3.0}, r"it has error -3.0, where a number in \[0, 1\] belongs"),
        (network(0), {"error": "0.5"}, "it has error '0.5'"),
        (network(0), {"error": None}, "it has error None with status 'ok'"),
        (network(0, None), {"error": 0.5}, "it has error 0.5 with status 'failed'"),
        (network(0), {"errors": [0.5, 2]}, r"it has errors \[0.5, 2\], where a list of numbers"),
        (network(0), {"status": "fine"}, "it has status 'fine', where ok, diverged or failed belongs"),
        (network(0), {"seconds": "long"}, "it has seconds 'long', where a number of at least 0 belongs"),
        (network(0), {"seconds": -1.0}, "it has seconds -1.0"),
        (network(0), {"flops": -5}, "it has flops -5, where a whole number of at least 0 belongs"),
        (network(0), {"flops": 1e300}, r"it has flops 1e\+300"),
        (network(0), {"config": {**CONFIG, "depths": [1, 10**9]}}, "it has config .*, where a table with the depths"),
        (HEADER, {"versions": "2.4"}, "it has versions '2.4', where a table"),
        (HEADER, {"hardware": 7}, "it has hardware 7, where a table"),
        (network(0), {"config": None}, "it has config None, where a table with the depths"),
        (network(0), {"config": {**CONFIG, "widths": ["8", "16"]}}, "it has config .*, where a table with the depths"),
        (network(0), {"config": {**CONFIG, "widths": [8]}}, "it has config .*, where a table with the depths"),
    ],
)
def test_a_whole_line_with_wrong_content_is_no_record(record, changes, reason):
    wrong = {key: value for key, value in {**record, **changes}.items() if value is not ...}
    with pytest.raises(ValueError, match=reason):
        decode(encode(wrong))


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


def test_a_link_to_a_record_file_is_written_through(tmp_path):
    path, link = tmp_path / "disk.jsonl", tmp_path / "a.jsonl"
    write(path, HEADER, network(0))
    path.write_bytes(path.read_bytes() + b"torn")
    link.symlink_to(path)
    write(link, network(1))
    assert link.is_symlink() and records.read(path).bad == [] and sorted(records.read(path).networks) == [0, 1]
    with RecordWriter(path), pytest.raises(InputError, match="written by another"), RecordWriter(link):
        pass


def test_names_that_are_not_utf_8_are_kept_and_can_be_printed(tmp_path):
    name = os.fsdecode(b"bilder-\xff")
    write(tmp_path / "a.jsonl", {**HEADER, "data": {"name": name}}, network(0))
    table = load_population(tmp_path / "a.jsonl")
    assert table.attrs["header"]["data"]["name"] == name and "bilder-\\udcff" in provenance(table).encode().decode()


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


@pytest.mark.parametrize("path", ["/dev/full", "/dev/null", "/dev/zero", "/proc", "/proc/a.jsonl", "/proc/no/a.jsonl"])
@pytest.mark.skipif(not os.path.exists("/proc"), reason="needs a place that cannot be written")
def test_an_output_that_is_no_file_is_refused_at_once(path):
    with pytest.raises(InputError, match=r"is a (device|folder), not a regular file|cannot be written"):
        write(path, HEADER)
    with pytest.raises(InputError, match=r"is a (device|folder), not a regular file|cannot be read|does not exist"):
        load_population(path)


def test_an_output_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"), RecordWriter(tmp_path / "file" / "a.jsonl"):
        pass


def test_a_file_of_a_newer_format_is_refused(tmp_path):
    write(tmp_path / "a.jsonl", {**HEADER, "format": 3})
    with pytest.raises(InputError, match="has format 3; this version reads formats 1 and 2"):
        records.read(tmp_path / "a.jsonl")
    with pytest.raises(InputError, match="format 3"), RecordWriter(tmp_path / "a.jsonl"):
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


def test_reading_takes_time_in_proportion_and_one_more_record_is_as_quick_as_the_first(tmp_path):
    """Ratios within one run, which a busy machine leaves alone; benchmarks/records.py has the seconds."""
    path, took = tmp_path / "a.jsonl", []
    for count in (4_000, 40_000):
        path.write_bytes(encode(HEADER) + b"".join(encode(network(k)) for k in range(count)))
        begin = time.process_time()
        with RecordWriter(path) as writer:
            took.append(time.process_time() - begin)
            assert len(writer.records.networks) == count
            length, begin = path.stat().st_size, time.process_time()
            for k in range(20):
                writer.append(network(count + k))
            appended = time.process_time() - begin
        assert path.stat().st_size - length < 20 * 300
    assert took[1] < 40 * took[0]  # 10, were it not for chance; 100, if each record were compared with all
    assert appended < took[1] / 2  # reading the file again for each would take 20 times as long as that
